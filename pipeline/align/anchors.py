"""The first pass: a chain of likely 1:1 pairs through both texts, and the band around it that the second pass searches.

Pairs are weighed by margin against neighbours (CSLS, Conneau et al. 2018), so that a sentence near to everything draws
nothing; the heaviest increasing chain is found with a Fenwick tree in time that grows with n log m.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.align.band import Ints
from pipeline.align.neighbours import nearest
from pipeline.embed import Floats

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


def survey(left: Floats, right: Floats) -> Survey:
    """Compare unit vectors (n, d) and (m, d), neither empty."""
    there, back = nearest(left, right, NEIGHBOURS), nearest(right, left, NEIGHBOURS)
    margins = 2 * there.similarities - there.mean[:, None] - back.mean[there.places]
    return Survey(there.places, there.similarities, margins, there.similarities[:, 0], back.similarities[:, 0])


def chain(found: Survey) -> list[tuple[int, int]]:
    """The increasing chain of pairs (left, right) with the greatest sum of margins."""
    size = len(found.right_best)
    tree: list[tuple[float, int]] = [(0.0, -1)] * (size + 1)
    pairs: list[tuple[int, int]] = []
    before: list[int] = []
    for i, (columns, margins) in enumerate(zip(found.columns.tolist(), found.margins.tolist(), strict=True)):
        ends = []
        for j, margin in zip(columns, margins, strict=True):
            if margin > 0:
                total, last = _greatest(tree, j)
                ends.append((j, total + margin, len(pairs)))
                pairs.append((i, j))
                before.append(last)
        for j, total, index in ends:
            _raise(tree, j, (total, index))
    return _unwound(pairs, before, _greatest(tree, size)[1])


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
    values = [value for value in _similarities(found, pairs) if value > LEAST]
    return float(np.median(values)) if values else otherwise


def surest(found: Survey, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The more similar half of the pairs."""
    values = _similarities(found, pairs)
    return [pair for pair, value in zip(pairs, values, strict=True) if value >= np.median(values)]


def _similarities(found: Survey, pairs: list[tuple[int, int]]) -> list[float]:
    return [float(found.similarities[i, found.columns[i] == j][0]) for i, j in pairs]


def _greatest(tree: list[tuple[float, int]], count: int) -> tuple[float, int]:
    """The greatest entry among the first ``count``."""
    best = (0.0, -1)
    while count:
        best = max(best, tree[count])
        count -= count & -count
    return best


def _raise(tree: list[tuple[float, int]], place: int, entry: tuple[float, int]) -> None:
    place += 1
    while place < len(tree):
        tree[place] = max(tree[place], entry)
        place += place & -place


def _unwound(pairs: list[tuple[int, int]], before: list[int], last: int) -> list[tuple[int, int]]:
    out = []
    while last >= 0:
        out.append(pairs[last])
        last = before[last]
    return out[::-1]
