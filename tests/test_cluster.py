"""A run whose batches are made elsewhere: by workers that die, under a scheduler that dies, by two at once."""

import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from benchmarks.growth_corpus import make
from db.engine import is_unreachable, read_corpus
from db.place import DatabaseServer
from pipeline import cluster as dask_cluster
from pipeline import run, work
from pipeline.cluster import DaskMaker, Kit
from pipeline.config import Config, TranslateConfig
from pipeline.corpus import access
from pipeline.crew import Crew
from pipeline.errors import ConfigError, EngineError, EnregardError, StoreError, UsageError
from pipeline.language import detect
from pipeline.records import Event, Segmentation, Signature
from pipeline.stages import batch
from pipeline.stages.batch import BatchStage, Bench, Failure, Here, Loaded, Progressed, in_halves, make_batch
from pipeline.translation.glossary import Listing
from tests.postgresql_server import Cluster
from tests.test_run import content

DOCUMENTS = 40
KIT = Kit(DatabaseServer("postgresql:///nowhere"), "run", Config(), Listing())
NO_ENGINE = replace(Config(), translate=TranslateConfig(engine="none"), workers=1)


def silent(_: Event) -> None:
    pass


# What is asked for


def test_addresses() -> None:
    assert dask_cluster.address("dask://node7:8786") == "tcp://node7:8786"
    assert dask_cluster.address("tls://node7:8786") == "tls://node7:8786"


@pytest.mark.parametrize("engine", ["ray", "dask:", "dask://", "http://node7:8786", "dask:node7"])
def test_what_is_no_address_is_refused_with_how_to_write_one(engine: str) -> None:
    with pytest.raises(UsageError, match="dask://HOST:PORT"):
        dask_cluster.check_engine(engine, KIT.corpus)


@pytest.mark.sqlite
def test_a_corpus_in_a_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError, match=r"--corpus postgresql.*enregard copy FROM TO"):
        run.build(tmp_path / "in", tmp_path / "corpus.sqlite", replace(NO_ENGINE, cluster="dask"), silent, {})
    assert not (tmp_path / "corpus.sqlite").exists()


@pytest.mark.parametrize("absent", ["distributed", "cryptography"])
def test_where_dask_is_not_installed_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, absent: str) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(UsageError, match="make cluster"), DaskMaker("dask", 1, KIT, silent) as maker:
        maker._connect()


@pytest.fixture(scope="session")
def dask(missing: Callable[[str], None]) -> Any:
    """Dask, where it is installed."""
    if find_spec("distributed") is None:
        missing("Dask")
    import_module("distributed")  # adds its own settings to those of dask
    return import_module("dask")


def test_a_scheduler_that_does_not_answer(dask: Any) -> None:
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "500ms"}),
        pytest.raises(EnregardError, match="no scheduler answers"),
        DaskMaker("dask://127.0.0.1:9", 1, KIT, silent),
    ):
        pass


def test_dask_is_loaded_by_nobody_who_does_not_ask_for_it() -> None:
    command = (
        "import sys, pipeline.commands.build; sys.exit(any(name in sys.modules for name in ('dask', 'distributed')))"
    )
    assert subprocess.run([sys.executable, "-c", command]).returncode == 0


def test_settings_for_processes_of_this_machine_are_known_to_dask(dask: Any) -> None:
    for name, value in dask_cluster.local_settings().items():
        assert type(dask.config.get(name)) is type(value), name  # of a name that it does not know it says nothing


def doubling(done: list[str]) -> BatchStage[int, int]:
    """A stage that doubles numbers, two of them a batch, and says what it saves."""
    return BatchStage(
        "double",
        2,
        1,
        lambda _: Signature("double"),
        lambda _, keys: [Loaded(key, int(key), key) for key in keys],
        lambda _, numbers: [2 * number for number in numbers],
        lambda _, batch: done.append(" ".join(str(item.result) for item in batch)),
    )


def test_vectors_are_saved_within_the_batch_that_they_were_read_for() -> None:
    done: list[str] = []
    tools: Any = SimpleNamespace(settle=lambda: done.append("settled"))
    assert make_batch(Bench(None, tools), doubling(done), ["1", "2"]).number == 2  # type: ignore[arg-type]
    assert done == ["2 4", "settled"]


