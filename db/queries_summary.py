"""What went into each stage, what came out, and what was left out and why: counts of the corpus as it stands."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from db.expressions import FINDINGS
from db.models import Alignment, Block, Document, DocumentPair, Segment, Source, Translation, WordLinks, faces

_READ = select(Document.id).where(Document.imported.is_(None))
ALIGNED = ("translation", "partial")
ALIGNABLE = ("title", "heading", "body", "caption")


class StageCount(NamedTuple):
    """Items in and out of a stage (which may be of two kinds: documents in, segments out), and reasons to numbers."""

    items_in: int
    items_out: int
    left_out: Mapping[str, int]


def count_stages(connection: Connection, sources: Collection[str]) -> dict[str, StageCount]:
    """The counts by stage, in their order; imported bitext is left out. ``sources``: the languages translated from."""
    return {
        "read": _reading(connection),
        "duplicates": _duplicates(connection),
        "segment": _segmentation(connection),
        "detect": _detection(connection),
        "translate": _translation(connection, sources),
        "check": _checks(connection),
        "pair": _pairing(connection),
        "align": _alignment(connection),
        "mine": _mining(connection),
        "link": _linking(connection),
    }


def _reading(connection: Connection) -> StageCount:
    """Inputs, and documents; two inputs with one text are one document."""
    imported = select(Document.id).where(Document.imported.is_not(None))
    inputs = select(Source.path).where(Source.document_id.is_(None) | Source.document_id.not_in(imported))
    total = connection.execute(select(func.count()).select_from(inputs.subquery())).scalar_one()
    documents = _count(connection, Document.imported.is_(None))
    skips = _by(connection, Source.skip_code, Source.skip_code.is_not(None))
    repeated = total - documents - sum(skips.values())
    return StageCount(total, documents, {**skips, **_unless_none("text of another input", repeated)})


def _duplicates(connection: Connection) -> StageCount:
    documents = _count(connection, Document.imported.is_(None))
    copies = _count(connection, Document.duplicate_of.is_not(None))
    return StageCount(documents, documents - copies, _unless_none("near-copy of another document", copies))


def _segmentation(connection: Connection) -> StageCount:
    """Blocks, and segments; the separators between paragraphs have none."""
    roles = _by(connection, Block.role, Block.document_id.in_(_READ))
    segments = _count(connection, Segment.document_id.in_(_READ))
    return StageCount(sum(roles.values()), segments, _unless_none("separator", roles.get("separator", 0)))


def _detection(connection: Connection) -> StageCount:
    languages = _by(connection, func.coalesce(Segment.language, "und"), Segment.document_id.in_(_READ))
    unknown = languages.get("und", 0)
    total = sum(languages.values())
    return StageCount(total, total - unknown, _unless_none("no language to tell", unknown))


def _translation(connection: Connection, sources: Collection[str]) -> StageCount:
    """Distinct texts, and those that face their translation."""
    texts = (Segment.language.in_(sources), Segment.role != "separator", Segment.document_id.in_(_READ))
    total = connection.execute(select(func.count(Segment.text_hash.distinct())).where(*texts)).scalar_one()
    facing = select(Alignment.translation_id).where(Alignment.kind == "translation")
    query = select(func.count(Translation.source_hash.distinct())).where(Translation.id.in_(facing))
    translated = connection.execute(query).scalar_one()
    return StageCount(total, translated, _unless_none("not translated", total - translated))


def _checks(connection: Connection) -> StageCount:
    """Translations that face a segment, and those with a finding."""
    facing = select(func.count(Alignment.translation_id.distinct()))
    total = connection.execute(facing).scalar_one()
    query = select(func.count(FINDINGS.c.subject.distinct())).where(FINDINGS.c.subject_kind == "translation")
    flagged = connection.execute(query).scalar_one()
    return StageCount(total, flagged, _unless_none("nothing to remark", total - flagged))


def _pairing(connection: Connection) -> StageCount:
    """Documents, and pairs of them."""
    documents = _count(connection, Document.imported.is_(None))
    pairs = select(DocumentPair.left_document_id.label("id")).where(DocumentPair.left_document_id.in_(_READ))
    sides = pairs.union(select(DocumentPair.right_document_id).where(DocumentPair.right_document_id.in_(_READ)))
    paired = connection.execute(select(func.count()).select_from(sides.subquery())).scalar_one()
    total = _count(connection, DocumentPair.left_document_id.in_(_READ))
    return StageCount(documents, total, _unless_none("document without a counterpart", documents - paired))


def _alignment(connection: Connection) -> StageCount:
    """Document pairs, and beads."""
    grades = _by(connection, DocumentPair.grade, DocumentPair.left_document_id.in_(_READ))
    beads = _count(connection, Alignment.kind == "bitext", Alignment.left_document_id.in_(_READ))
    left_out = {f"pair of the grade {grade}": number for grade, number in grades.items() if grade not in ALIGNED}
    return StageCount(sum(grades.values()), beads, left_out)


def _mining(connection: Connection) -> StageCount:
    """Segments, and passages."""
    roles = _by(connection, Segment.role, Segment.document_id.in_(_READ))
    passages = _count(connection, Alignment.kind == "passage", Alignment.left_document_id.in_(_READ))
    left_out = {role: number for role, number in roles.items() if role not in ALIGNABLE}
    return StageCount(sum(roles.values()), passages, left_out)


def _linking(connection: Connection) -> StageCount:
    """Distinct pairs of texts, and those whose words are linked."""
    pairs = connection.execute(select(func.count(Alignment.pair_hash.distinct())).where(faces())).scalar_one()
    facing = select(Alignment.pair_hash).where(faces())
    linked = _count(connection, WordLinks.pair_hash.in_(facing))
    return StageCount(pairs, linked, _unless_none("not linked", pairs - linked))


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).where(*conditions)).scalar_one()


def _by(connection: Connection, column: object, *conditions: ColumnElement[bool]) -> dict[str, int]:
    query = select(column, func.count()).where(*conditions).group_by(column).order_by(column)  # type: ignore[call-overload]
    return {str(value): number for value, number in connection.execute(query)}


def _unless_none(reason: str, number: int) -> dict[str, int]:
    return {reason: number} if number > 0 else {}
