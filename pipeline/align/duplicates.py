"""Documents that repeat one another: syndicated copies, slightly edited, each in its own site's wrapping.

A *copy* stands in its original and the original stands in it; a text that only stands in a longer one is *contained*:
a summary in its report, each half of a booklet in two languages. Of a copy only what its original has word for word is
left out of pairing; of what is contained, nothing.

All that is held of a document is a sketch of its shingles (``shingles``). Documents whose sketches have enough in
common are compared in full; sketches and comparisons are kept from run to run by content, so that only the texts of
documents that are new are read.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

import numpy as np

from pipeline import provenance
from pipeline.align.hash_rows import Hashes, hash_rows
from pipeline.align.results import Forgetful, Results, result_key
from pipeline.align.shingles import (
    Overlaps,
    among,
    common_order,
    covered,
    in_common,
    likeness,
    meetings,
    shingles,
    winnow,
)
from pipeline.batches import batched
from pipeline.records import DocumentPair, Grade, Signature

FEWEST = 8  # shingles shared at least: a common quotation is no copy
CANDIDATE = 0.1  # of the shorter document's sketch shared, before two documents are compared in full
THRESHOLD = 0.8
READ = 200  # documents whose texts are asked for at once
HELD = 256  # documents whose shingles are held while they are compared
SKETCHES, CANDIDATES, COMPARISONS = "sketch", "met", "copies"  # kinds of results
_COMPARISON = Struct("=5d")


class Comparison(NamedTuple):
    """How far two texts repeat one another, all in 0..1.

    ``similarity`` is how far the shorter stands in the longer, ``mutual`` the lesser of how far either stands in the
    other; ``left`` and ``right`` are the shares of their words that the other has too, and ``order`` the part of what
    both have that comes in the same order.
    """

    similarity: float
    mutual: float
    left: float
    right: float
    order: float


class Sketch(NamedTuple):
    """Of a document's shingles how many there are, and the winnowed ones, sorted."""

    size: int
    hashes: Hashes

    def packed(self) -> bytes:
        """As bytes."""
        return np.append(np.uint64(self.size), self.hashes).tobytes()


def _unpacked(data: bytes) -> Sketch:
    numbers = np.frombuffer(data, np.uint64)
    return Sketch(int(numbers[0]), numbers[1:])


def sketch(text: str) -> Sketch:
    """The sketch of a text."""
    hashes = shingles(text)
    return Sketch(len(hashes), winnow(hashes))


