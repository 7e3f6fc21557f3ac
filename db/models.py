"""The tables of a corpus.

Ids are made from the data (``pipeline.records``), so a second run meets its earlier rows. ``docid`` is a number made
from the id: the full-text indexes need one. Offsets count code points in ``document.text``; ``end_offset`` is
exclusive. Nothing here is peculiar to SQLite, nor is ``views.sql``, ``corrections.sql`` or ``queue.sql``; ``fts.sql``
has a twin, ``postgresql.sql``.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    and_,
    column,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.vocabulary import GRADES, KINDS, ROLES, SIDES, STATUSES, SUBJECTS, VERDICTS

NULLABLE_JSON = JSON(none_as_null=True)
RESIDUE = text("role = 'boilerplate'")
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of the tables; every constraint has a name, so that a migration can drop it."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,
        list[Any]: JSON,
        datetime: DateTime(timezone=True),
    }


def _one_of(name: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(column(name).in_(values), name=name)


def _id(length: int = 64) -> Mapped[str]:
    return mapped_column(String(length), primary_key=True)


def _ref(target: str) -> Mapped[str]:
    return mapped_column(ForeignKey(target, ondelete="CASCADE"), index=True)


def _facing_indexes(*columns: tuple[str, ...]) -> tuple[Index, ...]:
    """Indexes over pairs with two sides; a query uses them where it says so in the same words.

    On a server they have the same condition (``migrations``), which is not said here: that would load its dialect.
    """
    facing = text("left_text <> '' AND right_text <> ''")
    return tuple(Index(None, *names, sqlite_where=facing) for names in columns)


def _loose(target: str) -> Mapped[str | None]:
    return mapped_column(ForeignKey(target, ondelete="SET NULL"), index=True)


class Run(Base):
    """One run of the pipeline: when, with which settings, and what came of it."""

    __tablename__ = "run"
    __table_args__ = (_one_of("status", STATUSES),)

    id: Mapped[str] = _id()
    started: Mapped[datetime]
    finished: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(16))
    version: Mapped[str] = mapped_column(String(32))
    settings: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]


class Stage(Base):
    """What a stage that looks at the whole corpus last saw: if that has not changed, it has nothing to do."""

    __tablename__ = "stage"

    name: Mapped[str] = _id(32)
    fingerprint: Mapped[str] = mapped_column(Text)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))


class Signature(Base):
    """How a result was made: stage, engine, version, model and its SHA-256, settings."""

    __tablename__ = "signature"

    id: Mapped[str] = _id(16)
    stage: Mapped[str] = mapped_column(String(32))
    engine: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(128))
    model_sha256: Mapped[str] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]]


class Document(Base):
    """A text. Two files with one text are one document with two sources.

    ``imported`` is NULL for what the pipeline read; otherwise the text is one side of bitext that was made elsewhere,
    and this is what the file says of itself (a TMX header, say). No stage touches such a document. ``marks`` is
    what the file's markup says of stretches of the text: ``[start, end, markup]``, as in ``pipeline.records.Mark``.
    """

    __tablename__ = "document"

    id: Mapped[str] = _id(16)
    text: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    date: Mapped[str | None] = mapped_column(String(32))
    outlet: Mapped[str | None] = mapped_column(Text)
    author: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    licence: Mapped[str | None] = mapped_column(Text)
    main_language: Mapped[str | None] = mapped_column(String(16), index=True)
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    duplicate_of: Mapped[str | None] = _loose("document.id")
    imported: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    marks: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    segment_signature_id: Mapped[str | None] = mapped_column(ForeignKey("signature.id"))
    detect_signature_id: Mapped[str | None] = mapped_column(ForeignKey("signature.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))


class Source(Base):
    """A file, or a row of a table, that was read: with its document, or with the reason why it was skipped."""

    __tablename__ = "source"

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    file: Mapped[str] = mapped_column(Text, index=True)
    fingerprint: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str] = mapped_column(String(32))
    document_id: Mapped[str | None] = _loose("document.id")
    languages: Mapped[str] = mapped_column(Text)
    translation_of: Mapped[str] = mapped_column(Text)
    skip_code: Mapped[str | None] = mapped_column(String(8))
    skip_reason: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))


class Block(Base):
    """A paragraph, title, separator, piece of code or of web residue."""

    __tablename__ = "block"
    __table_args__ = (_one_of("role", ROLES), CheckConstraint("start_offset < end_offset", name="span"))

    id: Mapped[str] = _id()
    document_id: Mapped[str] = _ref("document.id")
    role: Mapped[str] = mapped_column(String(16))
    start_offset: Mapped[int]
    end_offset: Mapped[int]


class Segment(Base):
    """A sentence, headline or other unit: ``document.text[start_offset:end_offset]``."""

    __tablename__ = "segment"
    __table_args__ = (
        _one_of("role", ROLES),
        CheckConstraint("start_offset < end_offset", name="span"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        UniqueConstraint("docid"),
        Index(None, "document_id", "position"),
        Index("ix_segment_boilerplate", "document_id", sqlite_where=RESIDUE),
    )

    id: Mapped[str] = _id()
    docid: Mapped[int] = mapped_column(BigInteger)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    block_id: Mapped[str] = _ref("block.id")
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(16))
    start_offset: Mapped[int]
    end_offset: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(16), index=True)
    language: Mapped[str | None] = mapped_column(String(16), index=True)
    confidence: Mapped[float | None]
    method: Mapped[str | None] = mapped_column(String(32))
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))


class Span(Base):
    """A stretch of a segment in another language than the segment's own."""

    __tablename__ = "span"
    __table_args__ = (CheckConstraint("start_offset < end_offset", name="span"),)

    segment_id: Mapped[str] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"), primary_key=True)
    start_offset: Mapped[int] = mapped_column(primary_key=True)
    end_offset: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    method: Mapped[str] = mapped_column(String(32))


