"""Imported units as documents, segments and alignments: one transaction, so that nothing is ever half imported.

Each side is a document of its own (of at most ``UNITS`` units; then the next one begins), a segment a unit. The
documents say in ``imported`` what the file says of itself, the alignments in ``attributes`` what it says of each unit.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, Engine

from db import models, write
from db import queries_export as queries
from db.engine import transaction
from db.place import Place
from db.twins import twin
from pipeline import VERSION
from pipeline.align import words
from pipeline.batches import batched
from pipeline.corpus import access, linking, rows, store
from pipeline.embedding import use
from pipeline.errors import NotFoundError, UsageError
from pipeline.export.selection import base
from pipeline.imports.judge import Judge
from pipeline.imports.lines import read_csv, read_json, read_jsonl, read_tsv, read_workbook
from pipeline.imports.tmx import read_tmx
from pipeline.imports.units import Bad, Contents, Header, ImportRequest, Unit
from pipeline.imports.writer import SCHEME, DocumentWriter, ImportJob
from pipeline.imports.xliff import read_xliff
from pipeline.reading.decode import bitext_root
from pipeline.reading.zipped import ODS, XLSX
from pipeline.records import Event, digest

READERS: Mapping[str, tuple[str, str, Callable[[ImportRequest], Contents]]] = MappingProxyType(
    {
        ".tmx": ("tmx", "application/x-tmx+xml", read_tmx),
        ".xliff": ("xliff", "application/xliff+xml", read_xliff),
        ".xlf": ("xliff", "application/xliff+xml", read_xliff),
        ".sdlxliff": ("xliff", "application/xliff+xml", read_xliff),
        ".tsv": ("tsv", "text/tab-separated-values", read_tsv),
        ".csv": ("csv", "text/csv", read_csv),
        ".json": ("json", "application/json", read_json),
        ".jsonl": ("jsonl", "application/jsonl", read_jsonl),
        ".xlsx": ("xlsx", XLSX, read_workbook),
        ".xls": ("xls", "application/vnd.ms-excel", read_workbook),
        ".ods": ("ods", ODS, read_workbook),
    }
)
UNITS = 10_000  # units of one document
NAMED = 20  # units that were left out and are named
STEP = 1_000  # units that are judged together, between two signs of progress
DOUBTFUL = 0.5  # score below which a pair is rather no translation

Progress = Callable[[Event], None]


@dataclass(slots=True)
class ImportOutcome:
    """What an import did, or would do. ``named`` are the first of the units that were left out.

    ``findings`` counts what was seen about the pairs, by code; ``doubtful`` are the pairs scored below one half,
    ``known`` those that face each other in the corpus already and were not added again.
    """

    units: int = 0
    bad: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    doubtful: int = 0
    known: int = 0
    named: list[Bad] = field(default_factory=list)
    unchanged: bool = False

    def count(self, unit: Unit) -> None:
        """Count a unit that was taken."""
        self.units += 1
        self.findings.update(code for code, _ in unit.findings)
        self.doubtful += unit.score is not None and unit.score < DOUBTFUL

    def skip(self, unit: Bad) -> None:
        """Count a unit that was left out."""
        self.bad += 1
        if len(self.named) < NAMED:
            self.named.append(unit)


def job(path: Path, name: str | None, left: str, right: str) -> ImportJob:
    """What is to be imported. Raises UsageError for a format that is not known, or a name or languages of no use."""
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is no file.")
    reader = _reader(path)
    if reader is None:
        raise UsageError(f"{path}: no format that can be imported. It must end in {', '.join(READERS)}.")
    title = path.name if name is None else name
    if not title.strip() or "#" in title or not title.isprintable():
        raise UsageError(f"{title!r} is no name for an import. Give one of plain letters with --name.")
    if base(left) == base(right):
        raise UsageError(f"both sides are in {left}. Name two languages with --left and --right.")
    form, media_type, _ = reader
    return ImportJob(ImportRequest(path, left, right), title, form, media_type)


def _reader(path: Path) -> tuple[str, str, Callable[[ImportRequest], Contents]] | None:
    """How a file is read: by its ending, or, where that says nothing, by being TMX or XLIFF."""
    if path.suffix.lower() in READERS or not path.is_file():
        return READERS.get(path.suffix.lower())
    with path.open("rb") as file:
        root = bitext_root(file.read(10_000).replace(b"\0", b"").decode("utf-8", "replace"))
    return READERS.get(f".{root}")


def _contents(request: ImportRequest) -> Contents:
    reader = _reader(request.path)
    if reader is None:
        raise UsageError(f"{request.path}: no format that can be imported.")
    return reader[2](request)


def load(job_: ImportJob, corpus: Place, progress: Progress) -> ImportOutcome:
    """Import a file, in the place of what was imported under its name; nothing is done where that is the same.

    Raises InputError for a file that is damaged or unsafe, UsageError for one without a unit in the two languages.
    """
    sha256 = _sha256(job_.request.path)
    fingerprint = digest(job_.signature.key, sha256)
    with access.open_for_writing(corpus, progress) as engine:
        if _known(engine, job_.file) == {fingerprint}:
            return ImportOutcome(unchanged=True)
        started = store.start_run(engine, store.run_name(), VERSION, {"import": job_.file})
        outcome = _loaded(job_, started, (sha256, fingerprint), progress)
        _link(started, progress)
    return outcome


def _link(corpus: store.Corpus, progress: Progress) -> None:
    """Link the words of what was imported; ``load_beside`` leaves that to the run that it is part of."""
    embedder = use.load()
    linker = words.WordLinker(embedder)

    def link(batch: Sequence[linking.Unlinked]) -> dict[str, linking.Links]:
        return words.packed_by_key({pair.pair_hash: (pair.left, pair.right) for pair in batch}, linker)

    for done, total in linking.link_pending(corpus, words.signature(embedder), link):
        progress(Event("link", done, total))


def load_beside(
    path: Path, name: str, fingerprint: str, languages: tuple[str, str], corpus: store.Corpus
) -> ImportOutcome:
    """Import a file of the folder that a run reads, as ``name``, in the place of what it held before.

    Raises what ``load`` raises; then nothing has changed.
    """
    beside = replace(job(path, "bitext", *languages), name=name, scheme="", again=True)
    with transaction(corpus.engine) as connection:
        return _replaced(connection, DocumentWriter(beside, corpus.run, (_sha256(path), fingerprint)), lambda _: None)


def check(job: ImportJob, progress: Progress) -> ImportOutcome:
    """What an import would take, leave out and see; nothing is written. Raises what ``load`` raises."""
    outcome = ImportOutcome()
    writer = DocumentWriter(job, "", ("", ""))
    for _ in _judged(_contents(job.request), writer, outcome, progress):
        pass
    return outcome


def remove(name: str, corpus: Place, progress: Progress) -> None:
    """Take an import out of the corpus; verdicts stay. Raises NotFoundError for a name that is not there."""
    with access.open_for_writing(corpus, progress) as engine, transaction(engine) as connection:
        imported = [file for file in queries.find_import_names(connection) if file.startswith(SCHEME)]
        if SCHEME + name not in imported:
            names = ", ".join(file.removeprefix(SCHEME) for file in imported) or "none"
            raise NotFoundError(f"nothing was imported as {name!r}. Imports in this corpus: {names}.")
        _forget(connection, SCHEME + name)


def _loaded(job_: ImportJob, corpus: store.Corpus, marks: tuple[str, str], progress: Progress) -> ImportOutcome:
    outcome = ImportOutcome()
    status = "failed"
    try:
        with transaction(corpus.engine) as connection:
            outcome = _replaced(connection, DocumentWriter(job_, corpus.run, marks), progress)
        status = "done"
    finally:
        store.finish_run(corpus, status, {"units": outcome.units, "left out": outcome.bad})
    return outcome


def _replaced(connection: Connection, writer: DocumentWriter, progress: Progress) -> ImportOutcome:
    """Write a file's units in the place of what was imported from it before."""
    outcome = ImportOutcome()
    twin(connection).enlarge_cache(connection)
    _forget(connection, writer.job.file)
    write.insert_new(connection, models.Signature, [rows.signature_row(writer.job.signature)])
    _write(connection, writer, outcome, progress)
    return outcome


