"""Passages that say the same thing in documents that do not translate each other.

Documents on one subject are alike everywhere, so that similarity alone finds the subject again and again. Hence each
vector is compared less what is common to its document (as in all-but-the-mean, Mu & Viswanath 2018), against its
neighbourhood (margin, Artetxe & Schwenk 2019), and by the best match between stretches of a few words, which tells a
fact that two longer sentences share. Pairs are then taken best first and extended while that makes them more alike.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline.align import surface
from pipeline.align.mine import LEAST_CROWD, Pair, candidates, length_gap, products
from pipeline.align.neighbours import Neighbours, nearest
from pipeline.config import MineConfig
from pipeline.embed import Embedder, Floats, encode, runs

CENTRE = 0.65  # of a document's mean vector is taken away
PRIOR = 4  # texts without a common part, added to each document before its mean is taken
CANDIDATES = 8  # for each text, in each direction
WORDS, STRIDE = 9, 3  # of a stretch; stretches overlap
STRETCH_NEIGHBOURS = 8
LENGTH, SURFACE, COVER = 0.1, 0.5, 0.3  # weights, beside 2 for similarity and 1 for the best stretch
LEAST = 0.2  # evidence without stretches below which they are not looked at
GAIN = 0.1  # evidence that a further sentence must add
STEEPNESS, EVEN = 6.0, 0.75  # of the logistic function from evidence to score


@dataclass(frozen=True, slots=True)
class Stream:
    """The texts of one document in one language, in order, with the keys of their segments.

    A passage goes on from one text to the next only where both have the same number in ``stretches``.
    """

    document: str
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    stretches: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Keys of segments on either side that say the same thing, how likely that is (0..1), and the evidence."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    score: float
    features: dict[str, float]


class _Line(NamedTuple):
    document: str
    key: str
    text: str
    stretch: tuple[str, int, int]  # equal where one line follows another


class _Run(NamedTuple):
    """Lines ``i`` to ``i + a - 1`` of the left side, ``j`` to ``j + b - 1`` of the right one."""

    i: int
    a: int
    j: int
    b: int


@dataclass(frozen=True, slots=True)
class _Side:
    """Lines, and vectors of their runs: ``[k - 1]`` is (n - k + 1, d). From ``centred``, a document's mean is taken."""

    lines: Sequence[_Line]
    plain: Sequence[Floats]
    centred: Sequence[Floats]

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]


class _Judged(NamedTuple):
    """Pairs of lines with the evidence for them, in all and by kind."""

    pairs: list[Pair]
    evidence: Floats
    alike: Floats
    stretch: Floats


def passages(
    left: Sequence[Stream],
    right: Sequence[Stream],
    known: Collection[tuple[str, str]],
    embedder: Embedder,
    config: MineConfig,
) -> list[Passage]:
    """Passages of different documents that face each other, best first, none overlapping another.

    ``known`` are pairs of documents that translate each other and are aligned already. Of texts that repeat one another
    on one side, the first stands for all. None below ``config.passage_threshold``.
    """
    one, other = (_side(_lines(streams), embedder, config.max_sentences) for streams in (left, right))
    if not one.lines or not other.lines:
        return []
    judged = _judged((one, other), set(known), embedder, config)
    used: tuple[set[int], set[int]] = (set(), set())
    found = []
    for k in np.argsort(-judged.evidence, kind="stable").tolist():
        score = 1 / (1 + math.exp(STEEPNESS * (EVEN - float(judged.evidence[k]))))
        i, j = judged.pairs[k]
        if score < config.passage_threshold:
            break
        if i not in used[0] and j not in used[1]:
            run = _extended((one, other), _Run(i, 1, j, 1), used, config.max_sentences)
            used[0].update(range(run.i, run.i + run.a))
            used[1].update(range(run.j, run.j + run.b))
            found.append(_passage((one, other), run, score, (float(judged.alike[k]), float(judged.stretch[k]))))
    return found


def _lines(streams: Sequence[Stream]) -> list[_Line]:
    """All texts that have a letter or digit, without repetitions."""
    seen, out = {""}, []
    for stream in streams:
        dropped = 0
        for key, text, number in zip(stream.keys, stream.texts, stream.stretches, strict=True):
            bare = "".join(char for char in text.casefold() if char.isalnum())
            if bare in seen:
                dropped += 1
                continue
            seen.add(bare)
            out.append(_Line(stream.document, key, text, (stream.document, number, dropped)))
    return out


def _side(lines: Sequence[_Line], embedder: Embedder, longest: int) -> _Side:
    if not lines:
        return _Side(lines, [], [])
    plain = runs(embedder, embedder.features([line.text for line in lines], joined=True), longest)
    common = _common(plain[0], [line.document for line in lines])
    return _Side(lines, plain, [_unit(part - common[: len(part)]) for part in plain])


