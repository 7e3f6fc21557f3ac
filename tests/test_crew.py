"""Work shared out to processes: in order, with what fails named, and nothing left running."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing import parent_process
from pathlib import Path

import pytest

from benchmarks.workers import read_rows
from pipeline import crew, run
from pipeline.config import Config, TranslateConfig
from pipeline.crew import Crew, crew_size
from pipeline.embedding import threads
from pipeline.errors import EngineError, EnregardError
from tests.contract import PROJECT
from tests.test_run import SOME

STARTED = """
import sys, time
from pipeline import crew
from tests.test_crew import Bench, process_id
with crew.Crew(3, Bench(), Bench) as started:
    print(*{outcome for _, outcome in started.map(process_id, ((str(n), 0.05) for n in range(60)), 60)}, flush=True)
    time.sleep(600)
"""


class Bench:
    """Tools that know how often they were used."""

    def __init__(self) -> None:
        self.used = 0


def double(bench: Bench, number: int) -> int:
    bench.used += 1
    if number == 7:
        raise ValueError("seven")
    return 2 * number


def engine_is_gone(_: Bench, number: int) -> int:
    if number == 7:
        raise EngineError("the engine is gone")
    return number


def die(_: Bench, number: int) -> int:
    if number == 7 and parent_process():
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def process_id(_: Bench, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def items(count: int) -> Iterator[tuple[str, int]]:
    return ((f"item {number}", number) for number in range(count))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_results_come_in_order_and_what_fails_is_told(size: int) -> None:
    with Crew(size, Bench(), Bench) as crew:
        outcomes = list(crew.map(double, items(60), 60))
    assert [key for key, _ in outcomes] == [key for key, _ in items(60)]
    failures = {key: outcome for key, outcome in outcomes if isinstance(outcome, Exception)}
    assert {key: str(error) for key, error in failures.items()} == {"item 7": "seven"}
    assert [outcome for key, outcome in outcomes if key not in failures] == [2 * n for n in range(60) if n != 7]


@pytest.mark.parametrize("size", [1, 2])
def test_what_is_not_the_fault_of_one_item_ends_the_work(size: int) -> None:
    with Crew(size, Bench(), Bench) as crew, pytest.raises(EngineError, match="the engine is gone"):
        list(crew.map(engine_is_gone, items(40), 40))


def test_a_process_that_is_killed_is_said_with_what_helps() -> None:
    with Crew(2, Bench(), Bench) as crew, pytest.raises(EnregardError, match="--workers 1"):
        list(crew.map(die, items(40), 40))


def test_few_items_start_no_process() -> None:
    own = Bench()
    with Crew(8, own, Bench) as crew:
        list(crew.map(double, items(5), 5))
    assert own.used == 5


@pytest.mark.parametrize(("count", "piece"), [(20, 10), (60, 60)])
def test_few_items_in_pieces_start_no_process(count: int, piece: int) -> None:
    own = Bench()
    with Crew(8, own, Bench) as crew:
        list(crew.map(double, items(count // piece), count, piece))
    assert own.used == count // piece


def test_pieces_are_shared_out_as_evenly_as_items() -> None:
    own = Bench()
    with Crew(2, own, Bench) as crew:
        crew.start()
        assert [len(batch) for batch in crew._batches(items(32), 32)][:2] == [4, 3]
        outcomes = list(crew.map(process_id, ((str(n), 0.02) for n in range(16)), 512, 32))
    shares = [outcome for _, outcome in outcomes].count(os.getpid()), len(outcomes)
    assert 0 < shares[0] < shares[1]


def test_who_hands_out_works_too() -> None:
    own = Bench()
    with Crew(2, own, Bench) as crew:
        list(crew.map(double, items(400), 400))
        assert 0 < own.used < 400
        used = own.used
        assert [outcome for _, outcome in crew.map(double, items(2), 2)] == [0, 2]
        assert own.used < used + 2  # those that are there are used for a few, too


def test_with_one_process_there_is_one_thread() -> None:
    with threads.workers() as pool:
        assert pool._max_workers == len(os.sched_getaffinity(0))  # type: ignore[attr-defined]
    with Crew(1, Bench(), Bench), threads.workers() as pool:
        assert pool._max_workers == 1  # type: ignore[attr-defined]
    assert not threads.SHARED_OUT.is_set()


def test_as_many_as_there_are_processors_unless_told() -> None:
    assert crew_size(3) == 3
    assert crew_size(0) == len(os.sched_getaffinity(0))


def test_the_processes_end_with_a_killed_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", STARTED], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        children = {int(word) for word in parent.stdout.readline().split()} - {parent.pid}
        assert len(children) == 2
        assert all(map(is_running, children))
        parent.kill()
    deadline = time.monotonic() + 30
    while any(map(is_running, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, children))


def is_running(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


@pytest.mark.slow
def test_the_corpus_is_the_same_however_many_share_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "FEWEST", 2)
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for name in SOME:
        text = (PROJECT / "seeds" / name).read_bytes()
        (seeds / name).write_bytes(text)
        (seeds / f"again-{name}").write_bytes(text.replace(b"2023", b"2024") + b"\n\nOne more line.\n")
    config = partial(Config, translate=TranslateConfig(engine="none"), data=tmp_path)
    rows = []
    for count in (1, 2, 3):
        corpus = tmp_path / f"{count}.sqlite"
        run.build(seeds, corpus, config(workers=count), lambda _: None, {})
        rows.append(read_rows(corpus))
    assert rows[0] == rows[1] == rows[2]
    assert len(rows[0]["alignment"]) > 20
