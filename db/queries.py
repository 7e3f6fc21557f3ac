"""Every SELECT: ``get_*`` gives one row or None, ``find_*`` many. Row types are named at the top."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    SQLColumnExpression,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import aliased

from db.choices import CHOICE
from db.expressions import FINDINGS, Truncated
from db.models import (
    Alignment,
    AlignmentSegment,
    Document,
    DocumentPair,
    Finding,
    Run,
    Segment,
    Signature,
    Source,
    Span,
    Stage,
    Translation,
    faces,
)
from db.row_types import DocumentPairRow, RunRow, SegmentRow, SignatureRow, columns_of


class FacingRow(NamedTuple):
    """A segment and the translation of its text."""

    segment_id: str
    document_id: str
    position: int
    text: str
    language: str
    translation_id: str
    translation: str
    target: str
    origin: str
    score: float | None
    signature_id: str


class StoredDocument(NamedTuple):
    """What a document is known by, without its text; ``sources`` counts the inputs that hold it."""

    id: str
    title: str | None
    date: str | None
    outlet: str | None
    author: str | None
    url: str | None
    licence: str | None
    marks: list[Any]
    segment_signature_id: str | None
    sources: int


class DocumentText(NamedTuple):
    """A document as its stages read it; ``marks`` as in ``models.Document``."""

    id: str
    text: str
    title: str | None
    date: str | None
    outlet: str | None
    author: str | None
    url: str | None
    licence: str | None
    marks: list[Any]


class StateRow(NamedTuple):
    """What decides a document's segments and their languages; ``marks`` as they are stored."""

    id: str
    segment_signature_id: str | None
    detect_signature_id: str | None
    duplicate_of: str | None
    title: str | None
    marks: str


class SpanRow(NamedTuple):
    """A stretch of a segment in another language than the segment's own."""

    segment_id: str
    start_offset: int
    end_offset: int
    language: str


class UncheckedRow(NamedTuple):
    """A translation that is to be checked; ``source`` is None where no segment has that text any more."""

    id: str
    source: str | None
    text: str
    score: float | None
    language: str
    target: str
    settings: Mapping[str, Any]
    signature_id: str


class ScoreRow(NamedTuple):
    """Where an alignment stands, and how it was judged by the machine."""

    position: int
    score: float | None
    features: dict[str, Any]


class PairRow(NamedTuple):
    """Two documents that are to be aligned."""

    id: str
    left_document_id: str
    right_document_id: str


class JudgementRow(NamedTuple):
    """What two documents are to each other, and why."""

    grade: str
    score: float
    evidence: dict[str, float]
    signature_id: str


class HintRow(NamedTuple):
    """A source with what a manifest or a file name says about it."""

    path: str
    document_id: str
    languages: str
    translation_of: str


class SkipRow(NamedTuple):
    """An input that was not used."""

    path: str
    skip_code: str
    skip_reason: str


class PageDocument(NamedTuple):
    """A document with what its place on the report depends on."""

    id: str
    path: str | None
    title: str | None
    date: str | None
    outlet: str | None
    author: str | None
    url: str | None
    licence: str | None
    main_language: str | None
    profile: dict[str, float]
    duplicate_of: str | None
    segments: int
    mates: int
    translated: int


class MachineRow(NamedTuple):
    """A segment's machine translation."""

    segment_id: str
    alignment_id: str
    text: str
    language: str | None
    origin: str
    score: float | None
    verdict: str | None
    correction: str | None = None
    reviewer: str | None = None
    left_correction: str | None = None


class CounterpartRow(NamedTuple):
    """What faces a segment in a document: ``segment_id`` is the first of ``shape``'s ``side`` that stands in it.

    Where ``reviewer`` corrected the text, ``replaced`` is what the document says.
    """

    segment_id: str
    side: str
    shape: str
    alignment_id: str
    kind: str
    score: float | None
    verdict: str | None
    text: str
    language: str | None
    document_id: str
    title: str | None
    path: str | None
    facing_segment_id: str
    facing_position: int
    replaced: str | None = None
    reviewer: str | None = None


class BeadSegmentRow(NamedTuple):
    """One segment of one side of a bitext alignment."""

    alignment_id: str
    score: float | None
    verdict: str | None
    side: str
    segment_id: str
    left_correction: str | None = None
    right_correction: str | None = None
    corrected_by: str | None = None


class PassageRow(NamedTuple):
    """A mined passage, with the first segment of either side.

    Where ``reviewer`` corrected a text, the side's ``replaced`` is what its document says.
    """

    alignment_id: str
    score: float | None
    verdict: str | None
    left_text: str
    left_language: str | None
    left_document_id: str
    left_title: str | None
    left_path: str | None
    left_segment_id: str
    left_position: int
    right_text: str
    right_language: str | None
    right_document_id: str
    right_title: str | None
    right_path: str | None
    right_segment_id: str
    right_position: int
    left_replaced: str | None = None
    right_replaced: str | None = None
    reviewer: str | None = None