@pytest.mark.parametrize(("seconds", "saved"), [(1000.0, ["2 4", "6"]), (-1.0, ["2", "4", "6"])])
def test_what_took_long_is_saved_before_its_batch_is_whole(
    seconds: float, saved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "SAVED", seconds)
    done: list[str] = []
    tools: Any = None
    made = Here(Crew(1, tools, lambda: tools)).make(Bench(None, tools), doubling(done), ["1", "2", "3"], 3)  # type: ignore[arg-type]
    assert sum(progressed.number for progressed in made) == 3
    assert done == saved


@pytest.mark.slow
def test_where_no_worker_comes_nothing_is_left_open(machines: "Machines", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "PATIENCE", 0.3)
    opened = []
    client = import_module("distributed").Client
    monkeypatch.setattr("distributed.Client", lambda *args, **kw: opened.append(client(*args, **kw)) or opened[-1])
    with pytest.raises(EnregardError, match="no worker has come"), DaskMaker(machines.start(0), 1, KIT, silent):
        pass
    assert [one.status for one in opened] == ["closed"]


@pytest.mark.slow
def test_processes_of_this_machine_take_nothing_from_strangers(dask: Any) -> None:
    distributed = import_module("distributed")
    with DaskMaker("dask", 1, KIT, silent) as maker:
        maker._connect()
        place = maker._local.scheduler_address
        assert place.startswith("tls://127.0.0.1:")
        assert maker._client.submit(abs, -1).result() == 1
        for stranger in (place.replace("tls", "tcp"), place):
            security = distributed.Security.temporary() if stranger == place else None
            with pytest.raises(OSError):
                distributed.Client(stranger, security=security, timeout=2, set_as_default=False)


# Work that fails


def fails_on_seven(_: object, numbers: list[int]) -> list[int]:
    if 7 in numbers:
        raise ValueError("seven")
    return [2 * number for number in numbers]


def breaks(_: object, numbers: list[int]) -> list[int]:
    raise EngineError("gone")


def test_what_fails_is_halved_until_it_stands_alone() -> None:
    outcomes = in_halves(fails_on_seven, None, list(range(12)))  # type: ignore[arg-type]
    assert [str(outcome) for outcome in outcomes] == [str(2 * n) if n != 7 else "seven" for n in range(12)]
    with pytest.raises(EngineError):
        in_halves(breaks, None, [1, 2])  # type: ignore[arg-type]


class Deadly(Here):
    """As workers elsewhere, of which the first document and the first pair of texts cost some."""

    is_elsewhere = True

    def make(self, bench: Bench, stage: BatchStage[Any, Any], keys: Iterable[str], total: int) -> Iterator[Progressed]:
        names = list(keys)
        if stage.name in ("outline", "link"):
            (item,) = stage.load(bench, names[:1])
            yield Progressed(1, (Failure(item.subject, "ended", is_deadly=True),))
            names = names[1:]
        yield from super().make(bench, stage, names, total)


@pytest.mark.slow
def test_what_ends_workers_is_told_and_not_done_by_the_machine_that_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds, place = make(tmp_path / "in", 4), tmp_path / "corpus.sqlite"
    done_here: list[Any] = []
    with monkeypatch.context() as patch:
        patch.setattr(run, "_maker", lambda _corpus, _place, crew, *_: Deadly(crew))
        patch.setattr(work, "outline_document", lambda _, item: done_here.append(item))
        outcome = run.build(seeds, place, NO_ENGINE, silent, {})
    assert not done_here
    assert outcome.failures == 2
    with read_corpus(place) as connection:
        told = connection.execute(text("SELECT subject_kind, value FROM finding WHERE code = 'E201'")).fetchall()
        linked = connection.execute(text("SELECT COUNT(*) FROM word_links")).scalar_one()
        pairs = connection.execute(text("SELECT COUNT(DISTINCT pair_hash) FROM alignment")).scalar_one()
    assert linked == pairs - 1
    assert sorted(map(tuple, told)) == [("alignment", "link: ended"), ("document", "pair: ended")]
    assert run.build(seeds, place, NO_ENGINE, silent, {}).failures == 0
    run.build(seeds, tmp_path / "alone.sqlite", NO_ENGINE, silent, {})
    assert content(place) == content(tmp_path / "alone.sqlite")


