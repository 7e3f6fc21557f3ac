"""The nearest vectors on the other side, by comparing everything with everything a block at a time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.embed import Floats

CELLS = 8_000_000  # similarities held at once: 32 MB, and as much again while they are sorted


class Neighbours(NamedTuple):
    """The k nearest of each of n vectors, best first: ``places`` on the other side, cosine ``similarities``; (n, k)."""

    places: NDArray[np.intp]
    similarities: Floats

    @property
    def mean(self) -> Floats:
        """Mean similarity of the k nearest, (n,): how crowded the place is."""
        out: Floats = self.similarities.mean(axis=1)
        return out


def nearest(these: Floats, those: Floats, k: int) -> Neighbours:
    """The nearest of ``those`` (m, d) for each of ``these`` (n, d), unit vectors; k at most m."""
    k, block = min(k, len(those)), max(1, CELLS // max(1, len(those)))
    places = np.zeros((len(these), k), dtype=np.intp)
    values = np.zeros((len(these), k), dtype=np.float32)
    for start in range(0, len(these) if k else 0, block):
        rows = slice(start, start + block)
        similar = these[rows] @ those.T
        found = np.argpartition(-similar, k - 1, axis=1)[:, :k]
        value = np.take_along_axis(similar, found, axis=1)
        order = np.argsort(-value, axis=1, kind="stable")
        places[rows] = np.take_along_axis(found, order, axis=1)
        values[rows] = np.take_along_axis(value, order, axis=1)
    return Neighbours(places, values)
