"""Blank sentences have no counterpart: alignment is made without them, and they are put back after it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.records import Bead

Places = Sequence[int]


def written(texts: Sequence[str]) -> list[int]:
    """The places of texts that are not blank.

    >>> written(["Un.", "", "Deux.", " "])
    [0, 2]
    """
    return [place for place, text in enumerate(texts) if text.strip()]


def restored(beads: Sequence[Bead], kept: tuple[Places, Places], sizes: tuple[int, int]) -> list[Bead]:
    """Beads of the ``kept`` places, turned to beads of all: a blank inside a bead joins it, any other stands alone."""
    if (len(kept[0]), len(kept[1])) == sizes:
        return list(beads)
    return list(_restored(beads, kept, sizes))


def _restored(beads: Sequence[Bead], kept: tuple[Places, Places], sizes: tuple[int, int]) -> Iterator[Bead]:
    done = [0, 0]
    for bead in beads:
        sides = [_spread(side, places) for side, places in zip((bead.left, bead.right), kept, strict=True)]
        upto = [side[0] if side else begin for side, begin in zip(sides, done, strict=True)]
        yield from _alone(done, upto)
        yield replace(bead, left=sides[0], right=sides[1])
        done = [side[-1] + 1 if side else begin for side, begin in zip(sides, upto, strict=True)]
    yield from _alone(done, sizes)


def _spread(side: tuple[int, ...], places: Places) -> tuple[int, ...]:
    return tuple(range(places[side[0]], places[side[-1]] + 1)) if side else ()


def _alone(begins: Sequence[int], ends: Sequence[int]) -> Iterator[Bead]:
    yield from (Bead((i,), (), 1.0) for i in range(begins[0], ends[0]))
    yield from (Bead((), (j,), 1.0) for j in range(begins[1], ends[1]))