SEGMENT_COLUMNS = columns_of(Segment, SegmentRow._fields)
SIGNATURE_COLUMNS = columns_of(Signature, SignatureRow._fields)
RUN_COLUMNS = columns_of(Run, RunRow._fields)


# What the pipeline asks, in the order of its stages.


# Imported bitext was made elsewhere: no stage may touch it, so none gets to see it.
_READ = select(Document.id).where(Document.imported.is_(None))
_IMPORTED = select(Document.id).where(Document.imported.is_not(None))


def find_known_files(connection: Connection) -> dict[str, str]:
    """File name to the fingerprint that it was last read with; what a person imported is not among them."""
    read = or_(Source.document_id.is_(None), Source.document_id.not_in(_IMPORTED), ~Source.file.startswith("import:"))
    rows = connection.execute(select(Source.file, Source.fingerprint).where(read).distinct())
    return {row.file: row.fingerprint for row in rows}


def find_skips(connection: Connection) -> list[SkipRow]:
    """Inputs that were not used, by path."""
    query = select(Source.path, Source.skip_code, Source.skip_reason).where(Source.skip_code.is_not(None))
    return [SkipRow._make(row) for row in connection.execute(query.order_by(Source.path))]


def find_failures(connection: Connection, code: str) -> list[tuple[str, str]]:
    """What a stage failed on, by the path of its document where there is one, and what happened."""
    path = select(func.min(Source.path)).where(Source.document_id == Finding.subject).scalar_subquery()
    query = select(func.coalesce(path, Finding.subject), Finding.value).where(Finding.code == code)
    return sorted((subject, value) for subject, value in connection.execute(query))


def find_unsegmented(connection: Connection, signature: str) -> list[str]:
    """Ids of documents that were not segmented under ``signature``."""
    return _stale(connection, Document.segment_signature_id, signature)


def find_undetected(connection: Connection, signature: str) -> list[str]:
    """Ids of documents whose languages were not detected under ``signature``."""
    return _stale(connection, Document.detect_signature_id, signature)


def find_documents_by_key(connection: Connection, documents: Sequence[str]) -> list[DocumentText]:
    """Those of ``documents`` (few) that there are, with their texts."""
    query = select(*columns_of(Document, DocumentText._fields)).where(Document.id.in_(documents))
    return [DocumentText._make(row) for row in connection.execute(query)]


def find_stored(connection: Connection, documents: Sequence[str]) -> dict[str, StoredDocument]:
    """What is known of ``documents`` (few) that are in the corpus, by id."""
    sources = select(func.count()).where(Source.document_id == Document.id).scalar_subquery()
    query = select(*columns_of(Document, StoredDocument._fields[:-1]), sources).where(Document.id.in_(documents))
    return {row.id: row for row in map(StoredDocument._make, connection.execute(query))}


def has_orphans(connection: Connection) -> bool:
    """Whether a document has no source."""
    orphan = ~select(Source.path).where(Source.document_id == Document.id).exists()
    return connection.execute(select(Document.id).where(orphan).limit(1)).first() is not None


def find_segments(connection: Connection, documents: Sequence[str]) -> list[SegmentRow]:
    """The segments of documents (few), by document in the order of its text."""
    query = select(*SEGMENT_COLUMNS).where(Segment.document_id.in_(documents))
    query = query.order_by(Segment.document_id, Segment.position)
    return [SegmentRow._make(row) for row in connection.execute(query)]


def find_named_segments(connection: Connection, segments: Sequence[str]) -> list[SegmentRow]:
    """The segments with these ids (few)."""
    rows = connection.execute(select(*SEGMENT_COLUMNS).where(Segment.id.in_(segments)))
    return [SegmentRow._make(row) for row in rows]


def find_documents(connection: Connection) -> list[str]:
    """Ids of the documents, in the order of the files' names; imported ones are left out."""
    first = select(func.min(Source.path)).where(Source.document_id == Document.id).scalar_subquery()
    query = select(Document.id).where(Document.imported.is_(None)).order_by(first, Document.id)
    return list(connection.scalars(query))


def find_texts(connection: Connection, documents: Sequence[str]) -> dict[str, str]:
    """Id to text of ``documents`` (few)."""
    query = select(Document.id, Document.text).where(Document.id.in_(documents))
    return {row.id: row.text for row in connection.execute(query)}


