"""Imported units as documents, segments and alignments: one transaction, so that nothing is ever half imported.

Each side is a document of its own (of at most ``PART`` units; then the next one begins), a segment a unit. The
documents say in ``imported`` what the file says of itself, the alignments in ``attributes`` what it says of each unit.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, Engine

from db import models, write
from db import queries_export as queries
from db.engine import transaction
from pipeline import VERSION
from pipeline.corpus import access, rows, store
from pipeline.errors import NotFoundError, UsageError
from pipeline.export.pairs import base, batches
from pipeline.imports.tables import read_csv, read_json, read_jsonl, read_tsv
from pipeline.imports.tmx import read_tmx
from pipeline.imports.units import Bad, Found, Header, Unit, Wanted
from pipeline.imports.writer import SCHEME, Job, Writer
from pipeline.imports.xliff import read_xliff
from pipeline.records import Event, digest

READERS: Mapping[str, tuple[str, str, Callable[[Wanted], Found]]] = MappingProxyType(
    {
        ".tmx": ("tmx", "application/x-tmx+xml", read_tmx),
        ".xliff": ("xliff", "application/xliff+xml", read_xliff),
        ".xlf": ("xliff", "application/xliff+xml", read_xliff),
        ".tsv": ("tsv", "text/tab-separated-values", read_tsv),
        ".csv": ("csv", "text/csv", read_csv),
        ".json": ("json", "application/json", read_json),
        ".jsonl": ("jsonl", "application/jsonl", read_jsonl),
    }
)
PART = 10_000  # units of one document
NAMED = 20  # units that were left out and are named
STEP = 1_000  # units between two signs of progress

Progress = Callable[[Event], None]


@dataclass(slots=True)
class Outcome:
    """What an import did. ``named`` are the first of the units that were left out."""

    units: int = 0
    bad: int = 0
    named: list[Bad] = field(default_factory=list)
    unchanged: bool = False

    def skip(self, one: Bad) -> None:
        """Count a unit that was left out."""
        self.bad += 1
        if len(self.named) < NAMED:
            self.named.append(one)


def job(path: Path, name: str | None, left: str, right: str) -> Job:
    """What is to be imported. Raises UsageError for a format that is not known, or a name or languages of no use."""
    if path.suffix.lower() not in READERS:
        raise UsageError(f"{path}: no format that can be imported. It must end in {', '.join(READERS)}.")
    chosen = path.name if name is None else name
    if not chosen.strip() or "#" in chosen or not chosen.isprintable():
        raise UsageError(f"{chosen!r} is no name for an import. Give one of plain letters with --name.")
    if base(left) == base(right):
        raise UsageError(f"both sides are in {left}. Name two languages with --left and --right.")
    form, media_type, _ = READERS[path.suffix.lower()]
    return Job(Wanted(path, left, right), chosen, form, media_type)


def load(one: Job, corpus: Path, progress: Progress) -> Outcome:
    """Import a file, in the place of what was imported under its name; nothing is done where that is the same.

    Raises InputError for a file that is damaged or unsafe, UsageError for one without a unit in the two languages.
    """
    sha256 = _sha256(one.wanted.path)
    fingerprint = digest(one.signature.key, sha256)
    with access.open_for_writing(corpus, progress) as engine:
        if _known(engine, one.file) == {fingerprint}:
            return Outcome(unchanged=True)
        started = store.start_run(engine, store.run_name(), VERSION, {"import": one.file})
        return _loaded(one, started, (sha256, fingerprint), progress)


def load_beside(path: Path, name: str, fingerprint: str, languages: tuple[str, str], corpus: store.Corpus) -> Outcome:
    """Import a file of the folder that a run reads, as ``name``, in the place of what it held before.

    Raises what ``load`` raises; then nothing has changed.
    """
    beside = replace(job(path, "bitext", *languages), name=name, scheme="")
    with transaction(corpus.engine) as connection:
        return _replaced(connection, Writer(beside, corpus.run, (_sha256(path), fingerprint)), lambda _: None)


def remove(name: str, corpus: Path, progress: Progress) -> None:
    """Take an import out of the corpus; verdicts stay. Raises NotFoundError for a name that is not there."""
    with access.open_for_writing(corpus, progress) as engine, transaction(engine) as connection:
        known = [file for file in queries.find_import_names(connection) if file.startswith(SCHEME)]
        if SCHEME + name not in known:
            names = ", ".join(one.removeprefix(SCHEME) for one in known) or "none"
            raise NotFoundError(f"nothing was imported as {name!r}. Imports in this corpus: {names}.")
        _forget(connection, SCHEME + name)


def _loaded(one: Job, corpus: store.Corpus, marks: tuple[str, str], progress: Progress) -> Outcome:
    outcome = Outcome()
    status = "failed"
    try:
        with transaction(corpus.engine) as connection:
            outcome = _replaced(connection, Writer(one, corpus.run, marks), progress)
        status = "done"
    finally:
        store.finish_run(corpus, status, {"units": outcome.units, "left out": outcome.bad})
    return outcome


def _replaced(connection: Connection, writer: Writer, progress: Progress) -> Outcome:
    """Write a file's units in the place of what was imported from it before."""
    outcome = Outcome()
    write.make_room(connection)
    _forget(connection, writer.job.file)
    write.insert_new(connection, models.Signature, [rows.signature_row(writer.job.signature)])
    _write(connection, writer, outcome, progress)
    return outcome


def _write(connection: Connection, writer: Writer, outcome: Outcome, progress: Progress) -> None:
    wanted = writer.job.wanted
    found = READERS[wanted.path.suffix.lower()][2](wanted)
    for units in batches(_units(found, writer, outcome, progress), PART):
        writer.part(connection, units)
    progress(Event("import", outcome.units, outcome.units))
    if not outcome.units:
        raise UsageError(
            f"{wanted.path}: nothing in it has a text in {wanted.left} and one in {wanted.right}, so nothing was "
            f"imported. Languages in it: {wanted.found()}. Name the two sides with --left and --right."
            + (f" First: line {outcome.named[0].line}: {outcome.named[0].reason}." if outcome.named else "")
        )


def _units(found: Found, writer: Writer, outcome: Outcome, progress: Progress) -> Iterator[Unit]:
    for one in found:
        if isinstance(one, Header):
            writer.header = one
        elif isinstance(one, Bad):
            outcome.skip(one)
        else:
            outcome.units += 1
            yield one
            if outcome.units % STEP == 0:
                progress(Event("import", outcome.units))


def _forget(connection: Connection, file: str) -> None:
    """Delete what was imported under a name; alignments and segments go with their documents."""
    known = [one.document_id for one in queries.find_imported(connection, file)]
    write.delete_files(connection, [file])
    write.delete_ids(connection, models.Document, known)


def _known(engine: Engine, file: str) -> set[str]:
    with engine.connect() as connection:
        return {one.fingerprint for one in queries.find_imported(connection, file)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
