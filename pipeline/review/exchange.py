"""Decisions that a colleague made on pages without a server, laid over the corpus.

The file is JSON: ``format``, ``version``, ``page``, ``reviewer`` and ``decisions``, each with the two texts, their hash
(``pair``), ``verdict``, ``correction``, ``comment``, ``seen`` (the newest verdict on the pair when the page was
written) and ``when`` (ISO 8601). It comes from elsewhere, so nothing in it is believed: what is not just so is refused.

Texts decide where a decision belongs, not ids: it finds its pair after a rebuild, too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from db import queries_review as queries
from db import write_review
from db.engine import transaction
from pipeline.corpus import rows
from pipeline.errors import UsageError
from pipeline.records import digest
from pipeline.review.desk import JUDGEMENTS

FORMAT, VERSION = "enregard-review", 1
LARGEST = 64 * 1024 * 1024  # bytes of a file
LONGEST, LONGEST_NAME = 100_000, 60  # characters of a text, of a name
_SHEET = {"format", "version", "page", "reviewer", "decisions"}
_DECISION = {"pair", "left", "right", "verdict", "correction", "comment", "seen", "when"}


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on two texts. ``when`` is in UTC, without a zone, as the corpus keeps it."""

    pair: str
    left: str
    right: str
    verdict: str
    correction: str | None
    comment: str | None
    seen: int
    when: datetime

    @property
    def word(self) -> tuple[str, str | None, str | None]:
        """What is said, whoever says it and when."""
        return self.verdict, self.correction, self.comment


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of decisions."""

    reviewer: str
    page: str
    decisions: tuple[Decision, ...]


class Refused(NamedTuple):
    """A decision that was not laid over, and why: ``others`` says what was judged here since."""

    decision: Decision
    reason: str
    others: tuple[str, ...] = ()


class Imported(NamedTuple):
    """How many decisions were laid over, how many were there already, and which were not."""

    applied: int
    known: int
    refused: tuple[Refused, ...]


def parse(content: bytes) -> Sheet:
    """The decisions of a file. Raises UsageError, with the place, for anything that is not just so."""
    if len(content) > LARGEST:
        raise UsageError(f"the file is larger than {LARGEST // 1024 // 1024} MB. Is it the right one?")
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"this is no file of decisions: it is not JSON ({error}).") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UsageError("this is no file of decisions: take the one that the page's Save button gives.")
    if found.get("version") != VERSION:
        raise UsageError(f"the file is of version {found.get('version')!r}; this program reads {VERSION}. Update it.")
    _keys(found, _SHEET, "the file")
    reviewer = " ".join(_text(found, "reviewer", "the file", LONGEST_NAME).split())
    if not reviewer or not reviewer.isprintable():
        raise UsageError("the file does not say who judged. Give your name on the page and save again.")
    if not isinstance(found["decisions"], list):
        raise UsageError("the file: 'decisions' is no list.")
    decisions = tuple(_decision(one, f"decision {place}") for place, one in enumerate(found["decisions"], 1))
    twice = len(decisions) - len({one.pair for one in decisions})
    if twice:
        raise UsageError(f"the file decides on {twice} pairs twice. Save it again from the page.")
    return Sheet(reviewer, _text(found, "page", "the file", LONGEST), decisions)


def lay(engine: Engine, sheet: Sheet, dry: bool = False) -> Imported:
    """Lay decisions over the corpus in one transaction; with ``dry``, only say what would be done.

    Not laid over: what is judged otherwise here since the page was written, and texts that the corpus does not have.
    What was laid over before is not laid over again.
    """
    applied, known, refused = 0, 0, []
    with transaction(engine) as connection:
        for one in sheet.decisions:
            history = queries.find_history(connection, one.pair)
            row = queries.get_facing(connection, one.pair)
            reason = _objection(one, sheet.reviewer, history) if row is not None else Refused(one, "unknown")
            if reason is not None:
                refused.append(reason)
            elif _is_known(one, sheet.reviewer, history):
                known += 1
            else:
                applied += 1
                if not dry:
                    _apply(connection, one, sheet.reviewer)
    return Imported(applied, known, tuple(refused))


def _is_known(one: Decision, reviewer: str, history: Sequence[queries.ReviewRow]) -> bool:
    """Whether the reviewer said just this, at that time or as the last word."""
    own = [row for row in history if row.reviewer == reviewer]
    said = [(row.verdict, row.correction, row.comment) for row in own]
    then = any(row.created == one.when and word == one.word for row, word in zip(own, said, strict=True))
    return then or said[-1:] == [one.word]


def _objection(one: Decision, reviewer: str, history: Sequence[queries.ReviewRow]) -> Refused | None:
    """What was judged otherwise since: by others, or later by the reviewer."""
    if _is_known(one, reviewer, history):
        return None
    latest = {row.reviewer: row for row in history}
    against = [
        row
        for row in latest.values()
        if row.id > one.seen and row.verdict not in {"withdrawn", one.verdict} and row.reviewer != reviewer
    ]
    own = latest.get(reviewer)
    if own is not None and own.id > one.seen and own.created > one.when:
        against.append(own)
    return Refused(one, "judged", tuple(f"{row.reviewer}: {row.verdict}" for row in against)) if against else None


def _apply(connection: Connection, one: Decision, reviewer: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    texts = rows.judged(one.left, one.right)
    word = {"verdict": one.verdict, "correction": one.correction, "comment": one.comment}
    write_review.add_review(connection, texts | word | {"reviewer": reviewer, "created": min(one.when, now)})


# Reading strictly


def _decision(found: Any, where: str) -> Decision:
    if not isinstance(found, dict):
        raise UsageError(f"{where}: not an object.")
    _keys(found, _DECISION, where)
    left, right = (_text(found, side, where, LONGEST) for side in ("left", "right"))
    correction, comment = (_optional(found, name, where) for name in ("correction", "comment"))
    verdict, pair = _text(found, "verdict", where, 16), _text(found, "pair", where, 16)
    if verdict not in JUDGEMENTS:
        raise UsageError(f"{where}: {verdict!r} is no verdict.")
    if (verdict == "correct") != (correction is not None):
        raise UsageError(f"{where}: a correction comes with the verdict 'correct', and that verdict with a correction.")
    if pair != digest(left, right):
        raise UsageError(f"{where}: the texts are not those that were judged. Was the file edited?")
    return Decision(pair, left, right, verdict, correction, comment, _number(found, where), _time(found, where))


def _keys(found: Mapping[str, Any], expected: set[str], where: str) -> None:
    odd = sorted(found.keys() ^ expected)
    if odd:
        raise UsageError(f"{where}: missing, or not expected: {', '.join(map(repr, odd))}.")


def _text(found: Mapping[str, Any], name: str, where: str, longest: int) -> str:
    value = found[name]
    if not isinstance(value, str) or len(value) > longest or not _is_whole(value):
        raise UsageError(f"{where}: {name!r} is no text of at most {longest} characters.")
    return value


def _optional(found: Mapping[str, Any], name: str, where: str) -> str | None:
    return None if found[name] is None else _text(found, name, where, LONGEST).strip() or None


def _is_whole(value: str) -> bool:
    """Whether a text can be written as UTF-8: JSON can hold half a character."""
    return not any("\ud800" <= one <= "\udfff" for one in value)


def _number(found: Mapping[str, Any], where: str) -> int:
    value = found["seen"]
    if type(value) is not int or not 0 <= value < 2**63:
        raise UsageError(f"{where}: 'seen' is no number.")
    return value


def _time(found: Mapping[str, Any], where: str) -> datetime:
    value = found["when"]
    try:
        when = datetime.fromisoformat(value)
        if when.tzinfo is None:
            raise ValueError("no zone")
        return when.astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{where}: 'when' is no time.") from error