def find_untranslated(connection: Connection, source: str, target: str, signature: str) -> list[str]:
    """Distinct texts in language ``source`` that have no translation into ``target`` under ``signature``.

    Where one is chosen for a text (``CHOICE``), it takes the place of ``signature``, here and in what follows.
    """
    translated = and_(
        Translation.source_hash == Segment.text_hash,
        Translation.target == target,
        Translation.signature_id == _chosen(Segment.text_hash, signature),
    )
    query = (
        select(Segment.text)
        .where(
            Segment.language == source, Segment.role != "separator", ~select(Translation.id).where(translated).exists()
        )
        .where(Segment.document_id.in_(_READ))
        .distinct()
        .order_by(Segment.text)
    )
    return list(connection.scalars(query))


def find_texts_by_hash(connection: Connection, language: str, hashes: Sequence[str]) -> dict[str, str]:
    """Texts in ``language`` by their hashes (few)."""
    query = select(Segment.text_hash, Segment.text).where(Segment.text_hash.in_(hashes), Segment.language == language)
    return {text_hash: source for text_hash, source in connection.execute(query.distinct())}


def find_sources(connection: Connection, source: str) -> list[str]:
    """Distinct texts in language ``source``."""
    query = select(Segment.text).where(Segment.language == source, Segment.role != "separator")
    return list(connection.scalars(query.where(Segment.document_id.in_(_READ)).distinct().order_by(Segment.text)))


def _chosen(text_hash: SQLColumnExpression[str], signature: str) -> ColumnElement[str]:
    choice = select(CHOICE.c.signature_id).where(CHOICE.c.text_hash == text_hash).correlate_except(CHOICE)
    return func.coalesce(choice.scalar_subquery(), signature)


def has_stray_translations(connection: Connection) -> bool:
    """Whether there is a translation of a text that no segment in its language has any more."""
    return connection.execute(select(Translation.id).where(is_stray()).limit(1)).first() is not None


def is_stray() -> ColumnElement[bool]:
    """Whether a translation is of a text that nothing asks for: the counterpart of ``find_untranslated``."""
    asks = select(Segment.id).where(
        Segment.text_hash == Translation.source_hash,
        Segment.language == Translation.language,
        Segment.role != "separator",
        Segment.document_id.in_(_READ),
    )
    return ~asks.exists()


def find_signatures(connection: Connection, stage: str) -> list[SignatureRow]:
    """Every signature of a stage."""
    query = select(*SIGNATURE_COLUMNS).where(Signature.stage == stage)
    return [SignatureRow._make(row) for row in connection.execute(query)]


def has_translations_of(connection: Connection, signatures: Sequence[str]) -> bool:
    """Whether there is a translation made under one of ``signatures`` (few)."""
    query = select(Translation.id).where(Translation.signature_id.in_(signatures)).limit(1)
    return connection.execute(query).first() is not None


def count_unchecked(connection: Connection, signature: str) -> int:
    """How many translations have not gone through the checks of ``signature``."""
    return connection.execute(select(func.count()).where(_unchecked(signature))).scalar_one()


def find_unchecked(connection: Connection, signature: str, after: str, limit: int) -> list[str]:
    """Ids of the next ``limit`` translations after ``after`` that have not gone through the checks of ``signature``."""
    query = select(Translation.id).where(_unchecked(signature), Translation.id > after)
    return list(connection.scalars(query.order_by(Translation.id).limit(limit)))


def find_checkable(connection: Connection, translations: Sequence[str]) -> list[UncheckedRow]:
    """Those of ``translations`` (few) that there are, with what the checks ask for."""
    source = select(Segment.text).where(Segment.text_hash == Translation.source_hash).limit(1).scalar_subquery()
    spoken = Translation.language, Translation.target
    query = select(
        Translation.id, source, Translation.text, Translation.score, *spoken, Signature.settings, Signature.id
    )
    query = query.join(Signature, Signature.id == Translation.signature_id)
    query = query.where(Translation.id.in_(translations)).order_by(Translation.id)
    return [UncheckedRow._make(row) for row in connection.execute(query)]


def _unchecked(signature: str) -> ColumnElement[bool]:
    """Spelt so that an index serves: the newest signature is that of nearly all rows."""
    column = Translation.check_signature_id
    return or_(column.is_(None), column < signature, column > signature)


def count_language(connection: Connection, language: str) -> int:
    """How many segments are in ``language``, separators and imported ones left out."""
    query = select(func.count()).where(Segment.language == language, Segment.role != "separator")
    return connection.execute(query.where(Segment.document_id.in_(_READ))).scalar_one()


def count_untranslated(connection: Connection, languages: Collection[str]) -> dict[str, int]:
    """How many segments in each of ``languages`` no translation faces, separators and imported ones left out."""
    faced = (
        select(Alignment.id)
        .join(AlignmentSegment, AlignmentSegment.alignment_id == Alignment.id)
        .where(AlignmentSegment.segment_id == Segment.id, Alignment.kind == "translation")
        .exists()
    )
    conditions = (Segment.language.in_(languages), Segment.role != "separator", Segment.document_id.in_(_READ), ~faced)
    return _count_by(connection, Segment.language, and_(*conditions))


