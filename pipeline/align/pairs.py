"""Which documents face each other, and which parts of one document do.

Candidates are near in mean sentence vector; each is then looked at sentence by sentence: how many choose each other
(coverage), whether in the same order, and how alike they are. Names and places of files play no part, except as hints,
which win.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from pipeline.align.neighbours import nearest
from pipeline.config import AlignConfig, settings
from pipeline.embed import Embedder, Floats, encode
from pipeline.records import UNKNOWN, DocumentPair, Grade, Signature

VERSION = "1"
ALIKE = 0.6  # mean cosine of counterparts below which a part of a document is no translation
PARTS = 2  # sentences at least that a partial translation translates: one is met by chance
CANDIDATES = 10  # documents looked at for each, in each direction


@dataclass(frozen=True, slots=True)
class Item:
    """A document, or the part of it that is in one language: its alignable texts in order."""

    key: str
    language: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How two texts face each other, all in 0..1.

    ``left`` and ``right`` are the parts of their sentences that choose each other, ``order`` the part of those in the
    same order, ``similarity`` theirs and ``margin`` what it is above the next best, ``topic`` that of the whole texts.
    ``matches`` is how many sentences of either side choose each other.
    """

    left: float
    right: float
    order: float
    similarity: float
    margin: float
    topic: float
    matches: int = 0

    @property
    def score(self) -> float:
        """The part of both texts that translates the other, in order."""
        return self.order * (self.left + self.right) / 2


def pair(
    items: Sequence[Item], hints: Collection[tuple[str, str]], embedder: Embedder, config: AlignConfig
) -> list[DocumentPair]:
    """Pairs of documents in ``config.left`` with documents in any other language, many to many, in order of their keys.

    ``hints`` are pairs of keys, either way round, that are translations whatever the texts say. Other pairs are kept
    when they translate each other, wholly or in part, or are on the same subject.
    """
    left, right = (
        sorted((one for one in items if one.texts and (one.language == config.left) == side), key=lambda one: one.key)
        for side in (True, False)
    )
    if not left or not right:
        return []
    x, y = ([encode(embedder, one.texts) for one in side] for side in (left, right))
    hinted, made = set(hints) | {(b, a) for a, b in hints}, signature(embedder, config)
    forced = {(i, j) for i, a in enumerate(left) for j, b in enumerate(right) if (a.key, b.key) in hinted}
    out = []
    for i, j in sorted(_candidates(_means(x), _means(y)) | forced):
        found = compare(x[i], y[j], config)
        grade = "translation" if (i, j) in forced else grade_of(found, config)
        if grade and left[i].key != right[j].key:
            keys = left[i].key, right[j].key
            out.append(_pair(keys, grade, found, float((i, j) in forced), made))
    return out


def signature(embedder: Embedder, config: AlignConfig) -> Signature:
    """How ``pair`` makes its pairs."""
    model = embedder.signature
    made = {"embedder": f"{model.engine}-{model.version}", **settings(config)}
    del made["max_side"], made["reach"]  # of the sentences within a pair
    return Signature("pair", "enregard-pairs", VERSION, model.model, model.model_sha256, made)


def compare(left: Floats, right: Floats, config: AlignConfig) -> Evidence:
    """Evidence from the unit vectors (n, d), (m, d) of the sentences of two texts, neither empty."""
    matches, similar = _matches(left, right, config.similar)
    x, y = left.mean(axis=0), right.mean(axis=0)
    topic = float(x @ y / max(float(np.linalg.norm(x) * np.linalg.norm(y)), 1e-9))
    if not matches:
        return Evidence(0, 0, 0, 0, 0, max(0.0, topic))
    values = [float(similar[i, j]) for i, j in matches]
    rivals = [float(np.partition(similar[i], -2)[-2]) if similar.shape[1] > 1 else 0.0 for i, _ in matches]
    return Evidence(
        len(matches) / len(left),
        len(matches) / len(right),
        _longest_increase([j for _, j in matches]) / len(matches),
        float(np.mean(values)),
        float(np.mean(values) - np.mean(rivals)),
        max(0.0, topic),
        len(matches),
    )


