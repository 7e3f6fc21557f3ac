"""What a reviewer did that still holds, so that it can be undone, the latest first.

Rows are only ever added: to undo a verdict is to say the one before again, with the time when it was first said, or
``withdrawn`` where there is none. So the rows of a reviewer on a pair tell what was undone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

WITHDRAWN = "withdrawn"


class Said(Protocol):
    """A row of ``review``."""

    @property
    def pair_hash(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def created(self) -> datetime: ...  # noqa: D102


Row = TypeVar("Row", bound=Said)


def standing(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Pair to what one reviewer said of it and did not undo, oldest first; ``rows`` in the order of their ids."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found[row.pair_hash] = _after(found.get(row.pair_hash, []), row)
    return found


def _after(said: Sequence[Row], row: Row) -> list[Row]:
    """What stands after one more row."""
    if row.verdict == WITHDRAWN:
        return []
    again = [place for place, one in enumerate(said) if one.created == row.created]
    return [*said[: again[0]], row] if again else [*said, row]


def latest(rows: Iterable[Row]) -> tuple[Row, Row | None] | None:
    """What one reviewer said last and did not undo, and what that reviewer had said of the pair before."""
    stacks = [said for said in standing(rows).values() if said]
    if not stacks:
        return None
    newest = max(stacks, key=lambda said: said[-1].created)
    return newest[-1], newest[-2] if len(newest) > 1 else None
