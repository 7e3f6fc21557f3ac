"""Which documents face each other.

Candidates are near in mean sentence vector; each is then looked at sentence by sentence: how many choose each other
(coverage), whether in the same order, and how alike they are. Names and places of files play no part, except as hints,
which win.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.align.evidence import Evidence, compare
from pipeline.align.index import near
from pipeline.align.sections import ALIKE
from pipeline.config import AlignConfig, settings
from pipeline.embedding.embed import Embedder, Floats, encode
from pipeline.records import DocumentPair, Grade, Segment, Signature

VERSION = "2"
SHARE = 0.2  # of a document's letters; a language with less does not face other documents
PARTS = 2  # sentences at least that a partial translation translates: one is met by chance
FEW = 3  # counterparts below which a translation must stand out among other pairs, or be very much alike
AHEAD, SURE = 0.1, 0.7
SECTIONS = 6  # counterparts at least of two texts whose sections stand in another order
COMMON = 3  # documents of one side that a sentence may stand in; in more, it is boilerplate and no evidence
CANDIDATES = 10  # documents looked at for each, in each direction
_NO_LETTER = re.compile(r"[\W\d_]+")  # boilerplate differs in numbers and marks


@dataclass(frozen=True, slots=True)
class Item:
    """A document, or the part of it that is in one language: its alignable texts in order."""

    key: str
    language: str
    texts: tuple[str, ...]


def items(document: str, segments: Sequence[Segment], shares: Mapping[str, float]) -> list[Item]:
    """A document's text in each language that is more than a headline or a quotation of it.

    ``shares`` are those of each language in its letters, in 0..1.
    """
    codes = [code for code, share in shares.items() if share >= SHARE]
    return [Item(document, code, tuple(one.text for one in segments if one.code == code)) for code in codes]


def self_pair(document: str, made: Signature) -> DocumentPair:
    """A document that holds passages in two languages that translate each other faces itself."""
    return DocumentPair(document, document, "partial", 1.0, {"within": 1.0}, made)


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
    u, v = _weights(left), _weights(right)
    made, forced = signature(embedder, config), _forced(left, right, hints)
    out = []
    near_ones = sorted(_candidates(_means(x, u), _means(y, v)) | forced)
    compared = [compare(x[i], y[j], config.similar, (u[i], v[j])) for i, j in near_ones]
    for (i, j), found in zip(near_ones, _ahead(near_ones, compared), strict=True):
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


def grade_of(found: Evidence, config: AlignConfig) -> Grade | None:
    """What two documents are to each other, or None when nothing speaks for them."""
    low, high = sorted((found.left, found.right))
    ordered = found.order >= config.order or (found.matches >= SECTIONS and found.local_order >= config.order)
    short = found.matches < FEW and found.ahead < AHEAD  # so few are met by chance
    alike = found.similarity >= (SURE if short else config.similar if found.matches < FEW else ALIKE)
    if ordered and alike and low >= max(config.translation, config.balance * high):
        return "translation"
    if ordered and found.matches >= PARTS and found.similarity >= ALIKE and high >= config.partial:
        return "partial"
    if found.topic >= config.topic and found.left > 0:
        return "comparable"
    return None


def _ahead(pairs: Sequence[tuple[int, int]], compared: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with what each pair's topic is above that of the other pairs of either document."""
    topics: tuple[dict[int, list[float]], ...] = (defaultdict(list), defaultdict(list))
    for pair_, found in zip(pairs, compared, strict=True):
        for side, place in zip(topics, pair_, strict=True):
            side[place] = sorted([*side[place], found.topic])[-2:]
    out = []
    for pair_, found in zip(pairs, compared, strict=True):
        best = [side[place] for side, place in zip(topics, pair_, strict=True)]
        rivals = [one[0] if found.topic == one[-1] else one[-1] for one in best if len(one) > 1]
        out.append(replace(found, ahead=found.topic - max(rivals, default=0.0)))
    return out


def _forced(left: Sequence[Item], right: Sequence[Item], hints: Collection[tuple[str, str]]) -> set[tuple[int, int]]:
    """Places of the items that ``hints`` name, either way round."""
    places: tuple[dict[str, list[int]], ...] = ({}, {})
    for found, items in zip(places, (left, right), strict=True):
        for place, item in enumerate(items):
            found.setdefault(item.key, []).append(place)
    both = set(hints) | {(b, a) for a, b in hints}
    return {(i, j) for a, b in both for i in places[0].get(a, ()) for j in places[1].get(b, ())}


def _weights(items: Sequence[Item]) -> list[Floats]:
    """How much each text counts: the less, the more documents of this side hold it; what stands everywhere, nothing."""
    bare = [[_NO_LETTER.sub("", text.casefold()) for text in item.texts] for item in items]
    spread = Counter(text for texts in bare for text in set(texts))
    shares = {text: 1 / number if number <= COMMON else 0.0 for text, number in spread.items()}
    return [np.array([shares[text] for text in texts], dtype=np.float32) for texts in bare]


def _means(texts: Sequence[Floats], weights: Sequence[Floats]) -> Floats:
    """The direction (n, d) of each text's mean vector."""
    means = np.stack([weight @ one for one, weight in zip(texts, weights, strict=True)])
    out: Floats = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return out


def _candidates(x: Floats, y: Floats) -> set[tuple[int, int]]:
    there, back = near(x, y, CANDIDATES).tolist(), near(y, x, CANDIDATES).tolist()
    return {(i, j) for i, row in enumerate(there) for j in row} | {(i, j) for j, row in enumerate(back) for i in row}


def _pair(keys: tuple[str, str], grade: Grade, found: Evidence, hint: float, made: Signature) -> DocumentPair:
    evidence = {
        "coverage_left": found.left,
        "coverage_right": found.right,
        "order": found.order,
        "local_order": found.local_order,
        "similarity": found.similarity,
        "margin": found.margin,
        "topic": found.topic,
        "ahead": found.ahead,
        "hint": hint,
    }
    score = max(found.score, hint) if grade != "comparable" else found.score
    return DocumentPair(
        *keys, grade, round(score, 4), {name: round(value, 4) for name, value in evidence.items()}, made
    )
