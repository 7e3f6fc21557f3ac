"""Passages that say the same thing in documents that do not translate each other.

Four measures judge a pair of texts: how far its similarity stands out from their neighbourhoods (margin, Artetxe &
Schwenk 2019), how far the words of each have counterparts in the other, and how many numbers, dates and places they
share or contradict each other in. A logistic function fitted to comparable
articles and to news (``python -m benchmarks.fit_passages``) makes a probability of them, for the share of texts with a
counterpart that the fitted corpora have; what share this corpus has is then estimated from the pairs themselves, so
that documents with nothing in common promise nothing. Pairs are taken best first, and take in neighbours while that
makes them more alike.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline import weights
from pipeline.align import duplicates, lexical
from pipeline.align.band import Ints
from pipeline.align.matching import best_first, crowding, margin, nearest, neighbour_pairs, products
from pipeline.calibration import Expected, adapted, expected_precision, logistic
from pipeline.config import MineConfig, settings
from pipeline.embedding.embed import Embedder, Floats, encode, encode_in_blocks
from pipeline.language.counterparts import check_pair, measure_agreement
from pipeline.provenance import sign
from pipeline.records import Segment, Signature

BLOCK = 4_096  # texts encoded at once
CANDIDATES = 8  # for each text, in each direction
WORDS = 4  # of a segment that is worth mining
GAP = 4  # characters between two segments; more, and something that is no text stands between
COPY = 0.9  # likeness from which two texts of one side count as one
SURE = 0.8  # score of a passage that is kept although most around it are expected to be wrong
LEAST = 0.9  # margin below which words are not looked at
LENGTH = 0.1  # of the squared difference of log lengths, when a passage is to grow
GAIN = 0.1  # likeness that a further text must add

MEASURES = ("margin", "words", "agreeing", "conflicting")
MOST_AGREEING, MOST_CONFLICTING = 3, 2  # numbers and places that count
# Made by benchmarks.fit_passages: odds of MEASURES; the share of texts with a counterpart in the corpora fitted to, how
# many texts' worth that share is held on to, how far whole corpora are off (standard deviation of log odds).
FITTED = weights.load("align/passages.toml")
ODDS = logistic(FITTED["odds"], MEASURES)
USUAL, STRENGTH, SPREAD = weights.ordered(FITTED["corpus"], ("usual", "strength", "spread"))


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
    minable, numbers, number = [], [], 0
    for before, segment in zip([None, *segments], segments, strict=False):
        if before and not _goes_on(before, segment):
            number += 1
        if segment.code == language and len(segment.text.split()) >= WORDS:
            minable.append(segment)
            numbers.append(number)
    keys, texts = tuple(segment.key for segment in minable), tuple(segment.text for segment in minable)
    return Stream(document, keys, texts, tuple(numbers))


def _goes_on(before: Segment, segment: Segment) -> bool:
    near = segment.start - before.end <= GAP
    return near and (segment.role, segment.code) == (before.role, before.code)


@dataclass(frozen=True, slots=True)
class Passage:
    """Keys of segments on either side that say the same thing, the probability that they do, and the evidence.

    ``findings`` are (code, value) of what the two contradict each other in.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    score: float
    features: dict[str, float]
    findings: tuple[tuple[str, str], ...] = ()


class MinedLine(NamedTuple):
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


Sides = tuple[Sequence[MinedLine], Sequence[MinedLine]]


class _Judged(NamedTuple):
    """Pairs (n, 2) of lines, each line in one at most, best first, with their measures (n, 2) and probabilities."""

    pairs: Ints
    measures: Floats
    scores: Floats
    similar: Floats


def find_passages(
    left: Sequence[Stream],
    right: Sequence[Stream],
    aligned: Collection[tuple[str, str]],
    embedder: Embedder,
    config: MineConfig,
) -> list[Passage]:
    """Passages of different documents that face each other, best first, none overlapping another.

    ``aligned`` are pairs of documents that translate each other already. Of texts that repeat one another on one side,
    the first stands for all. None below ``config.passage_threshold``; where fewer of them are expected to be right than
    ``config.passage_precision``, sure ones alone.
    """
    sides = lines(left), lines(right)
    if not sides[0] or not sides[1]:
        return []
    judged = _judged(sides, set(aligned), embedder)
    covered: tuple[set[int], set[int]] = (set(), set())
    passages = []
    for k in np.flatnonzero(judged.scores >= config.passage_threshold).tolist():
        i, j = judged.pairs[k].tolist()
        if i not in covered[0] and j not in covered[1]:
            run = _extended(sides, _Run(i, 1, j, 1), covered, (embedder, config.max_sentences))
            covered[0].update(range(run.i, run.i + run.a))
            covered[1].update(range(run.j, run.j + run.b))
            passages.append(_passage(sides, run, judged, k))
    least = least_shown([passage.score for passage in passages], config)
    return [passage for passage in passages if passage.score >= least]


def least_shown(scores: Sequence[float], config: MineConfig) -> float:
    """The score from which passages with these ``scores`` are worth showing.

    All are, or, where fewer are expected to be right than is asked for, those that are sure by themselves.
    """
    enough = not scores or expected(scores).precision >= config.passage_precision
    return config.passage_threshold if enough else SURE


def signature(embedder: Embedder, config: MineConfig) -> Signature:
    """How passages are made."""
    return sign("mine", "enregard-passages", settings(config), embedder.signature)


def expected(scores: Sequence[float]) -> Expected:
    """How many of the passages with these scores are right, and the interval of their precision."""
    return expected_precision(scores, SPREAD)


