"""What the review pages ask. ``get_*`` gives one row or None, ``find_*`` many, ``count_*`` numbers.

The queue has one order: unjudged before judged, pairs with findings before others, then the lowest score, where no
score counts as one half; equal scores by id. Pages go on after the last row's ``cursor``, never by counting rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from db.queries import SegmentRow

QUEUE_VERDICTS = ("any", "none", "judged", "accept", "reject", "unsure", "correct")
CONTEXT = 3  # segments before and after


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pairs: all conditions hold at once; None leaves a condition out. Gaps (one side empty) are never shown.

    ``low`` and ``high`` are bounds of the score, both included; pairs without a score count as 0.5. ``verdict`` is one
    of ``QUEUE_VERDICTS``: ``any`` (judged or not), ``none`` (not judged), ``judged``, or one verdict. ``reviewer``:
    only this reviewer's verdicts count, so ``verdict='none', reviewer='Ada'`` is what Ada has not judged; None: the
    latest, whoever judged. ``words`` is searched in both texts, as FTS5 reads it where it can. ``sample`` and ``seed``:
    only the pairs of that random sample.
    """

    document: str | None = None
    kind: str | None = None
    low: float | None = None
    high: float | None = None
    verdict: str = "any"
    finding: str | None = None
    words: str | None = None
    reviewer: str | None = None
    sample: int | None = None
    seed: int = 1


class QueueRow(NamedTuple):
    """A pair in the queue. ``cursor`` goes into ``find_queue(after=...)``."""

    id: str
    kind: str
    shape: str
    score: float | None
    findings: int
    left_text: str
    left_language: str | None
    left_document_id: str
    left_path: str | None
    right_text: str
    right_language: str | None
    right_origin: str
    right_document_id: str
    right_path: str | None
    verdict: str | None
    reviewer: str | None
    cursor: str


class Progress(NamedTuple):
    """How far reviewing is: pairs in all, those judged, and how many of each verdict."""

    total: int
    judged: int
    by_verdict: Mapping[str, int]


class SideRow(NamedTuple):
    """A segment that stands in a pair."""

    side: str
    position: int
    segment: SegmentRow


class ContextRow(NamedTuple):
    """A segment beside a pair. ``facing`` is its machine translation, where the pair is one."""

    id: str
    text: str
    language: str | None
    role: str
    facing: str | None


class Context(NamedTuple):
    """What stands before and after a side of a pair, in the order of the text."""

    before: tuple[ContextRow, ...]
    after: tuple[ContextRow, ...]


class BeadRow(NamedTuple):
    """A neighbour of a pair in its document pair, gaps included; for a machine translation: in its document."""

    id: str
    shape: str
    left_text: str
    right_text: str


class DocumentRow(NamedTuple):
    """A document with its files."""

    id: str
    title: str | None
    date: str | None
    outlet: str | None
    author: str | None
    url: str | None
    licence: str | None
    main_language: str | None
    imported: Mapping[str, Any] | None
    paths: tuple[str, ...]


class FindingRow(NamedTuple):
    """A finding about a pair or its translation; ``pipeline.codes.CODES`` says what the code means."""

    code: str
    value: str
    subject_kind: str


class ReviewRow(NamedTuple):
    """One judgement of the history, withdrawn ones too."""

    id: int
    verdict: str
    correction: str | None
    comment: str | None
    reviewer: str
    created: datetime


class EditRow(NamedTuple):
    """One re-segmentation; ``before`` and ``after`` are lists of ``[left ids, right ids, ...]``."""

    id: int
    left_document_id: str
    right_document_id: str
    before: list[Any]
    after: list[Any]
    undoes: int | None
    reviewer: str
    created: datetime


class PairView(NamedTuple):
    """All that the page of a pair shows. ``alignment``, ``signature``, ``run`` and ``translation`` are whole rows.

    ``contexts`` is keyed by side (for a machine translation the right one is empty: see ``ContextRow.facing``).
    ``verdicts`` is each reviewer's latest; ``history`` all there ever was, oldest first, as are ``edits``.
    """

    alignment: Row[Any]
    sides: Sequence[SideRow]
    contexts: Mapping[str, Context]
    previous: BeadRow | None
    next: BeadRow | None
    findings: Sequence[FindingRow]
    signature: Row[Any]
    run: Row[Any]
    translation: Row[Any] | None
    documents: Mapping[str, DocumentRow]
    verdicts: Sequence[ReviewRow]
    history: Sequence[ReviewRow]
    edits: Sequence[EditRow]


class DocumentChoice(NamedTuple):
    """A document to choose, with the number of pairs that it takes part in."""

    id: str
    path: str | None
    title: str | None
    main_language: str | None
    pairs: int


class PairChoice(NamedTuple):
    """Two documents that face each other, with the number of their beads that have two sides."""

    id: str
    grade: str
    score: float
    left_document_id: str
    left_path: str | None
    left_title: str | None
    right_document_id: str
    right_path: str | None
    right_title: str | None
    beads: int


class Overview(NamedTuple):
    """What the overview plots. ``scores``: kind to the number of pairs in each tenth of 0..1.

    ``verdicts``: kind to verdict to the number of pairs (latest verdict). ``reviewers``: reviewer to verdict to number.
    ``days``: date (ISO) to the number of verdicts that stand from that day.
    """

    languages: Mapping[str, int]
    kinds: Mapping[str, int]
    grades: Mapping[str, int]
    findings: Mapping[str, int]
    scores: Mapping[str, Sequence[int]]
    verdicts: Mapping[str, Mapping[str, int]]
    reviewers: Mapping[str, Mapping[str, int]]
    days: Mapping[str, int]


def find_queue(connection: Connection, filters: Filters, limit: int, after: str | None = None) -> list[QueueRow]:
    """At most ``limit`` pairs, the most doubtful first, from after the row with the cursor ``after``.

    Raises ValueError for a cursor that is none.
    """
    raise NotImplementedError


def next_in_queue(connection: Connection, filters: Filters, alignment: str) -> str | None:
    """Id of the pair after ``alignment``, which may have been judged meanwhile; None at the end of the queue."""
    raise NotImplementedError


def previous_in_queue(connection: Connection, filters: Filters, alignment: str) -> str | None:
    """Id of the pair before ``alignment``; None at the beginning of the queue."""
    raise NotImplementedError


def count_queue(connection: Connection, filters: Filters) -> int:
    """How many pairs the queue holds."""
    raise NotImplementedError


def progress(connection: Connection, filters: Filters) -> Progress:
    """How many pairs there are, judged or not (``filters.verdict`` is left aside), and how many are judged."""
    raise NotImplementedError


def get_pair(connection: Connection, alignment: str) -> PairView | None:
    """All that the page of a pair shows."""
    raise NotImplementedError


def find_choices(connection: Connection) -> list[DocumentChoice]:
    """Documents with facing pairs, by path."""
    raise NotImplementedError


def find_document_pairs(connection: Connection) -> list[PairChoice]:
    """Document pairs, the best first."""
    raise NotImplementedError


def find_finding_codes(connection: Connection) -> dict[str, int]:
    """Code to the number of pairs with such a finding."""
    raise NotImplementedError


def find_reviewers(connection: Connection) -> list[str]:
    """Everybody who ever judged, by name."""
    raise NotImplementedError


def get_overview(connection: Connection) -> Overview:
    """Counts for the overview."""
    raise NotImplementedError
