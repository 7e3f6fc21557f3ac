"""Beads that a person made or confirmed, by which the aligner is bound: it aligns what lies between them.

A bound bead with two sides cuts both texts before and after itself, as hard delimiters do in Gale & Church (1993). One
with an empty side says of its sentences that they face nothing. Those that cross others are no guide to an aligner
whose beads come in order, and are left aside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from pipeline.align.matching import heaviest_chain
from pipeline.align.textpair import TextPair, part
from pipeline.embedding.embed import Floats
from pipeline.records import Bead

Bound: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]  # places of the sentences on either side
EVIDENCE = {"bound": 1.0}
CERTAIN = 1e3  # added to the score of a skip that a person made


def in_order(beads: Sequence[Bound]) -> list[Bound]:
    """Of beads that have two sides the most that follow one another, and share no sentence.

    >>> in_order([((4,), (2, 3)), ((0,), (5,)), ((1, 2), (1,)), ((6,), ())])
    [((1, 2), (1,)), ((4,), (2, 3))]
    """
    listed = sorted(bead for bead in beads if all(bead))
    if not listed:
        return []
    rows = np.array([left[0] for left, _ in listed], dtype=np.intp)
    columns = np.array([right[0] for _, right in listed], dtype=np.intp)
    chain = heaviest_chain(rows, columns, np.ones(len(listed), np.float32), int(columns.max()) + 1)
    kept: list[Bound] = []
    for index in chain.tolist():
        left, right = listed[index]
        if not kept or (left[0] > kept[-1][0][-1] and right[0] > kept[-1][1][-1]):
            kept.append((left, right))
    return kept


def parts(whole: TextPair, beads: Sequence[Bound]) -> Iterator[TextPair | Bead]:
    """What lies between bound beads, and they themselves, in order: together every sentence of both texts once."""
    row = column = 0
    for left, right in (*in_order(beads), ((len(whole.left),), (len(whole.right),))):
        rows, columns = slice(row, left[0]), slice(column, right[0])
        if rows.start < rows.stop and columns.start < columns.stop:
            yield part(whole, rows, columns)
        else:
            yield from (Bead((i,), (), 1.0, dict(EVIDENCE)) for i in range(rows.start, rows.stop))
            yield from (Bead((), (j,), 1.0, dict(EVIDENCE)) for j in range(columns.start, columns.stop))
        row, column = left[-1] + 1, right[-1] + 1
        if row <= len(whole.left):
            yield Bead(tuple(range(left[0], row)), tuple(range(right[0], column)), 1.0, dict(EVIDENCE))


def skipping(chunk: TextPair, beads: Sequence[Bound]) -> TextPair:
    """The scored chunk in which no path goes but by what a person left without a counterpart."""
    if chunk.band is None:
        raise ValueError("the bitext has no scores yet")
    left = _certain(chunk.band.left_skips, chunk.origin[0], [i for rows, columns in beads if not columns for i in rows])
    right = _certain(
        chunk.band.right_skips, chunk.origin[1], [j for rows, columns in beads if not rows for j in columns]
    )
    return replace(chunk, band=replace(chunk.band, left_skips=left, right_skips=right))


def _certain(skips: Floats, origin: int, places: Sequence[int]) -> Floats:
    raised = skips.copy()
    raised[[place - origin for place in places if 0 <= place - origin < len(skips)]] += CERTAIN
    return raised
