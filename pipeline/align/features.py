"""Measures and scores of all beads that two texts could be joined by.

A bead's score is a weighted sum of measures: similarity of the two runs; the same less their similarity to each other's
neighbours (the *contrast*; Bertalign, Liu & Zhu 2022); what its words would find just beyond and not within (see
``lexical``); difference in length (Gale & Church 1993); whether it leaves something open; its shape.
The weights are those of a conditional random field over paths, fitted by ``benchmarks/fit.py``, so that sums of scores
are log-probabilities but for a constant.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pipeline.align.band import Band, Ints, Shape, Step
from pipeline.align.lexical import bead_words
from pipeline.align.matching import Anchors
from pipeline.align.textpair import Punctuation, Runs, TextPair, TextSide
from pipeline.config import AlignConfig
from pipeline.embedding.embed import Embedder, Floats, runs

MEASURES = (
    "similarity",
    "dissimilarity",
    "sized similarity",
    "sized contrast",
    "soft leak",
    "exact leak",
    "length",
    "open",
    "abbreviation",
    "unbalanced",
    "question",
    "colon",
    "sentences",
)
CLASSES = ("1:1", "1:2", "2:2", "1:3", "more", "skip")
SKIP_MEASURES = ("best similarity", "empty", "bare")
BLOCK = 64  # rows measured at once
EVEN = 200  # characters of equal length, added to both sides before their ratio is taken
TOLERANCE = 1.04  # by which the ratio of the wholes may differ from that of the surest anchors
LIKE = 0.6  # scaled similarity below which it says less
VARIANCE = 6.8  # of a text's length per character, by Gale & Church (1993)
TYPICAL = 0.2  # squared deviation of lengths in units of it, median of 1:1 beads, to which each pair of texts is scaled
PSEUDO = 30  # anchors of which this is so, added to those that were measured
LETTERS = 3  # letters and digits without which a text is residue: a row of dots, a page ornament
NUMERALS = frozenset("IVX")  # capitals that are numbers rather than initials
_OPENING = re.compile(r"[\W\d_]*")
_SHORT_AT_END = re.compile(r"(?<!\w)([^\W\d_]{1,2})\s?\.\W*$")
_ENDS = {
    "pause": re.compile(r"[;,]\W*$"),
    "colon": re.compile(r":\W*$"),
    "question": re.compile(r"\?\W*$"),
    "cry": re.compile(r"!\W*$"),
    "end": re.compile(r"[.!?…:;,]\W*$"),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of MEASURES and SKIP_MEASURES; ``classes`` are constants, one for each of CLASSES."""

    measures: Floats
    skips: Floats
    classes: Floats


def score(bitext: TextPair, embedder: Embedder, config: AlignConfig, weights: Weights) -> TextPair:
    """The bitext opened, with the scores of all steps in the band around its anchors."""
    left, right = (replace(side, runs=_runs(side, embedder, config.max_side)) for side in (bitext.left, bitext.right))
    opened = replace(bitext, left=left, right=right, **_lengths(left, right, bitext.anchors)._asdict())
    limits = search_band(bitext.anchors, (len(left), len(right)), config.reach)
    return replace(opened, band=_scored(opened, limits, weights))


def search_band(anchors: Anchors, sizes: tuple[int, int], reach: int) -> tuple[Ints, Ints]:
    """First and last node of each row (n + 1,): within ``reach`` of the anchors, in both directions.

    Where they jump, over a passage that one side lacks, the band spans the jump.
    """
    n, m = sizes
    rows, cols = np.concatenate([[(0, 0)], anchors.pairs, [(n, m)]]).T
    path = np.interp(np.arange(n + 1), rows, cols)
    padded = np.concatenate([np.full(reach, path[0]), path, np.full(reach, path[-1])])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    lo = np.clip(np.floor(windows.min(axis=1)).astype(np.intp) - reach, 0, m)
    hi = np.clip(np.ceil(windows.max(axis=1)).astype(np.intp) + reach, 0, m)
    lo[0], hi[-1] = 0, m
    return lo, hi