def find_translated_languages(connection: Connection) -> list[str]:
    """The languages of which translations face something."""
    facing = select(Alignment.translation_id).where(Alignment.kind == "translation")
    return sorted(connection.scalars(select(Translation.language).where(Translation.id.in_(facing)).distinct()))


def find_unfaced(connection: Connection, source: str, target: str, signature: str) -> list[FacingRow]:
    """Segments in ``source`` whose translation under ``signature`` does not face them yet."""
    faced = (
        select(Alignment.id)
        .join(AlignmentSegment, AlignmentSegment.alignment_id == Alignment.id)
        .where(AlignmentSegment.segment_id == Segment.id, Alignment.translation_id == Translation.id)
        .exists()
    )
    query = (
        select(
            Segment.id,
            Segment.document_id,
            Segment.position,
            Segment.text,
            Segment.language,
            Translation.id,
            Translation.text,
            Translation.target,
            Translation.origin,
            Translation.score,
            Translation.signature_id,
        )
        .join(Translation, Translation.source_hash == Segment.text_hash)
        .where(Segment.language == source, Translation.target == target)
        .where(Translation.signature_id == _chosen(Segment.text_hash, signature))
        .where(Segment.role != "separator", Segment.document_id.in_(_READ), ~faced)
        .order_by(Segment.document_id, Segment.position)
    )
    return [FacingRow._make(row) for row in connection.execute(query)]


def find_stale_facings(connection: Connection, source: str, target: str, signature: str) -> list[str]:
    """Ids of translation alignments made under another signature, or of a segment not in ``source`` any more."""
    query = (
        select(Alignment.id)
        .join(Translation, Translation.id == Alignment.translation_id)
        .join(AlignmentSegment, AlignmentSegment.alignment_id == Alignment.id)
        .join(Segment, Segment.id == AlignmentSegment.segment_id)
        .where(Alignment.kind == "translation", Translation.target == target, Translation.language == source)
        .where(or_(Translation.signature_id != _chosen(Translation.source_hash, signature), Segment.language != source))
    )
    return list(connection.scalars(query))


def find_facings_of_others(connection: Connection, target: str, sources: Collection[str]) -> list[str]:
    """Ids of translation alignments into ``target`` from a language that is none of ``sources``."""
    query = select(Alignment.id).join(Translation, Translation.id == Alignment.translation_id)
    query = query.where(Alignment.kind == "translation", Translation.target == target)
    return list(connection.scalars(query.where(Translation.language.not_in(sources))))


def find_state(connection: Connection) -> list[StateRow]:
    """What decides each document's segments and their languages, by id; imported ones are left out."""
    columns = columns_of(Document, StateRow._fields[:-1])
    query = select(*columns, cast(Document.marks, String)).where(Document.imported.is_(None)).order_by(Document.id)
    return [StateRow._make(row) for row in connection.execute(query)]


def get_stage(connection: Connection, name: str) -> str | None:
    """What a stage over the whole corpus last saw."""
    return connection.execute(select(Stage.fingerprint).where(Stage.name == name)).scalar()


def find_originals(connection: Connection) -> dict[str, str | None]:
    """Every document to the one that it repeats, None for one that repeats none."""
    rows = connection.execute(select(Document.id, Document.duplicate_of).order_by(Document.id))
    return {row.id: row.duplicate_of for row in rows}


def find_alignable(
    connection: Connection, roles: Sequence[str], documents: Sequence[str] | None = None
) -> list[SegmentRow]:
    """Segments with one of ``roles`` that no document repeats from its original, by document and position.

    Those of ``documents`` (few) alone, where they are named.
    """
    query = (
        select(*SEGMENT_COLUMNS)
        .join(Document, Document.id == Segment.document_id)
        .where(Segment.role.in_(roles), Document.imported.is_(None))
        .where(or_(Document.duplicate_of.is_(None), ~_repeated()))
        .order_by(Segment.document_id, Segment.position)
    )
    if documents is not None:
        query = query.where(Segment.document_id.in_(documents))
    return [SegmentRow._make(row) for row in connection.execute(query)]


def count_repeated(connection: Connection, roles: Sequence[str]) -> int:
    """How many segments with one of ``roles`` their document repeats from its original."""
    copies = select(Document.id).where(Document.duplicate_of.is_not(None))  # few: segments of others are not looked at
    query = select(func.count()).select_from(Segment).join(Document, Document.id == Segment.document_id)
    return connection.execute(
        query.where(Segment.document_id.in_(copies), Segment.role.in_(roles), _repeated())
    ).scalar_one()