class Translation(Base):
    """A text in another language, made once for each (text, signature); every segment with that text shares it.

    ``check_signature_id`` says which checks it went through, NULL if none: what they saw stands in ``finding``.
    """

    __tablename__ = "translation"
    __table_args__ = (UniqueConstraint("source_hash", "target", "signature_id"),)

    id: Mapped[str] = _id(16)
    source_hash: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    score: Mapped[float | None]
    signature_id: Mapped[str] = mapped_column(ForeignKey("signature.id"), index=True)
    check_signature_id: Mapped[str | None] = mapped_column(ForeignKey("signature.id"), index=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))


class DocumentPair(Base):
    """Two documents that face each other (or one that faces itself), with the grade and its evidence."""

    __tablename__ = "document_pair"
    __table_args__ = (_one_of("grade", GRADES), UniqueConstraint("left_document_id", "right_document_id"))

    id: Mapped[str] = _id(16)
    left_document_id: Mapped[str] = _ref("document.id")
    right_document_id: Mapped[str] = _ref("document.id")
    grade: Mapped[str] = mapped_column(String(16))
    score: Mapped[float]
    evidence: Mapped[dict[str, Any]]
    signature_id: Mapped[str] = mapped_column(ForeignKey("signature.id"))
    align_signature_id: Mapped[str | None] = mapped_column(ForeignKey("signature.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))


class Alignment(Base):
    """One facing pair. An insertion or deletion has one side empty.

    ``translation``: a segment and its machine translation. ``bitext``: the same passage in two documents (or twice in
    one) that translate each other. ``passage``: the same said in documents that do not translate each other.
    ``related``: of such documents, what tells of the same event and says something else of it.
    ``correction`` is what a person wrote in the place of the right side, ``left_correction`` of the left: triggers keep
    them (``corrections.sql``).
    ``attributes`` is what the file says of an imported pair (identifiers, notes, properties), NULL for all others.
    """

    __tablename__ = "alignment"
    __table_args__ = (
        _one_of("kind", KINDS),
        CheckConstraint("score BETWEEN 0 AND 1", name="score"),
        UniqueConstraint("docid"),
        Index(None, "kind", "score"),
        *_facing_indexes(("kind", "score", "docid"), ("pair_hash", "kind", "score")),
    )

    id: Mapped[str] = _id(16)
    docid: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    left_document_id: Mapped[str] = _ref("document.id")
    right_document_id: Mapped[str] = _ref("document.id")
    document_pair_id: Mapped[str | None] = mapped_column(ForeignKey("document_pair.id", ondelete="CASCADE"), index=True)
    translation_id: Mapped[str | None] = mapped_column(ForeignKey("translation.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    shape: Mapped[str] = mapped_column(String(16))
    left_text: Mapped[str] = mapped_column(Text)
    right_text: Mapped[str] = mapped_column(Text)
    left_language: Mapped[str | None] = mapped_column(String(16))
    right_language: Mapped[str | None] = mapped_column(String(16))
    left_origin: Mapped[str] = mapped_column(Text)
    right_origin: Mapped[str] = mapped_column(Text)
    pair_hash: Mapped[str] = mapped_column(String(16))
    correction: Mapped[str | None] = mapped_column(Text)
    left_correction: Mapped[str | None] = mapped_column(Text)
    corrected_by: Mapped[str | None] = mapped_column(Text)
    score: Mapped[float | None]
    features: Mapped[dict[str, Any]]
    attributes: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    signature_id: Mapped[str] = mapped_column(ForeignKey("signature.id"), index=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))


class AlignmentSegment(Base):
    """Which segments stand on which side of an alignment, in order."""

    __tablename__ = "alignment_segment"
    __table_args__ = (_one_of("side", SIDES),)

    alignment_id: Mapped[str] = mapped_column(ForeignKey("alignment.id", ondelete="CASCADE"), primary_key=True)
    side: Mapped[str] = mapped_column(String(8), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    segment_id: Mapped[str] = _ref("segment.id")


class WordLinks(Base):
    """Which words of two facing texts translate each other: of any texts, keyed by the two as verdicts are.

    ``links`` is a list of ``[left start, left end, right start, right end, score]`` in the order of the left text:
    offsets in characters, the score in hundredths.
    """

    __tablename__ = "word_links"

    pair_hash: Mapped[str] = _id(16)
    links: Mapped[list[Any]]
    signature_id: Mapped[str] = mapped_column(ForeignKey("signature.id"), index=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))


class Finding(Base):
    """Something measured about a row: a stable code, the row's id, what was seen. Nothing is decided here.

    ``signature_id`` says by which rules; NULL in a corpus that no run has come to since they were first written down.
    """

    __tablename__ = "finding"
    __table_args__ = (_one_of("subject_kind", SUBJECTS), Index(None, "subject"))

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(Text)
    signature_id: Mapped[str | None] = mapped_column(ForeignKey("signature.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))


class Review(Base):
    """A reviewer's verdict on two facing texts. Rows are only ever added; each reviewer's latest counts.

    Keyed by the texts it judges, not by their rows, so that it survives a rebuild; a correction also by the left text
    alone (``left_hash``), so that it outlives the machine text that it took the place of. ``withdrawn`` takes back
    what the reviewer said before.
    """

    __tablename__ = "review"
    __table_args__ = (_one_of("verdict", VERDICTS), Index(None, "pair_hash", "reviewer"), Index(None, "left_hash"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    pair_hash: Mapped[str] = mapped_column(String(16))
    left_hash: Mapped[str | None] = mapped_column(String(16))
    left_text: Mapped[str] = mapped_column(Text)
    right_text: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(16))
    correction: Mapped[str | None] = mapped_column(Text)
    left_correction: Mapped[str | None] = mapped_column(Text)
    comment: Mapped[str | None] = mapped_column(Text)
    reviewer: Mapped[str] = mapped_column(Text, index=True)
    created: Mapped[datetime]


class SettledVerdict(Base):
    """A verdict whose texts face each other no more, and that somebody has dealt with.

    ``laid_on`` is the hash of the texts on which it was laid again; NULL where it was put aside. It stays in ``review``
    and holds again where its own texts come back.
    """

    __tablename__ = "settled_verdict"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), primary_key=True)
    laid_on: Mapped[str | None] = mapped_column(String(16))
    reviewer: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]


class QueueEntry(Base):
    """A facing pair in the review queue. Triggers keep it: ``queue.sql`` says what the rank is made from.

    The queue is read along its one index: the unjudged first, then band by band, the lowest rank first. The other
    columns of the index let a filter be answered from it alone.
    """

    __tablename__ = "queue_entry"
    __table_args__ = (Index(None, "judged", "band", "rank", "docid", "kind", "verdict", "score"),)

    docid: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"),  # SQLite keeps a row under its INTEGER PRIMARY KEY alone
        ForeignKey("alignment.docid", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    kind: Mapped[str] = mapped_column(String(16))
    pair_hash: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str | None] = mapped_column(String(16))
    judged: Mapped[bool]
    score: Mapped[float]
    band: Mapped[int]
    rank: Mapped[float]


class Resegmentation(Base):
    """What a reviewer made of some neighbouring beads of two documents. Rows are only ever added.

    ``before`` and ``after`` are lists of beads, each a pair of lists of segment ids; both hold the same segments. In
    ``before`` each bead also has how it was made, for undoing. They are laid over what the aligner finds, also after a
    rebuild. A row with ``undoes`` takes back the row of that id. ``texts`` maps ``left`` and ``right`` to
    ``[segment id, text]`` of these segments and of some around them, in order: where a document has changed, they are
    found again by it, and the ids and texts of the row become those of the segments as they are then.
    """

    __tablename__ = "resegmentation"
    __table_args__ = (Index(None, "left_document_id", "right_document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    left_document_id: Mapped[str] = mapped_column(String(16))
    right_document_id: Mapped[str] = mapped_column(String(16))
    before: Mapped[list[Any]]
    after: Mapped[list[Any]]
    undoes: Mapped[int | None]
    reviewer: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


def faces() -> ColumnElement[bool]:
    """That an alignment has two sides: written out and not bound, so that the indexes over facing pairs serve."""
    empty: ColumnElement[str] = literal_column("''", String)
    return and_(Alignment.left_text != empty, Alignment.right_text != empty)
