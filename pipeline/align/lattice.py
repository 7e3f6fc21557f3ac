"""Measures and scores of all beads that two lists of sentences could be joined by.

A bead's score is a weighted sum of measures: similarity of the two runs; the same less their similarity to each other's
neighbours (the margin of Bertalign, Liu & Zhu 2022); what its words find on the other side, and what they would find
just beyond (see ``lexical``); difference in length (Gale & Church 1993); whether it leaves something open (see
``structure``); its shape. The weights are those of a conditional random field over paths, fitted by
``benchmarks/fit.py``, so that sums of scores are log-probabilities but for a constant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.align.band import Band, Ints, Shape, Step
from pipeline.align.coverage import Words
from pipeline.align.lexical import lexical
from pipeline.align.structure import Structure, at_end, structure, unbalanced
from pipeline.embedding.embed import Floats

MEASURES = (
    "similarity",
    "sized similarity",
    "sized margin",
    "sized share",
    "soft leak",
    "exact leak",
    "length",
    "open",
    "unbalanced",
    "question",
    "colon",
)
CLASSES = ("1:1", "1:2", "2:2", "1:3", "more", "skip")
SKIP_MEASURES = ("best similarity", "empty", "bare")
BLOCK = 64  # rows measured at once
EVEN = 200  # characters of equal length, added to both sides before their ratio is taken
TOLERANCE = 1.04  # by which the ratio of the wholes may differ from that of some counterparts
VARIANCE = 6.8  # of a text's length per character, by Gale & Church (1993)


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of MEASURES and SKIP_MEASURES; ``classes`` are constants, one for each of CLASSES."""

    measures: Floats
    skips: Floats
    classes: Floats


@dataclass(frozen=True, slots=True)
class Side:
    """One list of n sentences: vectors and lengths of runs of 1 to k of them from each place.

    ``vectors`` (k, n + k + 1, d): the run of a sentences from i is at [a - 1, i + 1], zero beyond the ends; ``lengths``
    (k, n) in characters; ``words`` and ``marks`` of the sentences; ``best`` (n,) is the similarity of the nearest
    sentence opposite.
    """

    vectors: Floats
    lengths: Floats
    words: Words
    marks: Structure
    best: Floats

    def __len__(self) -> int:
        return len(self.best)


@dataclass(frozen=True, slots=True)
class Facing:
    """Two lists face to face: right characters per left one, and the factor that brings similarities to the usual."""

    left: Side
    right: Side
    ratio: float
    scale: float


def side(texts: Sequence[str], vectors: Sequence[Floats], words: Words, best: Floats) -> Side:
    """One side from its texts, the vectors of its runs (see ``embed.runs``) and its words (see ``coverage``)."""
    longest, n = len(vectors), len(texts)
    placed = np.zeros((longest, n + longest + 1, vectors[0].shape[1]), dtype=np.float32)
    for row, part in zip(placed, vectors, strict=True):
        row[1 : 1 + len(part)] = part
    lengths = np.array([len(text.strip()) + 1 for text in texts], dtype=np.float32)
    return Side(placed, _summed(lengths, longest), words, structure(texts), best)


def face(left: Side, right: Side, pairs: Sequence[tuple[int, int]], scale: float) -> Facing:
    """Two sides with the ratio of their lengths: that of the wholes, unless ``pairs`` of counterparts deny it."""
    sums = [float(one.lengths[0, [pair[k] for pair in pairs]].sum()) for k, one in enumerate((left, right))]
    likely = (EVEN + sums[1]) / (EVEN + sums[0])
    whole = float(right.lengths[0].sum() / left.lengths[0].sum())
    return Facing(left, right, float(np.clip(whole, likely / TOLERANCE, likely * TOLERANCE)), scale)


def scored(facing: Facing, limits: tuple[Ints, Ints], weights: Weights) -> Band:
    """The band of nodes from ``lo`` to ``hi`` (n + 1,) in each row, with the scores of all its steps."""
    (lo, hi), left, right = limits, facing.left, facing.right
    shapes = shapes_to((len(left.vectors), len(right.vectors)))
    constants = np.array([weights.classes[class_of(shape)] for shape in shapes], dtype=np.float32)[:, None]
    beads: list[Floats] = []
    for rows, cols in blocks(limits, len(right)):
        scores = np.stack([np.tensordot(weights.measures, one, 1) for one in measured(facing, rows, cols, shapes[-1])])
        for i in range(rows.start, rows.stop):
            found = within(scores[:, i - rows.start], int(lo[i]) - cols.start, int(hi[i]) - cols.start)
            beads.append(found + constants)
    beads.append(np.zeros((len(shapes), int(hi[-1] - lo[-1]) + 1), dtype=np.float32))
    return Band(lo, hi, shapes, beads, _skips(left, weights), _skips(right, weights))


def shapes_to(largest: Shape) -> tuple[Shape, ...]:
    """All shapes up to ``largest``, in order."""
    return tuple((a, b) for a in range(1, largest[0] + 1) for b in range(1, largest[1] + 1))


def blocks(limits: tuple[Ints, Ints], m: int) -> Iterator[tuple[slice, slice]]:
    """Rows, a few at a time, and the columns of ``m`` that their nodes stand before."""
    lo, hi = limits
    for start in range(0, len(lo) - 1, BLOCK):
        rows = slice(start, min(start + BLOCK, len(lo) - 1))
        yield rows, slice(int(lo[rows].min()), min(int(hi[rows].max()) + 1, m))


