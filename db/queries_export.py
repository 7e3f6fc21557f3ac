"""Every SELECT of the exports and imports. Exports read pair by pair, so that no corpus is too large for memory."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, DateTime, Select, String, column, func, or_, select, table

from db.models import (
    Alignment,
    AlignmentSegment,
    Document,
    Review,
    Run,
    Segment,
    Signature,
    Source,
    WordLinks,
    faces,
)
from db.row_types import SignatureRow, columns_of
from db.twins import twin

BATCH = 500  # rows fetched at once, and verdicts asked for at once


class FacingPair(NamedTuple):
    """A facing pair with both sides, without what its documents and its verdict say."""

    id: str
    kind: str
    score: float | None
    position: int
    document_pair_id: str | None
    signature_id: str
    pair_hash: str
    left_document_id: str
    left_text: str
    left_language: str | None
    left_origin: str
    right_document_id: str
    right_text: str
    right_language: str | None
    right_origin: str
    run_id: str
    attributes: dict[str, Any] | None
    correction: str | None = None
    left_correction: str | None = None
    corrected_by: str | None = None


class Member(NamedTuple):
    """A segment that stands on a side of a pair; offsets count characters of its document."""

    alignment_id: str
    side: str
    id: str
    start_offset: int
    end_offset: int
    role: str
    block_id: str
    language: str | None


class ExportSegment(NamedTuple):
    """A segment of a document that is exported as a whole."""

    start_offset: int
    end_offset: int
    text: str
    role: str
    block_id: str
    language: str | None


class About(NamedTuple):
    """What an export says of a document."""

    id: str
    path: str
    title: str | None
    date: str | None
    outlet: str | None
    author: str | None
    url: str | None
    licence: str | None
    main_language: str | None
    profile: dict[str, float]
    imported: dict[str, Any] | None


class Verdict(NamedTuple):
    """The latest verdict on two texts."""

    pair_hash: str
    verdict: str
    correction: str | None
    comment: str | None
    reviewer: str
    left_correction: str | None = None
    created: datetime | None = None


class ImportedSource(NamedTuple):
    """One side (or a part of it) of an imported file."""

    path: str
    document_id: str
    fingerprint: str


COLUMNS = columns_of(Alignment, FacingPair._fields)
# The view.
VERDICT = table("verdict", *(column(name, DateTime if name == "created" else String) for name in Verdict._fields))


def begin_reading(connection: Connection) -> None:
    """Let all that is read from now on be of one moment, whatever others write meanwhile."""
    twin(connection).begin_snapshot(connection)


def find_left_documents(connection: Connection, documents: Collection[str] | None) -> list[str]:
    """Documents on the left of a pair, by path; only of pairs with a side among ``documents`` (few)."""
    path = select(func.min(Source.path)).where(Source.document_id == Document.id).scalar_subquery()
    query = select(Document.id).where(Document.id.in_(_left(documents))).order_by(path, Document.id)
    return list(connection.scalars(query))


def find_left_files(connection: Connection, documents: Collection[str] | None) -> list[str]:
    """At most two of the files that those documents come from."""
    query = select(Source.file).where(Source.document_id.in_(_left(documents))).distinct().limit(2)
    return list(connection.scalars(query))


def count_pairs(connection: Connection) -> int:
    """How many alignments there are, of whatever kind."""
    return connection.execute(select(func.count()).select_from(Alignment)).scalar_one()


def iter_pairs(
    connection: Connection, document: str, kinds: Collection[str], min_score: float | None
) -> Iterator[FacingPair]:
    """The pairs whose left side is in ``document``, in its order; insertions and deletions are left out."""
    query = _pairs(document).where(Alignment.kind.in_(kinds))
    if min_score is not None:
        query = query.where(Alignment.score >= min_score)
    with connection.execution_options(yield_per=BATCH).execute(query) as rows:
        yield from map(FacingPair._make, rows)


def find_verdicts_on(connection: Connection, hashes: Sequence[str]) -> dict[str, Verdict]:
    """Hash of two texts to the latest verdict on them; at most BATCH hashes."""
    rows = connection.execute(select(VERDICT).where(VERDICT.c.pair_hash.in_(hashes)))
    return {row.pair_hash: Verdict._make(row) for row in rows}


def find_members(connection: Connection, alignments: Sequence[str]) -> dict[str, list[Member]]:
    """Alignment to its segments, the left side first, in order; at most BATCH alignments."""
    columns = (AlignmentSegment.alignment_id, AlignmentSegment.side, Segment.id, Segment.start_offset)
    rest = (Segment.end_offset, Segment.role, Segment.block_id, Segment.language)
    query = select(*columns, *rest).join(Segment, Segment.id == AlignmentSegment.segment_id)
    query = query.where(AlignmentSegment.alignment_id.in_(alignments))
    members: dict[str, list[Member]] = {}
    for row in connection.execute(query.order_by(AlignmentSegment.side, AlignmentSegment.position)):
        members.setdefault(row.alignment_id, []).append(Member._make(row))
    return members


def iter_segments(connection: Connection, document: str) -> Iterator[ExportSegment]:
    """The segments of a document, in its order."""
    query = select(*columns_of(Segment, ExportSegment._fields)).where(Segment.document_id == document)
    rows = connection.execute(query.order_by(Segment.position))
    yield from map(ExportSegment._make, rows)


def find_word_links(connection: Connection, hashes: Sequence[str]) -> dict[str, list[list[int]]]:
    """Hash of two texts to the links of their words, for those that have any; at most BATCH hashes."""
    rows = connection.execute(select(WordLinks.pair_hash, WordLinks.links).where(WordLinks.pair_hash.in_(hashes)))
    return {key: links for key, links in rows}


def get_run_start(connection: Connection, run: str) -> datetime:
    """When a run began, in UTC."""
    return connection.execute(select(Run.started).where(Run.id == run)).scalar_one()


def find_facing_hashes(connection: Connection, hashes: Sequence[str]) -> set[str]:
    """Which of these hashes of two texts (few) stand for texts that face each other."""
    return set(connection.scalars(select(Alignment.pair_hash).where(Alignment.pair_hash.in_(hashes), faces())))


def find_facing_texts(connection: Connection, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Id to the two texts of those of these alignments (few) that there are; a correction in its place."""
    right = func.coalesce(Alignment.correction, Alignment.right_text)
    left = func.coalesce(Alignment.left_correction, Alignment.left_text)
    rows = connection.execute(select(Alignment.id, left, right).where(Alignment.id.in_(keys)))
    return {key: (left_reading, reading) for key, left_reading, reading in rows}


