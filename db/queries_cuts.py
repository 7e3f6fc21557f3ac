"""What is asked to lay the cuts of reviewers on a corpus that has changed, and what people confirmed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, func, select, text

from db.models import DocumentPair, Resegmentation, Segment
from db.queries import PairRow
from db.queries_review import EDIT_COLUMNS, EditRow

CHUNK = 500  # values in one IN (...)
AROUND = 3  # segments before and after those of a cut that are kept with it
Value = TypeVar("Value")


class LineRow(NamedTuple):
    """A segment and its text."""

    id: str
    text: str


def find_standing_edits(connection: Connection) -> list[EditRow]:
    """Re-segmentations of all documents, those undone and the undoing left out, oldest first."""
    undone = select(Resegmentation.undoes).where(Resegmentation.undoes.is_not(None))
    standing = (Resegmentation.undoes.is_(None), Resegmentation.id.not_in(undone))
    rows = connection.execute(select(*EDIT_COLUMNS).where(*standing).order_by(Resegmentation.id))
    return [EditRow._make(row) for row in rows]


def find_lost_edits(connection: Connection) -> list[EditRow]:
    """Those of them some of whose segments are in the corpus no more, or whose documents do not face each other."""
    edits = find_standing_edits(connection)
    present = find_present(connection, {key for edit in edits for key in keys_of(edit)})
    pairs = {(row.left_document_id, row.right_document_id) for row in find_pairs(connection)} if edits else set()
    return [
        edit
        for edit in edits
        if not keys_of(edit) <= present or (edit.left_document_id, edit.right_document_id) not in pairs
    ]


def keys_of(edit: EditRow) -> set[str]:
    """Ids of the segments that a re-segmentation arranged."""
    return {key for bead in edit.after for side in bead[:2] for key in side}


def find_present(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these segments are in the corpus."""
    present: set[str] = set()
    for chunk in _chunks(sorted(keys)):
        present.update(connection.scalars(select(Segment.id).where(Segment.id.in_(chunk))))
    return present


def find_lines(connection: Connection, keys: Iterable[str]) -> list[LineRow]:
    """Segments (few, of one document) and those around them, in order; empty where none is there."""
    range_query = select(Segment.document_id, func.min(Segment.position), func.max(Segment.position))
    span = connection.execute(range_query.where(Segment.id.in_(list(keys))).group_by(Segment.document_id)).first()
    if span is None:
        return []
    document, first, last = span
    query = select(Segment.id, Segment.text).where(
        Segment.document_id == document,
        Segment.role != "separator",
        Segment.position.between(first - AROUND, last + AROUND),
    )
    return [LineRow._make(row) for row in connection.execute(query.order_by(Segment.position))]


def find_document_lines(connection: Connection, document: str) -> list[LineRow]:
    """All segments of a document but separators, in order."""
    query = select(Segment.id, Segment.text).where(Segment.document_id == document, Segment.role != "separator")
    return [LineRow._make(row) for row in connection.execute(query.order_by(Segment.position))]


def count_hits(connection: Connection, hashes: Iterable[str]) -> dict[str, int]:
    """Document to how many of these texts stand in it."""
    hits: dict[str, int] = {}
    for chunk in _chunks(sorted(hashes)):
        query = select(Segment.document_id, func.count(Segment.text_hash.distinct())).where(
            Segment.text_hash.in_(chunk)
        )
        for document, count in connection.execute(query.group_by(Segment.document_id)):
            hits[document] = hits.get(document, 0) + count
    return hits


def find_pairs(connection: Connection) -> list[PairRow]:
    """All pairs of documents, whatever their grade."""
    columns = (DocumentPair.id, DocumentPair.left_document_id, DocumentPair.right_document_id)
    return [PairRow._make(row) for row in connection.execute(select(*columns).order_by(DocumentPair.id))]


def find_confirmed(connection: Connection) -> list[tuple[str, str]]:
    """Left and right text of all that people say is right, or would be with other words on the right."""
    query = text(
        """
        SELECT DISTINCT review.left_text, review.right_text
        FROM verdict JOIN review ON review.pair_hash = verdict.pair_hash
        WHERE verdict.verdict IN ('accept', 'correct')
        ORDER BY 1, 2
        """
    )
    return [(row.left_text, row.right_text) for row in connection.execute(query)]


def _chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