def _repeated() -> ColumnElement[bool]:
    """Whether the original of a segment's document has a segment with the same text."""
    original = aliased(Segment)
    same = (original.text_hash == Segment.text_hash, original.document_id == Document.duplicate_of)
    return select(original.id).where(*same).correlate(Segment, Document).exists()


def find_hints(connection: Connection) -> list[HintRow]:
    """What manifests and file names say, for every source with a document."""
    query = select(Source.path, Source.document_id, Source.languages, Source.translation_of)
    rows = connection.execute(query.where(Source.document_id.in_(_READ)).order_by(Source.path))
    return [HintRow._make(row) for row in rows]


def find_unaligned(connection: Connection, signature: str, grades: Sequence[str]) -> list[PairRow]:
    """Document pairs of ``grades`` that were not aligned under ``signature``."""
    stale = or_(DocumentPair.align_signature_id.is_(None), DocumentPair.align_signature_id != signature)
    query = select(DocumentPair.id, DocumentPair.left_document_id, DocumentPair.right_document_id)
    query = query.where(stale, DocumentPair.grade.in_(grades), DocumentPair.left_document_id.in_(_READ))
    query = query.order_by(DocumentPair.id)
    return [PairRow._make(row) for row in connection.execute(query)]


def find_pair_rows(connection: Connection, pairs: Sequence[str]) -> list[PairRow]:
    """Those of these document pairs (few) that there are."""
    query = select(*columns_of(DocumentPair, PairRow._fields)).where(DocumentPair.id.in_(pairs))
    return [PairRow._make(row) for row in connection.execute(query.order_by(DocumentPair.id))]


def find_judgements(connection: Connection) -> dict[str, JudgementRow]:
    """Id of every document pair that was found to how it is judged; imported pairs are left out."""
    query = select(DocumentPair.id, *columns_of(DocumentPair, JudgementRow._fields))
    rows = connection.execute(query.where(DocumentPair.left_document_id.in_(_READ)))
    return {row[0]: JudgementRow._make(row[1:]) for row in rows}


def find_aligned_pairs(connection: Connection) -> list[tuple[str, str]]:
    """Pairs of documents whose sentences were aligned as bitext; imported pairs are left out."""
    query = select(DocumentPair.left_document_id, DocumentPair.right_document_id)
    aligned = DocumentPair.grade.in_(("translation", "partial"))
    rows = connection.execute(query.where(aligned, DocumentPair.left_document_id.in_(_READ)))
    return [(row.left_document_id, row.right_document_id) for row in rows]


def find_scores(connection: Connection, kinds: Sequence[str]) -> dict[str, ScoreRow]:
    """Id of every alignment of ``kinds`` to its position, score and features."""
    query = select(Alignment.id, *columns_of(Alignment, ScoreRow._fields)).where(Alignment.kind.in_(kinds))
    return {row[0]: ScoreRow._make(row[1:]) for row in connection.execute(query)}


# What the summary and the report ask.


def find_runs(connection: Connection, limit: int) -> list[RunRow]:
    """The newest runs, newest first."""
    query = select(*RUN_COLUMNS).order_by(Run.started.desc(), Run.id.desc()).limit(limit)
    return [RunRow._make(row) for row in connection.execute(query)]


def get_running(connection: Connection) -> RunRow | None:
    """The newest run that says of itself that it is under way."""
    query = select(*RUN_COLUMNS).where(Run.status == "running").order_by(Run.started.desc())
    row = connection.execute(query.limit(1)).one_or_none()
    return RunRow._make(row) if row else None


def count_findings(connection: Connection) -> dict[str, int]:
    """Code to the number of findings about what stands, the most frequent first."""
    return _count_by(connection, FINDINGS.c.code)


def count_segment_languages(connection: Connection) -> dict[str, int]:
    """Language to the number of segments, separators left out; ``und`` where nobody can tell, or nobody has yet."""
    return _count_by(connection, func.coalesce(Segment.language, "und"), Segment.role != "separator")


def count_document_languages(connection: Connection) -> dict[str, int]:
    """Main language to the number of documents; ``und`` where there is none."""
    return _count_by(connection, func.coalesce(Document.main_language, "und"))


def count_grades(connection: Connection) -> dict[str, int]:
    """Grade to the number of document pairs."""
    return _count_by(connection, DocumentPair.grade)


def count_facing_kinds(connection: Connection) -> dict[str, int]:
    """Kind to the number of facing pairs: of alignments with two sides."""
    return _count_by(connection, Alignment.kind, faces())


def _count_by(
    connection: Connection, column: SQLColumnExpression[Any], *conditions: ColumnElement[bool]
) -> dict[str, int]:
    """Values of a column to the number of rows, the most frequent first."""
    number = func.count().label("number")
    query = select(column, number).where(*conditions).group_by(column).order_by(number.desc(), column)
    return {str(value): count for value, count in connection.execute(query)}


