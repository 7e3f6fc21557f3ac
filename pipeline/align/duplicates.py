"""Documents that repeat one another: syndicated copies, slightly edited, each in its own site's wrapping.

A *copy* stands in its original and the original stands in it; a text that only stands in a longer one is *contained*:
a summary in its report, each half of a booklet in two languages. Of a copy only what its original has word for word is
left out of pairing; of what is contained, nothing.

Texts are compared by their shingles (runs of five words; A. Broder, "On the resemblance and containment of documents",
1997), found through one sorted array of all shingles, so the work grows with the text and not with the pairs.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.align.matching import longest_increase
from pipeline.provenance import sign
from pipeline.records import DocumentPair, Grade, Signature

WORDS = 5  # in a shingle
FEWEST = 8  # shingles shared at least: a common quotation is no copy
REACH = 32  # a shingle that many documents share links each to this many that follow it
CANDIDATE = 0.15  # of the shorter document's shingles shared, before two documents are compared in full
THRESHOLD = 0.8
MET = 10_000_000  # meetings of two documents in one shingle that are counted together
CODES = 2**17  # words whose codes are remembered

Hashes = NDArray[np.uint64]
_WORD = re.compile(r"[^\W_]+")


def near_duplicates(texts: Mapping[str, str], threshold: float = THRESHOLD) -> Iterator[tuple[str, str, float]]:
    """Pairs of keys (in the order of ``texts``) whose texts repeat one another, with a score in ``threshold``..1.

    The score is 1 where the shorter text stands wholly in the longer; boilerplate around a copy lowers it little, and
    a quotation, however long, does not reach 0.8. Of more than REACH copies of one text each is linked with its
    neighbours.
    """
    keys = list(texts)
    if len(keys) < 2:
        return
    shingled = [shingles(text) for text in texts.values()]
    distinct = [np.unique(one) for one in shingled]
    for left, right in _candidates(distinct):
        shorter, longer = (left, right) if len(shingled[left]) <= len(shingled[right]) else (right, left)
        score = _likeness(shingled[shorter], distinct[longer])
        if score >= threshold:
            yield keys[left], keys[right], score


def originals(texts: Mapping[str, str]) -> dict[str, str]:
    """Copy to original, by key. The longest of the texts that repeat one another is the first original.

    Each other is its copy, or that of a later original, where the two stand in each other by ``THRESHOLD``; it is
    compared with the original itself, so that a chain of likenesses makes no copies of texts that are not alike.
    """
    groups = _groups((left, right) for left, right, _ in near_duplicates(texts))
    copies: dict[str, str] = {}
    for group in groups:
        hashes = {key: shingles(texts[key]) for key in group}
        firsts: list[str] = []
        for key in sorted(group, key=lambda key: (-len(hashes[key]), key)):
            original = next((first for first in firsts if _mutual(hashes[first], hashes[key]) >= THRESHOLD), None)
            if original is None:
                firsts.append(key)
            else:
                copies[key] = original
    return copies


def _groups(links: Iterable[tuple[str, str]]) -> list[set[str]]:
    """The keys that links join, one way or another."""
    group_of: dict[str, set[str]] = {}
    for left, right in links:
        joined = group_of.get(left, {left}) | group_of.get(right, {right})
        group_of |= dict.fromkeys(joined, joined)
    return list({id(group): group for group in group_of.values()}.values())


def shingles(text: str) -> Hashes:
    """A hash for each run of five words, in order; case, punctuation and marks do not count."""
    words = _WORD.findall(text.casefold())
    codes = np.fromiter(map(_code, words), np.uint64, len(words))
    if len(codes) < WORDS:
        return np.empty(0, np.uint64)
    hashes = np.zeros(len(codes) - WORDS + 1, np.uint64)
    for place in range(WORDS):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + codes[place : place + len(hashes)]
    return hashes ^ (hashes >> np.uint64(29))


@lru_cache(maxsize=CODES)
def _code(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "replace"))


def similarity(left: Hashes, right: Hashes) -> float:
    """How far the shorter text stands in the longer: the geometric mean of two shares of its words, in 0..1.

    The first is the share of all its words that lie in common shingles; the second the share within the stretch from
    the first common word to the last, which leaves the wrapping of a copy out.
    """
    shorter, longer = (left, right) if len(left) <= len(right) else (right, left)
    return _likeness(shorter, np.unique(longer))


def signature() -> Signature:
    """How copies are told."""
    return sign("duplicates", "enregard-duplicates", {})


def repeats(
    texts: Mapping[str, str], originals: Mapping[str, str], facing: Iterable[DocumentPair] = ()
) -> list[DocumentPair]:
    """The pairs of documents that repeat one another: each copy with its original, and what is contained in another.

    ``originals`` maps copy to original; what is a pair in ``facing`` already is none here. The left document of a pair
    is the original or the one that contains, and the evidence is how much of the words of either stands in the other,
    and how much of that in the same order.
    """
    links: list[tuple[str, str, Grade]] = [
        (original, copy, "duplicate") for copy, original in sorted(originals.items())
    ]
    for first, second, _ in near_duplicates({key: text for key, text in texts.items() if key not in originals}):
        longer, shorter = sorted((first, second), key=lambda key: (-len(texts[key]), key))
        links.append((longer, shorter, "contained"))
    paired = {frozenset((pair.left, pair.right)) for pair in facing}
    return [_pair(left, right, grade, texts) for left, right, grade in links if frozenset((left, right)) not in paired]


def _pair(left: str, right: str, grade: Grade, texts: Mapping[str, str]) -> DocumentPair:
    one_side, other_side = shingles(texts[left]), shingles(texts[right])
    evidence = {
        "coverage_left": _coverage(one_side, other_side),
        "coverage_right": _coverage(other_side, one_side),
        "order": _order(one_side, other_side),
        "similarity": similarity(one_side, other_side),
    }
    rounded = {name: round(value, 4) for name, value in evidence.items()}
    return DocumentPair(left, right, grade, rounded["similarity"], rounded, signature())


def _coverage(text: Hashes, other: Hashes) -> float:
    return float(_covered(text, np.unique(other)).mean()) if len(text) else 0.0


def _mutual(left: Hashes, right: Hashes) -> float:
    """How far each of two texts stands in the other, the lesser of the two."""
    return min(_likeness(left, np.unique(right)), _likeness(right, np.unique(left)))


def _likeness(shorter: Hashes, longer: Hashes) -> float:
    """``similarity`` where the longer text's shingles are sorted and distinct."""
    places = np.flatnonzero(covered := _covered(shorter, longer))
    if len(places) == 0:
        return 0.0
    return float(np.sqrt(covered.mean() * covered[places[0] : places[-1] + 1].mean()))


