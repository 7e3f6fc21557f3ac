"""Documents that repeat one another: syndicated copies, slightly edited, each in its own site's wrapping.

Texts are compared by their shingles (runs of five words; A. Broder, "On the resemblance and containment of documents",
1997), found through one sorted array of all shingles, so the work grows with the text and not with the pairs.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.align.matching import longest_increase
from pipeline.provenance import sign
from pipeline.records import DocumentPair, Signature

WORDS = 5  # in a shingle
FEWEST = 8  # shingles shared at least: a common quotation is no copy
REACH = 32  # a shingle that many documents share links each to this many that follow it
CANDIDATE = 0.15  # of the shorter document's shingles shared, before two documents are compared in full
THRESHOLD = 0.8

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


def originals(texts: Iterable[str], repeated: Iterable[tuple[str, str, float]]) -> dict[str, str]:
    """Copy to original, from pairs of keys that repeat each other: the first of ``texts`` stands for all its copies."""
    rank = {key: place for place, key in enumerate(texts)}
    above: dict[str, str] = {}

    def original(key: str) -> str:
        while key in above:
            key = above[key]
        return key

    for left, right, _ in repeated:
        first, later = sorted((original(left), original(right)), key=rank.__getitem__)
        if first != later:
            above[later] = first
    return {copy: original(copy) for copy in above}


def shingles(text: str) -> Hashes:
    """A hash for each run of five words, in order; case, punctuation and marks do not count."""
    words = _WORD.findall(text.casefold())
    codes = np.fromiter((zlib.crc32(word.encode("utf-8", "replace")) for word in words), np.uint64, len(words))
    if len(codes) < WORDS:
        return np.empty(0, np.uint64)
    hashes = np.zeros(len(codes) - WORDS + 1, np.uint64)
    for place in range(WORDS):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + codes[place : place + len(hashes)]
    return hashes ^ (hashes >> np.uint64(29))


def similarity(one: Hashes, other: Hashes) -> float:
    """How far the shorter text stands in the longer: the geometric mean of two shares of its words, in 0..1.

    The first is the share of all its words that lie in common shingles; the second the share within the stretch from
    the first common word to the last, which leaves the wrapping of a copy out.
    """
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    return _likeness(shorter, np.unique(longer))


def signature() -> Signature:
    """How copies are told."""
    return sign("duplicates", "enregard-duplicates", {})


def copies(originals: Mapping[str, str], texts: Mapping[str, str]) -> list[DocumentPair]:
    """The pair of each copy and its original, in order of the copies; ``originals`` maps copy to original.

    The evidence is how much of the words of either stands in the other, and how much of that in the same order.
    """
    made = signature()
    out = []
    for copy, original in sorted(originals.items()):
        left, right = shingles(texts[original]), shingles(texts[copy])
        evidence = {
            "coverage_left": float(_covered(left, np.unique(right)).mean()) if len(left) else 0.0,
            "coverage_right": float(_covered(right, np.unique(left)).mean()) if len(right) else 0.0,
            "order": _order(left, right),
            "similarity": similarity(left, right),
        }
        rounded = {name: round(value, 4) for name, value in evidence.items()}
        out.append(DocumentPair(original, copy, "duplicate", rounded["similarity"], rounded, made))
    return out


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
    for distance in range(1, REACH + 1):
        same = hashes[distance:] == hashes[:-distance]
        if not same.any():
            break
        met = owners[:-distance][same] * count + owners[distance:][same]
        pairs, shared = _added(pairs, shared, met)
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
