"""The order of the stages: what is pending goes through its stage and into the corpus, one transaction a batch.

Each step asks the store what is pending under its signature, runs the stage on that alone and saves as it goes; so an
interrupted run loses the batch in flight and no more, and a second run with nothing changed does nothing.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from pipeline import VERSION
from pipeline import config as configuration
from pipeline.align import duplicates, pairs, passages, path, sections
from pipeline.config import Config, ReadConfig
from pipeline.corpus import store
from pipeline.corpus.rows import FileResult
from pipeline.corpus.store import Corpus
from pipeline.embedding import remember, use
from pipeline.errors import InputError, StoreError
from pipeline.language import detect, identify
from pipeline.reading import read
from pipeline.reading.manifest import Manifest, load_manifest
from pipeline.records import (
    ALIGNABLE,
    Alignment,
    Event,
    Finding,
    Skip,
    Translation,
    digest,
)
from pipeline.segmenting import segment
from pipeline.translation import choose, quality, translate

DOCUMENTS = 20  # documents in one transaction
TRANSLATIONS = 64
ALIGNED = ("translation", "partial")  # grades of document pairs whose sentences are aligned
Item = TypeVar("Item")

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

    def __init__(self, config: Config, environ: Mapping[str, str], corpus: Path) -> None:
        self.config = config
        self.environ = environ
        self._vectors = remember.files_of(corpus)[0]

    @cached_property
    def identifier(self) -> identify.Identifier:
        """Language identification."""
        return identify.load(self.config.detect)

    @cached_property
    def engine(self) -> translate.Engine | None:
        """The translation engine, or None where none is at hand."""
        return choose.choose(self.config, self.environ)

    @cached_property
    def embedder(self) -> remember.Remembering:
        """Sentence vectors; what was read in an earlier run is not read again."""
        return remember.Remembering(use.load(), self._vectors)

    def close(self) -> None:
        """Let go of the files."""
        if "embedder" in self.__dict__:
            self.embedder.close()


@dataclass
class Job:
    """One run under way."""

    corpus: Corpus
    place: Path
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
    manifest = Manifest() if str(seeds) == "-" else load_manifest(seeds)
    with locked(corpus, progress):
        try:
            engine = open_corpus(corpus)
        except CorpusError as error:
            raise StoreError(str(error)) from error
        name = f"{datetime.now():%Y%m%dT%H%M%S.%f}-{os.getpid()}"
        settings = {**configuration.settings(config), "data": str(config.data)}
        opened = store.start_run(engine, name, VERSION, settings)
        job = Job(opened, corpus, config, Tools(config, environ, corpus), progress)
        try:
            _ = job.tools.engine  # an engine that was asked for and is missing is said at once
            _stages(job, seeds, manifest)
        except BaseException as error:
            store.finish_run(opened, "interrupted" if isinstance(error, KeyboardInterrupt) else "failed", {})
            raise
        finally:
            job.tools.close()
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
    for batch in _batched(_files(job, seeds, manifest, known, present), DOCUMENTS):
        store.save_readings(job.corpus, batch)
        job.changed = True
    gone = {name for name in known.keys() - present if not any(name.startswith(f"{shut}/") for shut in present)}
    if gone or store.has_orphans(job.corpus):
        store.forget(job.corpus, gone)
        job.changed = True


def _files(
    job: Job, seeds: Path, manifest: Manifest, known: Mapping[str, str], present: set[str]
) -> Iterator[FileResult]:
    """What each new or changed file gives; ``present`` collects the names of all files, changed or not."""
    config = job.config.read
    signature = read.signature(config).key
    inputs = [(name, item) for name, item in _inputs(seeds, config) if not _own(item, job.place)]
    if not inputs and known:
        raise StoreError(
            f"{seeds}: there is no document in it, but the corpus holds {len(known)}. Nothing was changed: is a disk "
            "missing? To empty the corpus, delete its file."
        )
    siblings = read.hints(name for name, _ in inputs)
    for entry in manifest.unmatched(name for name, _ in inputs) if seeds.is_dir() else ():
        job.progress(Event("read", note=f"manifest.toml: {entry!r} fits no file here. Is it misspelt?"))
    for done, (name, item) in enumerate(inputs, 1):
        present.add(name)
        content = _content(name, item, config)
        about = (manifest.fingerprint(name), *siblings.get(name, ()))
        fingerprint = digest(signature, _mark(content), *about)
        if known.get(name) != fingerprint:
            if isinstance(content, Skip):
                yield FileResult(name, fingerprint, (content,))
            else:
                yield FileResult(name, fingerprint, tuple(read.read_bytes(content, name, config, manifest, siblings)))
        job.progress(Event("read", done, len(inputs)))


def _inputs(seeds: Path, config: ReadConfig) -> Iterator[tuple[str, Path | Skip]]:
    """Name and place of every input; standard input is named ``-``."""
    if str(seeds) == "-":
        yield "-", seeds
        return
    for one in read.find(seeds, config):
        yield (one.path, one) if isinstance(one, Skip) else (read.name_of(one, seeds), one)


def _own(item: Path | Skip, corpus: Path) -> bool:
    """Whether an input is the corpus itself, or one of the files beside it that belong to it."""
    own = {corpus.name + end for end in ("", "-wal", "-shm", ".lock")} | {corpus.with_suffix(".html").name}
    own |= {one.name for one in remember.files_of(corpus)}
    return isinstance(item, Path) and item.name in own and item.parent.resolve() == corpus.parent.resolve()


def _content(name: str, item: Path | Skip, config: ReadConfig) -> bytes | Skip:
    """The bytes of an input, or why they cannot be had."""
    if isinstance(item, Skip):
        return item
    try:
        return sys.stdin.buffer.read(config.max_bytes + 1) if name == "-" else read.load(item, config)
    except InputError as error:
        return Skip(name, error.code, error.reason)


def _mark(content: bytes | Skip) -> str:
    """What changes when an input does."""
    return content.code if isinstance(content, Skip) else sha256(content).hexdigest()


# Documents


def _duplicates(job: Job) -> None:
    texts = store.load_texts(job.corpus)
    fingerprint = digest("duplicates-1", *texts)
    if store.stage_seen(job.corpus, "duplicates") != fingerprint:
        store.save_duplicates(job.corpus, duplicates.originals(texts, duplicates.near_duplicates(texts)), fingerprint)


def _segment(job: Job) -> None:
    signature = segment.signature(job.config.segment)
    pending = store.pending_segmentation(job.corpus, signature)
    if pending:
        documents = (store.load_document(job.corpus, key) for key in pending)
        language_of = identify.language_of(job.tools.identifier)
        made = segment.segment(documents, language_of, job.config.segment)
        for batch in _batched(job.track("segment", made, len(pending)), DOCUMENTS):
            store.save_segmentations(job.corpus, batch, signature)


def _detect(job: Job) -> None:
    signature = detect.signature(job.tools.identifier, job.config.detect)
    pending = store.pending_detection(job.corpus, signature)
    found = (store.load_segmentation(job.corpus, key) for key in pending)
    made = detect.detect(found, job.tools.identifier, job.config.detect)
    for batch in _batched(job.track("detect", made, len(pending)), DOCUMENTS):
        store.save_detections(job.corpus, [(one, detect.profile(one.segments)) for one in batch], signature)


# Translations


def _translate(job: Job) -> None:
    engine, config = job.tools.engine, job.config.translate
    if engine is None:
        if job.changed:
            store.prune_translations(job.corpus)
        job.note = (
            "No translation engine is at hand: translation was left out. `make corpus` gets one and fills the gap."
        )
        return
    languages = (config.source, config.target)
    pending = store.pending_texts(job.corpus, *languages, engine.signature)
    made = translate.translate(pending, engine, config)
    checked = ((one, _check(one)) for one in job.track("translate", made, len(pending)))
    for batch in _batched(checked, TRANSLATIONS):
        store.save_translations(job.corpus, batch)
    if store.face_translations(job.corpus, *languages, engine.signature):
        job.changed = True
    if job.changed:
        store.prune_translations(job.corpus)


def _check(one: Translation) -> list[Finding]:
    return [Finding(code, one.key, value) for code, value in quality.check_translation(one.source, one.text)]


# Alignments


def _pair(job: Job) -> None:
    config = job.config.align
    hints = store.load_hints(job.corpus)
    signature = pairs.signature(job.tools.embedder, config)
    fingerprint = digest(signature.key, *store.load_state(job.corpus), *(" ".join(hint) for hint in hints))
    if store.stage_seen(job.corpus, "pair") == fingerprint:
        return
    found = store.load_alignable(job.corpus, sorted(ALIGNABLE))
    items = [one for key, segments in found.items() for one in pairs.items(key, segments, detect.profile(segments))]
    for item in items:  # with the joints that the later stages ask for: so that nothing is read twice
        job.tools.embedder.features(item.texts, joined=True)
    made = pairs.pair(items, hints, job.tools.embedder, config)
    within = [key for key, segments in found.items() if sections.within_document(segments, job.tools.embedder, config)]
    made += [pairs.self_pair(key, signature) for key in within]
    made += duplicates.copies(store.load_originals(job.corpus), store.load_texts(job.corpus))
    store.save_pairs(job.corpus, made, ALIGNED, fingerprint)
    job.progress(Event("pair", len(items), len(items)))


def _align(job: Job) -> None:
    config, languages = job.config.align, (job.config.translate.source, job.config.translate.target)
    signature = path.signature(job.tools.embedder, config)
    pending = store.pending_pairs(job.corpus, signature, ALIGNED)
    if not pending:
        return
    found = store.load_alignable(job.corpus, sorted(ALIGNABLE))
    segments = {one.key: one for some in found.values() for one in some}
    for pair in job.track("align", pending, len(pending)):
        sides = found[pair.left_document_id], found[pair.right_document_id]
        facing = sections.facing(sides, languages, job.tools.embedder, config)
        made = [one for pieces in facing for one in path.align_segments(*pieces, job.tools.embedder, config)]
        store.save_alignments(job.corpus, pair.id, made, segments, signature)


def _mine(job: Job) -> None:
    config, languages = job.config.mine, (job.config.translate.source, job.config.translate.target)
    signature = passages.signature(job.tools.embedder, config)
    aligned = store.load_aligned(job.corpus)
    state = [*store.load_state(job.corpus), *(" ".join(pair) for pair in aligned)]
    fingerprint = digest(signature.key, *languages, *state)
    if store.stage_seen(job.corpus, "mine") == fingerprint:
        return
    found = store.load_alignable(job.corpus, sorted(ALIGNABLE))
    left, right = ([passages.stream(key, some, code) for key, some in found.items()] for code in languages)
    made = [
        Alignment("passage", one.left, one.right, one.score, signature, one.features)
        for one in passages.passages(left, right, aligned, job.tools.embedder, config)
    ]
    segments = {one.key: one for some in found.values() for one in some}
    store.save_passages(job.corpus, made, segments, fingerprint)
    job.tools.embedder.close(prune=True)
    job.progress(Event("mine", len(made), len(made)))


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


# The lock


@contextmanager
def locked(corpus: Path, progress: Progress) -> Iterator[None]:
    """One run at a time: a second one waits and says for whom. The lock goes with its process, however that ends."""
    corpus.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(corpus.with_name(corpus.name + ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress(Event("wait", note=f"{corpus}: {_holder(corpus)} is writing to this corpus. Waiting for it to end."))
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _holder(corpus: Path) -> str:
    try:
        with read_corpus(corpus) as connection:
            return store.running(connection) or "another run"
    except CorpusError:
        return "another run"
