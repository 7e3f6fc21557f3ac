"""Stages whose results are made apart from each other, batch by batch, in this process or in any other.

Such a stage says how what its keys name is loaded, what is made of it, and how that is saved. Who does it is no concern
of the stage: ``Here`` loads and saves in this process and shares out the work to a crew; a cluster (``cluster``) hands
keys to workers, which load, work and save by themselves. A batch is saved in one transaction, and one that is saved
twice is saved once.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar

from pipeline.batches import batched
from pipeline.corpus.store import Corpus
from pipeline.crew import PASSED_ON, Crew
from pipeline.records import Signature
from pipeline.work import Tools

SAVED = 10.0  # seconds after which one process saves what is finished: no more is lost when a run is killed
Item = TypeVar("Item")
Result = TypeVar("Result")


class Bench(NamedTuple):
    """What a batch is made with: the corpus and the run that writes to it, and the tools."""

    corpus: Corpus
    tools: Tools


class Loaded(NamedTuple, Generic[Item]):
    """What a key names, and what a failure is said of."""

    key: str
    item: Item
    subject: str


class Finished(NamedTuple, Generic[Item, Result]):
    """What a key names, and what was made of it."""

    key: str
    item: Item
    result: Result


class Failure(NamedTuple):
    """What a stage failed on, and how; ``is_deadly`` where the process that made it was ended by it."""

    subject: str
    message: str
    is_deadly: bool = False


class Progressed(NamedTuple):
    """How many more keys are done, those that failed among them.

    ``worked`` and ``stored`` are seconds of processor time: of the work, and of loading and saving.
    """

    number: int
    failures: tuple[Failure, ...] = ()
    worked: float = 0.0
    stored: float = 0.0


@dataclass(frozen=True, slots=True)
class BatchStage(Generic[Item, Result]):
    """A stage that is made batch by batch.

    ``size`` keys are loaded and saved at once; ``work``, a function of a module, gets ``piece`` of the items at once
    and gives a result for each. ``signature`` is what everything is made under, ``kind`` what failures are said of.
    """

    name: str
    size: int
    piece: int
    signature: Callable[[Tools], Signature]
    load: Callable[[Bench, Sequence[str]], Iterable[Loaded[Item]]]
    work: Callable[[Tools, Sequence[Item]], Sequence[Result]]
    save: Callable[[Bench, Sequence[Finished[Item, Result]]], None]
    kind: str = "document"


class Maker(Protocol):
    """Who makes the batches of a stage."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether other processes load and save, maybe on other machines."""

    def make(self, bench: Bench, stage: BatchStage[Any, Any], keys: Iterable[str], total: int) -> Iterator[Progressed]:
        """Have what ``keys`` name made and saved; ``total`` keys are expected."""


class Here:
    """Loads and saves in this process, and shares out the work to a crew."""

    is_elsewhere = False

    def __init__(self, crew: Crew[Tools]) -> None:
        self._crew = crew

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """The crew ends by itself."""

    def make(self, bench: Bench, stage: BatchStage[Any, Any], keys: Iterable[str], total: int) -> Iterator[Progressed]:
        """Have what ``keys`` name made and saved."""
        handed_out = deque[tuple[Loaded[Any], ...]]()
        finished: list[Finished[Any, Any]] = []
        saved = time.monotonic()

        def pieces() -> Iterator[tuple[str, list[Any]]]:
            loaded = (item for batch in batched(keys, stage.size) for item in stage.load(bench, batch))
            for piece in batched(loaded, stage.piece):
                handed_out.append(piece)
                yield "", [item.item for item in piece]

        for _, outcomes in self._crew.map(partial(in_halves, stage.work), pieces(), total, stage.piece):
            if isinstance(outcomes, Exception):  # in_halves itself failed
                raise outcomes
            piece = handed_out.popleft()
            results, failures = sort_out(piece, outcomes)
            finished += results
            if len(finished) >= stage.size or (finished and time.monotonic() - saved > SAVED):
                stage.save(bench, finished)
                finished.clear()
                saved = time.monotonic()
            yield Progressed(len(piece), failures)
        if finished:
            stage.save(bench, finished)


def make_batch(bench: Bench, stage: BatchStage[Any, Any], keys: Sequence[str]) -> Progressed:
    """Load, make and save what ``keys`` name, in this process alone; the vectors that were read for it too."""
    begun, worked = processor_seconds(), 0.0
    finished: list[Finished[Any, Any]] = []
    failures: list[Failure] = []
    for piece in batched(stage.load(bench, keys), stage.piece):
        started = processor_seconds()
        results, failed = sort_out(piece, in_halves(stage.work, bench.tools, [item.item for item in piece]))
        finished += results
        worked += processor_seconds() - started
        failures += failed
    if finished:
        stage.save(bench, finished)
    bench.tools.settle()
    return Progressed(len(keys), tuple(failures), worked, processor_seconds() - begun - worked)


def processor_seconds() -> float:
    """Processor time of this process so far, and of the programs that it ran."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def sort_out(
    piece: Sequence[Loaded[Item]], outcomes: Sequence[Result | Exception]
) -> tuple[list[Finished[Item, Result]], tuple[Failure, ...]]:
    """What was made of items, and what failed."""
    finished, failures = [], []
    for loaded, outcome in zip(piece, outcomes, strict=True):
        if isinstance(outcome, Exception):
            failures.append(Failure(loaded.subject, describe(outcome)))
        else:
            finished.append(Finished(loaded.key, loaded.item, outcome))
    return finished, tuple(failures)


def describe(error: Exception) -> str:
    """An error in words."""
    return f"{type(error).__name__}: {error}"


def by_document(
    load: Callable[[Corpus, Sequence[str]], Mapping[str, Item]], bench: Bench, keys: Sequence[str]
) -> Iterator[Loaded[Item]]:
    """What ``load`` finds of documents, under their keys; a failure is said of the document."""
    for key, item in load(bench.corpus, keys).items():
        yield Loaded(key, item, key)


def singly(work: Callable[[Tools, Item], Result], tools: Tools, items: Sequence[Item]) -> list[Result]:
    """What ``work``, which takes one item, makes of each."""
    return [work(tools, item) for item in items]


def in_halves(
    work: Callable[[Tools, Sequence[Item]], Sequence[Result]], tools: Tools, items: Sequence[Item]
) -> list[Result | Exception]:
    """What ``work`` makes of items; where it fails, they are halved until the one to blame stands alone."""
    try:
        return list(work(tools, items))
    except PASSED_ON:
        raise
    except Exception as error:  # noqa: BLE001 (whatever one item does to the work, the others go on)
        if len(items) < 2:
            return [error for _ in items]
    middle = len(items) // 2
    return [*in_halves(work, tools, items[:middle]), *in_halves(work, tools, items[middle:])]
