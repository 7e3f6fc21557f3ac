"""Dynamic programming over a band of the lattice of beads, in any semiring that numpy has a ufunc for.

With ``np.maximum`` the sums are those of the best path, with ``np.logaddexp`` those of all paths together. Row i of a
band holds the nodes (i, lo[i]) to (i, hi[i]), ends included. Time and memory grow with the number of nodes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.embedding.embed import Floats

Sums: TypeAlias = NDArray[np.float64]  # of thousands of scores, whose last digits count
Ints: TypeAlias = NDArray[np.intp]
Shape: TypeAlias = tuple[int, int]
Step: TypeAlias = tuple[int, int, int, int]  # first left sentence, first right one, how many left, how many right
NEVER = -1e30


@dataclass(frozen=True, slots=True)
class Band:
    """Scores of all steps between nodes of a band.

    ``shapes`` are all from (1, 1) to the largest, in order. ``beads[i]`` (shapes, nodes of row i) is of the beads that
    begin there; ``left_skips`` (n,) and ``right_skips`` (m,) are of leaving one sentence out. Neither ``lo`` nor ``hi``
    ever falls.
    """

    lo: Ints
    hi: Ints
    shapes: tuple[Shape, ...]
    beads: Sequence[Floats]
    left_skips: Floats
    right_skips: Floats

    def width(self, row: int) -> int:
        """Number of nodes in a row."""
        return int(self.hi[row] - self.lo[row]) + 1


def forward(band: Band, add: np.ufunc) -> list[Sums]:
    """For each node, the sum over all paths to it from the first node."""
    (tall, wide), rows, skipped = band.shapes[-1], [], _totals(band)
    ahead = np.full((tall + 1, len(skipped) + wide), NEVER)  # of this row and those that it reaches
    ahead[0, 0] = 0
    for i, (lo, past) in enumerate(zip(band.lo.tolist(), (band.hi + 1).tolist(), strict=True)):
        row = _along(ahead[0, lo:past], skipped[lo:past], add)
        rows.append(row)
        if i < len(band.left_skips):
            add(ahead[1, lo:past], row + band.left_skips[i], out=ahead[1, lo:past])
        steps = band.beads[i].reshape(tall, wide, -1) + row
        for shift in range(1, wide + 1):
            target = ahead[1:, lo + shift : past + shift]
            add(target, steps[:, shift - 1], out=target)
        ahead[:-1, lo : past + wide] = ahead[1:, lo : past + wide]
        ahead[-1, lo : past + wide] = NEVER
    return rows


def best_path(band: Band) -> list[Step]:
    """The steps of the path with the greatest sum; a skip is a step with a zero."""
    best = forward(band, np.maximum)
    i, j = len(band.lo) - 1, int(band.hi[-1])
    path: list[Step] = []
    while i or j:
        a, b = _step_into(band, best, i, j)
        i, j = i - a, j - b
        path.append((i, j, a, b))
    return path[::-1]


def posteriors(band: Band) -> list[Floats]:
    """The probability of each bead, when a path's is proportional to the exponential of its sum; as ``band.beads``."""
    before = forward(band, np.logaddexp)
    total, out = before[-1][-1], list(band.beads)
    for i, through in _upwards(band, np.logaddexp):
        chances = np.exp((through + (before[i] - total)).astype(np.float32))
        out[i] = np.minimum(chances, 1, out=chances).reshape(len(band.shapes), -1)
    return out


def covered(band: Band, chances: Sequence[Floats]) -> tuple[Floats, Floats]:
    """The probability of each left and each right sentence to be in a bead: (n,), (m,)."""
    (tall, wide), n, m = band.shapes[-1], len(band.left_skips), len(band.right_skips)
    left, right = np.zeros(n + tall, np.float32), np.zeros(m + wide, np.float32)
    for i, (row, lo) in enumerate(zip(chances[:-1], band.lo[:-1].tolist(), strict=True)):
        cube = row.reshape(tall, wide, -1)
        left[i : i + tall] += _at_least(cube.sum(axis=(1, 2)))
        for shift, run in enumerate(_at_least(cube.sum(axis=0))):
            right[lo + shift : lo + shift + len(run)] += run
    return np.minimum(left[:n], 1), np.minimum(right[:m], 1)


def _upwards(band: Band, add: np.ufunc) -> Iterator[tuple[int, Sums]]:
    """From the last row to the first: the sums over all paths that go on with each bead (tall, wide, nodes)."""
    (tall, wide), skipped = band.shapes[-1], _totals(band)
    below = np.full((tall + 1, len(skipped) + wide), NEVER)  # of this row and those that it reaches
    shifted = np.lib.stride_tricks.sliding_window_view(below, wide + 1, axis=1).transpose(0, 2, 1)
    for i in range(len(band.lo) - 1, -1, -1):
        lo, past = int(band.lo[i]), int(band.hi[i]) + 1
        through: Sums = band.beads[i].reshape(tall, wide, -1) + shifted[1:, 1:, lo:past]
        row = add.reduce(through.reshape(tall * wide, -1), axis=0)
        if i < len(band.left_skips):
            row = add(row, below[1, lo:past] + band.left_skips[i])
        else:
            row[-1] = 0
        below[0, lo:past] = _along(row[::-1], -skipped[lo:past][::-1], add)[::-1]
        yield i, through
        below[1:, lo : past + wide] = below[:-1, lo : past + wide]
        below[0, lo : past + wide] = NEVER


def _step_into(band: Band, best: Sequence[Sums], i: int, j: int) -> Shape:
    """The shape of the step by which the best path comes to (i, j)."""
    options: list[tuple[float, Shape]] = []
    for a, b in ((1, 0), (0, 1), *band.shapes):
        row, col = i - a, j - b
        if row >= 0 and band.lo[row] <= col <= band.hi[row]:
            options.append((float(best[row][col - band.lo[row]]) + _score(band, (row, col, a, b)), (a, b)))
    return max(options, key=lambda option: (option[0], -sum(option[1])))[1]


def _score(band: Band, step: Step) -> float:
    i, j, a, b = step
    if b == 0:
        return float(band.left_skips[i])
    if a == 0:
        return float(band.right_skips[j])
    return float(band.beads[i][band.shapes.index((a, b)), j - band.lo[i]])


def _at_least(values: Floats) -> Floats:
    """Sums of each row and those after it."""
    return values[::-1].cumsum(axis=0)[::-1]


def _totals(band: Band) -> Sums:
    """For each column, the sum of all right skips before it; (m + 1,)."""
    return np.concatenate([np.zeros(1), np.cumsum(band.right_skips, dtype=np.float64)])


def _along(row: Sums, skipped: Sums, add: np.ufunc) -> Sums:
    """Sums when any number of steps along the row may follow; ``skipped`` rises by what each of them scores."""
    out: Sums = add.accumulate(row - skipped) + skipped
    return out
