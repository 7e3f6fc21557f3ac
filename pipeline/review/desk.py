"""What a reviewer does to an open corpus: judge, re-segment, undo. Each is one transaction; nothing is overwritten.

A page is shown with a version token (``version``), which comes back with what is saved: if others changed the pair
since, ``Conflict`` says what they did, and nothing is written. The same saved twice is written once.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import Connection, Engine

Side: TypeAlias = Literal["left", "right"]
Direction: TypeAlias = Literal["previous", "next"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict (accept, reject, unsure, correct) on the pair that was shown with the token ``seen``.

    ``correction`` is the corrected right side, for verdict ``correct`` only; empty strings count as None.
    """

    alignment_id: str
    verdict: str
    correction: str | None
    comment: str | None
    reviewer: str
    seen: str


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


@dataclass(frozen=True, slots=True)
class Change:
    """A re-segmentation of a bead of kind ``bitext`` that was shown with the token ``seen``."""

    alignment_id: str
    how: Split | Merge | Move
    reviewer: str
    seen: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What stands now: ids of the alignments (a verdict: the one judged; a re-segmentation: all that came of it).

    ``version`` is the new token of the first. ``new`` is False where the same had been saved before.
    """

    alignment_ids: tuple[str, ...]
    version: str
    new: bool = True


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: a ``verdict`` or a ``resegmentation``, and the alignments where that can be seen.

    ``verdict`` is what the reviewer says of the pair now, None where that is nothing. ``alignment_ids`` is empty where
    the text stands nowhere any more.
    """

    what: Literal["verdict", "resegmentation"]
    alignment_ids: tuple[str, ...]
    verdict: str | None = None


def version(connection: Connection, alignment: str) -> str:
    """Token of the pair as it stands: changes with any verdict on its texts, and when it or a neighbour is re-cut.

    Raises NotFoundError if there is no such alignment.
    """
    raise NotImplementedError


def judge(engine: Engine, judgement: Judgement) -> Saved:
    """Append a verdict.

    Raises Conflict if the pair was judged or re-segmented since it was shown, UsageError for an unknown verdict, an
    empty reviewer or a correction that is missing or out of place, NotFoundError for an unknown alignment.
    """
    raise NotImplementedError


def resegment(engine: Engine, change: Change) -> Saved:
    """Replace neighbouring beads of a document pair.

    Raises Conflict if the pair or a neighbour changed since it was shown, UsageError for a change that cannot be made,
    NotFoundError for an unknown alignment.
    """
    raise NotImplementedError


def undo(engine: Engine, reviewer: str) -> Undone | None:
    """Take back the reviewer's latest own action; None if there is none. Undoing again goes further back.

    Raises Conflict if others built upon a re-segmentation.
    """
    raise NotImplementedError
