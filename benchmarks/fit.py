"""Fits the weights of alignment to the gold of the development sets: ``python -m benchmarks.fit [--steps 60]``.

Conditional log-likelihood of the gold paths, by gradient ascent (Adam, Kingma & Ba 2015) from the weights in use.
Prints what goes into ``pipeline/align/path.py``. Gold beads larger than the aligner makes count as skips.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.align import SETS
from benchmarks.floors import DEV, absent
from benchmarks.scoring import Pairing, read_beads, read_lines
from pipeline.align.band import Band, Step, covered, forward, posteriors
from pipeline.align.lattice import CLASSES, MEASURES, SKIP_MEASURES, Facing, Weights, class_of, measured, scored
from pipeline.align.path import WEIGHTS, prepare
from pipeline.config import AlignConfig
from pipeline.embed import Embedder, Floats
from pipeline.engines import use


@dataclass(frozen=True, slots=True)
class Example:
    """Two texts face to face, the band to search, and the right path."""

    facing: Facing
    limits: tuple[np.ndarray, np.ndarray]
    gold: list[Step]
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
            yield Example(
                facing, limits, _steps(read_beads(path), config.max_side), 2.0 if name.startswith("de") else 1.0
            )


def _steps(beads: list[Pairing], max_side: int) -> list[Step]:
    """The gold path as steps."""
    i, j, out = 0, 0, list[Step]()
    for left, right in beads:
        a, b = len(left), len(right)
        if a and b and max(a, b) <= max_side:
            out.append((i, j, a, b))
        else:
            out += [(i + k, j, 1, 0) for k in range(a)] + [(i + a, j + k, 0, 1) for k in range(b)]
        i, j = i + a, j + b
    return out


def _slope(example: Example, weights: Weights) -> tuple[float, Floats]:
    """Log-likelihood of the gold path, and its derivative by the flat weights."""
    band = scored(example.facing, example.limits, weights)
    chances = posteriors(band)
    total = float(forward(band, np.logaddexp)[-1][-1])
    expected = _sums(example.facing, band, chances)
    gold = _sums(example.facing, band, _chosen(band, example.gold))
    value = float(gold @ _flat(weights)) - total
    return example.weight * value, example.weight * (gold - expected)


def _chosen(band: Band, steps: list[Step]) -> list[Floats]:
    """As ``posteriors``, for the one path."""
    out = [np.zeros_like(row) for row in band.beads]
    for i, j, a, b in steps:
        if a and b:
            out[i][band.shapes.index((a, b)), j - band.lo[i]] = 1
    return out


def _sums(facing: Facing, band: Band, chances: list[Floats]) -> Floats:
    """Expected sums of all measures, flat as the weights."""
    measures, classes = np.zeros(len(MEASURES)), np.zeros(len(CLASSES))
    for i, row in enumerate(chances[:-1]):
        lo, hi = int(band.lo[i]), min(int(band.hi[i]) + 1, len(facing.right))
        for k, found in enumerate(measured(facing, band.shapes, slice(i, i + 1), slice(lo, hi)) if hi > lo else ()):
            measures += found[:, 0] @ row[k, : hi - lo]
            classes[class_of(band.shapes[k])] += row[k].sum()
    skips = np.zeros(len(SKIP_MEASURES))
    for side, seen in zip((facing.left, facing.right), covered(band, chances), strict=True):
        classes[-1] += (1 - seen).sum()
        skips += [((1 - seen) * side.broken).sum(), ((1 - seen) * (side.best - 0.5)).sum()]
    return np.concatenate([measures, skips, classes])


def _flat(weights: Weights) -> Floats:
    return np.concatenate([weights.measures, weights.skips, weights.classes]).astype(np.float64)


def _weights(flat: Floats) -> Weights:
    measures, skips, classes = np.split(flat.astype(np.float32), [len(MEASURES), len(MEASURES) + len(SKIP_MEASURES)])
    return Weights(measures, skips, classes)


if __name__ == "__main__":
    raise SystemExit(main())
