"""What a reviewer does to an open corpus: judge, re-segment, undo. Each is one transaction; nothing is overwritten.

A page is shown with a version token (``version``), which comes back with what is saved: if others changed the pair
since, ``Conflict`` says what they did, and nothing is written. The same said twice is written once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, Engine

from db import queries_review as queries
from db import write_review
from db.engine import transaction
from db.row_types import AlignmentRow
from db.vocabulary import SIDES
from pipeline.align import edits as beads
from pipeline.align.edits import Sides
from pipeline.corpus import cuts, rows
from pipeline.errors import Conflict, NotFoundError, UsageError
from pipeline.review import changes, recut, undo_history

JUDGEMENTS = ("accept", "reject", "unsure", "correct")
Side: TypeAlias = Literal["left", "right"]
Direction: TypeAlias = Literal["previous", "next"]

_DIRECTIONS = ("previous", "next")
_UNKNOWN = "there is no pair {!r} in the corpus. Go back to the queue."
_BUILT_UPON = "what you cut was cut again by others, so it cannot be taken back. Cut it by hand."


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict (accept, reject, unsure, correct) on the pair that was shown with the token ``version``.

    ``correction`` is the corrected right side, ``left_correction`` the corrected left one: either or both come with the
    verdict ``correct``, and with no other. Empty strings count as None.
    """

    alignment_id: str
    verdict: str
    correction: str | None
    comment: str | None
    reviewer: str
    version: str
    left_correction: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Cut a bead in two: the first ``left_at`` sentences of the left and ``right_at`` of the right are the first."""

    left_at: int
    right_at: int


@dataclass(frozen=True, slots=True)
class Merge:
    """Join a bead and the next one of its document pair."""


@dataclass(frozen=True, slots=True)
class Move:
    """Give the first sentence of ``side`` to the previous bead, or the last one to the next."""

    side: Side
    direction: Direction


How: TypeAlias = Split | Merge | Move


@dataclass(frozen=True, slots=True)
class Change:
    """A re-segmentation of a bead of kind ``bitext`` that was shown with the token ``version``."""

    alignment_id: str
    how: How
    reviewer: str
    version: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What stands now: ids of the alignments (a verdict: the one judged; a re-segmentation: all that came of it).

    ``version`` is the new token of the first. ``new`` is False where the same had been saved before. ``dropped`` are
    the verdicts on pairs of texts that stand nowhere any more, now that the sentences are cut otherwise.
    """

    alignment_ids: tuple[str, ...]
    version: str
    new: bool = True
    dropped: tuple["Dropped", ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A verdict whose texts face each other no more."""

    verdict: str
    reviewer: str
    left_text: str
    right_text: str


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: a ``verdict`` or a ``resegmentation``, and the alignments where that can be seen.

    ``verdict`` is what the reviewer says of the pair now, None where that is nothing. ``alignment_ids`` is empty where
    the text stands nowhere any more.
    """

    kind: Literal["verdict", "resegmentation"]
    alignment_ids: tuple[str, ...]
    verdict: str | None = None


def version(connection: Connection, alignment: str) -> str:
    """Token of the pair as it stands: changes with any verdict on its texts, and when it or a neighbour is re-cut.

    Raises NotFoundError if there is no such alignment.
    """
    row = queries.get_alignment(connection, alignment)
    if row is None:
        raise NotFoundError(_UNKNOWN.format(alignment))
    return changes.token(connection, row)


def judge(engine: Engine, judgement: Judgement) -> Saved:
    """Append a verdict.

    Raises Conflict if others judged the pair since it was shown, or it stands no more; UsageError for an unknown
    verdict, an empty reviewer or a correction that is missing or out of place; NotFoundError for an unknown alignment.
    """
    checked = _checked(judgement)
    with transaction(engine) as connection:
        row, token = changes.shown(connection, checked.alignment_id, checked.version, by_text=True)
        if not (row.left_text and row.right_text):
            raise UsageError("one side is empty, so there is no translation to judge. Re-cut it with its neighbour.")
        changes.meet(changes.judged(connection, row.pair_hash, token, checked.reviewer), (row.id,))
        new = _own_verdict(connection, row.pair_hash, checked.reviewer) != _said(checked)
        if new:
            _add_verdict(connection, row, checked)
        return Saved((row.id,), changes.token(connection, row), new)


def resegment(engine: Engine, change: Change) -> Saved:
    """Replace neighbouring beads of a document pair.

    Raises Conflict if the pair was judged by others, or it or a neighbour re-cut, since it was shown; UsageError for a
    change that cannot be made; NotFoundError for an unknown alignment.
    """
    reviewer = _named(change.reviewer)
    with transaction(engine) as connection:
        row, token = changes.shown(connection, change.alignment_id, change.version, by_text=False)
        if row.kind != "bitext" or row.document_pair_id is None or row.attributes is not None:
            raise UsageError("only sentences of two documents that were aligned here can be re-cut.")
        neighbours = queries.find_neighbours(connection, row)
        verdicts_since = changes.judged(connection, row.pair_hash, token, reviewer)
        if changes.around(neighbours) != token.around:
            raise Conflict(
                changes.RECUT,
                (*verdicts_since, *changes.recuts(connection, row.left_document_id, row.right_document_id, token.edit)),
                (row.id,),
            )
        changes.meet(verdicts_since, (row.id,))
        keys, after = _planned(connection, row, neighbours, change.how)
        old = [bead for key in keys if (bead := queries.get_alignment(connection, key)) is not None]
        alignment_ids = _apply(connection, old, after, reviewer)
        first = queries.get_alignment(connection, alignment_ids[0])
        token_after = changes.token(connection, first) if first else ""
        return Saved(tuple(alignment_ids), token_after, dropped=tuple(_dropped(connection, old)))


def undo(engine: Engine, reviewer: str) -> Undone | None:
    """Take back the reviewer's latest own action; None if there is none. Undoing again goes further back.

    Raises Conflict if others built upon a re-segmentation.
    """
    name = _named(reviewer)
    with transaction(engine) as connection:
        latest = undo_history.find_latest(queries.find_own_reviews(connection, name))
        cut = max(queries.find_own_edits(connection, name), key=lambda edit: edit.created, default=None)
        if cut and (latest is None or cut.created > latest[0].created):
            return _undo_cut(connection, cut, name)
        return _undo_verdict(connection, *latest) if latest else None


# Verdicts


def _checked(judgement: Judgement) -> Judgement:
    correction, left_correction, comment = (
        (typed or "").strip() or None for typed in (judgement.correction, judgement.left_correction, judgement.comment)
    )
    if judgement.verdict not in JUDGEMENTS:
        raise UsageError(f"{judgement.verdict!r} is no verdict. Give one of {', '.join(JUDGEMENTS)}.")
    if (judgement.verdict == "correct") != (correction is not None or left_correction is not None):
        raise UsageError("a correction comes with the verdict 'correct', and that verdict with a correction.")
    return replace(
        judgement,
        correction=correction,
        left_correction=left_correction,
        comment=comment,
        reviewer=_named(judgement.reviewer),
    )


def _named(reviewer: str) -> str:
    if not reviewer.strip():
        raise UsageError("who judges? Give a name.")
    return " ".join(reviewer.split())


def _own_verdict(connection: Connection, pair_hash: str, reviewer: str) -> tuple[str | None, ...] | None:
    """What the reviewer says of the texts so far."""
    reviews = [review for review in queries.find_verdicts(connection, pair_hash) if review.reviewer == reviewer]
    return _said(reviews[0]) if reviews else None


def _said(verdict: Judgement | queries.ReviewRow) -> tuple[str | None, ...]:
    return verdict.verdict, verdict.correction, verdict.left_correction, verdict.comment


def _add_verdict(connection: Connection, row: AlignmentRow, judgement: Judgement) -> None:
    columns = {
        "verdict": judgement.verdict,
        "correction": judgement.correction,
        "left_correction": judgement.left_correction,
        "comment": judgement.comment,
        "reviewer": judgement.reviewer,
    }
    texts = rows.judged(row.left_text, row.right_text)
    write_review.add_review(connection, texts | columns | {"created": _now(connection, judgement.reviewer)})


def _now(connection: Connection, reviewer: str) -> datetime:
    """The time, later than all that the reviewer did before, however the clock was set."""
    now, last = datetime.now(UTC).replace(tzinfo=None), queries.get_last_time(connection, reviewer)
    return now if last is None or now > last else last + timedelta(microseconds=1)


# Re-segmentation


def _planned(
    connection: Connection,
    row: AlignmentRow,
    neighbours: changes.Neighbours,
    how: How,
) -> tuple[list[str], tuple[Sides, ...]]:
    """Which beads are replaced, and by which. Raises UsageError for what cannot be done."""
    segments = recut.sides(connection, row.id)
    try:
        if isinstance(how, Split):
            return [row.id], beads.split(segments, how.left_at, how.right_at)
        forward = isinstance(how, Merge) or _DIRECTIONS.index(how.direction) == 1
        neighbour = neighbours[int(forward)]
        if neighbour is None:
            raise ValueError("there is no bead beside it on that side")
        keys = [row.id, neighbour.id] if forward else [neighbour.id, row.id]
        first, second = (recut.sides(connection, key) for key in keys)
        if isinstance(how, Merge):
            return keys, beads.merged(first, second)
        return keys, beads.moved(first, second, SIDES.index(how.side), forward)
    except ValueError as error:
        raise UsageError(f"this cannot be done: {error}.") from error


def _apply(connection: Connection, old: Sequence[AlignmentRow], after: tuple[Sides, ...], reviewer: str) -> list[str]:
    before = [recut.snapshot(bead, recut.sides(connection, bead.id)) for bead in old]
    _note(connection, old[0], reviewer, before, [list(map(list, bead)) for bead in after])
    return recut.replace(connection, old, after, {})


def _dropped(connection: Connection, old: Sequence[AlignmentRow]) -> Iterator[Dropped]:
    """The verdicts on beads that were replaced, where their texts stand nowhere else."""
    for bead in old:
        if not queries.find_facing_ids(connection, bead.pair_hash):
            for review in queries.find_verdicts(connection, bead.pair_hash):
                yield Dropped(review.verdict, review.reviewer, bead.left_text, bead.right_text)


def _note(  # noqa: PLR0913, PLR0917 -- a row's columns
    connection: Connection, row: Any, reviewer: str, before: Any, after: Any, undoes: int | None = None
) -> None:
    documents = {"left_document_id": row.left_document_id, "right_document_id": row.right_document_id}
    texts = cuts.texts_of(connection, [Sides(tuple(bead[0]), tuple(bead[1])) for bead in after])
    did = {"before": before, "after": after, "undoes": undoes, "reviewer": reviewer, "texts": texts}
    write_review.add_resegmentation(connection, documents | did | {"created": _now(connection, reviewer)})


# Undoing


def _undo_verdict(connection: Connection, review: queries.ReviewRow, before: queries.ReviewRow | None) -> Undone:
    subject = {"reviewer": review.reviewer, **rows.judged(*queries.get_judged(connection, review.id))}
    if before is None:
        columns = {"verdict": undo_history.WITHDRAWN, "correction": None, "left_correction": None, "comment": None}
        when = _now(connection, review.reviewer)
    else:
        columns = dict(zip(("verdict", "correction", "left_correction", "comment"), _said(before), strict=True))
        when = before.created
    write_review.add_review(connection, subject | columns | {"created": when})
    alignment_ids = tuple(queries.find_facing_ids(connection, review.pair_hash))
    return Undone("verdict", alignment_ids, before.verdict if before else None)


def _undo_cut(connection: Connection, row: queries.EditRow, reviewer: str) -> Undone:
    cut = rows.edit(row)
    current = recut.holding(connection, (row.left_document_id, row.right_document_id), cut.after)
    standing = {recut.sides(connection, bead.id) for bead in current}
    if not current:  # the documents are gone or others now: nothing stands there that could be put back
        _note(connection, row, reviewer, row.after, row.before, row.id)
        return Undone("resegmentation", ())
    if standing != set(cut.after):
        raise Conflict(
            _BUILT_UPON,
            changes.recuts(connection, row.left_document_id, row.right_document_id, row.id),
            tuple(bead.id for bead in current),
        )
    provenance = {sides: dict(bead[2]) for sides, bead in zip(cut.before, row.before, strict=True) if bead[2:]}
    _note(connection, row, reviewer, row.after, row.before, row.id)
    return Undone("resegmentation", tuple(recut.replace(connection, current, cut.before, provenance)))
