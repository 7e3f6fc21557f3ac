"""The columns of a hit in a table, CSV and JSON."""

from typing import Any

from db.queries_search import Hit
from pipeline.search import marks
from pipeline.search.equivalents import stretches

FIELDS = (
    *("id", "path", "language", "origin", "text", "facing"),
    *("facing_language", "facing_origin", "kind", "score", "verdict", "alignment", "document", "date"),
    *("left", "keyword", "right", "counterparts"),
)


def row_of(hit: Hit, width: int | None, form: str | None = None) -> tuple[Any, ...]:
    """The columns FIELDS of a hit, with so many characters beside what was found; ``form`` is that of the output."""
    facing = None if hit.facing is None else marks.plain(hit.facing)
    about = (hit.facing_language, hit.facing_origin, hit.kind, hit.score, hit.verdict, hit.alignment_id)
    kwic = (marks.plain(piece) for piece in marks.line(hit.marked, width))
    first = (hit.id, hit.path, hit.language, hit.origin, marks.plain(hit.marked), facing)
    return (*first, *about, hit.document_id, hit.date, *kwic, _counterparts(hit, form))


def _counterparts(hit: Hit, form: str | None) -> Any:
    """What is marked in what faces a hit: in JSON with its offsets there."""
    facing = marks.plain(hit.facing or "")
    spans = stretches(hit.facing or "")
    if form == "json":
        return [{"start": start, "end": end, "text": facing[start:end]} for start, end in spans]
    return "; ".join(facing[start:end] for start, end in spans) or None
