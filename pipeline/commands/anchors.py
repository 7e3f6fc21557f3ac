"""Beads that bind the aligner, as a person writes them: a file of beads, and lines that cut both texts."""

import json
from collections.abc import Iterable, Sequence
from itertools import chain

from pipeline.align.bound import Bound, in_order
from pipeline.errors import UsageError

DELIMITER = ".EOA"  # a line of its own, as in the corpora that Gale & Church aligned
FORM = "such as [0]:[0, 1], as `--format beads` writes them"


def parse(lines: Iterable[str], sizes: tuple[int, int], name: str) -> list[Bound]:
    """Beads of two texts with ``sizes`` lines, one a line; scores and blank lines are left aside.

    Raises UsageError, with the line, for what is no bead, lines that are not there, and beads that cross or overlap.
    """
    beads: list[Bound] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            beads.append(_bead(line, sizes, f"{name}, line {number}"))
    used = [list(chain.from_iterable(bead[side] for bead in beads)) for side in (0, 1)]
    twice = [index for side in used for index in set(side) if side.count(index) > 1]
    if twice:
        raise UsageError(f"{name}: line {twice[0]} stands in two beads. Each line can be in one.")
    facing = sorted(bead for bead in beads if all(bead))
    crossing = [bead for bead in facing if bead not in in_order(facing)]
    if crossing:
        shown = ":".join(str(list(side)) for side in crossing[0])
        raise UsageError(f"{name}: {shown} crosses another bead. Lines keep their order on both sides.")
    return beads


def delimiters(left: Sequence[str], right: Sequence[str]) -> list[Bound]:
    """The lines ``.EOA`` of both texts, the first with the first and so on. Raises UsageError for unequal numbers."""
    places = [[place for place, line in enumerate(side) if line.strip() == DELIMITER] for side in (left, right)]
    if len(places[0]) != len(places[1]):
        raise UsageError(
            f"the left file has {len(places[0])} lines {DELIMITER}, the right one {len(places[1])}. They cut both "
            "texts, so there must be as many."
        )
    return [((i,), (j,)) for i, j in zip(*places, strict=True)]


def _bead(line: str, sizes: tuple[int, int], place: str) -> Bound:
    try:
        sides = [json.loads(side) for side in line.replace("]:", "]\t").split("\t")[:2]]
    except ValueError:
        sides = []
    if len(sides) != 2 or not all(_is_run(side) for side in sides) or not any(sides):
        raise UsageError(f"{place}: {line.strip()[:60]!r} is no bead. Write beads {FORM}, with lines counted from 0.")
    for side, size in zip(sides, sizes, strict=True):
        if side and side[-1] >= size:
            raise UsageError(f"{place}: there is no line {side[-1]}; the last one is {size - 1}. Lines count from 0.")
    return tuple(sides[0]), tuple(sides[1])


def _is_run(side: object) -> bool:
    """Whether it is a list of numbers one after the other."""
    if not isinstance(side, list) or not all(type(index) is int and index >= 0 for index in side):
        return False
    return side == list(range(side[0], side[0] + len(side))) if side else True
