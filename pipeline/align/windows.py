"""Where the counterparts of each sentence are looked for: everywhere in short texts, in a window in long ones.

The windows of long texts come from a sample. A fixed number of sentences of either side, the longest of each stretch,
are compared with all of the other side; the heaviest chain of these pairs is a rough path; and a sentence looks from a
few steps before it on that path to a few steps after it. So time grows with the length of the texts and not with its
square. (Vecalign, Thompson & Koehn 2019, finds its rough path in means of neighbouring vectors, which blur the places
where a passage was added or left out.)
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pipeline.align.anchors import NEIGHBOURS, Survey, heaviest, survey, weighed
from pipeline.align.band import Ints
from pipeline.align.neighbours import Neighbours, nearest
from pipeline.embedding.embed import Floats

EXACT = 4000**2  # comparisons that are made without windows
SAMPLE = 1500  # sentences of each side
SLACK = 4  # steps of the rough path to either side
TELLING = 0.1  # margin from which a pair of the sample may be a step
BLOCK = 256  # sentences that look at the same part of the other side


class Windows(NamedTuple):
    """For each sentence, the first one opposite that it may face, and the one after the last; (n,), never falling."""

    lo: Ints
    hi: Ints

    def turned(self, size: int) -> "Windows":
        """The same for the ``size`` sentences opposite."""
        places = np.arange(size)
        lo = np.searchsorted(self.hi, places, side="right")
        hi = np.maximum(np.searchsorted(self.lo, places, side="right"), lo)
        return Windows(lo, hi)


def look(left: Floats, right: Floats, counts: tuple[Floats, Floats]) -> Survey:
    """``anchors.survey`` for texts of any length; ``counts`` (n,) and (m,) are of tokens."""
    if len(left) * len(right) <= EXACT:
        return survey(left, right)
    found = windows(left, right, counts)
    return weighed(_within(left, right, found), _within(right, left, found.turned(len(right))))


def windows(left: Floats, right: Floats, counts: tuple[Floats, Floats]) -> Windows:
    """For each left sentence, the part of the right side where its counterpart is, if it has one."""
    rows, cols = (_longest(one) for one in counts)
    there, back = survey(left[rows], right), survey(right[cols], left)
    i = np.concatenate([np.repeat(rows, there.columns.shape[1]), back.columns.ravel()])
    j = np.concatenate([there.columns.ravel(), np.repeat(cols, back.columns.shape[1])])
    margins = np.concatenate([there.margins.ravel(), back.margins.ravel()])
    chosen = np.flatnonzero(margins >= TELLING)
    chosen = chosen[np.lexsort((j[chosen], i[chosen]))]
    path = heaviest(i[chosen], j[chosen], margins[chosen], len(right))
    return _around(path, len(left), len(right))


def _longest(counts: Floats) -> Ints:
    """The place of the longest text in each of SAMPLE stretches."""
    bounds = np.unique(np.linspace(0, len(counts), SAMPLE + 1).astype(np.intp))
    return np.array([a + int(counts[a:b].argmax()) for a, b in pairwise(bounds)], dtype=np.intp)


def _around(path: list[tuple[int, int]], n: int, m: int) -> Windows:
    """Windows from SLACK steps before each sentence to as many after it."""
    steps = np.array([*[(-1, 0)] * SLACK, *path, *[(n, m - 1)] * SLACK], dtype=np.intp)
    places = np.arange(n)
    lo = steps[np.searchsorted(steps[:, 0], places, side="right") - SLACK, 1]
    hi = steps[np.searchsorted(steps[:, 0], places, side="left") + SLACK - 1, 1] + 1
    return Windows(lo, hi)


def _within(these: Floats, those: Floats, found: Windows) -> Neighbours:
    """The nearest of ``those`` for each of ``these``, in windows that BLOCK neighbours share."""
    k = min(NEIGHBOURS, len(those))
    places, values = np.zeros((len(these), k), np.intp), np.zeros((len(these), k), np.float32)
    for start in range(0, len(these), BLOCK):
        rows = slice(start, min(start + BLOCK, len(these)))
        first = min(int(found.lo[start]), len(those) - k)
        last = max(int(found.hi[rows.stop - 1]), first + k)
        part = nearest(these[rows], those[first:last], k)
        places[rows], values[rows] = part.places + first, part.similarities
    return Neighbours(places, values)
