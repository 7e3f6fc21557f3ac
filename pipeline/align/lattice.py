"""Measures and scores of all beads that two lists of sentences could be joined by.

A bead's score is a weighted sum of measures: similarity of the two runs; the same less their similarity to each other's
neighbours (the margin of Bertalign, Liu & Zhu 2022); what is written alike; difference in length (Gale & Church 1993);
whether it begins in mid-sentence; its shape. The weights are those of a conditional random field over paths, fitted by
``benchmarks/fit.py``, so that sums of scores are log-probabilities but for a constant.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.align.band import Band, Ints, Shape, Step
from pipeline.embed import Floats

MEASURES = ("similarity", "sized similarity", "margin", "sized margin", "sized surface", "length", "broken")
CLASSES = ("1:1", "1:2", "2:2", "1:3", "more", "skip")
SKIP_MEASURES = ("broken", "best similarity")
BLOCK = 64  # rows scored at once
EVEN = 200  # characters of equal length, added to both sides before their ratio is taken
TOLERANCE = 1.04  # by which the ratio of the wholes may differ from that of some counterparts
VARIANCE = 6.8  # of a text's length per character, by Gale & Church (1993)
_OPENING = re.compile(r"[\W\d_]*")


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of MEASURES and SKIP_MEASURES; ``classes`` are constants, one for each of CLASSES."""

    measures: Floats
    skips: Floats
    classes: Floats


@dataclass(frozen=True, slots=True)
class Side:
    """One list of n sentences: vectors and sums for runs of 1 to k of them from each place.

    ``vectors`` (k, n + k + 1, d): the run of a sentences from i is at [a - 1, i + 1], zero beyond the ends. ``marks``
    (k, n, s) and ``weights`` (k, n) as in ``surface.vectors``; ``lengths`` (k, n) in characters; ``broken`` (n,) is 1
    where a text begins in the middle of a sentence; ``best`` (n,) is the similarity of the nearest sentence opposite.
    """

    vectors: Floats
    marks: Floats
    weights: Floats
    lengths: Floats
    broken: Floats
    best: Floats

    def __len__(self) -> int:
        return len(self.broken)


@dataclass(frozen=True, slots=True)
class Facing:
    """Two lists face to face: right characters per left one, and the factor that brings similarities to the usual."""

    left: Side
    right: Side
    ratio: float
    scale: float


def side(texts: Sequence[str], vectors: Sequence[Floats], marks: tuple[Floats, Floats], best: Floats) -> Side:
    """One side from its texts, the vectors of its runs (see ``embed.runs``) and their marks (see ``surface``)."""
    longest, n = len(vectors), len(texts)
    placed = np.zeros((longest, n + longest + 1, vectors[0].shape[1]), dtype=np.float32)
    for row, part in zip(placed, vectors, strict=True):
        row[1 : 1 + len(part)] = part
    lengths = np.array([len(text.strip()) + 1 for text in texts], dtype=np.float32)
    directions, weights, widths = (_summed(one, longest) for one in (*marks, lengths))
    broken = np.array([_broken(text) for text in texts], dtype=np.float32)
    return Side(placed, directions, weights, widths, broken, best)


def face(left: Side, right: Side, pairs: Sequence[tuple[int, int]], scale: float) -> Facing:
    """Two sides with the ratio of their lengths: that of the wholes, unless ``pairs`` of counterparts deny it."""
    sums = [float(one.lengths[0, [pair[k] for pair in pairs]].sum()) for k, one in enumerate((left, right))]
    likely = (EVEN + sums[1]) / (EVEN + sums[0])
    whole = float(right.lengths[0].sum() / left.lengths[0].sum())
    return Facing(left, right, float(np.clip(whole, likely / TOLERANCE, likely * TOLERANCE)), scale)


def scored(facing: Facing, limits: tuple[Ints, Ints], weights: Weights) -> Band:
    """The band of nodes from ``lo`` to ``hi`` (n + 1,) in each row, with the scores of all its steps."""
    lo, hi = limits
    left, right = facing.left, facing.right
    shapes = tuple((a, b) for a in _sizes(left) for b in _sizes(right))
    constants = np.array([weights.classes[class_of(shape)] for shape in shapes], dtype=np.float32)[:, None]
    beads: list[Floats] = []
    for start in range(0, len(left), BLOCK):
        rows = slice(start, min(start + BLOCK, len(left)))
        cols = slice(int(lo[rows].min()), min(int(hi[rows].max()) + 1, len(right)))
        scores = np.stack([np.tensordot(weights.measures, one, 1) for one in measured(facing, shapes, rows, cols)])
        beads += [_row(scores[:, i - start], lo[i] - cols.start, hi[i] - cols.start) + constants for i in _range(rows)]
    beads.append(np.zeros((len(shapes), int(hi[-1] - lo[-1]) + 1), dtype=np.float32))
    return Band(lo, hi, shapes, beads, _skips(left, weights), _skips(right, weights))