class Elsewhere(Here):
    """As workers elsewhere, with nothing that goes wrong."""

    is_elsewhere = True


@pytest.mark.slow
def test_languages_are_made_with_the_segments_and_are_those_of_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds, place = make(tmp_path / "in", 6), tmp_path / "corpus.sqlite"
    mixed = "Il a dit « we are not going to pay for any of this » et il est parti.\n\nElle a ri, puis elle est partie."
    (seeds / "mixed.txt").write_text(mixed, "utf-8")
    run.build(seeds, tmp_path / "alone.sqlite", NO_ENGINE, silent, {})
    detected: list[str] = []
    plain = detect.detect

    def failing_on_one(segmentations: list[Segmentation], *how: Any) -> Iterator[Segmentation]:
        detected.extend(segmentation.document for segmentation in segmentations)
        if detected[-1] == failing:
            raise ValueError("no language")
        return plain(segmentations, *how)

    with read_corpus(tmp_path / "alone.sqlite") as connection:
        failing = connection.execute(text("SELECT document_id FROM source WHERE path = 'mixed.txt'")).scalar_one()
        assert connection.execute(text("SELECT COUNT(*) FROM span")).scalar_one()
    monkeypatch.setattr(run, "_maker", lambda _corpus, _place, crew, *_: Elsewhere(crew))
    monkeypatch.setattr(detect, "detect", failing_on_one)
    assert run.build(seeds, place, NO_ENGINE, silent, {}).failures == 1  # of detection; the segments are kept
    assert detected.count(failing) == 2
    assert len(detected) == 6 + 2
    with read_corpus(place) as connection:
        told = connection.execute(text("SELECT subject, value FROM finding WHERE code = 'E201'")).fetchall()
        segments = text("SELECT COUNT(*) FROM segment WHERE document_id = :document")
        assert connection.execute(segments, {"document": failing}).scalar_one()
    assert [tuple(row) for row in told] == [(failing, "detect: ValueError: no language")]
    monkeypatch.setattr(detect, "detect", plain)
    assert run.build(seeds, place, NO_ENGINE, silent, {}).failures == 0
    assert content(place) == content(tmp_path / "alone.sqlite")


# A database out of reach


def test_an_error_of_the_way_to_the_database_is_told_from_others(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught, access.sharing(DatabaseServer(f"postgresql:///c?host={tmp_path}"), "run"):
        pass
    assert is_unreachable(caught.value)
    place = cluster.make("reach")
    with pytest.raises(StoreError) as caught, access.sharing(place, "run"):
        pass
    assert not is_unreachable(caught.value)
    engine = access.open_database(place)
    try:
        with pytest.raises(OperationalError) as cut, engine.connect() as connection:
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            cluster.run(f"SELECT pg_terminate_backend({own})")
            connection.execute(text("SELECT 1"))
        assert is_unreachable(cut.value)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("error", "times", "paused"),
    [
        (OperationalError("", {}, Exception()), 3, [1.0, 4.0, 16.0]),
        (OperationalError("", {}, Exception()), 4, [1.0, 4.0, 16.0]),
        (ConfigError("unknown"), 1, []),
    ],
)
def test_a_batch_waits_for_the_database_and_for_nothing_else(
    monkeypatch: pytest.MonkeyPatch, error: Exception, times: int, paused: list[float]
) -> None:
    outcomes: list[Any] = [error] * times + [Progressed(3)]
    pauses: list[float] = []

    def make_one(*_: object) -> Progressed:
        if isinstance(outcome := outcomes.pop(0), Exception):
            raise outcome
        assert isinstance(outcome, Progressed)
        return outcome

    monkeypatch.setattr(dask_cluster, "_make", make_one)
    monkeypatch.setattr("time.sleep", pauses.append)
    if times == len(paused):
        assert dask_cluster.make_elsewhere(KIT, "segment", ["a"], "") == Progressed(3)
    else:
        with pytest.raises(type(error)):
            dask_cluster.make_elsewhere(KIT, "segment", ["a"], "")
    assert pauses == paused


# A scheduler and workers


