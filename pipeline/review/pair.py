"""One pair: looking at it, judging it, correcting its English, cutting it elsewhere, taking all of it back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from flask import Blueprint, abort, jsonify, render_template, request, session
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from db import queries_review as queries
from db.queries_review import Filters, PairView
from pipeline.errors import Conflict, EngineError, NotFoundError, UsageError
from pipeline.review import desk, query_string
from pipeline.review.card import card, history_entry, readings
from pipeline.review.linker import WordLink
from pipeline.review.offer import remember
from pipeline.review.site import announce, reading, reviewer, site, to

pages = Blueprint("pair", __name__)
TAKE = "take"
TRAIL = 30  # pairs that one can go back to
JUDGED = frozenset({"accept", "reject", "unsure", "correct"})


@dataclass(frozen=True, slots=True)
class Typed:
    """What the reviewer had typed when a form could not be saved, to be shown again, and the reason as a text's key."""

    correction: str | None = None
    comment: str | None = None
    problem: str | None = None
    left_correction: str | None = None


UNTYPED = Typed()


@pages.get("/pair/<key>")
def pair(key: str) -> str:
    """The page of a pair; with ``take``, what people said for a sentence like it stands in the correction."""
    with reading() as connection:
        memory = remember(site().corpus, _view(connection, key)) if request.args.get(TAKE) else None
    return _page(key, Typed(memory.facing) if memory else UNTYPED)


@pages.get("/pair/<key>/next")
def after(key: str) -> Response:
    """The pair that follows in the queue; the queue itself at its end."""
    return _neighbour(key, 1)


@pages.get("/pair/<key>/previous")
def before(key: str) -> Response:
    """The pair that was judged before this one; else the one before in the queue, the queue itself at its beginning."""
    return _judged_before(key) or _neighbour(key, -1)


@pages.get("/pair/<key>/words")
def words(key: str) -> Response:
    """Which words translate each other, as pairs of their numbers."""
    with reading() as connection:
        view = _view(connection, key)
    links = site().linker(*readings(view))
    return jsonify([link._asdict() for link in links])


@pages.post("/pair/<key>/judge")
def judge(key: str) -> Response | tuple[str, int]:
    """Save a verdict, then go on to the next pair."""
    typed = Typed(
        request.form.get("correction"),
        request.form.get("comment"),
        left_correction=request.form.get("left_correction"),
    )
    verdict = request.form.get("verdict", "")
    if verdict not in JUDGED:
        abort(400)
    left, right, problem = _corrections(key, verdict, typed)
    if problem:
        return _page(key, replace(typed, problem=problem)), 422
    version = request.form.get("seen", "")
    try:
        desk.judge(site().engine, desk.Judgement(key, verdict, right, typed.comment, reviewer(), version, left))
    except Conflict as conflict:
        return _conflict(key, conflict, typed)
    announce(f"saved_{verdict}", pair=key)
    session["trail"] = [*(earlier for earlier in session.get("trail", ()) if earlier != key), key][-TRAIL:]
    return _neighbour(key, 1)


@pages.post("/pair/<key>/split")
def split(key: str) -> Response | tuple[str, int]:
    """Cut a pair in two."""
    return _recut(key, desk.Split(_number("left_at"), _number("right_at")), "saved_split")


@pages.post("/pair/<key>/merge")
def merge(key: str) -> Response | tuple[str, int]:
    """Join a pair and the next one of its documents."""
    return _recut(key, desk.Merge(), "saved_merge")


@pages.post("/pair/<key>/move")
def move(key: str) -> Response | tuple[str, int]:
    """Give a sentence to the pair before or after."""
    side: Literal["left", "right"] = "left" if request.form.get("side") == "left" else "right"
    direction: Literal["previous", "next"] = "previous" if request.form.get("direction") == "previous" else "next"
    return _recut(key, desk.Move(side, direction), "saved_move")


@pages.post("/undo")
def undo() -> Response | tuple[str, int]:
    """Take back the reviewer's latest action, and show where."""
    try:
        undone = desk.undo(site().engine, reviewer())
    except Conflict as conflict:
        return gone(conflict)
    if undone is None:
        announce("nothing_to_undo")
        return to("queue.queue")
    announce(f"undone_{undone.kind}", now=undone.verdict)
    return to("pair.pair", key=undone.alignment_ids[0]) if undone.alignment_ids else to("queue.queue")


