"""The columns of a hit in a table, CSV and JSON."""

from typing import Any

from db.queries_search import Hit
from pipeline.search import marks

FIELDS = (
    *("id", "path", "language", "origin", "text", "facing"),
    *("facing_language", "facing_origin", "kind", "score", "verdict", "alignment", "document", "date"),
    *("left", "keyword", "right"),
)


def row_of(hit: Hit, width: int | None) -> tuple[Any, ...]:
    """The columns FIELDS of a hit, with so many characters beside what was found."""
    facing = None if hit.facing is None else marks.plain(hit.facing)
    about = (hit.facing_language, hit.facing_origin, hit.kind, hit.score, hit.verdict, hit.alignment_id)
    kwic = (marks.plain(piece) for piece in marks.line(hit.marked, width))
    first = (hit.id, hit.path, hit.language, hit.origin, marks.plain(hit.marked), facing)
    return (*first, *about, hit.document_id, hit.date, *kwic)