class Shelf:
    """Documents by key; ``texts`` gives the texts of some of them.

    What is made of a text is kept in ``results`` under its key, which must change with the text.
    """

    def __init__(
        self,
        keys: Sequence[str],
        texts: Callable[[Sequence[str]], Mapping[str, str]],
        results: Results | None = None,
    ) -> None:
        self.keys = keys
        self._texts = texts
        self._results = results or Forgetful()
        self._shingles = lru_cache(maxsize=HELD)(self._read)
        self._asked: set[bytes] = set()

    def without(self, keys: Container[str]) -> "Shelf":
        """The shelf less some documents."""
        return Shelf([key for key in self.keys if key not in keys], self._texts, self._results)

    def sketches(self) -> dict[str, Sketch]:
        """The sketch of each document."""
        names = {key: _result_key(key) for key in self.keys}
        recalled = self._results.find_results(SKETCHES, names.values())
        for batch in batched((key for key, name in names.items() if name not in recalled), READ):
            texts = self._texts(batch)
            fresh = {names[key]: sketch(texts[key]).packed() for key in batch}
            self._results.save_results(SKETCHES, fresh)
            recalled |= fresh
        return {key: _unpacked(recalled[name]) for key, name in names.items()}

    def candidates(self) -> list[tuple[str, str]]:
        """Pairs of documents whose sketches have enough in common, in the order of the shelf."""
        name = _result_key(*self.keys)
        recalled = self._results.find_results(CANDIDATES, [name])
        if name not in recalled:
            sketches = hash_rows([sketch.hashes for sketch in self.sketches().values()])
            pairs = np.array(list(meetings(sketches, CANDIDATE)), dtype=np.int64)
            recalled = {name: pairs.tobytes()}
            self._results.save_results(CANDIDATES, recalled)
            self._results.drop_results(CANDIDATES, recalled.keys())
        rows = np.frombuffer(recalled[name], dtype=np.int64).reshape(-1, 2)
        return [(self.keys[left], self.keys[right]) for left, right in rows.tolist()]

    def compare(self, pairs: Iterable[tuple[str, str]]) -> Iterator[Comparison]:
        """The comparison of each pair of documents."""
        for batch in batched(pairs, READ):
            names = [_result_key(*sorted(pair)) for pair in batch]
            recalled = self._results.find_results(COMPARISONS, set(names))
            fresh = {
                name: _COMPARISON.pack(*self._compared(*sorted(pair)))
                for name, pair in zip(names, batch, strict=True)
                if name not in recalled
            }
            self._results.save_results(COMPARISONS, fresh)
            self._asked.update(names)
            recalled |= fresh
            for name, (left, right) in zip(names, batch, strict=True):
                similarity, mutual, first, second, order = _COMPARISON.unpack(recalled[name])
                words = (first, second) if left < right else (second, first)
                yield Comparison(similarity, mutual, *words, order)

    def drop(self) -> None:
        """Let go of what is kept of documents that are gone, and of pairs that nobody asked for."""
        self._results.drop_results(SKETCHES, [_result_key(key) for key in self.keys])
        self._results.drop_results(COMPARISONS, self._asked)

    def _compared(self, left: str, right: str) -> Comparison:
        return compare(self._shingles(left), self._shingles(right))

    def _read(self, key: str) -> Hashes:
        return shingles(self._texts([key])[key])


def shelved(texts: Mapping[str, str]) -> Shelf:
    """A shelf of texts that are all at hand."""
    return Shelf(list(texts), lambda _: texts)


def compare(left: Hashes, right: Hashes) -> Comparison:
    """How far two texts repeat one another, from their shingles; not at all where they share fewer than FEWEST."""
    common = in_common(left, right)
    if len(common) < FEWEST:
        return Comparison(0.0, 0.0, 0.0, 0.0, 0.0)
    words = covered(left, common), covered(right, common)
    alike = likeness(words[0]), likeness(words[1])
    similar = alike[0] if len(left) <= len(right) else alike[1]
    order = common_order(left[among(left, common)], right[among(right, common)])
    return Comparison(similar, min(alike), float(words[0].mean()), float(words[1].mean()), order)


def near_duplicates(shelf: Shelf) -> Iterator[tuple[str, str, Comparison]]:
    """Pairs of documents, in the order of the shelf, that repeat one another, with a similarity in THRESHOLD..1.

    It is 1 where the shorter text stands wholly in the longer; boilerplate around a copy lowers it little, and
    a quotation, however long, does not reach 0.8. Of more than REACH copies of one text each is linked with its
    neighbours.
    """
    for left, right, comparison in _candidates_compared(shelf):
        if comparison.similarity >= THRESHOLD:
            yield left, right, comparison


def _candidates_compared(shelf: Shelf) -> Iterator[tuple[str, str, Comparison]]:
    pairs = shelf.candidates()
    for pair, comparison in zip(pairs, shelf.compare(pairs), strict=True):
        yield *pair, comparison


