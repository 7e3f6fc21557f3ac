"""Translations found in two unordered sets of sentences.

Candidates are near neighbours in both directions; each is judged by margin against its neighbourhood (Artetxe &
Schwenk 2019), by similarity, and by how much of either sentence the other renders word by word; pairs that choose each
other are kept. Memory is bounded by comparing a block at a time. ``passages``, for documents that do not translate each
other, is in a module of its own.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from pipeline.align.neighbours import Neighbours, nearest_both
from pipeline.align.rendering import Indices, encoded, lexicon, rendered
from pipeline.config import MineConfig, settings
from pipeline.embed import Embedder, Floats
from pipeline.records import Signature

Pair: TypeAlias = tuple[int, int]
VERSION = "2"
BLOCK = 4096  # pairs multiplied at once
LEAST_CROWD = 0.3  # similarity of neighbours that is expected anywhere; in small sets there may be none so near
# Logistic regression on the development set over all candidates: python -m benchmarks.fit_mine
MEASURES = ("margin", "similarity", "rendered", "rendered better", "lost", "lost more", "length")
WEIGHTS = np.array([16.92, -3.82, 11.70, 1.02, 0.24, -0.88, 1.14, -29.42], dtype=np.float32)  # the last is the constant


class Mined(NamedTuple):
    """A pair: its probability to be one, and the indices of the two sentences."""

    score: float
    left: int
    right: int


class Candidates(NamedTuple):
    """Pairs of sentences, ``left[k]`` with ``right[k]``, and what is measured of them: (k, len(MEASURES))."""

    left: Indices
    right: Indices
    measures: Floats


def mine(left: Sequence[str], right: Sequence[str], embedder: Embedder, config: MineConfig) -> list[Mined]:
    """Translations in two unordered sets, one to one, best first; none below ``config.threshold``.

    Of equal texts on one side the first stands for all; texts without a letter or digit have no counterpart.
    """
    found = measured(left, right, embedder, config)
    scores = probabilities(found.measures, WEIGHTS)
    kept = mutual(found, scores)
    kept = kept[scores[kept] >= config.threshold]
    pairs = zip(scores[kept].tolist(), found.left[kept].tolist(), found.right[kept].tolist(), strict=True)
    return sorted((Mined(round(score, 4), i, j) for score, i, j in pairs), key=lambda one: (-one.score, one.left))


def signature(embedder: Embedder, config: MineConfig) -> Signature:
    """How mined pairs and passages are made."""
    model = embedder.signature
    made = {"embedder": f"{model.engine}-{model.version}", **settings(config)}
    return Signature("mine", "enregard-mine", VERSION, model.model, model.model_sha256, made)


def measured(left: Sequence[str], right: Sequence[str], embedder: Embedder, config: MineConfig) -> Candidates:
    """The pairs of which each is among the nearest of the other, with their measures."""
    chosen = [distinct(side) for side in (left, right)]
    texts = [[side[k] for k in places] for side, places in zip((left, right), chosen, strict=True)]
    if not all(texts):
        return Candidates(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros((0, len(MEASURES)), np.float32))
    x, y = (encoded(side, embedder) for side in texts)
    there, back = nearest_both(x, y, config.neighbours)
    rows, columns = _agreed(there, back)
    similarity = _products(x, y, rows, columns)
    crowd = (crowded(there, config.neighbours)[rows] + crowded(back, config.neighbours)[columns]) / 2
    del x, y
    ours, theirs = (lexicon(side, embedder) for side in texts)
    measures = [
        similarity / crowd,
        similarity,
        *rendered(ours, theirs, rows, columns).T,
        _lengths(texts[0])[rows] + _lengths(texts[1])[columns],
    ]
    places = [np.array(one, dtype=np.intp) for one in chosen]
    return Candidates(places[0][rows], places[1][columns], np.stack(measures, axis=1).astype(np.float32))


def distinct(texts: Sequence[str]) -> list[int]:
    """The places of the texts that have a letter or digit and do not repeat an earlier one."""
    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        if any(char.isalnum() for char in text):
            first.setdefault(" ".join(text.split()), place)
    return list(first.values())


def crowded(found: Neighbours, k: int) -> Floats:
    """How near the k nearest of each vector are (n,); those that a small set lacks count as LEAST_CROWD."""
    missing = k - found.similarities.shape[1]
    out: Floats = (np.maximum(found.similarities, LEAST_CROWD).sum(axis=1) + missing * LEAST_CROWD) / k
    return out


def mutual(found: Candidates, scores: Floats) -> Indices:
    """The places of the candidates that are the best for both of their members."""
    order = np.argsort(-scores, kind="stable")
    best = [order[np.unique(side[order], return_index=True)[1]] for side in (found.left, found.right)]
    return np.intersect1d(best[0], best[1])


def probabilities(measures: Floats, weights: Floats) -> Floats:
    """The logistic function of the weighted sum of measures (k, n) and a constant, the last of n + 1 ``weights``."""
    odds = measures @ weights[:-1] + weights[-1]
    out: Floats = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return out


def candidates(there: Neighbours, back: Neighbours) -> list[Pair]:
    """All pairs (left, right) of which one is among the nearest of the other, in order."""
    forth = {(i, j) for i, row in enumerate(there.places.tolist()) for j in row}
    return sorted(forth | {(i, j) for j, row in enumerate(back.places.tolist()) for i in row})


def products(x: Floats, y: Floats, pairs: Sequence[Pair]) -> Floats:
    """Scalar products of some rows of ``x`` (n, d) with some of ``y`` (m, d), as (pairs,)."""
    rows, columns = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return _products(x, y, rows, columns)


def length_gap(left: Sequence[str], right: Sequence[str], pairs: Sequence[Pair]) -> Floats:
    """Squared difference of log lengths in characters, less what the two sides differ by as wholes."""
    lengths = [np.log([len(text) + 5 for text in side]) for side in (left, right)]
    usual = lengths[0].mean() - lengths[1].mean()
    return np.array([(lengths[0][i] - lengths[1][j] - usual) ** 2 for i, j in pairs], dtype=np.float32)


def _agreed(there: Neighbours, back: Neighbours) -> tuple[Indices, Indices]:
    """The pairs of which each is among the nearest of the other, in order."""
    width = len(back.places)
    forth = np.arange(len(there.places))[:, None] * width + there.places
    again = back.places * width + np.arange(width)[:, None]
    return np.divmod(np.intersect1d(forth, again), width)


def _products(x: Floats, y: Floats, rows: Indices, columns: Indices) -> Floats:
    out = np.zeros(len(rows), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = np.einsum("kd,kd->k", x[rows[part]], y[columns[part]])
    return out


def _lengths(texts: Sequence[str]) -> Floats:
    """Half the log lengths in characters: added up over both sides, a pair's mean."""
    return np.array([math.log(len(text) + 5) / 2 for text in texts], dtype=np.float32)
