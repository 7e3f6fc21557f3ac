"""The first pass: a chain of likely 1:1 pairs through both texts, and the band around it that the second pass searches.

Pairs are weighed by margin against neighbours (CSLS, Conneau et al. 2018), so that a sentence near to everything draws
nothing; the heaviest increasing chain is found with a Fenwick tree in time that grows with n log m.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.align.band import Ints
from pipeline.align.neighbours import Neighbours, nearest
from pipeline.embedding.embed import Floats

NEIGHBOURS = 4
LEAST = 0.4  # similarity below which an anchor tells nothing about what is usual


@dataclass(frozen=True, slots=True)
class Survey:
    """For each left sentence its nearest right ones: ``columns`` and ``similarities`` (n, k), and their ``margins``.

    ``left_best`` (n,) and ``right_best`` (m,) are the similarities of the nearest sentence on the other side.
    """

    columns: Ints
    similarities: Floats
    margins: Floats
    left_best: Floats
    right_best: Floats

    def part(self, rows: slice, cols: slice) -> "Survey":
        """What is known of some consecutive sentences, with places among them."""
        columns = self.columns[rows] - cols.start
        best = self.left_best[rows], self.right_best[cols]
        return Survey(columns, self.similarities[rows], self.margins[rows], *best)


def survey(left: Floats, right: Floats) -> Survey:
    """Compare unit vectors (n, d) and (m, d), neither empty."""
    return weighed(nearest(left, right, NEIGHBOURS), nearest(right, left, NEIGHBOURS))


def weighed(there: Neighbours, back: Neighbours) -> Survey:
    """What is known of both texts from the neighbours of either on the other side."""
    margins = 2 * there.similarities - there.mean[:, None] - back.mean[there.places]
    return Survey(there.places, there.similarities, margins, there.similarities[:, 0], back.similarities[:, 0])


def chain(found: Survey) -> list[tuple[int, int]]:
    """The increasing chain of pairs (left, right) with the greatest sum of margins."""
    chosen = np.flatnonzero(found.margins > 0)
    rows = chosen // found.columns.shape[1]
    return heaviest(rows, found.columns.ravel()[chosen], found.margins.ravel()[chosen], len(found.right_best))


def heaviest(rows: Ints, columns: Ints, weights: Floats, size: int) -> list[tuple[int, int]]:
    """Of pairs sorted by row, with columns below ``size``, the increasing chain with the greatest sum of weights."""
    tree: list[tuple[float, int]] = [(0.0, -1)] * (size + 1)
    before: list[int] = []
    ends: list[tuple[int, float]] = []  # of the row at hand: it must not go on from itself
    row = -1
    for index, (i, j, weight) in enumerate(zip(rows.tolist(), columns.tolist(), weights.tolist(), strict=True)):
        if i != row:
            _settle(tree, ends, index)
            ends, row = [], i
        total, last = _greatest(tree, j)
        ends.append((j, total + weight))
        before.append(last)
    _settle(tree, ends, len(before))
    return [(int(rows[k]), int(columns[k])) for k in _unwound(before, _greatest(tree, size)[1])]


def around(pairs: list[tuple[int, int]], sizes: tuple[int, int], reach: int) -> tuple[Ints, Ints]:
    """First and last node of each row (n + 1,): within ``reach`` of the chain, in both directions.

    Where the chain jumps, over a passage that one side lacks, the band spans the jump.
    """
    n, m = sizes
    rows, cols = zip((0, 0), *pairs, (n, m), strict=True)
    path = np.interp(np.arange(n + 1), rows, cols)
    padded = np.concatenate([np.full(reach, path[0]), path, np.full(reach, path[-1])])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    lo = np.clip(np.floor(windows.min(axis=1)).astype(np.intp) - reach, 0, m)
    hi = np.clip(np.ceil(windows.max(axis=1)).astype(np.intp) + reach, 0, m)
    lo[0], hi[-1] = 0, m
    return lo, hi


def usual(found: Survey, pairs: list[tuple[int, int]], otherwise: float) -> float:
    """The median similarity of the chain's pairs, or ``otherwise`` when there are none."""
    values = _of(found.similarities, found, pairs)
    return float(np.median(values[values > LEAST])) if (values > LEAST).any() else otherwise


def surest(found: Survey, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The more similar half of the pairs."""
    values = _of(found.similarities, found, pairs)
    least = np.median(values) if pairs else 0.0
    return [pair for pair, value in zip(pairs, values.tolist(), strict=True) if value >= least]


def weights(found: Survey, pairs: Sequence[tuple[int, int]]) -> Floats:
    """The margins of pairs that the survey has."""
    return _of(found.margins, found, pairs)


def _of(values: Floats, found: Survey, pairs: Sequence[tuple[int, int]]) -> Floats:
    i, j = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    out: Floats = values[i, (found.columns[i] == j[:, None]).argmax(axis=1)]
    return out


def _greatest(tree: list[tuple[float, int]], count: int) -> tuple[float, int]:
    """The greatest entry among the first ``count``."""
    best = (0.0, -1)
    while count:
        best = max(best, tree[count])
        count -= count & -count
    return best


def _settle(tree: list[tuple[float, int]], ends: list[tuple[int, float]], count: int) -> None:
    """Enter the last pairs of ``count``: their columns and the sums of the chains that end with them."""
    for index, (j, total) in enumerate(ends, count - len(ends)):
        place, entry = j + 1, (total, index)
        while place < len(tree):
            tree[place] = max(tree[place], entry)
            place += place & -place


def _unwound(before: list[int], last: int) -> list[int]:
    out = []
    while last >= 0:
        out.append(last)
        last = before[last]
    return out[::-1]