def find_profiles(connection: Connection, limit: int) -> list[tuple[str, dict[str, float]]]:
    """(path, share of each language) of the first ``limit`` documents, by path."""
    path = select(func.min(Source.path)).where(Source.document_id == Document.id).scalar_subquery()
    rows = connection.execute(select(path, Document.profile).order_by(path).limit(limit))
    return [(row[0], row[1]) for row in rows]


def find_engines(connection: Connection) -> dict[str, int]:
    """Origin to the number of segments that such a translation faces."""
    query = select(Alignment.right_origin, func.count()).where(Alignment.kind == "translation")
    return {origin: count for origin, count in connection.execute(query.group_by(Alignment.right_origin))}


# What the report asks.


def get_last_run(connection: Connection) -> RunRow | None:
    """The run that began last."""
    return next(iter(find_runs(connection, 1)), None)


def find_current_signatures(connection: Connection) -> list[SignatureRow]:
    """Signatures of all that stands in the corpus, by stage."""
    columns = (
        Document.segment_signature_id,
        Document.detect_signature_id,
        Alignment.signature_id,
        DocumentPair.signature_id,
        DocumentPair.align_signature_id,
    )
    current = union_all(*(select(column).distinct() for column in columns)).subquery()
    query = select(*SIGNATURE_COLUMNS).where(Signature.id.in_(select(current.c[0])))
    rows = connection.execute(query.order_by(Signature.stage, Signature.engine, Signature.id))
    return [SignatureRow._make(row) for row in rows]


def find_page_documents(connection: Connection, limit: int) -> list[PageDocument]:
    """At most ``limit`` documents: those with the most counterparts in other documents first, then the most translated.

    Duplicates come last. A document without a title has its first one in its main language.
    """
    mates, translated = _facing_counts("mates"), _facing_counts("translated")
    counts = (
        func.coalesce(relation.c.number, 0).label(name)
        for relation, name in ((mates, "mates"), (translated, "translated"))
    )
    query = (
        select(*page_columns(), *counts)
        .outerjoin(mates, mates.c.document_id == Document.id)
        .outerjoin(translated, translated.c.document_id == Document.id)
        .order_by(Document.duplicate_of.is_not(None), text("mates DESC, translated DESC, segments DESC"))
        .order_by(text("path"), Document.id)
        .limit(limit)
    )
    return [PageDocument._make(row) for row in connection.execute(query)]


def page_columns() -> tuple[ColumnElement[Any], ...]:
    """The columns of a PageDocument but for the last two, which say how many others face it."""
    headline = (
        select(Segment.text)
        .where(Segment.document_id == Document.id, Segment.role == "title", Segment.language == Document.main_language)
        .order_by(Segment.position)
        .limit(1)
    )
    path = select(func.min(Source.path)).where(Source.document_id == Document.id)
    segments = select(func.count()).where(Segment.document_id == Document.id, Segment.role != "separator")
    named = ("date", "outlet", "author", "url", "licence", "main_language", "profile", "duplicate_of")
    return (
        Document.__table__.c.id,
        path.scalar_subquery().label("path"),
        func.coalesce(Document.title, headline.scalar_subquery()),
        *(Document.__table__.c[name] for name in named),
        segments.scalar_subquery().label("segments"),
    )


def _facing_counts(name: str) -> Any:
    """Documents with the number of alignments that have two sides, machine translations or people's texts."""
    kind = Alignment.kind.in_(["translation"] if name == "translated" else ["bitext", "passage"])
    sides = union_all(
        *(
            select(column.label("document_id")).where(kind, faces())
            for column in (Alignment.left_document_id, Alignment.right_document_id)
        )
    ).subquery()
    query = select(sides.c.document_id, func.count().label("number")).group_by(sides.c.document_id)
    return query.subquery(name)


def find_facing_pairs(connection: Connection) -> list[PairRow]:
    """Pairs of two different documents that have bitext, best first."""
    aligned = select(Alignment.id).where(Alignment.document_pair_id == DocumentPair.id, Alignment.kind == "bitext")
    query = (
        select(DocumentPair.id, DocumentPair.left_document_id, DocumentPair.right_document_id)
        .where(DocumentPair.grade.in_(("translation", "partial")), aligned.exists())
        .where(DocumentPair.left_document_id != DocumentPair.right_document_id)
        .order_by(DocumentPair.score.desc(), DocumentPair.id)
    )
    return [PairRow._make(row) for row in connection.execute(query)]


def get_document_pair(connection: Connection, pair: str) -> DocumentPairRow | None:
    """One pair of documents."""
    query = select(*columns_of(DocumentPair, DocumentPairRow._fields)).where(DocumentPair.id == pair)
    row = connection.execute(query).one_or_none()
    return DocumentPairRow._make(row) if row else None