def lines(streams: Sequence[Stream]) -> list[MinedLine]:
    """All texts of a side that have a letter or digit, without repetitions."""
    copies = _copies([text for stream in streams for text in stream.texts])
    out, index = [], 0
    for stream in streams:
        dropped = 0
        for key, text, number in zip(stream.keys, stream.texts, stream.stretches, strict=True):
            if index in copies:
                dropped += 1
            else:
                out.append(MinedLine(stream.document, key, text, (stream.document, number, dropped)))
            index += 1
    return out


def _copies(texts: Sequence[str]) -> set[int]:
    """Places of texts that say nothing, or again what an earlier one says in nearly the same words and figures."""
    first: dict[str, int] = {"": -1}
    bare = ["".join(char for char in text.casefold() if char.isalnum()) for text in texts]
    copies = {index for index, letters in enumerate(bare) if first.setdefault(letters, index) != index}
    distinct = {str(index): text for index, text in enumerate(texts) if index not in copies}
    for left, right, _ in duplicates.near_duplicates(distinct, COPY):
        earlier, later = sorted((int(left), int(right)))
        if earlier not in copies and _digits(texts[earlier]) == _digits(texts[later]):
            copies.add(later)
    return copies


def _digits(text: str) -> list[str]:
    return [char for char in text if char.isdigit()]


def _judged(sides: Sides, aligned: set[tuple[str, str]], embedder: Embedder) -> _Judged:
    pairs, measures, similar = measure(sides, aligned, embedder)
    odds = ODDS(measures)
    best = best_first(pairs[:, 0], pairs[:, 1], odds)
    scores = adapted(odds[best], USUAL, STRENGTH, min(len(side) for side in sides))
    return _Judged(pairs[best], measures[best], scores.astype(np.float32), similar[best])


def measure(sides: Sides, aligned: Collection[tuple[str, str]], embedder: Embedder) -> tuple[Ints, Floats, Floats]:
    """Pairs of lines (n, 2) worth a look, their MEASURES (n, 4), and their similarity (n,)."""
    x, y = (encode_in_blocks(embedder, [line.text for line in side], BLOCK) for side in sides)
    forth, back = nearest(x, y, CANDIDATES), nearest(y, x, CANDIDATES)
    pairs = _allowed(np.stack(neighbour_pairs(forth, back, mutual=False), axis=1), sides, set(aligned))
    rows, columns = pairs.T
    similar = products(x, y, rows, columns)
    margins = margin(similar, crowding(forth.similarities)[rows], crowding(back.similarities)[columns])
    near = np.flatnonzero(margins >= LEAST)
    words = lexical.vocabularies([line.text for line in sides[0]], [line.text for line in sides[1]], embedder)
    covered = lexical.coverage(*words, ((i, j) for i, j in pairs[near].tolist()))
    facts = _facts((sides[0][i].text, sides[1][j].text) for i, j in pairs[near].tolist())
    return pairs[near], np.column_stack([margins[near], covered, facts]), similar[near]


def _facts(texts: Iterable[tuple[str, str]]) -> Floats:
    """How many numbers, months and places pairs of texts share, and in how many they contradict each other (n, 2)."""
    rows = [
        (min(facts.shared, MOST_AGREEING), min(facts.conflicts, MOST_CONFLICTING))
        for facts in (measure_agreement(*pair) for pair in texts)
    ]
    return np.array(rows, dtype=np.float32).reshape(-1, 2)


def _allowed(pairs: Ints, sides: Sides, aligned: set[tuple[str, str]]) -> Ints:
    """Pairs of lines from different documents that are not aligned."""
    names = {name: k for k, name in enumerate(dict.fromkeys(line.document for side in sides for line in side))}
    documents = [np.array([names[line.document] for line in side], dtype=np.intp) for side in sides]
    left, right = documents[0][pairs[:, 0]], documents[1][pairs[:, 1]]
    codes = [names[a] * len(names) + names[b] for a, b in aligned if a in names and b in names]
    out: Ints = pairs[(left != right) & ~np.isin(left * len(names) + right, codes)]
    return out


def _extended(sides: Sides, run: _Run, covered: tuple[set[int], set[int]], means: tuple[Embedder, int]) -> _Run:
    """The run with neighbouring lines lines_covered in, as long as each makes both sides more alike."""
    embedder, longest = means
    while True:
        wider = [longer for longer in _wider(run) if _fits(sides, longer, covered, longest)]
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


def _fits(sides: Sides, run: _Run, covered: tuple[set[int], set[int]], longest: int) -> bool:
    """Whether both sides are unused lines that follow one another."""
    for side, lines_covered, start, count in (
        (sides[0], covered[0], run.i, run.a),
        (sides[1], covered[1], run.j, run.b),
    ):
        if (
            count > longest
            or start < 0
            or start + count > len(side)
            or lines_covered & set(range(start, start + count))
        ):
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


def _text(side: Sequence[MinedLine], start: int, count: int) -> str:
    return " ".join(line.text for line in side[start : start + count])


def _passage(sides: Sides, run: _Run, judged: _Judged, k: int) -> Passage:
    left, right = sides[0][run.i : run.i + run.a], sides[1][run.j : run.j + run.b]
    measures = dict(zip(MEASURES, judged.measures[k].tolist(), strict=True))
    texts = _text(sides[0], run.i, run.a), _text(sides[1], run.j, run.b)
    values = {"similarity": float(judged.similar[k]), **measures, "length": _gap(*texts)}
    return Passage(
        tuple(line.key for line in left),
        tuple(line.key for line in right),
        round(float(judged.scores[k]), 4),
        {name: round(value, 4) for name, value in values.items()},
        check_pair(*texts),
    )
