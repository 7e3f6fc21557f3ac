"""The order of the stages: what is pending goes through its stage and into the corpus, one transaction a batch.

Each step asks the store what is pending under its signature, runs the stage on that alone and saves as it goes; so an
interrupted run loses the batch in flight and no more, and a second run with nothing changed does nothing.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from db.engine import CorpusError, open_corpus, read_corpus
from pipeline import config as configuration
from pipeline import detect, quality, read, segment, store, translate
from pipeline.align import duplicates, mine, pairs, path
from pipeline.config import Config
from pipeline.embed import Embedder
from pipeline.engines import choose, identify, use
from pipeline.errors import InputError, LockedError, StoreError
from pipeline.manifest import Manifest, load_manifest
from pipeline.records import ALIGNABLE, Alignment, DocumentPair, Finding, Segment, Skip, Translation, digest
from pipeline.rows import FileResult
from pipeline.store import Corpus

VERSION = "0.1.0"
DOCUMENTS = 20  # documents in one transaction
ALIGNED = ("translation", "partial")  # grades of document pairs whose sentences are aligned
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Event:
    """Progress: ``done`` of ``total`` units of a stage, or a ``note`` for the person who waits."""

    stage: str
    done: int = 0
    total: int = 0
    note: str = ""


Progress = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: whether anything changed, seconds a stage took, and a note where translation was left out."""

    corpus: Path
    changed: bool
    seconds: Mapping[str, float]
    note: str = ""


class Tools:
    """The engines that the stages ask for, each loaded when it is first used."""

    def __init__(self, config: Config, environ: Mapping[str, str]) -> None:
        self.config = config
        self.environ = environ

    @cached_property
    def identifier(self) -> detect.Identifier:
        """Language identification."""
        return identify.load(self.config.detect)

    @cached_property
    def engine(self) -> translate.Engine | None:
        """The translation engine, or None where none is at hand."""
        return choose.choose(self.config, self.environ)

    @cached_property
    def embedder(self) -> Embedder:
        """Sentence vectors."""
        return use.load()


@dataclass
class Job:
    """One run under way."""

    corpus: Corpus
    config: Config
    tools: Tools
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    changed: bool = False
    note: str = ""

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
        for done, item in enumerate(items, 1):
            yield item
            self.changed = True
            self.progress(Event(stage, done, total))


def build(seeds: Path, corpus: Path, config: Config, progress: Progress, environ: Mapping[str, str]) -> Outcome:
    """Bring the corpus at ``corpus`` in step with the documents in ``seeds`` (a folder, a file, or ``-``).

    Waits while another run holds the corpus. Raises StoreError if ``corpus`` is something else, ConfigError if the
    manifest is malformed, and EngineError if an engine is asked for by name and is not there.
    """
    manifest = load_manifest(seeds)
    with _lock(corpus, progress):
        try:
            engine = open_corpus(corpus)
        except CorpusError as error:
            raise StoreError(str(error)) from error
        name = f"{datetime.now():%Y%m%dT%H%M%S.%f}-{os.getpid()}"
        opened = store.start_run(engine, name, VERSION, _plain(configuration.settings(config)))
        job = Job(opened, config, Tools(config, environ), progress)
        try:
            _stages(job, seeds, manifest)
        except BaseException as error:
            store.finish_run(opened, "interrupted" if isinstance(error, KeyboardInterrupt) else "failed", {})
            raise
        finally:
            engine.dispose()
        outcome = Outcome(corpus, job.changed, job.seconds, job.note)
        store.finish_run(opened, "done", {"seconds": dict(job.seconds), "changed": job.changed, "note": job.note})
    return outcome


def _stages(job: Job, seeds: Path, manifest: Manifest) -> None:
    for name, step in _steps(seeds, manifest):
        with job.stage(name):
            step(job)


def _steps(seeds: Path, manifest: Manifest) -> tuple[tuple[str, Callable[[Job], None]], ...]:
    return (
        ("read", lambda job: _read(job, seeds, manifest)),
        ("duplicates", _duplicates),
        ("segment", _segment),
        ("detect", _detect),
        ("translate", _translate),
        ("pair", _pair),
        ("align", _align),
        ("mine", _mine),
    )


# Reading


def _read(job: Job, seeds: Path, manifest: Manifest) -> None:
    known = store.known_files(job.corpus)
    present: set[str] = set()
    results = _read_files(job, seeds, manifest, known, present)
    for batch in _batched(job.track("read", results, 0), DOCUMENTS):
        store.save_readings(job.corpus, batch)
    gone = known.keys() - present
    if gone or job.changed:
        store.forget(job.corpus, gone)
        job.changed = True


def _read_files(
    job: Job, seeds: Path, manifest: Manifest, known: Mapping[str, str], present: set[str]
) -> Iterator[FileResult]:
    """What each new or changed file gives; ``present`` collects the names of all files."""
    config = job.config.read
    found = [] if str(seeds) == "-" else list(read.find(seeds, config))
    names = {one: _name(one, seeds) for one in found if isinstance(one, Path)}
    hints = read.hints(list(names.values()))
    signature = read.signature(config).key
    if str(seeds) == "-":
        yield _file("-", sys.stdin.buffer.read(), signature, read_with(config, manifest))
    for one in found:
        name = one.path if isinstance(one, Skip) else names[one]
        present.add(name)
        result = _read_one(one, name, job)
        if known.get(name) != result.fingerprint:
            yield result


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