def _common(vectors: Floats, documents: Sequence[str]) -> Floats:
    """For each vector (n, d), what is to be taken away as common to its document."""
    names = {name: k for k, name in enumerate(dict.fromkeys(documents))}
    places = np.array([names[name] for name in documents], dtype=np.intp)
    sums = np.zeros((len(names), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, places, vectors)
    counts = np.bincount(places, minlength=len(names)).astype(np.float32)
    means: Floats = CENTRE * sums / (counts + PRIOR)[:, None]
    return means[places]


def _unit(vectors: Floats) -> Floats:
    out: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return out


def _judged(sides: tuple[_Side, _Side], known: set[tuple[str, str]], embedder: Embedder, config: MineConfig) -> _Judged:
    """The pairs of lines worth a look."""
    (x, y), (left, right) = (side.centred[0] for side in sides), (side.lines for side in sides)
    there, back = nearest(x, y, CANDIDATES), nearest(y, x, CANDIDATES)
    pairs = [
        (i, j)
        for i, j in candidates(there, back)
        if left[i].document != right[j].document and (left[i].document, right[j].document) not in known
    ]
    crowd = _mean(there, config.neighbours), _mean(back, config.neighbours)
    alike = surface.compare(sides[0].texts, sides[1].texts, pairs).alike
    evidence = 2 * products(x, y, pairs) - _both(crowd, pairs) / 2 + SURFACE * alike
    evidence -= LENGTH * length_gap(sides[0].texts, sides[1].texts, pairs)
    kept = np.flatnonzero(evidence >= LEAST)
    stretch = _stretches(sides, [pairs[k] for k in kept], embedder)
    return _Judged([pairs[k] for k in kept], evidence[kept] + stretch, alike[kept], stretch)


def _mean(found: Neighbours, count: int) -> Floats:
    out: Floats = np.maximum(found.similarities[:, :count].mean(axis=1), LEAST_CROWD)
    return out


def _both(crowd: tuple[Floats, Floats], pairs: Sequence[Pair]) -> Floats:
    return np.array([crowd[0][i] + crowd[1][j] for i, j in pairs], dtype=np.float32)


def _stretches(sides: tuple[_Side, _Side], pairs: Sequence[Pair], embedder: Embedder) -> Floats:
    """For each pair, the margin of its two most similar stretches, and a part of the others' best ones: (pairs,)."""
    out = np.zeros(len(pairs), dtype=np.float32)
    if not pairs:
        return out
    (x, x_rows), (y, y_rows) = (
        _stretch_vectors(side, sorted({pair[k] for pair in pairs}), embedder) for k, side in enumerate(sides)
    )
    x_crowd, y_crowd = (_mean(nearest(*both, STRETCH_NEIGHBOURS), STRETCH_NEIGHBOURS) for both in ((x, y), (y, x)))
    for k, (i, j) in enumerate(pairs):
        rows, cols = x_rows[i], y_rows[j]
        margins = 2 * x[rows] @ y[cols].T - x_crowd[rows, None] - y_crowd[None, cols]
        out[k] = margins.max() + COVER * (margins.max(axis=0).mean() + margins.max(axis=1).mean())
    return out


def _stretch_vectors(side: _Side, chosen: Sequence[int], embedder: Embedder) -> tuple[Floats, dict[int, slice]]:
    """Centred vectors of the stretches of some lines, and which rows belong to which line."""
    texts: list[str] = []
    rows: dict[int, slice] = {}
    for i in chosen:
        parts = _cut(side.lines[i].text)
        rows[i] = slice(len(texts), len(texts) + len(parts))
        texts += parts
    vectors = encode(embedder, texts)
    documents = [side.lines[i].document for i in chosen for _ in range(rows[i].start, rows[i].stop)]
    return _unit(vectors - _common(vectors, documents)), rows


def _cut(text: str) -> list[str]:
    """Overlapping stretches of WORDS words, or the text itself when it is hardly longer."""
    words = text.split()
    if len(words) <= WORDS + STRIDE:
        return [text]
    return [" ".join(words[k : k + WORDS]) for k in range(0, len(words) - WORDS + STRIDE, STRIDE)]


def _extended(sides: tuple[_Side, _Side], run: _Run, used: tuple[set[int], set[int]], longest: int) -> _Run:
    """The run with neighbouring lines taken in, as long as each makes both sides more alike."""
    while True:
        wider = [one for one in _wider(run) if _fits(sides, one, used, longest)]
        best = max(wider, key=lambda one: _likeness(sides, one), default=run)
        if _likeness(sides, best) < _likeness(sides, run) + GAIN:
            return run
        run = best


def _wider(run: _Run) -> list[_Run]:
    i, a, j, b = run
    return [_Run(i, a + 1, j, b), _Run(i - 1, a + 1, j, b), _Run(i, a, j, b + 1), _Run(i, a, j - 1, b + 1)]


def _fits(sides: tuple[_Side, _Side], run: _Run, used: tuple[set[int], set[int]], longest: int) -> bool:
    """Whether both sides are unused lines that follow one another."""
    for side, taken, start, count in ((sides[0], used[0], run.i, run.a), (sides[1], used[1], run.j, run.b)):
        if count > longest or start < 0 or start + count > len(side.lines) or taken & set(range(start, start + count)):
            return False
        if len({line.stretch for line in side.lines[start : start + count]}) > 1:
            return False
    return True


def _likeness(sides: tuple[_Side, _Side], run: _Run) -> float:
    x, y = sides[0].centred[run.a - 1][run.i], sides[1].centred[run.b - 1][run.j]
    return 2 * float(x @ y) - LENGTH * _gap(sides, run)


def _gap(sides: tuple[_Side, _Side], run: _Run) -> float:
    """Squared difference of the log lengths."""
    left, right = _texts(sides[0], run.i, run.a), _texts(sides[1], run.j, run.b)
    return math.log((len(" ".join(left)) + 5) / (len(" ".join(right)) + 5)) ** 2


def _texts(side: _Side, start: int, count: int) -> list[str]:
    return [line.text for line in side.lines[start : start + count]]


def _passage(sides: tuple[_Side, _Side], run: _Run, score: float, seen: tuple[float, float]) -> Passage:
    left, right = sides[0].lines[run.i : run.i + run.a], sides[1].lines[run.j : run.j + run.b]
    similarity = float(sides[0].plain[run.a - 1][run.i] @ sides[1].plain[run.b - 1][run.j])
    values = {"similarity": similarity, "surface": seen[0], "stretch": seen[1], "length": _gap(sides, run)}
    return Passage(
        tuple(line.key for line in left),
        tuple(line.key for line in right),
        round(score, 4),
        {name: round(value, 4) for name, value in values.items()},
    )