def originals(shelf: Shelf) -> dict[str, str]:
    """Copy to original, by key. The longest of the texts that repeat one another is the first original.

    Each other is its copy, or that of a later original, where the two stand in each other by ``THRESHOLD``; it is
    compared with the original itself, so that a chain of likenesses makes no copies of texts that are not alike.
    """
    compared: dict[str, dict[str, bool]] = {}  # whether the two stand in each other
    similar: list[tuple[str, str]] = []
    for left, right, comparison in _candidates_compared(shelf):
        mutual = comparison.mutual >= THRESHOLD
        compared.setdefault(left, {})[right] = compared.setdefault(right, {})[left] = mutual
        if comparison.similarity >= THRESHOLD:
            similar.append((left, right))
    sketches = shelf.sketches() if similar else {}
    copies: dict[str, str] = {}
    for group in _groups(similar):
        members = sorted(group, key=lambda key: (-sketches[key].size, key))
        overlaps = Overlaps(hash_rows([sketches[key].hashes for key in members]))
        copies |= _copies_among(members, overlaps, compared, shelf)
    shelf.drop()
    return copies


def _copies_among(
    members: Sequence[str], overlaps: Overlaps, compared: Mapping[str, Mapping[str, bool]], shelf: Shelf
) -> dict[str, str]:
    """Copy to original among documents that are linked, the longest first.

    A pair that never met, because more than REACH others have the same shingles, is compared here.
    """
    copies: dict[str, str] = {}
    waiting = dict.fromkeys(members)
    for row, first in enumerate(members):
        if first not in waiting:
            continue
        del waiting[first]
        judged = compared[first]
        near = (members[candidate] for candidate in overlaps.find(row, CANDIDATE))
        pairs = [(first, candidate) for candidate in near if candidate in waiting and candidate not in judged]
        alike = {candidate for candidate, mutual in judged.items() if mutual and candidate in waiting}
        alike |= {
            pair[1]
            for pair, comparison in zip(pairs, shelf.compare(pairs), strict=True)
            if comparison.mutual >= THRESHOLD
        }
        for copy in alike:
            del waiting[copy]
            copies[copy] = first
    return copies


def _groups(links: Iterable[tuple[str, str]]) -> list[set[str]]:
    """The keys that links join, one way or another."""
    group_of: dict[str, set[str]] = {}
    for link in links:
        smaller, larger = sorted((group_of.setdefault(key, {key}) for key in link), key=len)
        if smaller is not larger:
            larger |= smaller
            group_of |= dict.fromkeys(smaller, larger)
    return list({id(group): group for group in group_of.values()}.values())


def repeats(shelf: Shelf, originals: Mapping[str, str], facing: Iterable[DocumentPair] = ()) -> list[DocumentPair]:
    """The pairs of documents that repeat one another: each copy with its original, and what is contained in another.

    ``originals`` maps copy to original; what is a pair in ``facing`` already is none here. The left document of a pair
    is the original or the one that contains, and the evidence is how much of the words of either stands in the other,
    and how much of that in the same order.
    """
    links: list[tuple[str, str, Grade]] = [
        (original, copy, "duplicate") for copy, original in sorted(originals.items())
    ]
    contained = list(near_duplicates(shelf.without(originals)))
    sizes = {key: sketch.size for key, sketch in shelf.sketches().items()} if contained else {}
    for first, second, _ in contained:
        longer, shorter = sorted((first, second), key=lambda key: (-sizes[key], key))
        links.append((longer, shorter, "contained"))
    paired = {frozenset((pair.left, pair.right)) for pair in facing}
    links = [link for link in links if frozenset(link[:2]) not in paired]
    comparisons = shelf.compare((left, right) for left, right, _ in links)
    return [_pair(*link, comparison) for link, comparison in zip(links, comparisons, strict=True)]


def _pair(left: str, right: str, grade: Grade, comparison: Comparison) -> DocumentPair:
    evidence = {
        "coverage_left": comparison.left,
        "coverage_right": comparison.right,
        "order": comparison.order,
        "similarity": comparison.similarity,
    }
    rounded = {name: round(value, 4) for name, value in evidence.items()}
    return DocumentPair(left, right, grade, rounded["similarity"], rounded, signature())


def signature() -> Signature:
    """How copies are told."""
    return provenance.sign("duplicates", "enregard-duplicates", {})


def _result_key(*documents: str) -> bytes:
    return result_key(provenance.rules("duplicates").encode(), *map(str.encode, documents))
