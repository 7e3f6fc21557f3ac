"""A run under way, as its stages see it: the corpus, the tools, who shares the work, and what failed."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from db.place import Place
from pipeline.align.results import Results
from pipeline.align.sharing import Equipment
from pipeline.config import Config
from pipeline.corpus import layout, store
from pipeline.corpus.codes import FAILED
from pipeline.corpus.store import Corpus
from pipeline.crew import PASSED_ON, Crew
from pipeline.embedding.embed import Embedder
from pipeline.records import Event, Finding
from pipeline.stages.batch import BatchStage, Bench, Failure, Maker, describe
from pipeline.work import Task, Tools, do_task

DOCUMENTS = 20  # documents in one transaction
LONGEST = 300  # characters of what is said of a failure
Item = TypeVar("Item")
Result = TypeVar("Result")

Progress = Callable[[Event], None]


@dataclass
class Job:
    """One run under way."""

    corpus: Corpus
    place: Place
    config: Config
    tools: Tools
    crew: Crew[Tools]
    maker: Maker
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    changed: bool = False
    note: str = ""
    failures: int = 0

    def attempt(self, stage: str, subject: str, work: Callable[[], Item], kind: str = "document") -> Item | None:
        """What ``work`` gives; where it fails, None and a finding about ``subject``: the run goes on without it."""
        try:
            return work()
        except PASSED_ON:
            raise
        except Exception as error:  # noqa: BLE001 (whatever one document does to a stage, the others go on)
            self.fail(stage, subject, error, kind)
            return None

    def fail(self, stage: str, subject: str, error: Exception, kind: str = "document") -> None:
        """A stage failed on something, which is left as it was: the next run tries again."""
        self.tell(stage, Failure(subject, describe(error)), kind)

    def tell(self, stage: str, failure: Failure, kind: str) -> None:
        """Write down what a stage failed on."""
        message = " ".join(f"{stage}: {failure.message}".split())[:LONGEST]
        store.save_failure(self.corpus, Finding(FAILED, failure.subject, message), kind)
        self.failures += 1

    def equip(self, results: Results) -> Equipment:
        """What a stage works with that keeps ``results``."""
        folder = layout.scratch_of(self.place, self.config.data)
        return Equipment(self.tools.embedder, results, self.share_out, folder)

    def share_out(
        self, work: Callable[[Embedder, Item], Result], items: Iterable[Item], count: int
    ) -> Iterator[Result]:
        """What ``work`` makes of each item with an embedder, shared out to the crew (``align.sharing``)."""
        tasks = (("", Task(work, item)) for item in items)
        for _, outcome in self.crew.map(do_task, tasks, count):
            if isinstance(outcome, Exception):
                raise outcome
            self.tools.embedder.take(outcome.readings)
            yield outcome.result

    def make(self, stage: BatchStage[Any, Any], keys: Iterable[str], total: int) -> None:
        """Have what ``keys`` name made and saved, batch by batch; what fails costs itself alone."""
        for failure in self._made(stage, stage.name, keys, total):
            self.tell(stage.name, failure, stage.kind)

    def make_ahead(self, name: str, stage: BatchStage[Any, Any], keys: Iterable[str], total: int) -> Collection[str]:
        """Have made elsewhere what the stage ``name`` asks for next; the subjects that it is to leave out.

        They are those that ended the workers they were made by, as they would this process. What else fails is left to
        the stage, which tries it again and tells of it.
        """
        deadly = {}
        for failure in self._made(stage, name, keys, total):
            if failure.is_deadly:
                self.tell(name, failure, stage.kind)
                deadly[failure.subject] = failure
        return deadly.keys()

    def _made(self, stage: BatchStage[Any, Any], name: str, keys: Iterable[str], total: int) -> Iterator[Failure]:
        """What fails while batches are made and saved."""
        number = 0
        for progressed in self.maker.make(Bench(self.corpus, self.tools), stage, keys, total):
            yield from progressed.failures
            number += progressed.number
            self.changed = True
            self.progress(Event(name, number, max(number, total)))

    @cached_property
    def state(self) -> dict[str, str]:
        """What decides the segments of each document (``store.load_state``): no stage from pairing on changes it."""
        return store.load_state(self.corpus)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Takes the time of a stage."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun

    def track(self, stage: str, items: Iterable[Item], total: int) -> Iterator[Item]:
        """Passes ``items`` through and tells how far the stage is."""
        for number, item in enumerate(items, 1):
            yield item
            self.changed = True
            self.progress(Event(stage, number, total))