def grade_of(found: Evidence, config: AlignConfig) -> Grade | None:
    """What two documents are to each other, or None when nothing speaks for them."""
    low, high = sorted((found.left, found.right))
    if found.order >= config.order and low >= max(config.translation, config.balance * high):
        return "translation"
    if found.order >= config.order and high >= config.partial and found.matches >= PARTS and found.similarity >= ALIKE:
        return "partial"
    if found.topic >= config.topic and found.left > 0:
        return "comparable"
    return None


def within(
    segments: Sequence[tuple[str, str]], embedder: Embedder, config: AlignConfig
) -> list[tuple[list[int], list[int]]]:
    """Parts of one document that translate each other: a headline in both languages, a text and its translation.

    ``segments`` are (language code, text) in order. Runs of one language that touch are compared near where they touch;
    the result holds indices of ``config.left`` segments and of the others, each segment at most once.
    """
    runs = _runs([code for code, _ in segments], config.left)
    if len(runs) < 2:
        return []
    vectors = encode(embedder, [text for _, text in segments])
    options = []
    for (side, before), (_, after) in pairwise(runs):
        first, second = _facing(before, after)
        found = compare(vectors[first], vectors[second], config)
        cover = max(found.left, found.right)
        if cover >= config.translation and found.order >= config.order and found.similarity >= ALIKE:
            matches, _ = _matches(vectors[first], vectors[second], config.similar)
            first = first if first == before else first[min(i for i, _ in matches) :]
            second = second if second == after else second[: max(j for _, j in matches) + 1]
            options.append((-cover * found.similarity, first, second, side))
    return sorted(_disjoint(sorted(options)))


def _means(texts: Sequence[Floats]) -> Floats:
    """The direction (n, d) of each text's mean vector."""
    means = np.stack([one.mean(axis=0) for one in texts])
    out: Floats = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return out


def _candidates(x: Floats, y: Floats) -> set[tuple[int, int]]:
    there, back = nearest(x, y, CANDIDATES).places.tolist(), nearest(y, x, CANDIDATES).places.tolist()
    return {(i, j) for i, row in enumerate(there) for j in row} | {(i, j) for j, row in enumerate(back) for i in row}


def _matches(left: Floats, right: Floats, least: float) -> tuple[list[tuple[int, int]], Floats]:
    """Sentences that choose each other and are similar enough, and all similarities (n, m)."""
    similar: Floats = left @ right.T
    there, back = similar.argmax(axis=1).tolist(), similar.argmax(axis=0).tolist()
    return [(i, j) for i, j in enumerate(there) if back[j] == i and similar[i, j] >= least], similar


def _longest_increase(values: Sequence[int]) -> int:
    """The length of the longest increasing subsequence (patience sorting)."""
    piles: list[int] = []
    for value in values:
        place = bisect_left(piles, value)
        piles[place : place + 1] = [value]
    return len(piles)


def _pair(keys: tuple[str, str], grade: Grade, found: Evidence, hint: float, made: Signature) -> DocumentPair:
    evidence = {
        "coverage_left": found.left,
        "coverage_right": found.right,
        "order": found.order,
        "similarity": found.similarity,
        "margin": found.margin,
        "topic": found.topic,
        "hint": hint,
    }
    score = max(found.score, hint) if grade != "comparable" else found.score
    return DocumentPair(
        *keys, grade, round(score, 4), {name: round(value, 4) for name, value in evidence.items()}, made
    )


def _runs(codes: Sequence[str], left: str) -> list[tuple[bool, list[int]]]:
    """Runs of segments that are, or are not, in the left language; what nobody can tell is passed over."""
    known = [i for i, code in enumerate(codes) if code != UNKNOWN]
    return [(side, list(some)) for side, some in groupby(known, key=lambda i: codes[i] == left)]


def _facing(before: list[int], after: list[int]) -> tuple[list[int], list[int]]:
    """Of two runs that touch, the parts to compare: all, or of a much longer one as much as the shorter may face."""
    reach = 2 * min(len(before), len(after)) + 1
    return before[-reach:], after[:reach]


def _disjoint(options: Sequence[tuple[float, list[int], list[int], bool]]) -> Iterator[tuple[list[int], list[int]]]:
    """The options that share no segment with a better one, left language first."""
    used: set[int] = set()
    for _, first, second, left_first in options:
        if used.isdisjoint(first + second):
            used.update(first + second)
            yield (first, second) if left_first else (second, first)
