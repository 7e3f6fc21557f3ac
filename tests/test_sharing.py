"""Processes that save batches of one run at once, the same ones too, leave the corpus that one process makes."""

import itertools
import multiprocessing
import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db.place import DatabaseServer
from db.postgresql_reader import connect
from pipeline import run
from pipeline.config import Config, TranslateConfig
from pipeline.corpus import access, linking, store
from pipeline.errors import StoreError
from pipeline.translation import packages
from tests import argos_package
from tests.contract import PROJECT
from tests.kills import SEEDS
from tests.postgresql_server import Cluster
from tests.test_run import content

NAMES = map("s{}".format, itertools.count())
WORKERS = 3
SETTINGS = {"rules": {}}


class Call(NamedTuple):
    """A call of a function that saves: its name, and what it was given besides the corpus."""

    name: str
    arguments: tuple[Any, ...]


# Functions whose batches processes share, and how a call becomes calls for one document, text or pair each.
SHARED: dict[str, Callable[[Call], list[Call]]] = {
    "save_segmentations": lambda call: [Call(call.name, ([item], *call.arguments[1:])) for item in call.arguments[0]],
    "save_detections": lambda call: [Call(call.name, ([item], *call.arguments[1:])) for item in call.arguments[0]],
    "save_detected": lambda call: [Call(call.name, ([item], *call.arguments[1:])) for item in call.arguments[0]],
    "save_translations": lambda call: [Call(call.name, ([item],)) for item in call.arguments[0]],
    "save_checks": lambda call: [
        Call(call.name, ({key: findings}, call.arguments[1], {key: call.arguments[2][key]}))
        for key, findings in call.arguments[0].items()
    ],
    "save_alignments": lambda call: [Call(call.name, ([item], *call.arguments[1:])) for item in call.arguments[0]],
    "save_links": lambda call: [
        Call(call.name, (call.arguments[0], {key: links})) for key, links in call.arguments[1].items()
    ],
}
JOINED: dict[str, Callable[[Sequence[Call]], list[Call]]] = {
    "save_checks": lambda calls: [
        Call(
            "save_checks",
            (
                {key: findings for call in calls for key, findings in call.arguments[0].items()},
                calls[0].arguments[1],
                {key: usability for call in calls for key, usability in call.arguments[2].items()},
            ),
        )
    ],
    "save_links": lambda calls: [
        Call("save_links", (calls[0].arguments[0], {key: v for call in calls for key, v in call.arguments[1].items()}))
    ],
}
OTHERS = ("save_readings", "save_duplicates", "face_translations", "save_pairs", "save_repeats", "save_passages")


def function(name: str) -> Callable[..., Any]:
    """One of the functions."""
    saving: Callable[..., Any] = getattr(linking if name == "save_links" else store, name)
    return saving


def joined(calls: Sequence[Call]) -> list[Call]:
    """Calls for one item each as calls for a batch."""
    (name,) = {call.name for call in calls}
    if name in JOINED:
        return JOINED[name](calls)
    return [Call(name, ([item for call in calls for item in call.arguments[0]], *calls[0].arguments[1:]))]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """All that a run over some documents saves, call by call."""
    folder = tmp_path_factory.mktemp("recorded")
    argos_package.build(folder)
    packages.install(folder / "translate-fr_en-1_0.argosmodel", folder / "data")
    (folder / "seeds").mkdir()
    for name in SEEDS:
        (folder / "seeds" / name).write_bytes((PROJECT / "seeds" / name).read_bytes())
    copy = (PROJECT / "seeds" / SEEDS[2]).read_bytes()
    (folder / "seeds" / "copy.txt").write_bytes(copy + b"\nUne ligne de plus se lit ici, tout en bas.\n")
    calls: list[Call] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ({*SHARED} - {"save_detected"}) | {*OTHERS}:
            plain, module = function(name), linking if name == "save_links" else store

            def saved(corpus: store.Corpus, *arguments: Any, plain: Callable[..., Any], name: str) -> Any:
                calls.append(Call(name, pickle.loads(pickle.dumps(arguments))))
                return plain(corpus, *arguments)

            patch.setattr(module, name, partial(saved, plain=plain, name=name))
        config = Config(translate=TranslateConfig(engine="argos"), data=folder / "data", workers=1)
        run.build(folder / "seeds", folder / "corpus.sqlite", config, lambda _: None, {})
    assert {call.name for call in calls} | {"save_detected"} >= {*SHARED, *OTHERS}
    return calls


def as_recorded(calls: Sequence[Call]) -> list[Call]:
    """The calls as one machine makes them."""
    return list(calls)


def at_once(calls: Sequence[Call]) -> list[Call]:
    """The calls as workers of a cluster make them: segments are saved with their languages."""
    segmented = next(call.arguments[1] for call in calls if call.name == "save_segmentations")
    blocks = {
        one.document: one.blocks for call in calls if call.name == "save_segmentations" for one in call.arguments[0]
    }
    merged = []
    for call in calls:
        if call.name == "save_detections":
            batch = [(replace(one, blocks=blocks[one.document]), profile) for one, profile in call.arguments[0]]
            merged.append(Call("save_detected", (batch, segmented, call.arguments[1])))
        elif call.name != "save_segmentations":
            merged.append(call)
    return merged