def describe(bitext: TextPair, steps: Sequence[Step]) -> dict[Step, dict[str, float]]:
    """What beads, given in order, were judged by, unscaled, as it is kept with an alignment."""
    return {step: _evidence(bitext, step, values) for near in _close(steps) for step, values in _picked(bitext, near)}


def shapes_to(largest: Shape) -> tuple[Shape, ...]:
    """All shapes up to ``largest``, in order."""
    return tuple((a, b) for a in range(1, largest[0] + 1) for b in range(1, largest[1] + 1))


def blocks(limits: tuple[Ints, Ints], m: int) -> Iterator[tuple[slice, slice]]:
    """Rows, a few at a time, and the columns of ``m`` that their nodes stand before."""
    lo, hi = limits
    for start in range(0, len(lo) - 1, BLOCK):
        rows = slice(start, min(start + BLOCK, len(lo) - 1))
        yield rows, slice(int(lo[rows].min()), min(int(hi[rows].max()) + 1, m))


def node_values(values: Floats, first: int, last: int) -> Floats:
    """Of ``values`` (..., columns) those of nodes ``first`` to ``last``; zero for one after the last sentence."""
    out = np.zeros((*values.shape[:-1], last - first + 1), dtype=np.float32)
    inside = values[..., first : last + 1]
    out[..., : inside.shape[-1]] = inside
    return out


def measure(bitext: TextPair, rows: slice, cols: slice, largest: Shape) -> Iterator[Floats]:
    """For each shape up to ``largest``, MEASURES (len(MEASURES), rows, cols) of the beads that begin there."""
    left, right = bitext.left, bitext.right
    vectors = left.runs.vectors, right.runs.vectors
    n, m, reach = rows.stop - rows.start, cols.stop - cols.start, len(vectors[0]) + 1
    left_runs = vectors[0][:, rows.start + 1 : rows.stop + 1]
    right_runs = vectors[1][:, cols.start + 1 : cols.stop + 1].transpose(0, 2, 1)
    left_near = left_runs @ vectors[1][0, cols.start : cols.stop + reach].T
    right_near = vectors[0][0, rows.start : rows.stop + reach] @ right_runs
    words = bead_words((left.words, right.words), rows, cols, largest)
    for (a, b), shared in zip(shapes_to(largest), words, strict=True):
        similar = left_runs[a - 1] @ right_runs[b - 1]
        near = left_near[a - 1][:, :m] + left_near[a - 1][:, b + 1 : b + 1 + m]
        near = (near + right_near[b - 1][:n] + right_near[b - 1][a + 1 : a + 1 + n]) / 4
        size, first, contrast = (a + b) / 2, bitext.scale * similar, bitext.scale * (similar - near)
        values = [first, np.maximum(0, LIKE - first), size * first, size * contrast, shared.soft, shared.exact]
        marks, beyond = _marks(bitext, (a, b), rows, cols), np.full_like(similar, a + b - 2)
        yield np.stack([*values, _length(bitext, (a, b), rows, cols), *marks, beyond])


def skip_measures(side: TextSide, scale: float) -> Floats:
    """SKIP_MEASURES (n, len(SKIP_MEASURES)) of leaving out each sentence of a side; ``scale`` is the bitext's."""
    marks = side.runs.punctuation
    return np.stack([scale * side.nearest - 0.5, marks.empty, marks.bare], axis=1)


def class_of(shape: Shape) -> int:
    """The index of a bead's shape in CLASSES."""
    name = "{}:{}".format(*sorted(shape))
    return CLASSES.index(name) if name in CLASSES else CLASSES.index("more")


def punctuation(texts: Sequence[str]) -> Punctuation:
    """What punctuation says about where a bead ends, of consecutive texts."""
    ends = {name: _flags([bool(mark.search(text)) for text in texts]) for name, mark in _ENDS.items()}
    broken = _flags([_OPENING.sub("", text, count=1)[:1].islower() for text in texts])
    return Punctuation(
        np.concatenate([[0], np.cumsum([_brackets_opened(text) for text in texts], dtype=np.intp)]),
        _flags((ends["pause"] + np.append(broken[1:], 0)) / 2),
        _flags([_abbreviated(text) for text in texts]),
        ends["colon"],
        ends["question"],
        ends["cry"],
        1 - ends["end"],
        _flags([sum(map(str.isalnum, text)) < LETTERS for text in texts]),
    )


