"""What the grid of a document pair's beads asks: a page of them at a time, with their sentences."""

from typing import NamedTuple

from sqlalchemy import Connection, text

from db.queries_review import NeighbourRow

# The kind is no bare column: see ``queries.find_machine_rows``.
_BEADS = "FROM alignment WHERE document_pair_id = :pair AND kind || '' = 'bitext'"


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
    return int(connection.execute(text(f"SELECT COUNT(*) {_BEADS}"), {"pair": pair}).scalar_one())


def get_grid_place(connection: Connection, pair: str, bead: str) -> int | None:
    """How many beads stand before one, None if it is not of this pair."""
    here = text(f"SELECT position {_BEADS} AND id = :bead")
    position = connection.execute(here, {"pair": pair, "bead": bead}).scalar_one_or_none()
    if position is None:
        return None
    query = text(f"SELECT COUNT(*) {_BEADS} AND (position, id) < (:position, :bead)")
    return int(connection.execute(query, {"pair": pair, "bead": bead, "position": position}).scalar_one())


def find_grid_rows(connection: Connection, pair: str, start: int, limit: int) -> list[GridRow]:
    """At most ``limit`` beads from the ``start``th on, in order."""
    window = f"{_BEADS} ORDER BY position, id LIMIT :limit OFFSET :start"
    values = {"pair": pair, "limit": limit, "start": start}
    sentences: dict[tuple[str, str], list[GridSentence]] = {}
    query = text(
        f"""
        SELECT here.alignment_id, here.side, segment.text, segment.language
        FROM alignment_segment AS here JOIN segment ON segment.id = here.segment_id
        WHERE here.alignment_id IN (SELECT id {window})
        ORDER BY here.alignment_id, here.side, here.position
        """  # noqa: S608 -- fixed
    )
    for bead, side, sentence, language in connection.execute(query, values):
        sentences.setdefault((bead, side), []).append(GridSentence(sentence, language))
    query = text(
        f"""
        SELECT id, pair_hash, shape, score,
          (SELECT verdict.verdict FROM verdict WHERE verdict.pair_hash = alignment.pair_hash),
          COALESCE((SELECT MAX(review.id) FROM review WHERE review.pair_hash = alignment.pair_hash), 0)
        {window}
        """  # noqa: S608 -- fixed
    )
    return [
        GridRow(*row, *(tuple(sentences.get((row[0], side), ())) for side in ("left", "right")))
        for row in connection.execute(query, values)
    ]
