"""Which documents face each other.

Candidates are near in mean sentence vector; each is then looked at sentence by sentence: how many choose each other
(coverage), whether in the same order, and how alike they are. Names and places of files play no part, except as hints,
which win.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import chain, groupby, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.align.band import Ints
from pipeline.align.candidates import Outline, Reader, Weighted, find_candidates, outline, weigh
from pipeline.align.matching import CROWD, crowding, longest_increase, margin, mutual_nearest, nearest
from pipeline.align.results import Forgetful, recall, result_key
from pipeline.align.sharing import Equipment, unshared
from pipeline.config import AlignConfig, settings
from pipeline.embedding.embed import Embedder, Floats
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
FIELDS = 8  # fields of evidence that two documents decide alone


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


class CandidateVectors(NamedTuple):
    """A document and its candidates: vectors (n, d) and weights (n,) of each; see ``compare``."""

    left: tuple[Floats, Floats]
    rights: Sequence[tuple[Floats, Floats]]
    least: float


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
    items: Sequence[Item],
    hints: Collection[tuple[str, str]],
    embedder: Embedder,
    config: AlignConfig,
    languages: Sequence[str] = (),
) -> list[DocumentPair]:
    """``pair_outlines`` of texts that are all at hand."""
    texts = {(item.key, item.language): item.texts for item in items}
    outlines = [outline(item.key, item.language, item.texts) for item in items]
    equipment = Equipment(embedder, Forgetful(), unshared(embedder))
    reader = Reader(equipment, lambda documents: [texts[each.key, each.language] for each in documents])
    return pair_outlines(outlines, hints, reader, config, languages)


def pair_outlines(
    outlines: Sequence[Outline],
    hints: Collection[tuple[str, str]],
    reader: Reader,
    config: AlignConfig,
    languages: Sequence[str] = (),
) -> list[DocumentPair]:
    """Pairs of documents in ``config.left`` with documents in any other language, many to many, in order of their keys.

    Documents in the other ``languages`` are paired with those in languages after theirs; one language with another at a
    time, since rivals for a document are those that could be the same translation. ``hints`` are pairs of keys, either
    way round, that are translations whatever the texts say. Other pairs are kept when they translate each other, wholly
    or in part, or are on the same subject. Evidence that ``reader.results`` holds is taken as it stands.
    """
    filled = sorted(
        (document for document in outlines if len(document.bare)), key=lambda each: (each.key, each.language)
    )
    pairs: dict[tuple[str, str], DocumentPair] = {}
    for left, right in _facing_languages(filled, (config.left, *(code for code in languages if code != config.left))):
        for facing in _pair_sides(weigh(left), weigh(right), hints, reader, config) if left and right else ():
            keys = facing.left, facing.right
            if keys not in pairs or facing.score > pairs[keys].score:
                pairs[keys] = facing
    return list(pairs.values())


def _facing_languages(
    outlines: Sequence[Outline], order: Sequence[str]
) -> Iterator[tuple[list[Outline], list[Outline]]]:
    """The documents of each two languages that face each other; what is in none of ``order`` faces the first alone."""
    by_language: dict[str, list[Outline]] = {code: [] for code in order}
    strangers = [each for each in outlines if each.language not in by_language]
    for each in outlines:
        by_language.get(each.language, []).append(each)
    if len(order) == 1:
        yield by_language[order[0]], strangers
    for k, code in enumerate(order):
        for other in order[k + 1 :]:
            with_strangers = k == 0 and other == order[1]
            facing = by_language[other] + (strangers if with_strangers else [])
            yield by_language[code], sorted(facing, key=lambda each: (each.key, each.language))


def _pair_sides(
    left: Sequence[Weighted],
    right: Sequence[Weighted],
    hints: Collection[tuple[str, str]],
    reader: Reader,
    config: AlignConfig,
) -> list[DocumentPair]:
    method, forced = signature(reader.embedder, config), _forced(left, right, hints)
    candidates = sorted(find_candidates(left, right, reader, method) | forced)
    compared = _compared([(left[i], right[j]) for i, j in candidates], reader, config.similar, method)
    indices = np.array(candidates, dtype=np.intp)
    exceeded = _exceeded(indices, compared)
    out = []
    for (i, j), evidence, better in zip(candidates, _ahead(indices, compared), exceeded.tolist(), strict=True):
        keys, hinted = (left[i].outline.key, right[j].outline.key), (i, j) in forced
        grade = "translation" if hinted else grade_of(evidence, config)
        if grade in ("translation", "partial") and better and not hinted:
            grade = "comparable"
        if grade and keys[0] != keys[1]:
            out.append(_pair(keys, grade, evidence, float(hinted), method))
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


def compare_each(_: Embedder, item: CandidateVectors) -> NDArray[np.float64]:
    """What ``compare`` says of one document and each of some others: the first FIELDS, (others, FIELDS)."""
    vectors, weights = item.left
    evidence = [compare(vectors, right[0], item.least, (weights, right[1])) for right in item.rights]
    return np.array([astuple(each)[:FIELDS] for each in evidence])


def _compared(
    pairs: Sequence[tuple[Weighted, Weighted]], reader: Reader, least: float, method: Signature
) -> list[PairEvidence]:
    """The evidence of each pair, what stands ahead of it left out."""

    def make(rows: Sequence[int]) -> Iterator[NDArray[np.float64]]:
        reader.read_ahead(side.outline for row in rows for side in pairs[row])
        groups = [list(group) for _, group in groupby(rows, lambda row: pairs[row][0].key)]
        items = (_candidate_vectors([pairs[row] for row in group], reader, least) for group in groups)
        return chain.from_iterable(reader.share(compare_each, items, len(groups)))

    keys = [result_key(method.key.encode(), left.key, right.key) for left, right in pairs]
    rows = recall(reader.results, "evidence", keys, make, np.float64)
    return [
        PairEvidence(left, right, order, similarity, margin, topic, int(matches), local_order)
        for left, right, order, similarity, margin, topic, matches, local_order in rows.tolist()
    ]


def _candidate_vectors(pairs: Sequence[tuple[Weighted, Weighted]], reader: Reader, least: float) -> CandidateVectors:
    """What is to be compared in pairs with the same left document."""
    left = pairs[0][0]
    rights = [(reader.vectors(right.outline), right.weights) for _, right in pairs]
    return CandidateVectors((reader.vectors(left.outline), left.weights), rights, least)


def _ahead(indices: Ints, compared: Sequence[PairEvidence]) -> list[PairEvidence]:
    """The evidence with what each pair's topic is above that of the other pairs of either document.

    ``indices`` (pairs, 2) are those of the documents.
    """
    topics = np.array([evidence.topic for evidence in compared])
    rivals = np.full(len(topics), -np.inf)
    for documents in indices.T:
        best, second = _best_two(documents, topics)
        rivals = np.maximum(rivals, np.where(topics == best, second, best))
    ahead = topics - np.where(np.isfinite(rivals), rivals, 0.0)
    return [replace(evidence, ahead=value) for evidence, value in zip(compared, ahead.tolist(), strict=True)]


def _exceeded(indices: Ints, compared: Sequence[PairEvidence]) -> NDArray[np.bool_]:
    """Which pairs' documents translate another far better: guides on one template, interviews with the same questions.

    A pair of which one side is wholly in the other stays unless both sides have a better counterpart.
    """
    scores = np.array([evidence.score for evidence in compared])
    whole = np.array([max(evidence.left, evidence.right) >= WHOLE for evidence in compared])
    exceeded = [_best_two(documents, scores)[0] >= scores + LEAD for documents in indices.T]
    out: NDArray[np.bool_] = (exceeded[0] & exceeded[1]) | ((exceeded[0] | exceeded[1]) & ~whole)
    return out


def _best_two(groups: Ints, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each value the greatest and the second of its group, minus infinity where there is one alone; (n,) each."""
    order = np.lexsort((-values, groups))
    _, first, number = np.unique(groups[order], return_index=True, return_inverse=True)
    ranked = np.append(values[order], -np.inf)
    ends = np.append(first[1:], len(values))
    second = np.where(first + 1 < ends, ranked[np.minimum(first + 1, len(values))], -np.inf)
    best = np.empty_like(values), np.empty_like(values)
    best[0][order], best[1][order] = ranked[first][number], second[number]
    return best


def _forced(
    left: Sequence[Weighted], right: Sequence[Weighted], hints: Collection[tuple[str, str]]
) -> set[tuple[int, int]]:
    """Indices of the documents that ``hints`` name, either way round."""
    by_key: tuple[dict[str, list[int]], ...] = ({}, {})
    for rows, documents in zip(by_key, (left, right), strict=True):
        for row, document in enumerate(documents):
            rows.setdefault(document.outline.key, []).append(row)
    both = set(hints) | {(b, a) for a, b in hints}
    return {(i, j) for a, b in both for i in by_key[0].get(a, ()) for j in by_key[1].get(b, ())}


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
