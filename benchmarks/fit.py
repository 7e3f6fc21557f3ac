"""Fits the weights of alignment to the gold of the development sets: ``python -m benchmarks.fit [--steps 60]``.

Conditional log-likelihood of the gold paths, by gradient ascent (Adam, Kingma & Ba 2015) from the weights in use.
Prints what goes into ``pipeline/align/path.py``. Gold beads that the aligner cannot make count as skips.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.align import SETS
from benchmarks.floors import DEV, absent
from benchmarks.scoring import Pairing, read_beads, read_lines
from pipeline.align.band import Band, Ints, Step, covered, forward, posteriors
from pipeline.align.lattice import (
    CLASSES,
    MEASURES,
    SKIP_MEASURES,
    Facing,
    Weights,
    blocks,
    class_of,
    measured,
    scored,
    skip_measures,
    within,
)
from pipeline.align.path import WEIGHTS, prepare
from pipeline.config import AlignConfig
from pipeline.embed import Embedder, Floats
from pipeline.engines import use


@dataclass(frozen=True, slots=True)
class Example:
    """Two texts face to face, the band to search, and the right path."""

    facing: Facing
    limits: tuple[Ints, Ints]
    gold: list[Step]
    measures: list[Floats]
    weight: float


def main() -> int:
    """Fit and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=60)
    steps = parser.parse_args().steps
    if absent(DEV / "align"):
        return 0
    examples = list(_examples(use.load()))
    flat, mean, square = _flat(WEIGHTS), 0.0, 0.0
    for step in range(1, steps + 1):
        value, slope = (sum(parts) for parts in zip(*(_slope(one, _weights(flat)) for one in examples), strict=True))
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        rate = 0.05 * (1 - step / (steps + 1))
        flat = flat + rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-6)
        print(f"step {step}: log-likelihood before it {value:.2f}", flush=True)
    for name, value in zip((*MEASURES, *SKIP_MEASURES, *CLASSES), flat, strict=True):
        print(f"{name:20s} {value:7.2f}")
    return 0


def _examples(embedder: Embedder) -> Iterator[Example]:
    """All documents; the one of Text+Berg twice as heavy, because it is alone of its kind."""
    config = AlignConfig()
    for name, languages in SETS.items():
        for path in sorted((DEV / "align" / name).glob("*.beads")):
            left, right = (read_lines(path.with_suffix(f".{language}")) for language in languages)
            facing, limits = prepare(left, right, embedder, config)
            gold = _steps(read_beads(path), config.max_side)
            measures = _measures(facing, limits)
            yield Example(facing, limits, gold, measures, 2.0 if name.startswith("de") else 1.0)


def _steps(beads: list[Pairing], max_side: int) -> list[Step]:
    """The gold beads that the aligner could make; all other sentences count as skipped."""
    return [
        (left[0], right[0], len(left), len(right))
        for left, right in beads
        if left and right and max(len(left), len(right)) <= max_side and _unbroken(left) and _unbroken(right)
    ]


def _unbroken(indices: tuple[int, ...]) -> bool:
    return indices[-1] - indices[0] == len(indices) - 1


def _measures(facing: Facing, limits: tuple[Ints, Ints]) -> list[Floats]:
    """For each row of the band, MEASURES (len(MEASURES), shapes, nodes) of the beads that begin there."""
    (lo, hi), out, largest = limits, [], (len(facing.left.vectors), len(facing.right.vectors))
    for rows, cols in blocks(limits, len(facing.right)):
        found = np.stack(list(measured(facing, rows, cols, largest)), axis=1)
        for i in range(rows.start, rows.stop):
            out.append(within(found[:, :, i - rows.start], int(lo[i]) - cols.start, int(hi[i]) - cols.start))
    return out


def _slope(example: Example, weights: Weights) -> tuple[float, Floats]:
    """Log-likelihood of the gold path, and its derivative by the flat weights."""
    band = scored(example.facing, example.limits, weights)
    chances = posteriors(band)
    total = float(forward(band, np.logaddexp)[-1][-1])
    expected = _sums(example, band, chances)
    gold = _sums(example, band, _chosen(band, example.gold))
    value = float(gold @ _flat(weights)) - total
    return example.weight * value, example.weight * (gold - expected)


def _chosen(band: Band, steps: list[Step]) -> list[Floats]:
    """As ``posteriors``, for the one path."""
    out = [np.zeros_like(row) for row in band.beads]
    for i, j, a, b in steps:
        if a and b:
            out[i][band.shapes.index((a, b)), j - band.lo[i]] = 1
    return out


def _sums(example: Example, band: Band, chances: list[Floats]) -> Floats:
    """Expected sums of all measures, flat as the weights."""
    measures, classes = np.zeros(len(MEASURES)), np.zeros(len(CLASSES))
    for found, row in zip(example.measures, chances[:-1], strict=True):
        measures += np.tensordot(found, row, 2)
        for shape, chance in zip(band.shapes, row.sum(axis=1), strict=True):
            classes[class_of(shape)] += chance
    skips = np.zeros(len(SKIP_MEASURES))
    for side, seen in zip((example.facing.left, example.facing.right), covered(band, chances), strict=True):
        classes[-1] += (1 - seen).sum()
        skips += (1 - seen) @ skip_measures(side)
    return np.concatenate([measures, skips, classes])


def _flat(weights: Weights) -> Floats:
    return np.concatenate([weights.measures, weights.skips, weights.classes]).astype(np.float64)


def _weights(flat: Floats) -> Weights:
    measures, skips, classes = np.split(flat.astype(np.float32), [len(MEASURES), len(MEASURES) + len(SKIP_MEASURES)])
    return Weights(measures, skips, classes)


if __name__ == "__main__":
    raise SystemExit(main())
