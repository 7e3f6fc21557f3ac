"""Which documents face each other.

Candidates are near in mean sentence vector; each is then looked at sentence by sentence: how many choose each other
(coverage), whether in the same order, and how alike they are. Names and places of files play no part, except as hints,
which win.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.align.matching import (
    CROWD,
    crowding,
    longest_increase,
    margin,
    mutual_nearest,
    nearest,
    nearest_indexed,
)
from pipeline.config import AlignConfig, settings
from pipeline.embedding.embed import Embedder, Floats, encode
from pipeline.provenance import sign
from pipeline.records import DocumentPair, Grade, Segment, Signature

SHARE = 0.2  # of a document's letters; a language with less does not face other documents
STEP = 3  # sentences further that the next counterpart stands, where an order goes on
ALIKE = 0.6  # mean cosine of counterparts below which a part of a document is no translation
FEWEST = 2  # sentences at least that a partial translation translates: one is met by chance
FEW = 3  # counterparts below which a translation must stand out among other pairs, or be very much alike
AHEAD, SURE = 0.1, 0.7
SECTIONS = 6  # counterparts at least of two texts whose sections stand in another order
LEAD = 0.25  # of the score of one counterpart before another, from which the other is none
WHOLE = 0.8  # of a text that has counterparts in another: it may be a part of that
COMMON = 3  # documents of one side that a sentence may stand in; in more, it is boilerplate and no evidence
CANDIDATES = 10  # documents looked at for each, in each direction
_NO_LETTER = re.compile(r"[\W\d_]+")  # boilerplate differs in numbers and marks


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """How two texts face each other, in 0..1 where nothing else is said.

    ``left`` and ``right`` are the shares of their sentences that choose each other, ``order`` the share of those in the
    same order, ``local_order`` how often the next one follows soon, ``similarity`` and ``margin`` (see ``matching``)
    the means of theirs, ``topic`` the similarity of the whole texts. ``matches`` is how many sentences choose each
    other, and ``ahead`` (-1..1) what ``topic`` is above that of the best other text that either could face instead.
    """

    left: float
    right: float
    order: float
    similarity: float
    margin: float
    topic: float
    matches: int = 0
    local_order: float = 0.0
    ahead: float = 0.0

    @property
    def score(self) -> float:
        """The share of both texts that translates the other, in order."""
        return max(self.order, self.local_order) * (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Item:
    """A document, or the part of it that is in one language: its alignable texts in order."""

    key: str
    language: str
    texts: tuple[str, ...]


def select_items(document: str, segments: Sequence[Segment], shares: Mapping[str, float]) -> list[Item]:
    """A document's text in each language that is more than a headline or a quotation of it.

    ``shares`` are those of each language in its letters, in 0..1.
    """
    codes = [code for code, share in shares.items() if share >= SHARE]
    return [Item(document, code, tuple(segment.text for segment in segments if segment.code == code)) for code in codes]


def self_pair(document: str, share: float, signature: Signature) -> DocumentPair:
    """A document that holds passages in two languages that translate each other faces itself.

    ``share`` of its segments stand in such passages.
    """
    share = round(min(1.0, share), 4)
    return DocumentPair(document, document, "partial", share, {"within": share}, signature)


def pair(
    items: Sequence[Item], hints: Collection[tuple[str, str]], embedder: Embedder, config: AlignConfig
) -> list[DocumentPair]:
    """Pairs of documents in ``config.left`` with documents in any other language, many to many, in order of their keys.

    ``hints`` are pairs of keys, either way round, that are translations whatever the texts say. Other pairs are kept
    when they translate each other, wholly or in part, or are on the same subject.
    """
    filled = sorted((item for item in items if item.texts), key=lambda item: item.key)
    left, right = ([item for item in filled if (item.language == config.left) == side] for side in (True, False))
    if not left or not right:
        return []
    x, y = ([encode(embedder, item.texts) for item in side] for side in (left, right))
    u, v = _weights(left), _weights(right)
    method, forced = signature(embedder, config), _forced(left, right, hints)
    out = []
    candidates = sorted(_candidates(_means(x, u), _means(y, v)) | forced)
    compared = [compare(x[i], y[j], config.similar, (u[i], v[j])) for i, j in candidates]
    exceeded = _exceeded(candidates, compared)
    for (i, j), evidence in zip(candidates, _ahead(candidates, compared), strict=True):
        grade = "translation" if (i, j) in forced else grade_of(evidence, config)
        if grade in ("translation", "partial") and (i, j) not in forced and (i, j) in exceeded:
            grade = "comparable"
        if grade and left[i].key != right[j].key:
            keys = left[i].key, right[j].key
            out.append(_pair(keys, grade, evidence, float((i, j) in forced), method))
    return out


def signature(embedder: Embedder, config: AlignConfig) -> Signature:
    """How ``pair`` makes its pairs."""
    means = settings(config)
    del means["max_side"], means["reach"]  # of the sentences within a pair
    return sign("pair", "enregard-pairs", means, embedder.signature)


def grade_of(evidence: PairEvidence, config: AlignConfig) -> Grade | None:
    """What two documents are to each other, or None when nothing speaks for them."""
    low, high = sorted((evidence.left, evidence.right))
    ordered = evidence.order >= config.order or (evidence.matches >= SECTIONS and evidence.local_order >= config.order)
    short = evidence.matches < FEW and evidence.ahead < AHEAD  # so few are met by chance
    alike = evidence.similarity >= (SURE if short else config.similar if evidence.matches < FEW else ALIKE)
    if ordered and alike and low >= max(config.translation, config.balance * high):
        return "translation"
    if ordered and evidence.matches >= FEWEST and evidence.similarity >= ALIKE and high >= config.partial:
        return "partial"
    if evidence.topic >= config.topic and evidence.left > 0:
        return "comparable"
    return None


def compare(left: Floats, right: Floats, least: float, weights: tuple[Floats, Floats] | None = None) -> PairEvidence:
    """Evidence from the unit vectors (n, d), (m, d) of the sentences of two texts, neither empty.

    Counterparts have a cosine of ``least`` at least. ``weights`` (n,), (m,) say how much each sentence counts.
    """
    u, v = weights or (np.ones(len(left), np.float32), np.ones(len(right), np.float32))
    x, y = u @ left, v @ right
    topic = max(0.0, float(x @ y / max(float(np.linalg.norm(x) * np.linalg.norm(y)), 1e-9)))
    matches = [match for match in mutual_nearest(left, right, least) if u[match.i] > 0 and v[match.j] > 0]
    if not matches:
        return PairEvidence(0, 0, 0, 0, 0, topic)
    rows, columns = (np.array([match.places[side] for match in matches], dtype=np.intp) for side in (0, 1))
    similar = np.array([match.similarity for match in matches], dtype=np.float32)
    crowds = nearest(left[rows], right, CROWD).similarities, nearest(right[columns], left, CROWD).similarities
    return PairEvidence(
        float(u[rows].sum() / u.sum()),
        float(v[columns].sum() / v.sum()),
        longest_increase(columns.tolist()) / len(matches),
        float(similar.mean()),
        float(margin(similar, crowding(crowds[0]), crowding(crowds[1])).mean()),
        topic,
        len(matches),
        float(np.mean([0 < b - a <= STEP for a, b in pairwise(columns.tolist())])) if len(matches) > 1 else 1.0,
    )


def _ahead(pairs: Sequence[tuple[int, int]], compared: Sequence[PairEvidence]) -> list[PairEvidence]:
    """The evidence with what each pair's topic is above that of the other pairs of either document."""
    topics: tuple[dict[int, list[float]], ...] = (defaultdict(list), defaultdict(list))
    for keys, evidence in zip(pairs, compared, strict=True):
        for side, key in zip(topics, keys, strict=True):
            side[key] = sorted([*side[key], evidence.topic])[-2:]
    out = []
    for keys, evidence in zip(pairs, compared, strict=True):
        best = [side[key] for side, key in zip(topics, keys, strict=True)]
        rivals = [two[0] if evidence.topic == two[-1] else two[-1] for two in best if len(two) > 1]
        out.append(replace(evidence, ahead=evidence.topic - max(rivals, default=0.0)))
    return out


