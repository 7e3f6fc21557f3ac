"""Passages that say the same thing in documents that do not translate each other.

Four measures judge a pair of texts: how far its similarity stands out from their neighbourhoods (margin, Artetxe &
Schwenk 2019), how far the words of each have counterparts in the other, and how many numbers, dates and places they
share or contradict each other in. A logistic function fitted to comparable
articles and to news (``python -m benchmarks.fit_passages``) makes a probability of them, for the share of texts with a
counterpart that the fitted corpora have; what share this corpus has is then estimated from the pairs themselves, so
that documents with nothing in common promise nothing. Pairs are taken best first, and take in neighbours while that
makes them more alike. What is left and only tells of the same event, by a second such function, is kept as ``related``.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import provenance, weights
from pipeline.align.band import Ints
from pipeline.align.candidates import GRAIN
from pipeline.align.grains import read_grains
from pipeline.align.matching import Neighbours, best_first, crowding, margin
from pipeline.align.neighbourhoods import Hashed, nearest_kept
from pipeline.align.results import result_key
from pipeline.align.sharing import Equipment, equipment_of
from pipeline.align.streams import MinedLine, MinedSide, Stream, mined_side
from pipeline.align.text_evidence import TextEvidence
from pipeline.calibration import Expected, Logistic, adapted, expected_precision, logistic
from pipeline.config import MineConfig, settings
from pipeline.embedding.embed import Embedder, Floats, encode
from pipeline.language.counterparts import check_pair
from pipeline.provenance import sign
from pipeline.records import Signature

CANDIDATES = 8  # for each text, in each direction
SURE = 0.8  # score of a passage that is kept although most around it are expected to be wrong
LEAST = 0.9  # margin below which words are not looked at
LENGTH = 0.1  # of the squared difference of log lengths, when a passage is to grow
GAIN = 0.1  # likeness that a further text must add

MEASURES = ("margin", "words", "agreeing", "conflicting")
# Made by benchmarks.fit_passages: odds of MEASURES that two texts say the same, and that they tell at least of the same
# event; the shares of texts with such a counterpart in the corpora fitted to, how many texts' worth these shares are
# held on to, how far whole corpora are off (standard deviation of log odds).
FITTED = weights.load("align/passages.toml")
ODDS, RELATED_ODDS = (logistic(FITTED[name], MEASURES) for name in ("odds", "related_odds"))
USUAL, USUAL_RELATED, STRENGTH, SPREAD = weights.ordered(
    FITTED["corpus"], ("usual", "usual_related", "strength", "spread")
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Keys of segments on either side that say the same thing, the probability that they do, and the evidence.

    ``findings`` are (code, value) of what the two contradict each other in. Of kind ``related`` they tell of the same
    event and say different things of it, and the probability is that of the same event.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    score: float
    features: dict[str, float]
    findings: tuple[tuple[str, str], ...] = ()
    kind: Literal["passage", "related"] = "passage"


class _Run(NamedTuple):
    """Lines ``i`` to ``i + a - 1`` of the left side, ``j`` to ``j + b - 1`` of the right one."""

    i: int
    a: int
    j: int
    b: int


Sides = tuple[MinedSide, MinedSide]


class _Judged(NamedTuple):
    """Pairs (n, 2) of lines, each line in one at most, best first, with their measures (n, 4) and probabilities."""

    pairs: Ints
    measures: Floats
    scores: Floats
    similar: Floats


class _Grade(NamedTuple):
    """What a pair is judged to be: by which function of its measures, and how many texts usually have such a pair."""

    odds: Logistic
    usual: float


_SAME, _RELATED = _Grade(ODDS, USUAL), _Grade(RELATED_ODDS, USUAL_RELATED)


def find_passages(
    left: Sequence[Stream],
    right: Sequence[Stream],
    aligned: Collection[tuple[str, str]],
    embedder: Embedder,
    config: MineConfig,
) -> list[Passage]:
    """``mine_sides`` of texts that are all at hand."""
    return mine_sides((mined_side(left), mined_side(right)), aligned, equipment_of(embedder), config)


def mine_sides(
    sides: Sides,
    aligned: Collection[tuple[str, str]],
    equipment: Equipment,
    config: MineConfig,
) -> list[Passage]:
    """Passages of different documents that face each other, best first, none overlapping another; then what is related.

    ``aligned`` are pairs of documents that translate each other already. Of texts that repeat one another on one side,
    the first stands for all. None below ``config.passage_threshold``; where fewer of them are expected to be right than
    ``config.passage_precision``, sure ones alone. Related ones from ``config.related_threshold`` on.
    What the results of earlier runs hold is not looked at again.
    """
    if not len(sides[0]) or not len(sides[1]):
        return []
    measured = measure(sides, set(aligned), equipment)
    same = _judged(sides, measured, _SAME)
    covered: tuple[set[int], set[int]] = (set(), set())
    runs = []
    for k in np.flatnonzero(same.scores >= config.passage_threshold).tolist():
        i, j = same.pairs[k].tolist()
        if i not in covered[0] and j not in covered[1]:
            run = _extended(sides, _Run(i, 1, j, 1), covered, (equipment.embedder, config.max_sentences))
            covered[0].update(range(run.i, run.i + run.a))
            covered[1].update(range(run.j, run.j + run.b))
            runs.append((_passage(sides, run, same, k), run))
    least = least_shown([passage.score for passage, _ in runs], config)
    shown = [(passage, run) for passage, run in runs if passage.score >= least]
    related = _related(sides, _judged(sides, measured, _RELATED), [run for _, run in shown], config)
    return [*(passage for passage, _ in shown), *related]


def _related(sides: Sides, judged: _Judged, shown: Sequence[_Run], config: MineConfig) -> Iterator[Passage]:
    """Pairs of lines in no passage that is shown."""
    left = {index for run in shown for index in range(run.i, run.i + run.a)}
    right = {index for run in shown for index in range(run.j, run.j + run.b)}
    for k in np.flatnonzero(judged.scores >= config.related_threshold).tolist():
        i, j = judged.pairs[k].tolist()
        if i not in left and j not in right:
            yield replace(_passage(sides, _Run(i, 1, j, 1), judged, k), kind="related")


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


def _judged(sides: Sides, measured: tuple[Ints, Floats, Floats], grade: _Grade) -> _Judged:
    pairs, measures, similar = measured
    odds = grade.odds(measures)
    best = best_first(pairs[:, 0], pairs[:, 1], odds)
    scores = adapted(odds[best], grade.usual, STRENGTH, min(len(side) for side in sides))
    return _Judged(pairs[best], measures[best], scores.astype(np.float32), similar[best])


def measure(sides: Sides, aligned: Collection[tuple[str, str]], equipment: Equipment) -> tuple[Ints, Floats, Floats]:
    """Pairs of lines (n, 2) worth a look, their MEASURES (n, 4), and their similarity (n,).

    What earlier runs found of lines and pairs is taken as it stands.
    """
    stamp = result_key(provenance.rules("mine").encode(), equipment.embedder.signature.key.encode())
    forth, back = _nearest(sides, equipment, stamp)
    pairs, similar = _neighbouring(forth, back)
    allowed = _allowed(pairs, sides, set(aligned))
    pairs, similar = pairs[allowed], similar[allowed]
    margins = margin(similar, crowding(forth.similarities)[pairs[:, 0]], crowding(back.similarities)[pairs[:, 1]])
    near = np.flatnonzero(margins >= LEAST)
    evidence = TextEvidence(sides, equipment, stamp)
    return pairs[near], np.column_stack([margins[near], evidence.measure(pairs[near])]), similar[near]


def _nearest(sides: Sides, equipment: Equipment, stamp: bytes) -> tuple[Neighbours, Neighbours]:
    """The nearest lines of the right side for each of the left, and the reverse."""
    orders = np.argsort(sides[0].texts), np.argsort(sides[1].texts)
    hashed = [
        Hashed(side.language, side.texts[order], read_grains(side, order, equipment, stamp))
        for side, order in zip(sides, orders, strict=True)
    ]
    near = nearest_kept((hashed[0], hashed[1]), CANDIDATES, equipment, stamp)
    return _unsorted(near[0], *orders), _unsorted(near[1], *orders[::-1])


def _unsorted(near: Neighbours, queries: Ints, targets: Ints) -> Neighbours:
    """Neighbours of lines that were put in order, in the order that they had; products become cosines."""
    indices, similarities = np.empty_like(near.indices), np.empty_like(near.similarities)
    indices[queries], similarities[queries] = targets[near.indices], near.similarities / np.float32(GRAIN**2)
    return Neighbours(indices, similarities)


def _neighbouring(forth: Neighbours, back: Neighbours) -> tuple[Ints, Floats]:
    """Pairs (n, 2) of lines of which either is among the nearest of the other, in order, and their similarity (n,)."""
    rows, columns = np.indices(forth.indices.shape)[0], np.indices(back.indices.shape)[0]
    left = np.concatenate([rows.ravel(), back.indices.ravel()])
    right = np.concatenate([forth.indices.ravel(), columns.ravel()])
    similar = np.concatenate([forth.similarities.ravel(), back.similarities.ravel()])
    _, first = np.unique(left * len(back.indices) + right, return_index=True)
    return np.stack([left[first], right[first]], axis=1), similar[first]


def _allowed(pairs: Ints, sides: Sides, aligned: set[tuple[str, str]]) -> NDArray[np.bool_]:
    """Which pairs of lines are from different documents that are not aligned."""
    names = {name: k for k, name in enumerate(dict.fromkeys(name for side in sides for name, _ in side.names))}
    numbers = [np.array([names[name] for name, _ in side.names], dtype=np.intp)[side.documents] for side in sides]
    left, right = numbers[0][pairs[:, 0]], numbers[1][pairs[:, 1]]
    codes = [names[a] * len(names) + names[b] for a, b in aligned if a in names and b in names]
    out: NDArray[np.bool_] = (left != right) & ~np.isin(left * len(names) + right, codes)
    return out


def _extended(sides: Sides, run: _Run, covered: tuple[set[int], set[int]], means: tuple[Embedder, int]) -> _Run:
    """The run with neighbouring lines taken in, as long as each makes both sides more alike."""
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
    for lines, lines_covered, start, count in (
        (sides[0], covered[0], run.i, run.a),
        (sides[1], covered[1], run.j, run.b),
    ):
        if (
            count > longest
            or start < 0
            or start + count > len(lines)
            or lines_covered & set(range(start, start + count))
        ):
            return False
        if lines.stretches[start] != lines.stretches[start + count - 1]:
            return False
    return True


def _likeness(sides: Sides, runs: Sequence[_Run], embedder: Embedder) -> Floats:
    """Twice the cosine of each run's two sides, less what their lengths differ by."""
    texts = [tuple(map(_text, _lines(sides, run))) for run in runs]
    x, y = (encode(embedder, [pair[k] for pair in texts]) for k in (0, 1))
    gaps = np.array([_gap(*pair) for pair in texts], dtype=np.float32)
    out: Floats = 2 * np.einsum("kd,kd->k", x, y) - LENGTH * gaps
    return out


def _gap(left: str, right: str) -> float:
    """Squared difference of the log lengths."""
    return math.log((len(left) + 5) / (len(right) + 5)) ** 2


def _lines(sides: Sides, run: _Run) -> tuple[list[MinedLine], list[MinedLine]]:
    """The lines of a run on either side."""
    left, right = range(run.i, run.i + run.a), range(run.j, run.j + run.b)
    lines = sides[0].lines(left), sides[1].lines(right)
    return [lines[0][row] for row in left], [lines[1][row] for row in right]


def _text(lines: Sequence[MinedLine]) -> str:
    return " ".join(line.text for line in lines)


def _passage(sides: Sides, run: _Run, judged: _Judged, k: int) -> Passage:
    left, right = _lines(sides, run)
    measures = dict(zip(MEASURES, judged.measures[k].tolist(), strict=True))
    texts = _text(left), _text(right)
    values = {"similarity": float(judged.similar[k]), **measures, "length": _gap(*texts)}
    return Passage(
        tuple(line.key for line in left),
        tuple(line.key for line in right),
        round(float(judged.scores[k]), 4),
        {name: round(value, 4) for name, value in values.items()},
        check_pair(*texts, {line.language for line in (*left, *right)}),
    )
