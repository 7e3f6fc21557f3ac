"""The alignment of two documents as one grid: a row a bead, cut and joined by keys, saved as one goes.

Each deed is a form of its own that leads back to the grid, so it works without a script; the script only keeps the
place and the focus. Rows come a page at a time, however many there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from db import queries, queries_grid
from db import queries_review as reviews
from db.queries_grid import GridRow
from pipeline.errors import Conflict, NotFoundError, UsageError
from pipeline.review import changes, desk
from pipeline.review.card import called
from pipeline.review.pair import gone
from pipeline.review.site import announce, reading, reviewer, site, to

pages = Blueprint("alignment", __name__)
ROWS = 100  # of a page
MOVES = {
    "up-left": desk.Move("left", "previous"),
    "up-right": desk.Move("right", "previous"),
    "down-left": desk.Move("left", "next"),
    "down-right": desk.Move("right", "next"),
}


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where a bead can be split: ``sentences`` of each side stay in the first of the two."""

    left_at: int
    right_at: int


@dataclass(frozen=True, slots=True)
class GridLine:
    """A bead on the page. ``version`` and ``version_before`` are the tokens of it and of the bead before it.

    ``cuts``: side to the places after each of its sentences but the last; where both sides have one sentence, the one
    place parts them.
    """

    row: GridRow
    number: int
    version: str
    version_before: str
    before: str
    last: bool

    @property
    def cuts(self) -> dict[str, list[Cut]]:
        """Where each side can be cut, and with how much of the other side."""
        left, right = len(self.row.left), len(self.row.right)
        if left == right == 1:
            return {"left": [Cut(1, 0)], "right": []}
        return {
            "left": [Cut(at, min(at, right)) for at in range(1, left)],
            "right": [Cut(min(at, left), at) for at in range(1, right)],
        }


@pages.get("/align/<key>")
def grid(key: str) -> str:
    """A page of the grid: the one that holds the bead ``at``, else ``page``."""
    with reading() as connection:
        pair = queries.get_document_pair(connection, key)
        if pair is None:
            raise NotFoundError(f"there is no pair of documents {key!r}.")
        at = request.args.get("at", "")
        count = queries_grid.count_grid_rows(connection, key)
        number = _page(connection, key, at, count)
        lines = list(_lines(connection, key, (number - 1) * ROWS, count))
        about = reviews.find_about(connection, {pair.left_document_id, pair.right_document_id})
    documents = [about[document] for document in (pair.left_document_id, pair.right_document_id)]
    return render_template(
        "alignment.html.j2",
        pair=key,
        lines=lines,
        at=at if any(line.row.id == at for line in lines) else (lines[0].row.id if lines else ""),
        page=number,
        pages=max(1, -(-count // ROWS)),
        count=count,
        titles=[(called(document), document.main_language) for document in documents],
    )


@pages.post("/align/<key>/<bead>/<deed>")
def cut(key: str, bead: str, deed: str) -> Response | tuple[str, int]:
    """Cut or join one bead, and show what came of it."""
    how = _how(deed)
    try:
        saved = desk.resegment(site().engine, desk.Change(bead, how, reviewer(), request.form.get("seen", "")))
    except Conflict as conflict:
        return gone(conflict)
    except UsageError:
        announce("cannot_recut")
        return to("alignment.grid", filtered=False, key=key, at=bead)
    announce(_said(deed), pair=bead, dropped=saved.dropped)
    at = saved.alignment_ids[-1 if deed.startswith("down") or deed == "split" else 0]
    return to("alignment.grid", filtered=False, key=key, at=at)


@pages.post("/align/<key>/undo")
def undo(key: str) -> Response | tuple[str, int]:
    """Take back the reviewer's latest action, and show where, if that is here."""
    try:
        undone = desk.undo(site().engine, reviewer())
    except Conflict as conflict:
        return gone(conflict)
    if undone is None:
        announce("nothing_to_undo")
        return to("alignment.grid", filtered=False, key=key)
    announce(f"undone_{undone.kind}", now=undone.verdict)
    return to("alignment.grid", filtered=False, key=key, at=next(iter(undone.alignment_ids), ""))


def _how(deed: str) -> desk.How:
    if deed == "merge":
        return desk.Merge()
    if deed == "split":
        return desk.Split(_number("left_at"), _number("right_at"))
    if deed not in MOVES:
        abort(404)
    return MOVES[deed]


def _said(deed: str) -> str:
    return {"merge": "saved_merge", "split": "saved_split"}.get(deed, "saved_move")


def _number(name: str) -> int:
    value = request.args.get(name, "")
    if not value.isdecimal() or len(value) > 6:
        abort(400)
    return int(value)


def _page(connection: Connection, key: str, at: str, count: int) -> int:
    """The page that holds the bead ``at``, else the one that is asked for, from 1."""
    place = queries_grid.get_grid_place(connection, key, at) if at else None
    if place is not None:
        return place // ROWS + 1
    typed = request.args.get("page", "")
    asked = int(typed) if typed.isdecimal() and len(typed) < 7 else 1
    return min(max(1, asked), max(1, -(-count // ROWS)))


def _lines(connection: Connection, key: str, start: int, count: int) -> Iterator[GridLine]:
    """The rows of a page with their tokens, for which two more on either side are read."""
    first = max(0, start - 2)
    rows = queries_grid.find_grid_rows(connection, key, first, ROWS + 4)
    edit = reviews.get_last_edit(connection)
    for place in range(start, min(start + ROWS, count)):
        here = place - first
        if here >= len(rows):
            return
        yield GridLine(
            rows[here],
            place + 1,
            _version(rows, here, edit),
            _version(rows, here - 1, edit) if here else "",
            rows[here - 1].id if here else "",
            place + 1 == count,
        )


def _version(rows: Sequence[GridRow], here: int, edit: int) -> str:
    before = rows[here - 1].bead if here else None
    after = rows[here + 1].bead if here + 1 < len(rows) else None
    return changes.token_of(rows[here].pair_hash, rows[here].newest_review, edit, (before, after))
