"""What changed since a page was shown: a token goes out with the page and comes back with what is saved."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection

from db import queries_review as queries
from db.row_types import AlignmentRow
from pipeline.corpus import rows
from pipeline.errors import Conflict, ReviewAction, UsageError
from pipeline.records import digest
from pipeline.review import recut

Neighbours: TypeAlias = tuple[queries.NeighbourRow | None, queries.NeighbourRow | None]
RECUT = "the sentences were cut otherwise while you had them open. Look at them as they are now."
_JUDGED = "{} judged this pair while you had it open. Look at that, and save again if you still think so."
_VANISHED = (
    "this pair is no longer in the corpus: it was built anew from other texts or settings. Go back to the queue."
)


class PageVersion(NamedTuple):
    """A token: the texts, the newest verdict on them, the newest re-segmentation, and the neighbours."""

    pair_hash: str
    review: int
    edit: int
    around: str


def token(connection: Connection, row: AlignmentRow) -> str:
    """The token of an alignment as it stands."""
    history = queries.find_history(connection, row.pair_hash)
    last = history[-1].id if history else 0
    return token_of(row.pair_hash, last, queries.get_last_edit(connection), queries.find_neighbours(connection, row))


def token_of(
    pair_hash: str, review: int, edit: int, neighbours: tuple[queries.NeighbourRow | None, queries.NeighbourRow | None]
) -> str:
    """A token from what it is made of."""
    return ".".join(map(str, PageVersion(pair_hash, review, edit, around(neighbours))))


def around(neighbours: Neighbours) -> str:
    """What changes when a neighbour does."""
    return digest(*(neighbour.id if neighbour else "" for neighbour in neighbours))[:8]


def shown(connection: Connection, alignment: str, version: str, by_text: bool) -> tuple[AlignmentRow, PageVersion]:
    """The alignment that was shown, or with ``by_text`` another with the same texts. Raises Conflict if it is gone."""
    token = _parsed(version)
    row = queries.get_alignment(connection, alignment)
    if row is None and by_text:
        row = queries.get_facing(connection, token.pair_hash)
    if row is not None:
        return row, token
    later = [edit for edit in queries.find_edits_since(connection, token.edit) if _was_in(alignment, edit.before)]
    alignment_ids = [
        bead.id
        for edit in later
        for bead in recut.holding(connection, (edit.left_document_id, edit.right_document_id), rows.edit(edit).after)
    ]
    raise Conflict(RECUT if later else _VANISHED, tuple(map(_cut, later)), tuple(dict.fromkeys(alignment_ids)))


def judged(connection: Connection, pair_hash: str, token: PageVersion, reviewer: str) -> tuple[ReviewAction, ...]:
    """What others said of the texts since."""
    return tuple(
        ReviewAction(
            review.reviewer, review.verdict, review.correction, review.comment, review.created, review.left_correction
        )
        for review in queries.find_history(connection, pair_hash)
        if review.id > token.review and review.reviewer != reviewer
    )


def recuts(connection: Connection, left: str, right: str, after: int) -> tuple[ReviewAction, ...]:
    """Re-segmentations of two documents after the one with that id."""
    return tuple(_cut(edit) for edit in queries.find_edits(connection, left, right) if edit.id > after)


def meet(actions: tuple[ReviewAction, ...], alignment_ids: tuple[str, ...]) -> None:
    """Raises Conflict where others judged."""
    if actions:
        raise Conflict(
            _JUDGED.format(", ".join(dict.fromkeys(action.reviewer for action in actions))), actions, alignment_ids
        )


def _parsed(version: str) -> PageVersion:
    """Raises UsageError for what is no token."""
    try:
        pair_hash, review, edit, beside = version.split(".")
        return PageVersion(pair_hash, int(review), int(edit), beside)
    except ValueError as error:
        raise UsageError("the page does not say what it showed. Load it again.") from error


def _was_in(alignment: str, before: Sequence[Any]) -> bool:
    return any(bead[2:] and bead[2].get("id") == alignment for bead in before)


def _cut(edit: queries.EditRow) -> ReviewAction:
    return ReviewAction(edit.reviewer, "undone" if edit.undoes else "resegmented", None, None, edit.created)
