"""Passages that say the same thing in documents that do not translate each other.

Two measures judge a pair of texts: how far its similarity stands out from their neighbourhoods (margin, Artetxe &
Schwenk 2019), and how far the words of each have counterparts in the other. A logistic function fitted to comparable
articles and to news (``python -m benchmarks.fit_passages``) makes a probability of them, for the share of texts with a
counterpart that the fitted corpora have; what share this corpus has is then estimated from the pairs themselves, so
that documents with nothing in common promise nothing. Pairs are taken best first, and take in neighbours while that
makes them more alike.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import weights
from pipeline.align import coverage, duplicates
from pipeline.align.calibration import Expected, adapted, expected_precision, logistic
from pipeline.align.mine import LEAST_CROWD, products
from pipeline.align.neighbours import Neighbours, nearest
from pipeline.config import MineConfig, settings
from pipeline.embedding.embed import Embedder, Floats, encode
from pipeline.records import Segment, Signature

VERSION = "2"
BLOCK = 4_096  # texts encoded at once
CANDIDATES = 8  # for each text, in each direction
CROWD = 4  # neighbours whose mean similarity tells how crowded a place is
WORDS = 4  # of a segment that is worth mining
GAP = 4  # characters between two segments; more, and something that is no text stands between
COPY = 0.9  # likeness from which two texts of one side count as one
LEAST = -0.05  # margin below which words are not looked at
LENGTH = 0.1  # of the squared difference of log lengths, when a passage is to grow
GAIN = 0.1  # likeness that a further text must add

MEASURES = ("margin", "words")
# Made by benchmarks.fit_passages: odds of MEASURES; the share of texts with a counterpart in the corpora fitted to, how
# many texts' worth that share is held on to, how far whole corpora are off (standard deviation of log odds).
FITTED = weights.load("align/passages.toml")
ODDS = logistic(FITTED["odds"], MEASURES)
USUAL, STRENGTH, SPREAD = weights.ordered(FITTED["corpus"], ("usual", "strength", "spread"))

Pairs = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Stream:
    """The texts of one document in one language, in order, with the keys of their segments.

    A passage goes on from one text to the next only where both have the same number in ``stretches``.
    """

    document: str
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    stretches: tuple[int, ...]


def stream(document: str, segments: Sequence[Segment], language: str) -> Stream:
    """The segments of a document in one language; a passage does not go on across a gap, a heading or a switch."""
    chosen, numbers, number = [], [], 0
    for before, segment in zip([None, *segments], segments, strict=False):
        if before and not _goes_on(before, segment):
            number += 1
        if segment.code == language and len(segment.text.split()) >= WORDS:
            chosen.append(segment)
            numbers.append(number)
    return Stream(document, tuple(one.key for one in chosen), tuple(one.text for one in chosen), tuple(numbers))


def _goes_on(before: Segment, segment: Segment) -> bool:
    near = segment.start - before.end <= GAP
    return near and (segment.role, segment.code) == (before.role, before.code)


@dataclass(frozen=True, slots=True)
class Passage:
    """Keys of segments on either side that say the same thing, the probability that they do, and the evidence."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    score: float
    features: dict[str, float]


class Line(NamedTuple):
    """One text of a side."""

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


Sides = tuple[Sequence[Line], Sequence[Line]]


class _Judged(NamedTuple):
    """Pairs (n, 2) of lines, each line in one at most, best first, with their measures (n, 2) and probabilities."""

    pairs: Pairs
    measures: Floats
    scores: Floats
    similar: Floats


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
    sides = lines(left), lines(right)
    if not sides[0] or not sides[1]:
        return []
    judged = _judged(sides, set(known), embedder)
    used: tuple[set[int], set[int]] = (set(), set())
    found = []
    for k in np.flatnonzero(judged.scores >= config.passage_threshold).tolist():
        i, j = judged.pairs[k].tolist()
        if i not in used[0] and j not in used[1]:
            run = _extended(sides, _Run(i, 1, j, 1), used, (embedder, config.max_sentences))
            used[0].update(range(run.i, run.i + run.a))
            used[1].update(range(run.j, run.j + run.b))
            found.append(_passage(sides, run, judged, k))
    return found