def within(values: Floats, first: int, last: int) -> Floats:
    """Of ``values`` (..., columns) those of nodes ``first`` to ``last``; zero for one after the last sentence."""
    out = np.zeros((*values.shape[:-1], last - first + 1), dtype=np.float32)
    part = values[..., first : last + 1]
    out[..., : part.shape[-1]] = part
    return out


def measured(facing: Facing, rows: slice, cols: slice, largest: Shape) -> Iterator[Floats]:
    """For each shape up to ``largest``, MEASURES (len(MEASURES), rows, cols) of the beads that begin there."""
    left, right = facing.left, facing.right
    n, m, reach = rows.stop - rows.start, cols.stop - cols.start, len(left.vectors) + 1
    left_runs = left.vectors[:, rows.start + 1 : rows.stop + 1]
    right_runs = right.vectors[:, cols.start + 1 : cols.stop + 1].transpose(0, 2, 1)
    left_near = left_runs @ right.vectors[0, cols.start : cols.stop + reach].T
    right_near = left.vectors[0, rows.start : rows.stop + reach] @ right_runs
    for (a, b), words in zip(shapes_to(largest), lexical((left.words, right.words), rows, cols, largest), strict=True):
        similar = left_runs[a - 1] @ right_runs[b - 1]
        near = left_near[a - 1][:, :m] + left_near[a - 1][:, b + 1 : b + 1 + m]
        near = (near + right_near[b - 1][:n] + right_near[b - 1][a + 1 : a + 1 + n]) / 4
        size, first, margin = (a + b) / 2, facing.scale * similar, facing.scale * (similar - near)
        told = [first, size * first, size * margin, size * words.share, words.soft, words.exact]
        yield np.stack([*told, _length(facing, (a, b), rows, cols), *_marked(facing, (a, b), rows, cols)])


def shown(facing: Facing, steps: Sequence[Step]) -> dict[Step, dict[str, float]]:
    """The measures of beads, given in order, unscaled, as they are kept with an alignment."""
    return {step: _kept(facing, step, found) for some in _close(steps) for step, found in _picked(facing, some)}


def _close(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Runs of beads that lie in a small block."""
    some: list[Step] = []
    for step in steps:
        if some and max(step[0] - some[0][0], step[1] - some[0][1]) >= BLOCK // 2:
            yield some
            some = []
        some.append(step)
    if some:
        yield some


def _picked(facing: Facing, steps: Sequence[Step]) -> Iterator[tuple[Step, Floats]]:
    """Each bead's MEASURES, by way of the block that holds them all."""
    (i, j, _, _), (last_i, last_j, _, _) = steps[0], steps[-1]
    largest = max(step[2] for step in steps), max(step[3] for step in steps)
    found = list(measured(facing, slice(i, last_i + 1), slice(j, last_j + 1), largest))
    for step in steps:
        yield step, found[(step[2] - 1) * largest[1] + step[3] - 1][:, step[0] - i, step[1] - j]


def _kept(facing: Facing, step: Step, found: Floats) -> dict[str, float]:
    values, size = dict(zip(MEASURES, found.tolist(), strict=True)), (step[2] + step[3]) / 2
    kept = {
        "similarity": values["similarity"] / facing.scale,
        "margin": values["sized margin"] / size / facing.scale,
        "surface": values["sized share"] / size,
        "leak": values["soft leak"],
        "length": -values["length"],
        "open": values["open"],
        "unbalanced": values["unbalanced"],
    }
    return {name: round(value, 4) for name, value in kept.items()}


def class_of(shape: Shape) -> int:
    """The index of a bead's shape in CLASSES."""
    name = "{}:{}".format(*sorted(shape))
    return CLASSES.index(name) if name in CLASSES else CLASSES.index("more")


def _length(facing: Facing, shape: Shape, rows: slice, cols: slice) -> Floats:
    """Less the squared deviation from the expected length in its own variance, at most 9."""
    (a, b), left, right = shape, facing.left, facing.right
    expected, actual = left.lengths[a - 1, rows, None] * facing.ratio, right.lengths[b - 1, None, cols]
    deviation = np.square(actual - expected) / (VARIANCE / 2 * (actual + expected))
    out: Floats = -np.minimum(deviation, 9)
    return out


def _marked(facing: Facing, shape: Shape, rows: slice, cols: slice) -> list[Floats]:
    """What is left open at the end and by brackets, and what only one side ends with, each (rows, cols)."""
    (a, b), left, right = shape, facing.left.marks, facing.right.marks

    def ends(values: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        return at_end(values[0], rows, a)[:, None], at_end(values[1], cols, b)[None]

    open_, colon = ends((left.open, right.open)), ends((left.colon, right.colon))
    question, cry = ends((left.question, right.question)), ends((left.cry, right.cry))
    return [
        open_[0] + open_[1],
        unbalanced(left, rows, a)[:, None] + unbalanced(right, cols, b)[None],
        np.abs(question[0] - question[1]) + np.abs(cry[0] - cry[1]),
        np.abs(colon[0] - colon[1]),
    ]


def _skips(one: Side, weights: Weights) -> Floats:
    values = weights.classes[-1] + skip_measures(one) @ weights.skips
    return np.asarray(values, dtype=np.float32)


def skip_measures(one: Side) -> Floats:
    """SKIP_MEASURES (n, len(SKIP_MEASURES)) of leaving out each sentence of a side."""
    return np.stack([one.best - 0.5, one.marks.empty, one.marks.bare], axis=1)


def _summed(values: Floats, longest: int) -> Floats:
    """Sums over runs: [a - 1, i] is of values i to i + a - 1, as far as they go."""
    out = [values]
    for length in range(1, longest):
        longer = out[-1].copy()
        longer[: max(0, len(values) - length)] += values[length:]
        out.append(longer)
    return np.stack(out)