def measured(facing: Facing, shapes: Sequence[Shape], rows: slice, cols: slice) -> Iterator[Floats]:
    """For each shape, MEASURES (len(MEASURES), rows, cols) of the beads that begin at these sentences."""
    left, right = facing.left, facing.right
    n, m, reach = rows.stop - rows.start, cols.stop - cols.start, len(left.vectors) + 1
    left_runs = left.vectors[:, rows.start + 1 : rows.stop + 1]
    right_runs = right.vectors[:, cols.start + 1 : cols.stop + 1].transpose(0, 2, 1)
    left_near = left_runs @ right.vectors[0, cols.start : cols.stop + reach].T
    right_near = left.vectors[0, rows.start : rows.stop + reach] @ right_runs
    for a, b in shapes:
        similar = left_runs[a - 1] @ right_runs[b - 1]
        near = left_near[a - 1][:, :m] + left_near[a - 1][:, b + 1 : b + 1 + m]
        near = (near + right_near[b - 1][:n] + right_near[b - 1][a + 1 : a + 1 + n]) / 4
        size, first, second = (a + b) / 2, facing.scale * similar, facing.scale * (similar - near)
        alike, length, broken = _beside(facing, (a, b), rows, cols)
        yield np.stack([first, size * first, second, size * second, size * alike, length, broken])


def shown(facing: Facing, step: Step) -> dict[str, float]:
    """The measures of one bead, unscaled, as they are kept with an alignment."""
    i, j, a, b = step
    (found,) = measured(facing, [(a, b)], slice(i, i + 1), slice(j, j + 1))
    values = dict(zip(MEASURES, found[:, 0, 0].tolist(), strict=True))
    return {
        "similarity": round(values["similarity"] / facing.scale, 4),
        "margin": round(values["margin"] / facing.scale, 4),
        "surface": round(2 * values["sized surface"] / (a + b), 4),
        "length": round(-values["length"], 4),
    }


def class_of(shape: Shape) -> int:
    """The index of a bead's shape in CLASSES."""
    name = "{}:{}".format(*sorted(shape))
    return CLASSES.index(name) if name in CLASSES else CLASSES.index("more")


def _beside(facing: Facing, shape: Shape, rows: slice, cols: slice) -> tuple[Floats, Floats, Floats]:
    """The measures besides similarity: surface cosine, length, beginnings in mid-sentence, each (rows, cols)."""
    (a, b), left, right = shape, facing.left, facing.right
    weights = left.weights[a - 1, rows, None] * right.weights[b - 1, None, cols]
    alike = left.marks[a - 1, rows] @ right.marks[b - 1, cols].T / np.sqrt(np.maximum(weights, 1e-6))
    expected, actual = left.lengths[a - 1, rows, None] * facing.ratio, right.lengths[b - 1, None, cols]
    deviation = np.square(actual - expected) / (VARIANCE / 2 * (actual + expected))
    broken: Floats = (left.broken[rows, None] + right.broken[None, cols]) * np.float32(0.5)
    return np.clip(alike, 0, 1), -np.minimum(deviation, 9), broken


def _sizes(one: Side) -> range:
    return range(1, len(one.vectors) + 1)


def _range(rows: slice) -> range:
    return range(rows.start, rows.stop)


def _row(scores: Floats, first: int, last: int) -> Floats:
    """The scores of a row's nodes ``first`` to ``last``; a node after the last sentence begins nothing."""
    out = np.zeros((len(scores), last - first + 1), dtype=np.float32)
    part = scores[:, first : last + 1]
    out[:, : part.shape[1]] = part
    return out


def _skips(one: Side, weights: Weights) -> Floats:
    values = weights.classes[-1] + weights.skips[0] * one.broken + weights.skips[1] * (one.best - 0.5)
    return np.asarray(values, dtype=np.float32)


def _summed(values: Floats, longest: int) -> Floats:
    """Sums over runs: [a - 1, i] is of values i to i + a - 1, as far as they go."""
    out = [values]
    for length in range(1, longest):
        longer = out[-1].copy()
        longer[: max(0, len(values) - length)] += values[length:]
        out.append(longer)
    return np.stack(out)


def _broken(text: str) -> bool:
    """Whether the first letter is a small one."""
    return _OPENING.sub("", text, count=1)[:1].islower()
