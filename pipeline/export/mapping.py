"""The alignment of two corpora as Manatee has it: numbers of structures, in the order of both corpora.

Each line has a range of the one corpus and one of the other: ``3``, ``3,5`` (from and to), or ``-1`` for nothing.
Ranges follow one another without a gap, so of links that cross or share a sentence the best are kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.align.matching import heaviest_chain


class Mapped(NamedTuple):
    """Structures ``left`` to ``right_end`` (numbers, both inclusive) that face each other, and what that is worth."""

    left: int
    left_end: int
    right: int
    right_end: int
    weight: float


def in_order(links: Iterable[Mapped]) -> list[Mapped]:
    """Those of ``links`` that share no structure and do not cross: of all such choices the one of greatest weight.

    Of links that share a structure the heavier stays.

    >>> [link.left for link in in_order([Mapped(0, 0, 1, 1, 2), Mapped(1, 2, 0, 0, 1), Mapped(3, 3, 2, 2, 1)])]
    [0, 3]
    """
    used: tuple[set[int], set[int]] = set(), set()
    apart = []
    for link in sorted(links, key=lambda link: (-link.weight, link)):
        sides = range(link.left, link.left_end + 1), range(link.right, link.right_end + 1)
        if not any(map(set.intersection, used, map(set, sides))):
            for numbers, side in zip(used, sides, strict=True):
                numbers.update(side)
            apart.append(link)
    apart.sort()
    if not apart:
        return []
    columns = [np.array(column) for column in zip(*apart, strict=True)]
    chain = heaviest_chain(columns[0], columns[2], columns[4].astype(float), int(columns[2].max()) + 1)
    return [apart[index] for index in chain.tolist()]


def mapping_lines(links: Sequence[Mapped], sizes: tuple[int, int]) -> Iterator[str]:
    """The file for links ``in_order`` between corpora of so many structures.

    >>> list(mapping_lines([Mapped(0, 1, 1, 1, 1)], (3, 2)))
    ['-1\\t0\\n', '0,1\\t1\\n', '2\\t-1\\n']
    """
    left = right = 0
    for link in links:
        yield from _alone(left, link.left, right, link.right)
        yield f"{_range(link.left, link.left_end)}\t{_range(link.right, link.right_end)}\n"
        left, right = link.left_end + 1, link.right_end + 1
    yield from _alone(left, sizes[0], right, sizes[1])


def turned(link: Mapped) -> Mapped:
    """A link as the other corpus sees it."""
    return Mapped(link.right, link.right_end, link.left, link.left_end, link.weight)


def _alone(left: int, left_end: int, right: int, right_end: int) -> Iterator[str]:
    """The lines of structures up to these that nothing faces."""
    if left < left_end:
        yield f"{_range(left, left_end - 1)}\t-1\n"
    if right < right_end:
        yield f"-1\t{_range(right, right_end - 1)}\n"


def _range(start: int, end: int) -> str:
    return f"{start}" if start == end else f"{start},{end}"
