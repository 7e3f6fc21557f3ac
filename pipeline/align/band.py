"""Dynamic programming over a band of the lattice of beads, in any semiring that numpy has a ufunc for.

With ``np.maximum`` the sums are those of the best path, with ``np.logaddexp`` those of all paths together. Row i of a
band holds the nodes (i, lo[i]) to (i, hi[i]), ends included. Time and memory grow with the number of nodes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.embed import Floats

Ints: TypeAlias = NDArray[np.intp]
Shape: TypeAlias = tuple[int, int]
Step: TypeAlias = tuple[int, int, int, int]  # first left sentence, first right one, how many left, how many right
NEVER = np.float32(-1e30)


@dataclass(frozen=True, slots=True)
class Band:
    """Scores of all steps between nodes of a band.

    ``beads[i]`` (shapes, nodes of row i) is of the beads that begin there; ``left_skips`` (n,) and ``right_skips`` (m,)
    are of leaving one sentence out.
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


def forward(band: Band, add: np.ufunc) -> list[Floats]:
    """For each node, the sum over all paths to it from the first node."""
    n = len(band.lo) - 1
    rows = [np.full(band.width(i), NEVER, dtype=np.float32) for i in range(n + 1)]
    rows[0][0] = 0
    for i in range(n + 1):
        rows[i] = _along(rows[i], _skips(band, i), add)
        for rise, shift, score in _steps(band, i):
            here, there = _overlap(band, i, (rise, shift))
            target = rows[i + rise]
            target[there] = add(target[there], rows[i][here] + score[here])
    return rows


def backward(band: Band, add: np.ufunc) -> list[Floats]:
    """For each node, the sum over all paths from it to the last node."""
    n = len(band.lo) - 1
    rows = [np.full(band.width(i), NEVER, dtype=np.float32) for i in range(n + 1)]
    rows[n][-1] = 0
    for i in range(n, -1, -1):
        for rise, shift, score in _steps(band, i):
            here, there = _overlap(band, i, (rise, shift))
            rows[i][here] = add(rows[i][here], rows[i + rise][there] + score[here])
        rows[i] = _along(rows[i][::-1], _skips(band, i)[::-1], add)[::-1]
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
    before, after = forward(band, np.logaddexp), backward(band, np.logaddexp)
    out = []
    for i, scores in enumerate(band.beads):
        chances = np.zeros_like(scores)
        for k, (a, b) in enumerate(band.shapes):
            if i + a < len(before):
                here, there = _overlap(band, i, (a, b))
                chances[k, here] = np.exp(before[i][here] + scores[k, here] + after[i + a][there] - before[-1][-1])
        out.append(np.minimum(chances, 1))
    return out


def covered(band: Band, chances: Sequence[Floats]) -> tuple[Floats, Floats]:
    """The probability of each left and each right sentence to be in a bead: (n,), (m,)."""
    left, right = np.zeros(len(band.left_skips), np.float32), np.zeros(len(band.right_skips), np.float32)
    for i, row in enumerate(chances[:-1]):
        for chance, (a, b) in zip(row, band.shapes, strict=True):
            left[i : i + a] += chance.sum()
            for shift in range(b):
                part = right[band.lo[i] + shift : band.lo[i] + shift + len(chance)]
                part += chance[: len(part)]
    return np.minimum(left, 1), np.minimum(right, 1)


def _step_into(band: Band, best: Sequence[Floats], i: int, j: int) -> Shape:
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


def _steps(band: Band, i: int) -> list[tuple[int, int, Floats]]:
    """Steps out of row i to rows below: rows down, columns along, scores by node."""
    below = len(band.lo) - 1 - i
    skip = [(1, 0, np.broadcast_to(band.left_skips[i], band.width(i)))] if below else []
    return skip + [(a, b, band.beads[i][k]) for k, (a, b) in enumerate(band.shapes) if a <= below]


def _overlap(band: Band, i: int, step: Shape) -> tuple[slice, slice]:
    """The nodes of row i from which a step stays in the band, and where it leads."""
    rise, shift = step
    lo, target = int(band.lo[i]), int(band.lo[i + rise])
    first = max(lo, target - shift)
    last = max(first - 1, min(int(band.hi[i]), int(band.hi[i + rise]) - shift))
    return slice(first - lo, last - lo + 1), slice(first + shift - target, last + shift - target + 1)


def _skips(band: Band, i: int) -> Floats:
    """Scores of the skips along row i: one fewer than it has nodes."""
    return band.right_skips[band.lo[i] : band.hi[i]]


def _along(row: Floats, skips: Floats, add: np.ufunc) -> Floats:
    """Sums when any number of steps along the row may follow."""
    total = np.concatenate([np.zeros(1, np.float32), np.cumsum(skips, dtype=np.float32)])
    out: Floats = add.accumulate(row - total) + total
    return out