def _page(key: str, typed: Typed, conflict: Conflict | None = None) -> str:
    filters = query_string.parse_filters(request.args)
    with reading() as connection:
        version = desk.version(connection, key)
        view = _view(connection, key)
        previous_version = desk.version(connection, view.previous.id) if view.previous else ""
        progress = queries.progress(connection, filters)
    memory = remember(site().corpus, view)
    pair_card = card(view, version, reviewer(), _links)
    return render_template(
        "pair.html.j2",
        card=pair_card,
        memory=memory,
        view=view,
        previous_version=previous_version,
        progress=progress,
        typed=typed,
        conflict=conflict,
        changes_since=[history_entry(action, readings(view)) for action in conflict.others] if conflict else [],
    )


def _links(left: str, right: str) -> Sequence[WordLink]:
    """Word links, none where there is nothing to make them with."""
    try:
        return site().linker(left, right)
    except EngineError:
        return ()


def _view(connection: Connection, key: str) -> PairView:
    view = queries.get_pair_view(connection, key)
    if view is None:
        raise NotFoundError(f"there is no pair {key!r}.")
    return view


def _corrections(key: str, verdict: str, typed: Typed) -> tuple[str | None, str | None, str | None]:
    """The corrected left and right side, None where nothing was changed, and why the verdict cannot be meant so.

    That is a correction without a change, or a change that would be lost.
    """
    with reading() as connection:
        view = _view(connection, key)
    row, sides = view.alignment, card(view, "", reviewer()).sides
    fields = (typed.left_correction, row.left_text, sides[0]), (typed.correction, row.right_text, sides[1])
    changed = [entered if _tidied(entered) not in {"", _tidied(text)} else None for entered, text, _ in fields]
    if verdict == "correct":
        return changed[0], changed[1], None if any(changed) else "unchanged"
    kept = all(
        new is None or _tidied(new) == _tidied(side.draft) for new, (_, _, side) in zip(changed, fields, strict=True)
    )
    return None, None, None if kept else "correction_unsaved"


def _tidied(text: str | None) -> str:
    return " ".join((text or "").split())


def _recut(key: str, how: desk.Split | desk.Merge | desk.Move, message: str) -> Response | tuple[str, int]:
    change = desk.Change(key, how, reviewer(), request.form.get("seen", ""))
    try:
        saved = desk.resegment(site().engine, change)
    except Conflict as conflict:
        return _conflict(key, conflict, UNTYPED)
    except UsageError:
        return _page(key, Typed(problem="cannot_recut")), 422
    announce(message, pair=key, dropped=saved.dropped)
    return to("pair.pair", key=saved.alignment_ids[0])


def _conflict(key: str, conflict: Conflict, typed: Typed) -> tuple[str, int]:
    """What others did meanwhile, with the reviewer's own words in the form again, if there still is one."""
    with reading() as connection:
        standing = queries.get_pair_view(connection, key) is not None
    return (_page(key, typed, conflict), 409) if standing else gone(conflict, typed)


def gone(conflict: Conflict, typed: Typed = UNTYPED) -> tuple[str, int]:
    """The page that says what others did where the pair no longer stands, with the reviewer's own words."""
    changes = [history_entry(action) for action in conflict.others]
    return render_template("conflict.html.j2", conflict=conflict, changes_since=changes, typed=typed), 409


def _judged_before(key: str) -> Response | None:
    """Back along what this visitor judged: it has left the queue of what is not judged."""
    trail: list[str] = session.get("trail", [])
    behind = trail[: trail.index(key)] if key in trail else trail
    if not behind or query_string.parse_filters(request.args).verdict != "none":
        return None
    with reading() as connection:
        standing = queries.get_pair_view(connection, behind[-1]) is not None
    return to("pair.pair", key=behind[-1]) if standing else None


def _neighbour(key: str, step: int) -> Response:
    filters: Filters = query_string.parse_filters(request.args)
    with reading() as connection:
        ask = queries.next_in_queue if step > 0 else queries.previous_in_queue
        neighbour = ask(connection, filters, key)
    if neighbour is None:
        announce("queue_end" if step > 0 else "queue_begin")
        return to("queue.queue")
    return to("pair.pair", key=neighbour)


def _number(name: str) -> int:
    value = request.form.get(name, "")
    if not value.isdecimal() or len(value) > 6:
        abort(400)
    return int(value)