def unbalanced(marks: Punctuation, starts: slice, length: int) -> Floats:
    """1 for each run of ``length`` texts from ``starts`` that does not close just the brackets that it opens."""
    after = np.minimum(np.arange(starts.start, starts.stop) + length, len(marks.depth) - 1)
    return _flags(marks.depth[after] != marks.depth[starts])


def _runs(side: TextSide, embedder: Embedder, longest: int) -> Runs:
    n, vectors = len(side), runs(embedder, side.features, longest)
    padded = np.zeros((longest, n + longest + 1, vectors[0].shape[1]), dtype=np.float32)
    for row, runs_of_length in zip(padded, vectors, strict=True):
        row[1 : 1 + len(runs_of_length)] = runs_of_length
    lengths = np.array([len(text.strip()) + 1 for text in side.texts], dtype=np.float32)
    return Runs(padded, _summed(lengths, longest), punctuation(side.texts))


class _Lengths(NamedTuple):
    ratio: float
    spread: float


def _lengths(left: TextSide, right: TextSide, anchors: Anchors) -> _Lengths:
    """Right characters per left one, and how far lengths stray from that, by the more similar half of the anchors.

    The ratio is that of the wholes, unless the anchors deny it.
    """
    similar = anchors.similarities
    surest = anchors.pairs[similar >= (np.median(similar) if len(similar) else 0)]
    lengths = left.runs.lengths[0], right.runs.lengths[0]
    facing = [side[indices] for side, indices in zip(lengths, surest.T, strict=True)]
    likely = (EVEN + float(facing[1].sum())) / (EVEN + float(facing[0].sum()))
    whole = float(lengths[1].sum() / lengths[0].sum())
    ratio = float(np.clip(whole, likely / TOLERANCE, likely * TOLERANCE))
    strays = float(np.median(_deviation(facing[0] * ratio, facing[1]))) if len(surest) else TYPICAL
    return _Lengths(ratio, (strays * len(surest) + TYPICAL * PSEUDO) / (len(surest) + PSEUDO))


def _deviation(expected: Floats, actual: Floats) -> Floats:
    """Squared deviations of lengths in units of their variance."""
    return np.asarray(np.square(actual - expected) / (VARIANCE / 2 * (actual + expected)), dtype=np.float32)


def _scored(bitext: TextPair, limits: tuple[Ints, Ints], weights: Weights) -> Band:
    """The band of nodes from ``lo`` to ``hi`` (n + 1,) in each row, with the scores of all its steps."""
    (lo, hi), left, right = limits, bitext.left, bitext.right
    shapes = shapes_to((len(left.runs.vectors), len(right.runs.vectors)))
    constants = np.array([weights.classes[class_of(shape)] for shape in shapes], dtype=np.float32)[:, None]
    beads: list[Floats] = []
    for rows, cols in blocks(limits, len(right)):
        measures = measure(bitext, rows, cols, shapes[-1])
        scores = np.stack([np.tensordot(weights.measures, values, 1) for values in measures])
        for i in range(rows.start, rows.stop):
            nodes = int(lo[i]) - cols.start, int(hi[i]) - cols.start
            beads.append(node_values(scores[:, i - rows.start], *nodes) + constants)
    beads.append(np.zeros((len(shapes), int(hi[-1] - lo[-1]) + 1), dtype=np.float32))
    skips = (_skips(side, bitext.scale, weights) for side in (left, right))
    return Band(lo, hi, shapes, beads, *skips)


