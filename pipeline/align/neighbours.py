"""The nearest vectors on the other side, by comparing everything with everything a block at a time."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.embedding.embed import Floats

CELLS = 8_000_000  # similarities held at once: 32 MB, and as much again while they are sorted
TILE = 2048  # rows and columns compared at once where both sides ask
FEW = 16  # a tile of which more than this part is nearer than what was found so far is sorted whole

Places: TypeAlias = NDArray[np.intp]


class Neighbours(NamedTuple):
    """The k nearest of each of n vectors, best first: ``places`` on the other side, cosine ``similarities``; (n, k)."""

    places: Places
    similarities: Floats

    @property
    def mean(self) -> Floats:
        """Mean similarity of the k nearest, (n,): how crowded the place is."""
        out: Floats = self.similarities.mean(axis=1)
        return out

    def of(self, rows: slice | Places) -> "Neighbours":
        """Those of some of the vectors."""
        return Neighbours(self.places[rows], self.similarities[rows])


def nearest(these: Floats, those: Floats, k: int) -> Neighbours:
    """The nearest of ``those`` (m, d) for each of ``these`` (n, d), unit vectors; k at most m."""
    k, block = min(k, len(those)), max(1, CELLS // max(1, len(those)))
    places = np.zeros((len(these), k), dtype=np.intp)
    values = np.zeros((len(these), k), dtype=np.float32)
    for start in range(0, len(these) if k else 0, block):
        rows = slice(start, start + block)
        places[rows], values[rows] = _top(these[rows] @ those.T, k)
    return Neighbours(places, values)


def nearest_both(
    these: Floats, those: Floats, k: int, progress: Callable[[int], None] = lambda done: None
) -> tuple[Neighbours, Neighbours]:
    """``nearest`` of ``these`` among ``those`` and of ``those`` among ``these``, each product computed once.

    Takes the time of n * m * d multiplications and memory for one tile beside the result. Among vectors of equal
    similarity it may choose others than ``nearest`` does. ``progress`` is told how many of ``these`` are done.
    """
    there, back = _nothing(len(these), min(k, len(those))), _nothing(len(those), min(k, len(these)))
    for i in range(0, len(these), TILE):
        for j in range(0, len(those), TILE):
            similar = these[i : i + TILE] @ those[j : j + TILE].T
            _improve(there.of(slice(i, i + TILE)), similar, j)
            _improve(back.of(slice(j, j + TILE)), similar.T, i)
        progress(min(i + TILE, len(these)))
    return there, back


def _nothing(count: int, k: int) -> Neighbours:
    return Neighbours(np.zeros((count, k), dtype=np.intp), np.full((count, k), -np.inf, dtype=np.float32))


def _top(similar: Floats, k: int) -> Neighbours:
    """The places of the k largest in each row, and their values, largest first."""
    found = np.argpartition(-similar, k - 1, axis=1)[:, :k]
    return _best(Neighbours(found, np.take_along_axis(similar, found, axis=1)), k)


def _best(found: Neighbours, k: int) -> Neighbours:
    order = np.argsort(-found.similarities, axis=1, kind="stable")[:, :k]
    similarities = np.take_along_axis(found.similarities, order, axis=1)
    return Neighbours(np.take_along_axis(found.places, order, axis=1), similarities)


def _improve(found: Neighbours, similar: Floats, first: int) -> None:
    """Put into ``found``, in place, what is nearer among vectors ``first`` and following, whose similarities are given.

    After the first tiles little is: then only the rows concerned are sorted.
    """
    k = found.places.shape[1]
    nearer = similar > found.similarities[:, -1:]
    if np.count_nonzero(nearer) * FEW > nearer.size:
        top = _top(similar, min(k, similar.shape[1]))
        fresh, rows = Neighbours(top.places + first, top.similarities), np.arange(len(similar))
    else:
        fresh, rows = _ragged(similar, nearer, first)
    old = found.of(rows)
    places = np.concatenate([old.places, fresh.places], axis=1)
    similarities = np.concatenate([old.similarities, fresh.similarities], axis=1)
    found.places[rows], found.similarities[rows] = _best(Neighbours(places, similarities), k)


def _ragged(similar: Floats, nearer: NDArray[np.bool_], first: int) -> tuple[Neighbours, Places]:
    """The cells that are ``nearer`` as a table, shorter rows filled up with nothing, and the rows that have any."""
    if nearer.flags.c_contiguous:
        lines, columns = np.divmod(np.flatnonzero(nearer), nearer.shape[1])
    else:
        columns, lines = np.divmod(np.flatnonzero(nearer.T), nearer.shape[0])
        order = np.argsort(lines, kind="stable")
        lines, columns = lines[order], columns[order]
    rows, starts, counts = np.unique(lines, return_index=True, return_counts=True)
    fresh = _nothing(len(rows), int(counts.max(initial=0)))
    line, place = np.repeat(np.arange(len(rows)), counts), np.arange(len(lines)) - np.repeat(starts, counts)
    fresh.places[line, place] = columns + first
    fresh.similarities[line, place] = similar[lines, columns]
    return fresh, rows
