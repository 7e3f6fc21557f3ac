"""Translations found in two unordered sets of sentences.

Candidates are near neighbours in both directions; each is judged by margin against its neighbourhood (Artetxe &
Schwenk 2019), by similarity, and by how much of either sentence the other renders word by word; pairs that choose each
other are kept. Memory is bounded by comparing a block at a time. ``passages``, for documents that do not translate each
other, is in a module of its own.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from pipeline import weights
from pipeline.align import rendering
from pipeline.align.calibration import Array, logistic
from pipeline.align.coverage import words
from pipeline.align.neighbours import Neighbours, Places, nearest, nearest_both
from pipeline.config import MineConfig, settings
from pipeline.embedding.embed import Embedder, Floats, encode
from pipeline.records import Signature

Pair: TypeAlias = tuple[int, int]
Progress: TypeAlias = Callable[[str, int, int], None]
VERSION = "2"
BLOCK = 4096  # texts encoded, and pairs multiplied, at once
LEAST_CROWD = 0.3  # similarity of neighbours that is expected anywhere; in small sets there may be none so near
USUAL = 2500  # sentences of the set that the weights are fitted on
RELIEF = 0.6  # of what a larger set brings neighbours nearer; the rest is true, chance likenesses being likelier there
MEASURES = ("margin", "similarity", *rendering.MEASURES)
# Logistic regression on the development set over all candidates: python -m benchmarks.fit_mine
ODDS = logistic(weights.load("align/mining.toml")["odds"], MEASURES)


class Mined(NamedTuple):
    """A pair: its probability to be one, and the indices of the two sentences."""

    score: float
    left: int
    right: int


class Candidates(NamedTuple):
    """Pairs of sentences, ``left[k]`` with ``right[k]``, and what is measured of them: (k, len(MEASURES))."""

    left: Places
    right: Places
    measures: Floats


def mine(
    left: Sequence[str],
    right: Sequence[str],
    embedder: Embedder,
    config: MineConfig,
    progress: Progress = lambda stage, done, total: None,
) -> list[Mined]:
    """Translations in two unordered sets, one to one, best first; none below ``config.threshold``.

    Of equal texts on one side the first stands for all; texts without a letter or digit have no counterpart.
    ``progress`` is told what is done of the stages "embed" and "compare", in texts.
    """
    found = measured(left, right, embedder, config, progress)
    scores = ODDS(found.measures)
    kept = mutual(found, scores)
    kept = kept[scores[kept] >= config.threshold]
    pairs = zip(scores[kept].tolist(), found.left[kept].tolist(), found.right[kept].tolist(), strict=True)
    return sorted((Mined(round(score, 4), i, j) for score, i, j in pairs), key=lambda one: (-one.score, one.left))


def signature(embedder: Embedder, config: MineConfig) -> Signature:
    """How mined pairs and passages are made."""
    model = embedder.signature
    made = {"embedder": f"{model.engine}-{model.version}", **settings(config)}
    return Signature("mine", "enregard-mine", VERSION, model.model, model.model_sha256, made)


def measured(
    left: Sequence[str],
    right: Sequence[str],
    embedder: Embedder,
    config: MineConfig,
    progress: Progress = lambda stage, done, total: None,
) -> Candidates:
    """The pairs of which each is among the nearest of the other, with their measures."""
    chosen = [distinct(side) for side in (left, right)]
    texts = [[side[k] for k in places] for side, places in zip((left, right), chosen, strict=True)]
    if not all(texts):
        return Candidates(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros((0, len(MEASURES)), np.float32))
    rows, columns, compared = _compared(texts, embedder, config.neighbours, progress)
    rendered = rendering.rendered(*words(texts[0], texts[1], embedder), rows, columns)
    places = [np.array(one, dtype=np.intp) for one in chosen]
    return Candidates(places[0][rows], places[1][columns], np.column_stack([compared, rendered]))


def distinct(texts: Sequence[str]) -> list[int]:
    """The places of the texts that have a letter or digit and do not repeat an earlier one."""
    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        if any(char.isalnum() for char in text):
            first.setdefault(" ".join(text.split()), place)
    return list(first.values())


def crowded(these: Floats, those: Floats, found: Neighbours, k: int) -> Floats:
    """How near the k nearest of each of ``these`` are (n,), whatever the number of ``those``.

    Neighbours that a small set lacks count as LEAST_CROWD; those beside the nearest are moved away by RELIEF of what
    the greater number of a large set has brought them nearer on the whole.
    """
    similar = found.similarities.copy()
    similar[:, 1:] -= RELIEF * _excess(these, those, found)
    missing = k - similar.shape[1]
    out: Floats = (np.maximum(similar, LEAST_CROWD).sum(axis=1) + missing * LEAST_CROWD) / k
    return out


def mutual(found: Candidates, scores: Array) -> Places:
    """The places of the candidates that are the best for both of their members."""
    order = np.argsort(-scores, kind="stable")
    best = [order[np.unique(side[order], return_index=True)[1]] for side in (found.left, found.right)]
    return np.intersect1d(best[0], best[1])


def products(x: Floats, y: Floats, pairs: Sequence[Pair]) -> Floats:
    """Scalar products of some rows of ``x`` (n, d) with some of ``y`` (m, d), as (pairs,)."""
    rows, columns = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return _products(x, y, rows, columns)


def _compared(
    texts: Sequence[Sequence[str]], embedder: Embedder, k: int, progress: Progress
) -> tuple[Places, Places, Floats]:
    """The candidates, and their margins and similarities (pairs, 2)."""
    total = len(texts[0]) + len(texts[1])
    x = _encoded(texts[0], embedder, lambda done: progress("embed", done, total))
    y = _encoded(texts[1], embedder, lambda done: progress("embed", len(x) + done, total))
    there, back = nearest_both(x, y, k, lambda done: progress("compare", done, len(x)))
    rows, columns = _agreed(there, back)
    similarity = _products(x, y, rows, columns)
    crowd = (crowded(x, y, there, k)[rows] + crowded(y, x, back, k)[columns]) / 2
    return rows, columns, np.column_stack([similarity / crowd, similarity])


def _encoded(texts: Sequence[str], embedder: Embedder, progress: Callable[[int], None]) -> Floats:
    """Unit vectors (n, d); what the embedder needs besides is held for few texts at a time."""
    parts = []
    for start in range(0, len(texts), BLOCK):
        parts.append(encode(embedder, texts[start : start + BLOCK]))
        progress(min(start + BLOCK, len(texts)))
    return np.concatenate(parts)


def _excess(these: Floats, those: Floats, found: Neighbours) -> float:
    """How much nearer the neighbours beside the nearest are than among USUAL of ``those``, on average."""
    k = found.places.shape[1]
    if len(those) <= USUAL or k == 1:
        return 0.0
    some, among = (np.linspace(0, len(side) - 1, min(USUAL, len(side))).astype(np.intp) for side in (these, those))
    fewer = nearest(these[some], those[among], k)
    others = np.where(among[fewer.places] == found.places[some, :1], -1, fewer.similarities)
    others = np.sort(others, axis=1)[:, 1:]
    return float(found.similarities[some, 1:].mean() - others.mean())


def _agreed(there: Neighbours, back: Neighbours) -> tuple[Places, Places]:
    """The pairs of which each is among the nearest of the other, in order."""
    width = len(back.places)
    forth = np.arange(len(there.places))[:, None] * width + there.places
    again = back.places * width + np.arange(width)[:, None]
    return np.divmod(np.intersect1d(forth, again), width)


def _products(x: Floats, y: Floats, rows: Places, columns: Places) -> Floats:
    out = np.zeros(len(rows), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = np.einsum("kd,kd->k", x[rows[part]], y[columns[part]])
    return out