def signature(embedder: Embedder, config: MineConfig) -> Signature:
    """How passages are made."""
    model = embedder.signature
    made = {"embedder": f"{model.engine}-{model.version}", **settings(config)}
    return Signature("mine", "enregard-passages", VERSION, model.model, model.model_sha256, made)


def expected(scores: Sequence[float]) -> Expected:
    """How many of the passages with these scores are right, and the interval of their precision."""
    return expected_precision(scores, SPREAD)


def lines(streams: Sequence[Stream]) -> list[Line]:
    """All texts of a side that have a letter or digit, without repetitions."""
    copies = _copies([text for stream in streams for text in stream.texts])
    out, place = [], 0
    for stream in streams:
        dropped = 0
        for key, text, number in zip(stream.keys, stream.texts, stream.stretches, strict=True):
            if place in copies:
                dropped += 1
            else:
                out.append(Line(stream.document, key, text, (stream.document, number, dropped)))
            place += 1
    return out


def _copies(texts: Sequence[str]) -> set[int]:
    """Places of texts that say nothing, or again what an earlier one says in nearly the same words and figures."""
    first: dict[str, int] = {"": -1}
    bare = ["".join(char for char in text.casefold() if char.isalnum()) for text in texts]
    gone = {place for place, one in enumerate(bare) if first.setdefault(one, place) != place}
    rest = {str(place): text for place, text in enumerate(texts) if place not in gone}
    for one, other, _ in duplicates.near_duplicates(rest, COPY):
        places = sorted((int(one), int(other)))
        if places[0] not in gone and _digits(texts[places[0]]) == _digits(texts[places[1]]):
            gone.add(places[1])
    return gone


def _digits(text: str) -> list[str]:
    return [char for char in text if char.isdigit()]


def _judged(sides: Sides, known: set[tuple[str, str]], embedder: Embedder) -> _Judged:
    pairs, measures, similar = measured(sides, known, embedder)
    odds = ODDS(measures)
    kept = best(pairs, odds)
    scores = adapted(odds[kept], USUAL, STRENGTH, min(len(side) for side in sides))
    return _Judged(pairs[kept], measures[kept], scores.astype(np.float32), similar[kept])


def measured(sides: Sides, known: Collection[tuple[str, str]], embedder: Embedder) -> tuple[Pairs, Floats, Floats]:
    """Pairs of lines (n, 2) worth a look, their margin and covered words (n, 2), and their similarity (n,)."""
    x, y = (_vectors(side, embedder) for side in sides)
    there, back = nearest(x, y, CANDIDATES), nearest(y, x, CANDIDATES)
    crowd = _crowd(there), _crowd(back)
    pairs = _allowed(_candidates(there, back), sides, set(known))
    similar = _similar(x, y, pairs)
    margin = similar - (crowd[0][pairs[:, 0]] + crowd[1][pairs[:, 1]]) / 2
    kept = np.flatnonzero(margin >= LEAST)
    words = coverage.words([one.text for one in sides[0]], [one.text for one in sides[1]], embedder)
    covered = coverage.coverage(*words, ((i, j) for i, j in pairs[kept].tolist()))
    return pairs[kept], np.stack([margin[kept], covered], axis=1), similar[kept]


