"""What reviewers made of beads, laid over what the aligner found.

A reviewer's edit names the segments that it arranged anew, so it holds whatever the aligner makes of the rest, also
after a rebuild. Every segment stays in exactly one bead.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from pipeline.records import Signature

SIGNATURE = Signature("review", "reviewer", "1")
SCORE = 1.0  # of a bead that a person made


class Sides(NamedTuple):
    """The segments of a bead, by key; one side may be empty."""

    left: tuple[str, ...]
    right: tuple[str, ...]


class Edit(NamedTuple):
    """A re-segmentation: neighbouring beads that became others with the same segments.

    ``undoes`` is the id of an edit that this one takes back.
    """

    id: int
    before: tuple[Sides, ...]
    after: tuple[Sides, ...]
    undoes: int | None = None


Atoms: TypeAlias = frozenset[tuple[int, str]]  # (0 left, 1 right; segment)


def laid_over(beads: Sequence[Sides], edits: Iterable[Edit]) -> list[Sides]:
    """The edits that were not undone laid over ``beads``, the later over the earlier.

    An edit whose segments are not all there any more is left out. A bead that an edit overlaps in part keeps its other
    segments.

    >>> found = [Sides(("a", "b"), ("x",)), Sides(("c",), ("y",))]
    >>> split = Edit(1, (found[0],), (Sides(("a",), ("x",)), Sides(("b",), ())))
    >>> [(one.left, one.right) for one in laid_over(found, [split])]
    [(('a',), ('x',)), (('b',), ()), (('c',), ('y',))]
    """
    standing = list(beads)
    for edit in active(edits):
        standing = _laid(standing, edit.after)
    return standing


def active(edits: Iterable[Edit]) -> list[Edit]:
    """Those that change something: neither undone, nor the undoing of another."""
    listed = list(edits)
    undone = {edit.undoes for edit in listed}
    return [edit for edit in listed if edit.undoes is None and edit.id not in undone]


def standing(edits: Iterable[Edit]) -> list[Sides]:
    """The beads that edits made and that no later edit took apart."""
    beads: list[Sides] = []
    for edit in active(edits):
        moving = atoms(edit.after)
        beads = [bead for bead in beads if moving.isdisjoint(atoms([bead]))] + list(edit.after)
    return beads


def atoms(beads: Iterable[Sides]) -> Atoms:
    """All segments of ``beads``, each with its side: in a document that faces itself one may stand on both."""
    return frozenset((side, key) for bead in beads for side, keys in enumerate(bead) for key in keys)


def split(bead: Sides, left_at: int, right_at: int) -> tuple[Sides, ...]:
    """Two beads: the first has ``left_at`` and ``right_at`` segments. Raises ValueError if one would be empty.

    >>> [tuple(one) for one in split(Sides(("a", "b"), ("x",)), 1, 1)]
    [(('a',), ('x',)), (('b',), ())]
    """
    inside = 0 <= left_at <= len(bead.left) and 0 <= right_at <= len(bead.right)
    if not inside or (left_at, right_at) in {(0, 0), (len(bead.left), len(bead.right))}:
        raise ValueError(f"{left_at}:{right_at} does not cut a bead of {len(bead.left)}:{len(bead.right)} in two")
    return Sides(bead.left[:left_at], bead.right[:right_at]), Sides(bead.left[left_at:], bead.right[right_at:])


def merged(first: Sides, second: Sides) -> tuple[Sides, ...]:
    """One bead of two."""
    return (Sides(first.left + second.left, first.right + second.right),)


def moved(first: Sides, second: Sides, side: int, forward: bool) -> tuple[Sides, ...]:
    """Two neighbours after the last segment of a side of the first went to the second, or the first of the second back.

    ``side`` is 0 for left, 1 for right. A bead with nothing left goes. Raises ValueError if there is nothing to move.

    >>> [tuple(one) for one in moved(Sides(("a", "b"), ("x",)), Sides(("c",), ("y",)), 0, forward=True)]
    [(('a',), ('x',)), (('b', 'c'), ('y',))]
    """
    giving = first[side] if forward else second[side]
    if not giving:
        raise ValueError("there is no sentence to move")
    joined = first[side] + second[side]
    cut = len(first[side]) + (-1 if forward else 1)
    beads = first._replace(**{_NAMES[side]: joined[:cut]}), second._replace(**{_NAMES[side]: joined[cut:]})
    return tuple(bead for bead in beads if any(bead))


_NAMES = Sides._fields


def _laid(beads: Sequence[Sides], after: Sequence[Sides]) -> list[Sides]:
    moving = atoms(after)
    if not moving <= atoms(beads) or set(after) <= set(beads):
        return list(beads)
    result: list[Sides] = []
    arranged = list(after)
    for bead in beads:
        head, tail = _without(bead, moving)
        touched = (head, tail) != (bead, _EMPTY)
        result += [head] if any(head) else []
        if touched:
            result += arranged
            arranged = []
        result += [tail] if any(tail) else []
    return result


_EMPTY = Sides((), ())


def _without(bead: Sides, moving: Collection[tuple[int, str]]) -> tuple[Sides, Sides]:
    """What is left of a bead before and after the segments that go; all before where none goes.

    A side that loses nothing stays with the beginning of the other, if there is one.
    """
    moved_at = [[index for index, key in enumerate(keys) if (side, key) in moving] for side, keys in enumerate(bead)]
    if not any(moved_at):
        return bead, _EMPTY
    starts = any(indices and indices[0] > 0 for indices in moved_at)
    cuts = [
        indices[0] if indices else (len(keys) if starts else 0) for indices, keys in zip(moved_at, bead, strict=True)
    ]
    staying = [[key for key in keys if (side, key) not in moving] for side, keys in enumerate(bead)]
    head = Sides(*(tuple(keys[:cut]) for keys, cut in zip(bead, cuts, strict=True)))
    tail = Sides(*(tuple(keys[cut:]) for keys, cut in zip(staying, cuts, strict=True)))
    return head, tail