def _exceeded(pairs: Sequence[tuple[int, int]], compared: Sequence[PairEvidence]) -> set[tuple[int, int]]:
    """Pairs whose documents translate another far better: guides on one template, interviews with the same questions.

    A pair of which one side is wholly in the other stays unless both sides have a better counterpart.
    """
    scores = dict(zip(pairs, compared, strict=True))
    best: tuple[dict[int, float], ...] = ({}, {})
    for keys, evidence in scores.items():
        for side, key in zip(best, keys, strict=True):
            side[key] = max(side.get(key, 0.0), evidence.score)
    exceeded = set()
    for (i, j), evidence in scores.items():
        better = [side[key] >= evidence.score + LEAD for side, key in zip(best, (i, j), strict=True)]
        if all(better) or (any(better) and max(evidence.left, evidence.right) < WHOLE):
            exceeded.add((i, j))
    return exceeded


def _forced(left: Sequence[Item], right: Sequence[Item], hints: Collection[tuple[str, str]]) -> set[tuple[int, int]]:
    """Indices of the items that ``hints`` name, either way round."""
    by_key: tuple[dict[str, list[int]], ...] = ({}, {})
    for indices, items in zip(by_key, (left, right), strict=True):
        for index, item in enumerate(items):
            indices.setdefault(item.key, []).append(index)
    both = set(hints) | {(b, a) for a, b in hints}
    return {(i, j) for a, b in both for i in by_key[0].get(a, ()) for j in by_key[1].get(b, ())}


def _weights(items: Sequence[Item]) -> list[Floats]:
    """How much each text counts: the less, the more documents of this side hold it; what stands everywhere, nothing."""
    bare = [[_NO_LETTER.sub("", text.casefold()) for text in item.texts] for item in items]
    spread = Counter(text for texts in bare for text in set(texts))
    shares = {text: 1 / number if number <= COMMON else 0.0 for text, number in spread.items()}
    return [np.array([shares[text] for text in texts], dtype=np.float32) for texts in bare]


def _means(texts: Sequence[Floats], weights: Sequence[Floats]) -> Floats:
    """The direction (n, d) of each text's mean vector."""
    means = np.stack([weight @ vectors for vectors, weight in zip(texts, weights, strict=True)])
    out: Floats = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return out


def _candidates(x: Floats, y: Floats) -> set[tuple[int, int]]:
    forth, back = nearest_indexed(x, y, CANDIDATES).tolist(), nearest_indexed(y, x, CANDIDATES).tolist()
    return {(i, j) for i, row in enumerate(forth) for j in row} | {(i, j) for j, row in enumerate(back) for i in row}


def _pair(keys: tuple[str, str], grade: Grade, evidence: PairEvidence, hint: float, method: Signature) -> DocumentPair:
    values = {
        "coverage_left": evidence.left,
        "coverage_right": evidence.right,
        "order": evidence.order,
        "local_order": evidence.local_order,
        "similarity": evidence.similarity,
        "margin": evidence.margin,
        "topic": evidence.topic,
        "ahead": evidence.ahead,
        "hint": hint,
    }
    score = max(evidence.score, hint) if grade != "comparable" else evidence.score
    rounded = {name: round(value, 4) for name, value in values.items()}
    return DocumentPair(*keys, grade, round(score, 4), rounded, method)
