"""Translations in two unordered sets of sentences.

Candidates are near neighbours in both directions; each is judged by margin against its neighbourhood (Artetxe &
Schwenk 2019), by similarity, and by how much of either sentence the other renders word by word; pairs that choose each
other are kept. Memory is bounded by comparing a block at a time. ``passages``, for documents that do not translate each
other, is in a module of its own.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from pipeline import weights
from pipeline.align import lexical
from pipeline.align.band import Ints
from pipeline.align.matching import (
    Neighbours,
    crowding,
    margin,
    mutual_best,
    nearest,
    nearest_both,
    neighbour_pairs,
    products,
)
from pipeline.calibration import logistic
from pipeline.config import MineConfig
from pipeline.embedding.embed import Embedder, Floats, encode_in_blocks

Progress: TypeAlias = Callable[[str, int, int], None]
BLOCK = 4096  # texts encoded at once
USUAL = 2500  # sentences of the set that the weights are fitted on
RELIEF = 0.6  # of what a larger set brings neighbours nearer; the rest is true, chance likenesses being likelier there
MEASURES = ("margin", "similarity", *lexical.MEASURES)
# Logistic regression on the development set over all candidates: python -m benchmarks.fit_mine
ODDS = logistic(weights.load("align/mining.toml")["odds"], MEASURES)


class Mined(NamedTuple):
    """A pair: its probability to be one, and the indices of the two sentences."""

    score: float
    left: int
    right: int


class Candidates(NamedTuple):
    """Pairs of sentences, ``left[k]`` with ``right[k]``, and what is measured of them: (k, len(MEASURES))."""

    left: Ints
    right: Ints
    measures: Floats


def mine(
    left: Sequence[str],
    right: Sequence[str],
    embedder: Embedder,
    config: MineConfig,
    progress: Progress = lambda stage, count, total: None,
) -> list[Mined]:
    """Translations in two unordered sets, one to one, best first; none below ``config.threshold``.

    Of equal texts on one side the first stands for all; texts without a letter or digit have no counterpart.
    ``progress`` is told what is done of the stages "embed" and "compare", in texts.
    """
    candidates = find_candidates(left, right, embedder, config, progress)
    scores = ODDS(candidates.measures)
    best = mutual_best(candidates.left, candidates.right, scores)
    best = best[scores[best] >= config.threshold]
    rows, columns = candidates.left[best].tolist(), candidates.right[best].tolist()
    pairs = (Mined(round(score, 4), i, j) for score, i, j in zip(scores[best].tolist(), rows, columns, strict=True))
    return sorted(pairs, key=lambda pair: (-pair.score, pair.left))


def find_candidates(
    left: Sequence[str],
    right: Sequence[str],
    embedder: Embedder,
    config: MineConfig,
    progress: Progress = lambda stage, count, total: None,
) -> Candidates:
    """The pairs of which each is among the nearest of the other, with their measures."""
    distinct = [_distinct(side) for side in (left, right)]
    texts = [[side[k] for k in indices] for side, indices in zip((left, right), distinct, strict=True)]
    if not all(texts):
        return Candidates(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros((0, len(MEASURES)), np.float32))
    rows, columns, compared = _compared(texts, embedder, config.neighbours, progress)
    rendered = lexical.rendering(*lexical.vocabularies(texts[0], texts[1], embedder), rows, columns)
    indices = [np.array(side, dtype=np.intp) for side in distinct]
    return Candidates(indices[0][rows], indices[1][columns], np.column_stack([compared, rendered]))


def score_pairs(
    left: Sequence[str], right: Sequence[str], embedder: Embedder, config: MineConfig
) -> tuple[Floats, Floats]:
    """Scores (n,) of pairs that stand already, ``left[i]`` with ``right[i]``, and their MEASURES (n, len(MEASURES)).

    Each is judged among all that are given, as if it had been mined there.
    """
    if not left:
        return np.zeros(0, dtype=np.float32), np.zeros((0, len(MEASURES)), dtype=np.float32)
    texts, places = zip(*(_numbered(side) for side in (left, right)), strict=True)
    x, y = (encode_in_blocks(embedder, side, BLOCK) for side in texts)
    forth, back = nearest_both(x, y, config.neighbours)
    similarity = products(x, y, *places)
    crowds = (relieved_crowding(x, y, forth, config.neighbours), relieved_crowding(y, x, back, config.neighbours))
    margins = margin(similarity, crowds[0][places[0]], crowds[1][places[1]])
    rendered = lexical.rendering(*lexical.vocabularies(texts[0], texts[1], embedder), *places)
    measures = np.column_stack([margins, similarity, rendered])
    return np.asarray(ODDS(measures), dtype=np.float32), measures


def _numbered(texts: Sequence[str]) -> tuple[list[str], Ints]:
    """The distinct texts, and which of them each is."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return list(numbers), np.array([numbers[text] for text in texts], dtype=np.intp)


def relieved_crowding(queries: Floats, targets: Floats, near: Neighbours, k: int) -> Floats:
    """How crowded the place of each of ``queries`` is (n,), whatever the number of ``targets``.

    Neighbours beside the nearest are moved away by RELIEF of what the greater number of a large set has brought them
    nearer on the whole.
    """
    similar = near.similarities.copy()
    similar[:, 1:] -= RELIEF * _excess(queries, targets, near)
    return crowding(similar, k)


def _distinct(texts: Sequence[str]) -> list[int]:
    """The places of the texts that have a letter or digit and do not repeat an earlier one."""
    first: dict[str, int] = {}
    for index, text in enumerate(texts):
        if any(char.isalnum() for char in text):
            first.setdefault(" ".join(text.split()), index)
    return list(first.values())


def _compared(
    texts: Sequence[Sequence[str]], embedder: Embedder, k: int, progress: Progress
) -> tuple[Ints, Ints, Floats]:
    """The candidates, and their margins and similarities (pairs, 2)."""
    total = len(texts[0]) + len(texts[1])
    x = encode_in_blocks(embedder, texts[0], BLOCK, lambda count: progress("embed", count, total))
    y = encode_in_blocks(embedder, texts[1], BLOCK, lambda count: progress("embed", len(x) + count, total))
    forth, back = nearest_both(x, y, k, lambda count: progress("compare", count, len(x)))
    rows, columns = neighbour_pairs(forth, back, mutual=True)
    similarity = products(x, y, rows, columns)
    crowds = relieved_crowding(x, y, forth, k)[rows], relieved_crowding(y, x, back, k)[columns]
    return rows, columns, np.column_stack([margin(similarity, *crowds), similarity])


def _excess(queries: Floats, targets: Floats, near: Neighbours) -> float:
    """How much nearer the neighbours beside the nearest are than among USUAL of ``targets``, on average."""
    k = near.indices.shape[1]
    if len(targets) <= USUAL or k == 1:
        return 0.0
    sizes = len(queries), len(targets)
    asking, among = (np.linspace(0, size - 1, min(USUAL, size)).astype(np.intp) for size in sizes)
    fewer = nearest(queries[asking], targets[among], k)
    apart = np.where(among[fewer.indices] == near.indices[asking, :1], -1, fewer.similarities)
    apart = np.sort(apart, axis=1)[:, 1:]
    return float(near.similarities[asking, 1:].mean() - apart.mean())