def find_first_segments(connection: Connection, document: str, limit: int) -> list[SegmentRow]:
    """The first ``limit`` segments of a document, in the order of its text."""
    query = select(*SEGMENT_COLUMNS).where(Segment.document_id == document, Segment.position < limit)
    return [SegmentRow._make(row) for row in connection.execute(query.order_by(Segment.position))]


def find_document_spans(connection: Connection, document: str) -> list[SpanRow]:
    """Stretches in another language than their segment's, of a whole document."""
    query = select(*columns_of(Span, SpanRow._fields)).join(Segment, Segment.id == Span.segment_id)
    query = query.where(Segment.document_id == document).order_by(Segment.position, Span.start_offset)
    return [SpanRow._make(row) for row in connection.execute(query)]


def find_machine_rows(connection: Connection, document: str) -> list[MachineRow]:
    """The machine translations that face the segments of a document.

    The kind is no bare column, or SQLite would take the index of kinds, which leads to every translation there is.
    """
    query = text(
        """
        SELECT alignment_segment.segment_id, bitext.id, bitext.right_text, bitext.right_language, bitext.right_origin,
          bitext.score, bitext.verdict, bitext.correction, bitext.reviewer, bitext.left_correction
        FROM bitext JOIN alignment_segment ON alignment_segment.alignment_id = bitext.id
        WHERE bitext.left_document_id = :document AND bitext.kind || '' = 'translation'
          AND alignment_segment.side = 'left'
        """
    )
    return [MachineRow._make(row) for row in connection.execute(query, {"document": document})]


def find_counterparts(connection: Connection, document: str) -> list[CounterpartRow]:
    """What people wrote elsewhere that faces segments of a document: bitext, passages, what is related; best first."""
    query = text(
        """
        SELECT mine.segment_id, mine.side, bitext.shape, bitext.id, bitext.kind, bitext.score, bitext.verdict,
          CASE mine.side WHEN 'left' THEN bitext.right_reading ELSE bitext.left_reading END,
          CASE mine.side WHEN 'left' THEN bitext.right_language ELSE bitext.left_language END,
          CASE mine.side WHEN 'left' THEN bitext.right_document_id ELSE bitext.left_document_id END,
          CASE mine.side WHEN 'left' THEN bitext.right_title ELSE bitext.left_title END,
          CASE mine.side WHEN 'left' THEN bitext.right_path ELSE bitext.left_path END,
          facing.id, facing.position,
          CASE WHEN mine.side = 'left' AND bitext.correction IS NOT NULL THEN bitext.right_text
            WHEN mine.side = 'right' AND bitext.left_correction IS NOT NULL THEN bitext.left_text END,
          bitext.reviewer
        FROM segment
        JOIN alignment_segment AS mine ON mine.segment_id = segment.id AND mine.position = 0
        JOIN bitext ON bitext.id = mine.alignment_id AND bitext.kind <> 'translation'
        JOIN alignment_segment AS other
          ON other.alignment_id = mine.alignment_id AND other.side <> mine.side AND other.position = 0
        JOIN segment AS facing ON facing.id = other.segment_id
        WHERE segment.document_id = :document
        ORDER BY bitext.kind, bitext.score DESC NULLS LAST, bitext.id
        """
    )
    return [CounterpartRow._make(row) for row in connection.execute(query, {"document": document})]


def find_beads(connection: Connection, pair: str) -> list[BeadSegmentRow]:
    """The segments of a document pair's bitext, in order, insertions and deletions among them.

    The kind is no bare column: see ``find_machine_rows``.
    """
    query = text(
        """
        SELECT alignment.id, alignment.score, verdict.verdict, alignment_segment.side, alignment_segment.segment_id,
          alignment.left_correction, alignment.correction, alignment.corrected_by
        FROM alignment JOIN alignment_segment ON alignment_segment.alignment_id = alignment.id
        LEFT JOIN verdict ON verdict.pair_hash = alignment.pair_hash
        WHERE alignment.document_pair_id = :pair AND alignment.kind || '' = 'bitext'
        ORDER BY alignment.position, alignment.id, alignment_segment.side, alignment_segment.position
        """
    )
    return [BeadSegmentRow._make(row) for row in connection.execute(query, {"pair": pair})]


def find_bead_keys(connection: Connection) -> list[str]:
    """Ids of all beads of document pairs that have two sides."""
    query = select(Alignment.id).where(Alignment.document_pair_id.is_not(None), faces()).order_by(Alignment.id)
    return list(connection.scalars(query))


