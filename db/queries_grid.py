"""What the grid of a document pair's beads asks: a page of them at a time, with their sentences."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal, select, tuple_

from db.expressions import bypass_index
from db.models import Alignment, AlignmentSegment, Review, Segment
from db.queries_review import NeighbourRow
from db.queue import VERDICT
from db.vocabulary import SIDES

_ORDER = (Alignment.position, Alignment.id)


class GridSentence(NamedTuple):
    """A sentence of a bead."""

    text: str
    language: str | None


class GridRow(NamedTuple):
    """A bead with the sentences of both sides, gaps included. ``newest_review``: id of the last review of its texts."""

    id: str
    pair_hash: str
    shape: str
    score: float | None
    verdict: str | None
    newest_review: int
    left: tuple[GridSentence, ...]
    right: tuple[GridSentence, ...]

    @property
    def bead(self) -> NeighbourRow:
        """The same as a neighbour of others."""
        return NeighbourRow(self.id, self.shape, "", "")


def count_grid_rows(connection: Connection, pair: str) -> int:
    """How many beads a pair of documents has, gaps included."""
    return connection.execute(select(func.count()).where(*_beads(pair))).scalar_one()


def get_grid_place(connection: Connection, pair: str, bead: str) -> int | None:
    """How many beads stand before one, None if it is not of this pair."""
    query = select(Alignment.position).where(*_beads(pair), Alignment.id == bead)
    position = connection.execute(query).scalar_one_or_none()
    if position is None:
        return None
    before = tuple_(*_ORDER) < tuple_(literal(position), literal(bead))
    return connection.execute(select(func.count()).where(*_beads(pair), before)).scalar_one()


def find_grid_rows(connection: Connection, pair: str, start: int, limit: int) -> list[GridRow]:
    """At most ``limit`` beads from the ``start``th on, in order."""
    window = select(Alignment.id).where(*_beads(pair)).order_by(*_ORDER).limit(limit).offset(start)
    sentences: dict[tuple[str, str], list[GridSentence]] = {}
    members = (
        select(AlignmentSegment.alignment_id, AlignmentSegment.side, Segment.text, Segment.language)
        .join(Segment, Segment.id == AlignmentSegment.segment_id)
        .where(AlignmentSegment.alignment_id.in_(window))
        .order_by(AlignmentSegment.alignment_id, AlignmentSegment.side, AlignmentSegment.position)
    )
    for bead, side, sentence, language in connection.execute(members):
        sentences.setdefault((bead, side), []).append(GridSentence(sentence, language))
    verdict = select(VERDICT.c.verdict).where(VERDICT.c.pair_hash == Alignment.pair_hash).scalar_subquery()
    review = select(func.max(Review.id)).where(Review.pair_hash == Alignment.pair_hash).scalar_subquery()
    columns = (Alignment.id, Alignment.pair_hash, Alignment.shape, Alignment.score, verdict, func.coalesce(review, 0))
    rows = connection.execute(window.with_only_columns(*columns))
    return [GridRow(*row, *(tuple(sentences.get((row[0], side), ())) for side in SIDES)) for row in rows]


def _beads(pair: str) -> tuple[ColumnElement[bool], ...]:
    """That an alignment is a bead of a pair of documents; SQLite is kept from the index of kinds."""
    return (Alignment.document_pair_id == pair, bypass_index(Alignment.__table__.c.kind) == "bitext")