def _write(connection: Connection, writer: DocumentWriter, outcome: ImportOutcome, progress: Progress) -> None:
    request = writer.job.request
    contents = _contents(request)
    fresh = contents if writer.job.again else _fresh(connection, contents, outcome)
    for units in batched(_judged(fresh, writer, outcome, progress), UNITS):
        writer.part(connection, units)
    progress(Event("import", outcome.units, outcome.units))
    if not outcome.units and not outcome.known:
        raise UsageError(
            f"{request.path}: nothing in it has a text in {request.left} and one in {request.right}, so nothing was "
            f"imported. Languages in it: {request.found()}. Name the two sides with --left and --right."
            + (f" First: line {outcome.named[0].line}: {outcome.named[0].reason}." if outcome.named else "")
        )


def _fresh(connection: Connection, contents: Contents, outcome: ImportOutcome) -> Contents:
    """What a file holds, but for pairs that face each other in the corpus already: an export that comes back."""
    for batch in batched(contents, queries.BATCH):
        units = [item for item in batch if isinstance(item, Unit)]
        known = Known(connection, units)
        for item in batch:
            if isinstance(item, Unit) and known.has(item):
                outcome.known += 1
            else:
                yield item


class Known:
    """Which of some units (few) face each other in the corpus: by their texts, or by their id where spaces differ."""

    def __init__(self, connection: Connection, units: Sequence[Unit]) -> None:
        hashes = [digest(*texts) for unit in units for texts in _both_ways(unit)]
        self.facing = queries.find_facing_hashes(connection, hashes)
        self.written = queries.find_written(
            connection, [digest(left) for unit in units for left, _ in _both_ways(unit)]
        )
        self.by_id = queries.find_facing_texts(connection, [key for unit in units if (key := unit.key)])

    def has(self, unit: Unit) -> bool:
        """Whether a unit is one of them."""
        texts = self.by_id.get(unit.key)
        return any(
            digest(left, right) in self.facing
            or (digest(left), right) in self.written
            or (texts is not None and [_spaced(text) for text in texts] == [_spaced(left), _spaced(right)])
            for left, right in _both_ways(unit)
        )


