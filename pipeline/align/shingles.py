"""Shingles of texts (runs of five words), sketches of them, and which sketches have something in common.

A. Broder, "On the resemblance and containment of documents", 1997. A *sketch* holds the least of each few shingles in a
row (winnowing; Schleimer and others 2003), so that it has the same of a passage as of what the passage stands in.
"""

import re
import zlib
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.align.hash_rows import Hashes, HashRows, Ints, spread
from pipeline.align.matching import longest_increase

WORDS = 5  # in a shingle
WINDOW = 8  # shingles of which the least is in a sketch: a run of 12 words that two texts share is in both sketches
REACH = 32  # a shingle that many documents share links each to this many that follow it
MET = 2_000_000  # meetings of two documents in one shingle that are counted together
CODES = 2**17  # words whose codes are remembered

_WORD = re.compile(r"[^\W_]+")


def shingles(text: str) -> Hashes:
    """A hash for each run of five words, in order; case, punctuation and marks do not count."""
    words = _WORD.findall(text.casefold())
    codes = np.fromiter(map(_code, words), np.uint64, len(words))
    if len(codes) < WORDS:
        return np.empty(0, np.uint64)
    hashes = np.zeros(len(codes) - WORDS + 1, np.uint64)
    for offset in range(WORDS):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + codes[offset : offset + len(hashes)]
    return hashes ^ (hashes >> np.uint64(29))


@lru_cache(maxsize=CODES)
def _code(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "replace"))


def winnow(hashes: Hashes) -> Hashes:
    """The sketch of a text with these shingles: sorted, each once. All of them where there are few."""
    if len(hashes) <= WINDOW:
        return np.unique(hashes)
    return np.unique(sliding_window_view(hashes, WINDOW).min(axis=1))


def similarity(left: Hashes, right: Hashes) -> float:
    """How far the shorter text stands in the longer: the geometric mean of two shares of its words, in 0..1.

    The first is the share of all its words that lie in common shingles; the second the share within the stretch from
    the first common word to the last, which leaves the wrapping of a copy out.
    """
    shorter, longer = (left, right) if len(left) <= len(right) else (right, left)
    return likeness(covered(shorter, np.unique(longer)))


def likeness(words: NDArray[np.bool_]) -> float:
    """``similarity`` from whether each word of the shorter text lies in a common shingle."""
    inside = np.flatnonzero(words)
    if len(inside) == 0:
        return 0.0
    return float(np.sqrt(words.mean() * words[inside[0] : inside[-1] + 1].mean()))


def covered(hashes: Hashes, others: Hashes) -> NDArray[np.bool_]:
    """For each word of a text whether it lies in a shingle that is among ``others``, which are in order."""
    words = np.zeros(len(hashes) + WORDS - 1, bool)
    starts = np.flatnonzero(among(hashes, others))
    for offset in range(WORDS):
        words[starts + offset] = True
    return words


def among(hashes: Hashes, others: Hashes) -> NDArray[np.bool_]:
    """Which hashes are among ``others``, which are in order."""
    if not len(others):
        return np.zeros(len(hashes), bool)
    same: NDArray[np.bool_] = others[np.minimum(np.searchsorted(others, hashes), len(others) - 1)] == hashes
    return same


def in_common(left: Hashes, right: Hashes) -> Hashes:
    """The hashes that two texts share, in order, each once; a long text is not put into order for a short one."""
    shorter, longer = (left, right) if len(left) <= len(right) else (right, left)
    return np.unique(longer[among(longer, np.unique(shorter))])


def common_order(left: Hashes, right: Hashes) -> float:
    """The part of the common shingles that come in the same order in both texts."""
    _, first, second = np.intersect1d(left, right, return_indices=True)
    sequence = second[np.argsort(first, kind="stable")].tolist()
    return longest_increase(sequence) / len(sequence) if sequence else 0.0


def meetings(texts: HashRows, share: float, fewest: int = 1) -> Iterator[tuple[int, int]]:
    """Pairs of texts, in order, that share at least ``fewest`` hashes and this share of the shorter's.

    Takes memory for all hashes, and for MET meetings at a time.
    """
    hashes, owners, sizes = _by_hash(texts)
    ends = np.searchsorted(hashes, hashes, side="right")
    reaches = np.minimum(ends - np.arange(len(hashes)) - 1, REACH)
    by_owner = np.argsort(owners, kind="stable")
    by_owner = by_owner[reaches[by_owner] > 0]
    for block in _blocks(owners[by_owner], reaches[by_owner]):
        places = by_owner[block]
        met = np.repeat(owners[places], reaches[places]) * len(sizes) + owners[_following(places, reaches[places])]
        pairs, shared = np.unique(met, return_counts=True)
        left, right = np.divmod(pairs, len(sizes))
        enough = (shared >= fewest) & (shared >= share * np.minimum(sizes[left], sizes[right]))
        yield from zip(left[enough].tolist(), right[enough].tolist(), strict=True)


class Overlaps:
    """Which of some texts share hashes with one of them, however many do. Each has its hashes once."""

    def __init__(self, texts: HashRows) -> None:
        order = np.argsort(texts.values, kind="stable")
        self._texts = texts
        self._starts = texts.starts
        self._hashes, self._owners = texts.values[order], texts.owners()[order]

    def find(self, text: int, share: float) -> list[int]:
        """The other texts that share at least this part of the hashes of either."""
        counts = self._texts.counts
        own = self._texts.values[self._starts[text] : self._starts[text] + counts[text]]
        begins = np.searchsorted(self._hashes, own, side="left")
        meeting = spread(begins, np.searchsorted(self._hashes, own, side="right") - begins)
        shared = np.bincount(self._owners[meeting], minlength=len(counts))
        shared[text] = 0
        enough: list[int] = np.flatnonzero((shared > 0) & (shared >= share * np.maximum(counts, counts[text]))).tolist()
        return enough


def _by_hash(texts: HashRows) -> tuple[Hashes, Ints, Ints]:
    """Every hash that more than one text has, with each of these texts, by hash and then by text; hashes a text."""
    order = np.argsort(texts.values, kind="stable")
    hashes, owners = texts.values[order], texts.owners()[order]
    same = hashes[1:] == hashes[:-1]
    first = np.ones(len(hashes), bool)
    first[1:] = ~same | (owners[1:] != owners[:-1])
    sizes = np.bincount(owners[first], minlength=len(texts.counts))
    hashes, owners = hashes[first], owners[first]
    same = hashes[1:] == hashes[:-1]
    shared = np.zeros(len(hashes), bool)
    shared[1:] |= same
    shared[:-1] |= same
    return hashes[shared], owners[shared], sizes


def _following(places: Ints, reaches: Ints) -> Ints:
    """The places that follow each of ``places``, as many as it reaches."""
    return spread(places + 1, reaches)


def _blocks(owners: Ints, reaches: Ints) -> Iterator[slice]:
    """Slices of entries that meet some MET others together, each text in one of them."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    before = np.concatenate([[0], np.cumsum(reaches)])[starts] // MET
    firsts = starts[np.flatnonzero(np.diff(before, prepend=-1))].tolist()
    ends = [*firsts[1:], len(owners)] if firsts else []
    yield from (slice(begin, end) for begin, end in zip(firsts, ends, strict=True))