def _covered(these: Hashes, those: Hashes) -> NDArray[np.bool_]:
    """For each word of a text whether it lies in a shingle that is among ``those``, which are sorted."""
    covered = np.zeros(len(these) + WORDS - 1, bool)
    if len(these) and len(those):
        starts = np.flatnonzero(those[np.minimum(np.searchsorted(those, these), len(those) - 1)] == these)
        for place in range(WORDS):
            covered[starts + place] = True
    return covered


def _order(left: Hashes, right: Hashes) -> float:
    """The part of the common shingles that come in the same order in both texts."""
    _, first, second = np.intersect1d(left, right, return_indices=True)
    places = second[np.argsort(first, kind="stable")].tolist()
    return longest_increase(places) / len(places) if places else 0.0


def _candidates(distinct: Sequence[Hashes]) -> list[tuple[int, int]]:
    """Pairs of documents that share enough of their distinct shingles to be compared, in order."""
    hashes, owners = _sorted(distinct)
    sizes = np.array([len(one) for one in distinct], np.int64)
    count = len(distinct)
    pairs = np.empty(0, np.int64)
    shared = np.empty(0, np.int64)
    met: list[NDArray[np.int64]] = []
    for distance in range(1, REACH + 1):
        same = np.flatnonzero(hashes[distance:] == hashes[:-distance])
        if not len(same):
            break
        met.append(owners[same] * count + owners[same + distance])
        if sum(map(len, met)) > MET:
            pairs, shared = _added(pairs, shared, np.concatenate(met))
            met = []
    if met:
        pairs, shared = _added(pairs, shared, np.concatenate(met))
    left, right = pairs // max(count, 1), pairs % max(count, 1)
    enough = (shared >= FEWEST) & (shared >= CANDIDATE * np.minimum(sizes[left], sizes[right]))
    return list(zip(left[enough].tolist(), right[enough].tolist(), strict=True))


def _sorted(distinct: Sequence[Hashes]) -> tuple[Hashes, NDArray[np.int64]]:
    """Every shingle with its document, once each, sorted by shingle and then by document."""
    hashes = np.concatenate(distinct or [np.empty(0, np.uint64)])
    owners = np.repeat(np.arange(len(distinct), dtype=np.int64), [len(one) for one in distinct])
    order = np.argsort(hashes, kind="stable")
    return hashes[order], owners[order]


def _added(
    pairs: NDArray[np.int64], shared: NDArray[np.int64], met: NDArray[np.int64]
) -> tuple[NDArray[np.int64], ...]:
    """Counts of pairs with those just met added, sorted by pair."""
    new, counts = np.unique(met, return_counts=True)
    merged, where = np.unique(np.concatenate([pairs, new]), return_inverse=True)
    total = np.zeros(len(merged), np.int64)
    np.add.at(total, where, np.concatenate([shared, counts]))
    return merged, total
