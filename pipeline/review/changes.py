"""What changed since a page was shown: a token goes out with the page and comes back with what is saved."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from db import queries_review as queries
from pipeline.corpus import rows
from pipeline.errors import Conflict, Deed, UsageError
from pipeline.records import digest
from pipeline.review import recut

RECUT = "the sentences were cut otherwise while you had them open. Look at them as they are now."
_JUDGED = "{} judged this pair while you had it open. Look at that, and save again if you still think so."
_GONE = "this pair is no longer in the corpus: it was built anew from other texts or settings. Go back to the queue."


class Seen(NamedTuple):
    """A token: the texts, the newest verdict on them, the newest re-segmentation, and the neighbours."""

    pair_hash: str
    review: int
    edit: int
    around: str


def token(connection: Connection, row: Row[Any]) -> str:
    """The token of an alignment as it stands."""
    history = queries.find_history(connection, row.pair_hash)
    last = history[-1].id if history else 0
    beside = around(queries.find_neighbours(connection, row))
    return ".".join(map(str, Seen(row.pair_hash, last, queries.get_last_edit(connection), beside)))


def around(neighbours: tuple[queries.BeadRow | None, queries.BeadRow | None]) -> str:
    """What changes when a neighbour does."""
    return digest(*(one.id if one else "" for one in neighbours))[:8]


def shown(connection: Connection, alignment: str, token: str, by_text: bool) -> tuple[Row[Any], Seen]:
    """The alignment that was shown, or with ``by_text`` another with the same texts. Raises Conflict if it is gone."""
    seen = _parsed(token)
    row = queries.get_alignment(connection, alignment)
    if row is None and by_text:
        row = queries.get_facing(connection, seen.pair_hash)
    if row is not None:
        return row, seen
    later = [one for one in queries.find_edits_since(connection, seen.edit) if _was_in(alignment, one.before)]
    places = [
        one.id
        for edit in later
        for one in recut.holding(connection, (edit.left_document_id, edit.right_document_id), rows.edit(edit).after)
    ]
    raise Conflict(RECUT if later else _GONE, tuple(map(_cut, later)), tuple(dict.fromkeys(places)))


def judged(connection: Connection, pair_hash: str, seen: Seen, reviewer: str) -> tuple[Deed, ...]:
    """What others said of the texts since."""
    return tuple(
        Deed(one.reviewer, one.verdict, one.correction, one.comment, one.created)
        for one in queries.find_history(connection, pair_hash)
        if one.id > seen.review and one.reviewer != reviewer
    )


def recuts(connection: Connection, left: str, right: str, after: int) -> tuple[Deed, ...]:
    """Re-segmentations of two documents after the one with that id."""
    return tuple(_cut(one) for one in queries.find_edits(connection, left, right) if one.id > after)


def meet(others: tuple[Deed, ...], places: tuple[str, ...]) -> None:
    """Raises Conflict where others judged."""
    if others:
        raise Conflict(_JUDGED.format(", ".join(dict.fromkeys(one.reviewer for one in others))), others, places)


def _parsed(token: str) -> Seen:
    """Raises UsageError for what is no token."""
    try:
        pair_hash, review, edit, beside = token.split(".")
        return Seen(pair_hash, int(review), int(edit), beside)
    except ValueError as error:
        raise UsageError("the page does not say what it showed. Load it again.") from error


def _was_in(alignment: str, before: Sequence[Any]) -> bool:
    return any(bead[2:] and bead[2]["id"] == alignment for bead in before)


def _cut(one: queries.EditRow) -> Deed:
    return Deed(one.reviewer, "undone" if one.undoes else "resegmented", None, None, one.created)