def test_pairs_of_documents_are_saved_together(recorded: list[Call]) -> None:
    saved = [len(call.arguments[0]) for call in recorded if call.name == "save_alignments"]
    assert sum(saved) > len(saved)


@pytest.fixture
def server(cluster: Cluster) -> DatabaseServer:
    """An empty database."""
    return cluster.make(next(NAMES))


def alone(server: DatabaseServer, calls: Sequence[Call]) -> None:
    """One process makes all calls, one after the other."""
    with access.open_for_writing(server, lambda _: None) as engine:
        opened = store.start_run(engine, "one", "0", SETTINGS)
        for call in calls:
            function(call.name)(opened, *call.arguments)


def _share(server: DatabaseServer, calls: Sequence[Call], seed: int) -> None:
    """Make all calls in batches and in an order of this process's own, each twice or so."""
    chance = random.Random(seed)
    items = [item for call in calls for item in SHARED[call.name](call)]
    again = [*items, *chance.sample(items, len(items) // 2)]
    chance.shuffle(again)
    with access.sharing(server, "one") as opened:
        while again:
            size = chance.randrange(1, 100 if seed == 0 else 12)
            batch, again = again[:size], again[size:]
            for call in joined(list({id(item): item for item in batch}.values())):
                function(call.name)(opened, *call.arguments)


def together(server: DatabaseServer, calls: Sequence[Call]) -> None:
    """Several processes make the calls that may be shared, all of them each; one makes the others."""
    context = multiprocessing.get_context("spawn")
    with (
        access.open_for_writing(server, lambda _: None) as engine,
        ProcessPoolExecutor(WORKERS, context) as pool,
    ):
        opened = store.start_run(engine, "one", "0", SETTINGS)
        for name, stage in itertools.groupby(calls, lambda call: call.name):
            if name in SHARED:
                batch = list(stage)
                list(pool.map(_share, [server] * WORKERS, [batch] * WORKERS, range(WORKERS)))
            else:
                for call in stage:
                    function(call.name)(opened, *call.arguments)
        late = [call for call in calls if call.name in SHARED]
        random.Random(1).shuffle(late)
        with access.sharing(server, "one") as opened:  # tasks that were thought lost, and end after the next stages
            for call in late:
                function(call.name)(opened, *call.arguments)


@pytest.mark.slow
@pytest.mark.parametrize("called", [as_recorded, at_once])
def test_processes_that_save_the_same_at_once_leave_what_one_leaves(
    cluster: Cluster, server: DatabaseServer, recorded: list[Call], called: Callable[[Sequence[Call]], list[Call]]
) -> None:
    other = cluster.make(next(NAMES))
    alone(server, recorded)
    together(other, called(recorded))
    expected = content(server)
    filled = {name for name, rows in expected.items() if rows}
    assert filled >= {"segment", "translation", "document_pair", "alignment", "finding", "word_links"}, filled
    assert content(other) == expected
    with connect(other) as connection:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.execute(query).fetchone() == (0,)
    with access.open_for_writing(other, lambda _: None) as engine:  # and the next run by one process, once more
        opened = store.start_run(engine, "two", "0", SETTINGS)
        for call in recorded:
            function(call.name)(opened, *call.arguments)
    assert content(other) == expected


@pytest.fixture
def under_way(server: DatabaseServer) -> Iterator[DatabaseServer]:
    """A run that has read one document."""
    with access.open_for_writing(server, lambda _: None) as engine:
        store.start_run(engine, "one", "0", SETTINGS)
        yield server


def test_what_is_saved_after_the_run_is_refused(under_way: DatabaseServer) -> None:
    with access.sharing(under_way, "one") as opened:
        store.save_translations(opened, [])
        with access.sharing(under_way, "one") as second:
            store.start_run(second.engine, "two", "0", SETTINGS)
        with pytest.raises(StoreError, match="the run one is over"):
            store.save_translations(opened, [])
    for name in ("one", "three"):
        with pytest.raises(StoreError, match=f"the run {name} is over"), access.sharing(under_way, name):
            pass


def test_a_corpus_in_a_file_is_not_shared(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match="one process at a time writes to a file"),
        access.sharing(tmp_path / "corpus.sqlite", "one"),
    ):
        pass
    assert not (tmp_path / "corpus.sqlite").exists()


def test_a_server_without_a_corpus_is_left_alone(server: DatabaseServer) -> None:
    with pytest.raises(StoreError, match="no corpus there"), access.sharing(server, "one"):
        pass
    with connect(server) as connection:
        assert connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'enregard_corpus'").fetchone() == (0,)


@pytest.mark.parametrize(("about", "waits"), [("a", True), ("b", False), ("", True)])
def test_one_waits_for_what_is_about_the_same(under_way: DatabaseServer, about: str, waits: bool) -> None:
    """``about`` nothing: it is about everything."""
    with (
        ThreadPoolExecutor(1) as pool,
        access.sharing(under_way, "one") as first,
        access.sharing(under_way, "one") as second,
    ):
        with store.saving(first, ["a", "c"]):
            other = pool.submit(_save, second, about)
            finished, _ = wait([other], timeout=0.5 if waits else 10)
            assert bool(finished) is not waits
        other.result(timeout=10)


def _save(corpus: store.Corpus, about: str) -> None:
    with store.saving(corpus, [about] if about else []):
        pass
