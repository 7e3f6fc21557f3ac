"""What a reviewer did that still holds, so that it can be undone, the latest first.

Rows are only ever added: to undo a verdict is to say the one before again, with the time when it was first said, or
``withdrawn`` where there is none. So the rows of a reviewer on a pair tell what was undone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

WITHDRAWN = "withdrawn"


class VerdictRow(Protocol):
    """A row of ``review``."""

    @property
    def pair_hash(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def created(self) -> datetime: ...  # noqa: D102


Row = TypeVar("Row", bound=VerdictRow)


def collect_standing(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Pair to what one reviewer said of it and did not undo, oldest first; ``rows`` in the order of their ids."""
    standing_rows: dict[str, list[Row]] = {}
    for row in rows:
        standing_rows[row.pair_hash] = _after(standing_rows.get(row.pair_hash, []), row)
    return standing_rows


def _after(history: Sequence[Row], row: Row) -> list[Row]:
    """What stands after one more row."""
    if row.verdict == WITHDRAWN:
        return []
    again = [number for number, earlier in enumerate(history) if earlier.created == row.created]
    return [*history[: again[0]], row] if again else [*history, row]


def find_latest(rows: Iterable[Row]) -> tuple[Row, Row | None] | None:
    """What one reviewer said last and did not undo, and what that reviewer had said of the pair before."""
    stacks = [history for history in collect_standing(rows).values() if history]
    if not stacks:
        return None
    newest = max(stacks, key=lambda history: history[-1].created)
    return newest[-1], newest[-2] if len(newest) > 1 else None
