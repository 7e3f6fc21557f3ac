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
_FILE = {"format", "version", "page", "reviewer", "decisions"}
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
    newest_verdict: int
    when: datetime

    @property
    def judgement(self) -> tuple[str, str | None, str | None]:
        """What is said, whoever says it and when."""
        return self.verdict, self.correction, self.comment


@dataclass(frozen=True, slots=True)
class DecisionFile:
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


def parse(content: bytes) -> DecisionFile:
    """The decisions of a file. Raises UsageError, with the place, for anything that is not just so."""
    if len(content) > LARGEST:
        raise UsageError(f"the file is larger than {LARGEST // 1024 // 1024} MB. Is it the right one?")
    try:
        loaded = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"this is no file of decisions: it is not JSON ({error}).") from error
    if not isinstance(loaded, dict) or loaded.get("format") != FORMAT:
        raise UsageError("this is no file of decisions: take the one that the page's Save button gives.")
    if loaded.get("version") != VERSION:
        raise UsageError(f"the file is of version {loaded.get('version')!r}; this program reads {VERSION}. Update it.")
    _keys(loaded, _FILE, "the file")
    reviewer = " ".join(_text(loaded, "reviewer", "the file", LONGEST_NAME).split())
    if not reviewer or not reviewer.isprintable():
        raise UsageError("the file does not say who judged. Give your name on the page and save again.")
    if not isinstance(loaded["decisions"], list):
        raise UsageError("the file: 'decisions' is no list.")
    decisions = tuple(_decision(entry, f"decision {number}") for number, entry in enumerate(loaded["decisions"], 1))
    twice = len(decisions) - len({decision.pair for decision in decisions})
    if twice:
        raise UsageError(f"the file decides on {twice} pairs twice. Save it again from the page.")
    return DecisionFile(reviewer, _text(loaded, "page", "the file", LONGEST), decisions)


def lay(engine: Engine, sheet: DecisionFile, dry: bool = False) -> Imported:
    """Lay decisions over the corpus in one transaction; with ``dry``, only say what would be done.

    Not laid over: what is judged otherwise here since the page was written, and texts that the corpus does not have.
    What was laid over before is not laid over again.
    """
    applied, repeated, refused = 0, 0, []
    with transaction(engine) as connection:
        for decision in sheet.decisions:
            history = queries.find_history(connection, decision.pair)
            row = queries.get_facing(connection, decision.pair)
            reason = _objection(decision, sheet.reviewer, history) if row is not None else Refused(decision, "unknown")
            if reason is not None:
                refused.append(reason)
            elif _is_known(decision, sheet.reviewer, history):
                repeated += 1
            else:
                applied += 1
                if not dry:
                    _apply(connection, decision, sheet.reviewer)
    return Imported(applied, repeated, tuple(refused))


def _is_known(decision: Decision, reviewer: str, history: Sequence[queries.ReviewRow]) -> bool:
    """Whether the reviewer said just this, at that time or as the last word."""
    reviews = [row for row in history if row.reviewer == reviewer]
    judgements = [(row.verdict, row.correction, row.comment) for row in reviews]
    repeated = any(
        row.created == decision.when and judgement == decision.judgement
        for row, judgement in zip(reviews, judgements, strict=True)
    )
    return repeated or judgements[-1:] == [decision.judgement]


def _objection(decision: Decision, reviewer: str, history: Sequence[queries.ReviewRow]) -> Refused | None:
    """What was judged otherwise since: by others, or later by the reviewer."""
    if _is_known(decision, reviewer, history):
        return None
    latest = {row.reviewer: row for row in history}
    against = [
        row
        for row in latest.values()
        if row.id > decision.newest_verdict
        and row.verdict not in {"withdrawn", decision.verdict}
        and row.reviewer != reviewer
    ]
    own_review = latest.get(reviewer)
    if own_review is not None and own_review.id > decision.newest_verdict and own_review.created > decision.when:
        against.append(own_review)
    return Refused(decision, "judged", tuple(f"{row.reviewer}: {row.verdict}" for row in against)) if against else None


def _apply(connection: Connection, decision: Decision, reviewer: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    texts = rows.judged(decision.left, decision.right)
    columns = {"verdict": decision.verdict, "correction": decision.correction, "comment": decision.comment}
    write_review.add_review(connection, texts | columns | {"reviewer": reviewer, "created": min(decision.when, now)})


# Reading strictly


def _decision(fields: Any, label: str) -> Decision:
    if not isinstance(fields, dict):
        raise UsageError(f"{label}: not an object.")
    _keys(fields, _DECISION, label)
    left, right = (_text(fields, side, label, LONGEST) for side in ("left", "right"))
    correction, comment = (_optional(fields, name, label) for name in ("correction", "comment"))
    verdict, pair = _text(fields, "verdict", label, 16), _text(fields, "pair", label, 16)
    if verdict not in JUDGEMENTS:
        raise UsageError(f"{label}: {verdict!r} is no verdict.")
    if (verdict == "correct") != (correction is not None):
        raise UsageError(f"{label}: a correction comes with the verdict 'correct', and that verdict with a correction.")
    if pair != digest(left, right):
        raise UsageError(f"{label}: the texts are not those that were judged. Was the file edited?")
    return Decision(pair, left, right, verdict, correction, comment, _number(fields, label), _time(fields, label))


def _keys(fields: Mapping[str, Any], expected: set[str], label: str) -> None:
    odd = sorted(fields.keys() ^ expected)
    if odd:
        raise UsageError(f"{label}: missing, or not expected: {', '.join(map(repr, odd))}.")


def _text(fields: Mapping[str, Any], name: str, label: str, longest: int) -> str:
    value = fields[name]
    if not isinstance(value, str) or len(value) > longest or not _is_whole(value):
        raise UsageError(f"{label}: {name!r} is no text of at most {longest} characters.")
    return value


def _optional(fields: Mapping[str, Any], name: str, label: str) -> str | None:
    return None if fields[name] is None else _text(fields, name, label, LONGEST).strip() or None


def _is_whole(value: str) -> bool:
    """Whether a text can be written as UTF-8: JSON can hold half a character."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _number(fields: Mapping[str, Any], label: str) -> int:
    value = fields["seen"]
    if type(value) is not int or not 0 <= value < 2**63:
        raise UsageError(f"{label}: 'seen' is no number.")
    return value


def _time(fields: Mapping[str, Any], label: str) -> datetime:
    value = fields["when"]
    try:
        when = datetime.fromisoformat(value)
        if when.tzinfo is None:
            raise ValueError("no zone")
        return when.astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{label}: 'when' is no time.") from error