@dataclass
class Machines:
    """A scheduler and its workers, each a process of its own."""

    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    scheduler: subprocess.Popen[bytes] | None = None
    address: str = ""

    def start(self, count: int) -> str:
        """A scheduler with ``count`` workers; how a build names it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.scheduler = self._run("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        for _ in range(count):
            self.add()
        return f"dask://{self.address}"

    def add(self) -> None:
        """One more worker."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0", "--death-timeout", "60")
        where = ("--local-directory", str(self.folder))
        self.workers.append(self._run("worker", f"tcp://{self.address}", "--host", "127.0.0.1", *options, *where))

    def kill(self, number: int) -> None:
        """End a worker as when memory runs out."""
        process = self.workers.pop(number % len(self.workers))
        process.kill()
        process.wait()

    def kill_scheduler(self) -> None:
        """End the scheduler in the same way."""
        assert self.scheduler is not None
        self.scheduler.kill()
        self.scheduler.wait()

    def stop(self) -> None:
        """End them all."""
        for process in (*self.workers, self.scheduler):
            if process:
                process.kill()
                process.wait()
        self.workers.clear()

    def _run(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *arguments]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)


@pytest.fixture
def machines(tmp_path: Path, dask: Any) -> Iterator[Machines]:
    running = Machines(tmp_path)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("documents") / "in", DOCUMENTS)


@pytest.fixture(scope="module")
def alone(cluster: Cluster, seeds: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The corpus that one process makes."""
    place = cluster.make("alone")
    assert run.build(seeds, place, NO_ENGINE, silent, os.environ).failures == 0
    return content(place)


@pytest.mark.slow
def test_workers_and_scheduler_die_and_the_corpus_is_that_of_one_machine(
    cluster: Cluster, seeds: Path, alone: dict[str, list[tuple[Any, ...]]], machines: Machines
) -> None:
    place = cluster.make("together")
    chance = random.Random(7)
    killed = dict.fromkeys(("worker", "scheduler"), 0)
    early, late = chance.randrange(5, 15), chance.randrange(20, 35)
    moments = [("segment", early), ("segment", late), ("pair", 5), ("align", 2), ("link", 50)]

    def disturb(event: Event) -> None:
        if moments and event.stage == moments[0][0] and event.done >= moments[0][1]:
            if moments.pop(0) == ("segment", late):
                machines.kill_scheduler()
                killed["scheduler"] += 1
            else:
                machines.kill(chance.randrange(3))
                machines.add()
                killed["worker"] += 1

    def build() -> run.Outcome:
        config = replace(NO_ENGINE, cluster=machines.start(3))
        return run.build(seeds, place, config, disturb, os.environ)

    with pytest.raises(EnregardError, match=r"the scheduler is gone.*goes on where it stopped"):
        build()
    machines.stop()
    assert build().failures == 0
    assert killed == {"worker": 4, "scheduler": 1}
    assert content(place) == alone
    machines.stop()
    assert not build().changed


@pytest.mark.slow
def test_processes_of_this_machine(
    cluster: Cluster, seeds: Path, alone: dict[str, list[tuple[Any, ...]]], dask: Any
) -> None:
    place = cluster.make("local")
    config = replace(NO_ENGINE, cluster="dask", workers=2)
    assert run.build(seeds, place, config, silent, os.environ).failures == 0
    assert content(place) == alone


@pytest.mark.slow
def test_translations_and_their_checks_are_those_of_one_machine(
    cluster: Cluster, tmp_path: Path, dask: Any, missing: Callable[[str], None]
) -> None:
    if not shutil.which("apertium"):
        missing("Apertium")
    seeds, alone = make(tmp_path / "in", 3), replace(NO_ENGINE, translate=TranslateConfig(engine="apertium"))
    contents = []
    for name, config in ("one", alone), ("two", replace(alone, cluster="dask", workers=2)):
        place = cluster.make(f"apertium-{name}")
        assert run.build(seeds, place, config, silent, os.environ).failures == 0
        contents.append(content(place))
    assert contents[0] == contents[1]
    assert len(contents[0]["translation"]) > dask_cluster.FEWEST  # more than one batch
    assert sum("log_odds" in str(row) for row in contents[0]["alignment"]) > dask_cluster.FEWEST
