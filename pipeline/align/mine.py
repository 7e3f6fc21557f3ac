"""Translations found in two unordered sets of sentences.

Candidates are near neighbours in either direction; each is judged by margin against its neighbourhood (Artetxe &
Schwenk 2019), similarity, what is written alike, and length; pairs that choose each other are kept. Memory is bounded
by comparing a block at a time. ``passages``, for documents that do not translate each other, is in a module of its own.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from pipeline.align import surface
from pipeline.align.neighbours import Neighbours, nearest
from pipeline.config import MineConfig, settings
from pipeline.embed import Embedder, Floats, encode
from pipeline.records import Signature

Pair: TypeAlias = tuple[int, int]
VERSION = "1"
BLOCK = 4096  # pairs multiplied at once
LEAST_CROWD = 0.3  # similarity of neighbours that is expected anywhere; in small sets there may be none so near
# Logistic regression on the development set, over candidates that choose each other: ratio margin less 1.2,
# similarity less 0.5, surface, conflict of numbers, squared log ratio of lengths; constant.
WEIGHTS = np.array([11.06, 5.93, 0.99, -1.41, -3.39, -0.61], dtype=np.float32)


class Mined(NamedTuple):
    """A pair: its probability to be one, and the indices of the two sentences."""

    score: float
    left: int
    right: int


def mine(left: Sequence[str], right: Sequence[str], embedder: Embedder, config: MineConfig) -> list[Mined]:
    """Translations in two unordered sets, one to one, best first; none below ``config.threshold``."""
    if not left or not right:
        return []
    x, y = encode(embedder, left), encode(embedder, right)
    there, back = nearest(x, y, config.neighbours), nearest(y, x, config.neighbours)
    pairs = candidates(there, back)
    scores = _probabilities(_measures(left, right, pairs, (x, y, there.mean, back.mean)))
    found = [
        Mined(round(float(scores[k]), 4), *pairs[k]) for k in mutual(pairs, scores) if scores[k] >= config.threshold
    ]
    return sorted(found, key=lambda one: (-one.score, one.left))


def signature(embedder: Embedder, config: MineConfig) -> Signature:
    """How mined pairs and passages are made."""
    model = embedder.signature
    made = {"embedder": f"{model.engine}-{model.version}", **settings(config)}
    return Signature("mine", "enregard-mine", VERSION, model.model, model.model_sha256, made)


def candidates(there: Neighbours, back: Neighbours) -> list[Pair]:
    """All pairs (left, right) of which one is among the nearest of the other, in order."""
    forth = {(i, j) for i, row in enumerate(there.places.tolist()) for j in row}
    return sorted(forth | {(i, j) for j, row in enumerate(back.places.tolist()) for i in row})


def mutual(pairs: Sequence[Pair], scores: Floats) -> list[int]:
    """The places in ``pairs`` of those that are the best for both of their members."""
    best: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for k in np.argsort(scores, kind="stable").tolist():
        for side in (0, 1):
            best[side][pairs[k][side]] = k
    return [k for k in sorted(best[0].values()) if best[1][pairs[k][1]] == k]


def products(x: Floats, y: Floats, pairs: Sequence[Pair]) -> Floats:
    """Scalar products of some rows of ``x`` (n, d) with some of ``y`` (m, d), as (pairs,)."""
    out = np.zeros(len(pairs), dtype=np.float32)
    for start in range(0, len(pairs), BLOCK):
        rows, cols = zip(*pairs[start : start + BLOCK], strict=True)
        out[start : start + BLOCK] = np.einsum("kd,kd->k", x[list(rows)], y[list(cols)])
    return out


def length_gap(left: Sequence[str], right: Sequence[str], pairs: Sequence[Pair]) -> Floats:
    """Squared difference of log lengths in characters, less what the two sides differ by as wholes."""
    lengths = [np.log([len(text) + 5 for text in side]) for side in (left, right)]
    usual = lengths[0].mean() - lengths[1].mean()
    return np.array([(lengths[0][i] - lengths[1][j] - usual) ** 2 for i, j in pairs], dtype=np.float32)


def _measures(
    left: Sequence[str], right: Sequence[str], pairs: Sequence[Pair], made: tuple[Floats, Floats, Floats, Floats]
) -> Floats:
    """Measures (pairs, 5) in the order of WEIGHTS, from vectors and crowdedness of both sides."""
    x, y, x_crowd, y_crowd = made
    similarity = products(x, y, pairs)
    crowd = np.array([(x_crowd[i] + y_crowd[j]) / 2 for i, j in pairs], dtype=np.float32)
    ratio: Floats = np.divide(similarity, np.maximum(crowd, LEAST_CROWD), dtype=np.float32)
    likeness = surface.compare(left, right, pairs)
    measures: list[Floats] = [
        ratio - 1.2,
        similarity - 0.5,
        likeness.alike,
        likeness.conflict,
        length_gap(left, right, pairs),
    ]
    return np.stack(measures, axis=1)


def _probabilities(measures: Floats) -> Floats:
    odds = measures @ WEIGHTS[:-1] + WEIGHTS[-1]
    out: Floats = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return out