def best(pairs: Pairs, scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Places of pairs taken best first, none of which shares a member with an earlier one."""
    used: tuple[set[int], set[int]] = (set(), set())
    out = []
    rows = pairs.tolist()
    for k in np.argsort(-scores, kind="stable").tolist():
        i, j = rows[k]
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            out.append(k)
    return np.array(out, dtype=np.intp)


def _vectors(lines: Sequence[Line], embedder: Embedder) -> Floats:
    texts = [line.text for line in lines]
    return np.concatenate([encode(embedder, texts[k : k + BLOCK]) for k in range(0, len(texts), BLOCK)])


def _crowd(found: Neighbours) -> Floats:
    """Mean similarity of the nearest; where there are fewer than CROWD, others as far as anywhere stand in."""
    near = found.similarities[:, :CROWD]
    out: Floats = (near.sum(axis=1) + (CROWD - near.shape[1]) * LEAST_CROWD) / CROWD
    return out


def _candidates(there: Neighbours, back: Neighbours) -> Pairs:
    """All pairs (n, 2) of which one is among the nearest of the other, in order."""
    size = len(back.places)
    forth = np.arange(len(there.places))[:, None] * size + there.places
    again = back.places * size + np.arange(size)[:, None]
    codes = np.unique(np.concatenate([forth.ravel(), again.ravel()]))
    out: Pairs = np.stack([codes // size, codes % size], axis=1)
    return out


def _similar(x: Floats, y: Floats, pairs: Pairs) -> Floats:
    """Cosines (n,) of the pairs."""
    out = np.zeros(len(pairs), dtype=np.float32)
    for k in range(0, len(pairs), BLOCK):
        out[k : k + BLOCK] = products(x, y, [(i, j) for i, j in pairs[k : k + BLOCK].tolist()])
    return out


def _allowed(pairs: Pairs, sides: Sides, known: set[tuple[str, str]]) -> Pairs:
    """Pairs of lines from different documents that are not aligned."""
    names = {name: k for k, name in enumerate(dict.fromkeys(line.document for side in sides for line in side))}
    places = [np.array([names[line.document] for line in side], dtype=np.intp) for side in sides]
    left, right = places[0][pairs[:, 0]], places[1][pairs[:, 1]]
    aligned = [names[one] * len(names) + names[other] for one, other in known if one in names and other in names]
    out: Pairs = pairs[(left != right) & ~np.isin(left * len(names) + right, aligned)]
    return out


def _extended(sides: Sides, run: _Run, used: tuple[set[int], set[int]], means: tuple[Embedder, int]) -> _Run:
    """The run with neighbouring lines taken in, as long as each makes both sides more alike."""
    embedder, longest = means
    while True:
        wider = [one for one in _wider(run) if _fits(sides, one, used, longest)]
        if not wider:
            return run
        alike = _likeness(sides, [run, *wider], embedder)
        k = int(alike.argmax())
        if alike[k] < alike[0] + GAIN:
            return run
        run = wider[k - 1]


def _wider(run: _Run) -> list[_Run]:
    i, a, j, b = run
    return [_Run(i, a + 1, j, b), _Run(i - 1, a + 1, j, b), _Run(i, a, j, b + 1), _Run(i, a, j - 1, b + 1)]


def _fits(sides: Sides, run: _Run, used: tuple[set[int], set[int]], longest: int) -> bool:
    """Whether both sides are unused lines that follow one another."""
    for side, taken, start, count in ((sides[0], used[0], run.i, run.a), (sides[1], used[1], run.j, run.b)):
        if count > longest or start < 0 or start + count > len(side) or taken & set(range(start, start + count)):
            return False
        if len({line.stretch for line in side[start : start + count]}) > 1:
            return False
    return True


def _likeness(sides: Sides, runs: Sequence[_Run], embedder: Embedder) -> Floats:
    """Twice the cosine of each run's two sides, less what their lengths differ by."""
    texts = [(_text(sides[0], run.i, run.a), _text(sides[1], run.j, run.b)) for run in runs]
    x, y = (encode(embedder, [pair[k] for pair in texts]) for k in (0, 1))
    gaps = np.array([_gap(*pair) for pair in texts], dtype=np.float32)
    out: Floats = 2 * np.einsum("kd,kd->k", x, y) - LENGTH * gaps
    return out


def _gap(left: str, right: str) -> float:
    """Squared difference of the log lengths."""
    return math.log((len(left) + 5) / (len(right) + 5)) ** 2


def _text(side: Sequence[Line], start: int, count: int) -> str:
    return " ".join(line.text for line in side[start : start + count])


def _passage(sides: Sides, run: _Run, judged: _Judged, k: int) -> Passage:
    left, right = sides[0][run.i : run.i + run.a], sides[1][run.j : run.j + run.b]
    margin, words = judged.measures[k].tolist()
    gap = _gap(_text(sides[0], run.i, run.a), _text(sides[1], run.j, run.b))
    values = {"similarity": float(judged.similar[k]), "margin": margin, "words": words, "length": gap}
    return Passage(
        tuple(line.key for line in left),
        tuple(line.key for line in right),
        round(float(judged.scores[k]), 4),
        {name: round(value, 4) for name, value in values.items()},
    )