def iter_bead_texts(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """The same beads with their texts, in the order of the files on the left, on the right, and of the texts."""
    query = text(
        """
        SELECT alignment.id, alignment.left_text, alignment.right_text
        FROM alignment
        WHERE alignment.document_pair_id IS NOT NULL AND alignment.left_text <> '' AND alignment.right_text <> ''
        ORDER BY (SELECT MIN(source.path) FROM source WHERE source.document_id = alignment.left_document_id),
          (SELECT MIN(source.path) FROM source WHERE source.document_id = alignment.right_document_id),
          alignment.position, alignment.id
        """
    )
    for row in connection.execute(query):
        yield row[0], row[1], row[2]


def find_document_findings(connection: Connection, document: str) -> list[tuple[str, str, str]]:
    """(id, code, value) of all findings about a document, its sources, its segments and its alignments.

    What was found about a translation is told of every alignment that it stands in.
    """
    query = text(
        """
        SELECT finding.subject, finding.code, finding.value FROM finding WHERE finding.subject = :document
        UNION SELECT source.document_id, finding.code, finding.value
        FROM source JOIN finding ON finding.subject = source.path AND finding.subject_kind = 'source'
        WHERE source.document_id = :document
        UNION SELECT segment.id, finding.code, finding.value
        FROM segment JOIN finding ON finding.subject = segment.id WHERE segment.document_id = :document
        UNION SELECT alignment.id, finding.code, finding.value
        FROM alignment JOIN finding ON finding.subject IN (alignment.id, alignment.translation_id)
        WHERE alignment.left_document_id = :document
        UNION SELECT alignment.id, finding.code, finding.value
        FROM alignment JOIN finding ON finding.subject IN (alignment.id, alignment.translation_id)
        WHERE alignment.right_document_id = :document
        ORDER BY 1, 2, 3
        """
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query, {"document": document})]


def find_passage_scores(connection: Connection) -> list[float]:
    """Scores of all mined passages, best first."""
    query = select(Alignment.score).where(Alignment.kind == "passage").order_by(Alignment.score.desc())
    return list(connection.scalars(query))


def find_passages(connection: Connection, kind: str, limit: int) -> list[PassageRow]:
    """The best of what was mined of a kind, best first."""
    query = text(
        """
        SELECT bitext.id, bitext.score, bitext.verdict,
          bitext.left_reading, bitext.left_language, bitext.left_document_id, bitext.left_title, bitext.left_path,
          left_segment.id, left_segment.position,
          bitext.right_reading, bitext.right_language, bitext.right_document_id, bitext.right_title, bitext.right_path,
          right_segment.id, right_segment.position,
          CASE WHEN bitext.left_correction IS NOT NULL THEN bitext.left_text END,
          CASE WHEN bitext.correction IS NOT NULL THEN bitext.right_text END,
          bitext.reviewer
        FROM bitext
        JOIN alignment_segment AS l ON l.alignment_id = bitext.id AND l.side = 'left' AND l.position = 0
        JOIN segment AS left_segment ON left_segment.id = l.segment_id
        JOIN alignment_segment AS r ON r.alignment_id = bitext.id AND r.side = 'right' AND r.position = 0
        JOIN segment AS right_segment ON right_segment.id = r.segment_id
        WHERE bitext.kind = :kind
        ORDER BY bitext.score DESC, bitext.id LIMIT :limit
        """
    )
    return [PassageRow._make(row) for row in connection.execute(query, {"kind": kind, "limit": limit})]


def count_scores(connection: Connection, steps: int) -> dict[str, list[int]]:
    """Kind of alignment to the number of scores in each of ``steps`` equal parts of 0..1."""
    step = Truncated(case((Alignment.score < 1, Alignment.score * steps), else_=steps - 1))
    query = select(Alignment.kind, step, func.count()).where(Alignment.score.is_not(None), faces())
    counts: dict[str, list[int]] = {}
    for kind, bin_number, number in connection.execute(query.group_by(Alignment.kind, step)):
        counts.setdefault(kind, [0] * steps)[bin_number] = number
    return counts


def count_totals(connection: Connection) -> dict[str, int]:
    """How many documents, duplicates, skipped inputs and gaps in bitext there are."""
    gap = or_(Alignment.left_text == "", Alignment.right_text == "")
    counts = {
        "documents": select(func.count()).select_from(Document),
        "duplicates": select(func.count()).where(Document.duplicate_of.is_not(None)),
        "skipped": select(func.count()).where(Source.skip_code.is_not(None)),
        "gaps": select(func.count()).where(Alignment.kind == "bitext", gap),
    }
    return {name: connection.execute(query).scalar_one() for name, query in counts.items()}


def _stale(connection: Connection, column: Any, signature: str) -> list[str]:
    query = (
        select(Document.id)
        .where(or_(column.is_(None), column != signature), Document.imported.is_(None))
        .order_by(Document.id)
    )
    return list(connection.scalars(query))