def _close(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Runs of beads that lie in a small block."""
    near: list[Step] = []
    for step in steps:
        if near and max(step[0] - near[0][0], step[1] - near[0][1]) >= BLOCK // 2:
            yield near
            near = []
        near.append(step)
    if near:
        yield near


def _picked(bitext: TextPair, steps: Sequence[Step]) -> Iterator[tuple[Step, Floats]]:
    """Each bead's MEASURES, by way of the block that holds them all."""
    (i, j, _, _), (last_i, last_j, _, _) = steps[0], steps[-1]
    largest = max(step[2] for step in steps), max(step[3] for step in steps)
    measures = list(measure(bitext, slice(i, last_i + 1), slice(j, last_j + 1), largest))
    for step in steps:
        yield step, measures[(step[2] - 1) * largest[1] + step[3] - 1][:, step[0] - i, step[1] - j]


def _evidence(bitext: TextPair, step: Step, measures: Floats) -> dict[str, float]:
    values, size = dict(zip(MEASURES, measures.tolist(), strict=True)), (step[2] + step[3]) / 2
    evidence = {
        "similarity": values["similarity"] / bitext.scale,
        "contrast": values["sized contrast"] / size / bitext.scale,
        "leak": values["soft leak"],
        "length": -values["length"],
        "open": values["open"],
        "unbalanced": values["unbalanced"],
    }
    return {name: round(value, 4) for name, value in evidence.items()}


def _length(bitext: TextPair, shape: Shape, rows: slice, cols: slice) -> Floats:
    """Less the squared deviation from the expected length, scaled to what is typical of these texts, at most 9."""
    (a, b), left, right = shape, bitext.left.runs.lengths, bitext.right.runs.lengths
    deviation = _deviation(left[a - 1, rows, None] * bitext.ratio, right[b - 1, None, cols])
    out: Floats = -np.minimum(deviation * (TYPICAL / bitext.spread), 9)
    return out


def _marks(bitext: TextPair, shape: Shape, rows: slice, cols: slice) -> list[Floats]:
    """What is left open at the end and by brackets, and what only one side ends with, each (rows, cols)."""
    (a, b), left, right = shape, bitext.left.runs.punctuation, bitext.right.runs.punctuation

    def ends(values: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        return _at_end(values[0], rows, a)[:, None], _at_end(values[1], cols, b)[None]

    open_, colon = ends((left.open, right.open)), ends((left.colon, right.colon))
    abbreviation = ends((left.abbreviation, right.abbreviation))
    question, cry = ends((left.question, right.question)), ends((left.cry, right.cry))
    return [
        open_[0] + open_[1],
        abbreviation[0] + abbreviation[1],
        unbalanced(left, rows, a)[:, None] + unbalanced(right, cols, b)[None],
        np.abs(question[0] - question[1]) + np.abs(cry[0] - cry[1]),
        np.abs(colon[0] - colon[1]),
    ]


def _at_end(values: Floats, starts: slice, length: int) -> Floats:
    """What is true of the last text of each run; of those beyond the end, of the very last."""
    ends = np.minimum(np.arange(starts.start, starts.stop) + length - 1, len(values) - 1)
    out: Floats = values[ends]
    return out


def _skips(side: TextSide, scale: float, weights: Weights) -> Floats:
    values = weights.classes[-1] + skip_measures(side, scale) @ weights.skips
    return np.asarray(values, dtype=np.float32)


def _summed(values: Floats, longest: int) -> Floats:
    """Sums over runs: [a - 1, i] is of values i to i + a - 1, as far as they go."""
    out = [values]
    for length in range(1, longest):
        longer = out[-1].copy()
        longer[: max(0, len(values) - length)] += values[length:]
        out.append(longer)
    return np.stack(out)


def _abbreviated(text: str) -> bool:
    """Whether a text ends in an initial or so short a title that it may have been cut within a sentence.

    >>> [_abbreviated(text) for text in ("als Leiter Ch .", "par B.M.", "chapitre IV.", "tome V.", "le CD.")]
    [True, True, False, False, False]
    """
    short = _SHORT_AT_END.search(text)
    return bool(short and short[1].istitle() and short[1] not in NUMERALS)


def _brackets_opened(text: str) -> int:
    return sum(text.count(mark) for mark in "([{") - sum(text.count(mark) for mark in ")]}")


def _flags(values: object) -> Floats:
    return np.asarray(values, dtype=np.float32)
