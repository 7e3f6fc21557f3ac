"""Verdicts whose texts face each other no more: laid on what is likest now, or put aside."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher

from flask import Blueprint, render_template, request
from sqlalchemy import Connection, Engine
from werkzeug.wrappers import Response

from db import queries_orphans as queries
from db import write_review
from db.engine import transaction
from db.queries_orphans import LikelyRow, OrphanRow
from db.queries_review import get_alignment
from pipeline.errors import Conflict, NotFoundError
from pipeline.review import desk, marking
from pipeline.review.card import history_entry
from pipeline.review.marking import TextEdit
from pipeline.review.site import announce, reading, reviewer, site, to

pages = Blueprint("orphans", __name__)
ROWS = 20  # of a page
TRIED, TELLING = 12, 8  # pairs that are compared with a verdict's texts; words by which they are looked for
ALIKE = 0.6  # mean likeness of both sides from which a pair is offered
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Orphan:
    """A verdict without a pair, and the pair on which it may be laid: its token, and how both sides have changed."""

    verdict: OrphanRow
    pair: str | None = None
    version: str = ""
    left: tuple[TextEdit, ...] = ()
    right: tuple[TextEdit, ...] = ()


@pages.get("/orphans")
def orphans() -> str:
    """The verdicts whose texts are gone, the latest first."""
    after = request.args.get("after", "")
    with reading() as connection:
        rows = queries.find_orphans(connection, ROWS + 1, int(after) if after.isdecimal() and len(after) < 18 else None)
        listed = [_offered(connection, row) for row in rows[:ROWS]]
        total = queries.count_orphans(connection)
    more = listed[-1].verdict.id if len(rows) > ROWS else None
    return render_template("orphans.html.j2", orphans=listed, total=total, more=more)


@pages.post("/orphans/<int:review>/lay")
def lay(review: int) -> Response | tuple[str, int]:
    """Judge the pair that was shown as the verdict says."""
    try:
        lay_on(site().engine, review, request.form.get("pair", ""), request.form.get("seen", ""), reviewer())
    except Conflict as conflict:
        changes = [history_entry(deed) for deed in conflict.others]
        typed = {"correction": None, "comment": None}
        return render_template("conflict.html.j2", conflict=conflict, changes_since=changes, typed=typed), 409
    announce("orphan_laid")
    return to("orphans.orphans", filtered=False)


@pages.post("/orphans/<int:review>/aside")
def aside(review: int) -> Response:
    """Ask about a verdict no more."""
    put_aside(site().engine, review, reviewer())
    announce("orphan_aside")
    return to("orphans.orphans", filtered=False)


def lay_on(engine: Engine, review: int, alignment: str, version: str, who: str) -> desk.Saved:
    """Give a pair the verdict of another pair whose texts are gone, in the name of who does it.

    Raises NotFoundError where the verdict meets a pair, or is settled; what ``desk.judge`` raises.
    """
    with engine.connect() as connection:
        orphan = _get(connection, review)
    typed = orphan.correction, orphan.comment, who, version, orphan.left_correction
    saved = desk.judge(engine, desk.Judgement(alignment, orphan.verdict, *typed))
    with transaction(engine) as connection:
        row = get_alignment(connection, saved.alignment_ids[0])
        _settle(connection, review, who, row.pair_hash if row else None)
    return saved


def put_aside(engine: Engine, review: int, who: str) -> None:
    """Let a verdict whose texts are gone be listed no more. Raises NotFoundError where it is not listed."""
    with transaction(engine) as connection:
        _get(connection, review)
        _settle(connection, review, who, None)


def _get(connection: Connection, review: int) -> OrphanRow:
    orphan = queries.get_orphan(connection, review)
    if orphan is None:
        raise NotFoundError("this verdict meets a pair again, or somebody has dealt with it.")
    return orphan


def _settle(connection: Connection, review: int, who: str, laid_on: str | None) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    write_review.settle_verdict(connection, {"review_id": review, "laid_on": laid_on, "reviewer": who, "created": now})


def _offered(connection: Connection, orphan: OrphanRow) -> Orphan:
    """A verdict with the likest pair, where there is one."""
    words = _telling(orphan.left_text) + _telling(orphan.right_text)
    likely = queries.find_likely(connection, " OR ".join(f'"{word}"' for word in words), TRIED) if words else []
    weighed = [(_likeness(orphan, pair), pair) for pair in likely]
    likeness, pair = max(weighed, key=lambda one: one[0], default=(0.0, None))
    if pair is None or likeness < ALIKE:
        return Orphan(orphan)
    left, right = marking.edits(orphan.left_text, pair.left_text), marking.edits(orphan.right_text, pair.right_text)
    return Orphan(orphan, pair.id, desk.version(connection, pair.id), left, right)


def _telling(text: str) -> list[str]:
    """The longest words of a text: as good as the rarest."""
    return sorted(set(_WORD.findall(text.lower())), key=lambda word: (-len(word), word))[:TELLING]


def _likeness(orphan: OrphanRow, pair: LikelyRow) -> float:
    sides = ((orphan.left_text, pair.left_text), (orphan.right_text, pair.right_text))
    return sum(SequenceMatcher(None, before, now, autojunk=False).ratio() for before, now in sides) / 2