def _both_ways(unit: Unit) -> tuple[tuple[str, str], tuple[str, str]]:
    return (unit.left.text, unit.right.text), (unit.right.text, unit.left.text)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _judged(contents: Contents, writer: DocumentWriter, outcome: ImportOutcome, progress: Progress) -> Iterator[Unit]:
    """The units that are taken, as they are to be stored."""
    judge = Judge(writer.job.request)
    progress(Event("import", 0))
    for batch in batched(_units(contents, writer, outcome), STEP):
        for unit in judge.judge(batch):
            if isinstance(unit, Bad):
                outcome.skip(unit)
            else:
                outcome.count(unit)
                yield unit
        progress(Event("import", outcome.units))


def _units(contents: Contents, writer: DocumentWriter, outcome: ImportOutcome) -> Iterator[Unit]:
    for record in contents:
        if isinstance(record, Header):
            writer.header = record
        elif isinstance(record, Bad):
            outcome.skip(record)
        else:
            yield record


def _forget(connection: Connection, file: str) -> None:
    """Delete what was imported under a name; alignments and segments go with their documents."""
    documents = [document.document_id for document in queries.find_imported(connection, file)]
    write.delete_files(connection, [file])
    write.delete_ids(connection, models.Document, documents)


def _known(engine: Engine, file: str) -> set[str]:
    with engine.connect() as connection:
        return {document.fingerprint for document in queries.find_imported(connection, file)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