def find_written(connection: Connection, left_hashes: Sequence[str]) -> set[tuple[str, str]]:
    """Hash of a left text and what a person wrote for it, for these texts (few)."""
    query = select(Review.left_hash, Review.correction).where(Review.left_hash.in_(left_hashes))
    rows = connection.execute(query.where(Review.correction.is_not(None)).distinct())
    return {(left, correction) for left, correction in rows if left and correction}


def has_reviews(connection: Connection) -> bool:
    """Whether anybody has judged anything."""
    return connection.execute(select(Review.id).limit(1)).first() is not None


def get_about(connection: Connection, document: str) -> About:
    """What is known of one document."""
    path = select(func.min(Source.path)).where(Source.document_id == Document.id).scalar_subquery().label("path")
    columns = [path if name == "path" else Document.__table__.c[name] for name in About._fields]
    row = connection.execute(select(*columns).where(Document.id == document)).one()
    return About._make(row)


def get_signature(connection: Connection, signature: str) -> SignatureRow:
    """How something was made."""
    query = select(*columns_of(Signature, SignatureRow._fields)).where(Signature.id == signature)
    return SignatureRow._make(connection.execute(query).one())


def find_documents_beginning(connection: Connection, start: str) -> list[str]:
    """At most two documents whose id begins so."""
    query = select(Document.id).where(Document.id >= start, Document.id < start + "\U0010ffff")
    return list(connection.scalars(query.limit(2)))


def find_documents_of(connection: Connection, path: str) -> list[str]:
    """The documents of a source or of a file."""
    named = or_(Source.path == path, Source.file == path)
    query = select(Source.document_id).where(named, Source.document_id.is_not(None)).distinct()
    return [str(document) for document in connection.scalars(query)]


def find_imported(connection: Connection, file: str) -> list[ImportedSource]:
    """The sides of one imported file, by path."""
    query = select(Source.path, Source.document_id, Source.fingerprint).join(
        Document, Document.id == Source.document_id
    )
    query = query.where(Source.file == file, Document.imported.is_not(None))
    return [ImportedSource._make(row) for row in connection.execute(query.order_by(Source.path))]


def find_import_names(connection: Connection) -> list[str]:
    """The files that were imported, by name."""
    query = select(Source.file).distinct().join(Document, Document.id == Source.document_id)
    return list(connection.scalars(query.where(Document.imported.is_not(None)).order_by(Source.file)))


def _left(documents: Collection[str] | None) -> Select[Any]:
    query = select(Alignment.left_document_id).distinct()
    if documents is None:
        return query
    return query.where(or_(Alignment.left_document_id.in_(documents), Alignment.right_document_id.in_(documents)))


def _pairs(document: str) -> Select[Any]:
    both = (Alignment.left_text != "", Alignment.right_text != "")
    order = (Alignment.kind, Alignment.document_pair_id, Alignment.position, Alignment.id)
    return select(*COLUMNS).where(Alignment.left_document_id == document, *both).order_by(*order)
