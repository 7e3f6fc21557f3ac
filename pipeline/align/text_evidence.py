"""What the words and facts of two texts say about whether they tell the same, kept from run to run.

How near the words of one come to those of the other, and the numbers, months and places that both name, depend on the
two texts alone; only how rare the words are depends on the others, and is weighed in each time.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple
from weakref import WeakKeyDictionary, proxy

import numpy as np
from numpy.typing import NDArray

from pipeline.align import lexical
from pipeline.align.hash_rows import Ints, spread
from pipeline.align.neighbourhoods import WordsApart
from pipeline.align.results import result_key
from pipeline.align.sharing import Equipment
from pipeline.align.streams import MinedLine, MinedSide
from pipeline.embedding.embed import Embedder, Floats
from pipeline.language.counterparts import measure_agreement

PAIRS = 50_000  # whose texts are held at once
TOGETHER = 250  # pairs looked at by one process at once
MOST_AGREEING, MOST_CONFLICTING = 3, 2  # numbers and places that count
FACTS = 2  # numbers of a pair before those of its words
WORDS = "words"  # kind of result: of a left line and its neighbours


class FacingLines(NamedTuple):
    """Texts of either side, and groups of pairs of them, each of one left text."""

    left: Sequence[str]
    right: Sequence[str]
    groups: Sequence[Sequence[tuple[int, int]]]


class TextEvidence:
    """What the words and facts of pairs of lines say, each pair looked at once; ``stamp`` says by which rules."""

    def __init__(self, sides: tuple[MinedSide, MinedSide], equipment: Equipment, stamp: bytes) -> None:
        self._sides = sides
        self._rarities = [lexical.rarities(side.words) for side in sides]
        self._totals = [_sums(rarity, side.words.counts) for rarity, side in zip(self._rarities, sides, strict=True)]
        self._starts = [side.words.starts for side in sides]
        self._results, self._share, self._stamp = equipment.results, equipment.share, stamp

    def measure(self, pairs: Ints) -> Floats:
        """Of pairs (n, 2) of lines how far words are covered (0..1), and facts that agree and that conflict; (n, 3).

        Of each left line the lines that it is paired with are looked at in the order of their hashes, whatever order
        the documents are in.
        """
        out = np.zeros((len(pairs), 3), dtype=np.float32)
        order = np.lexsort((self._sides[1].texts[pairs[:, 1]], pairs[:, 0]))
        pairs = pairs[order]
        for block in _blocks(pairs[:, 0]):
            firsts = np.flatnonzero(np.diff(pairs[block, 0], prepend=-1))
            keys = self._keys(pairs[block], firsts)
            recalled = self._results.find_results(WORDS, keys)
            unseen = [number for number, key in enumerate(keys) if key not in recalled]
            groups = np.split(pairs[block], firsts[1:])
            fresh = dict(zip((keys[number] for number in unseen), self._look([groups[k] for k in unseen]), strict=True))
            self._results.save_results(WORDS, fresh)
            recalled |= fresh
            seen = np.frombuffer(b"".join(recalled[key] for key in keys), dtype=np.float32)
            out[order[block]] = self._weighed(pairs[block], seen)
        return out

    def _keys(self, pairs: Ints, firsts: Ints) -> list[bytes]:
        """A key for each left line and all that it is paired with."""
        texts = self._sides[1].texts[pairs[:, 1]]
        ours = self._sides[0].texts[pairs[firsts, 0]].tolist()
        theirs = np.split(texts, firsts[1:])
        return [
            result_key(self._stamp, text.to_bytes(8, "big"), some.tobytes())
            for text, some in zip(ours, theirs, strict=True)
        ]

    def _weighed(self, pairs: Ints, seen: Floats) -> Floats:
        """Covered words and facts (n, 3) from what was ``seen`` of each pair: facts, and how near each word comes."""
        sizes = [side.words.counts[rows] for side, rows in zip(self._sides, pairs.T, strict=True)]
        begins = np.cumsum(FACTS + sizes[0] + sizes[1]) - sizes[0] - sizes[1]
        shares = []
        for k, start in enumerate((begins, begins + sizes[0])):
            rarity = self._rarities[k][spread(self._starts[k][pairs[:, k]], sizes[k])]
            total = self._totals[k][pairs[:, k]]
            near = _sums(seen[spread(start, sizes[k])] * rarity, sizes[k])
            shares.append(np.divide(near, total, out=np.zeros_like(near), where=total > 0))
        return np.stack([np.minimum(*shares), seen[begins - 2], seen[begins - 1]], axis=1)

    def _look(self, groups: Sequence[Ints]) -> Iterator[bytes]:
        """What ``look_at_lines`` sees of each left line and what it is paired with."""
        if not groups:
            return iter(())
        rows = [np.unique(side).tolist() for side in np.concatenate(groups).T]
        lines = [side.lines(some) for side, some in zip(self._sides, rows, strict=True)]
        firsts = np.flatnonzero(np.diff(np.cumsum([len(group) for group in groups]) // TOGETHER, prepend=-1))
        batches = [groups[begin:end] for begin, end in pairwise([*firsts.tolist(), len(groups)])]
        items = (_facing_lines(batch, lines) for batch in batches)
        return chain.from_iterable(self._share(look_at_lines, items, len(batches)))


def look_at_lines(embedder: Embedder, lines: FacingLines) -> list[bytes]:
    """For each group, of each of its pairs: facts that agree and that conflict, and how near each word comes."""
    words = lexical.vocabularies(lines.left, lines.right, _words_apart(embedder))
    out = []
    for group in lines.groups:
        parts: list[Floats] = []
        for i, j in group:
            facts = measure_agreement(lines.left[i], lines.right[j])
            counted = min(facts.shared, MOST_AGREEING), min(facts.conflicts, MOST_CONFLICTING)
            parts += [np.array(counted, dtype=np.float32), lexical.best_words(words, i, j)]
        out.append(np.concatenate(parts).astype(np.float32).tobytes())
    return out


def _words_apart(embedder: Embedder) -> WordsApart:
    """The words of this embedder, held from one call to the next."""
    if embedder not in _words_of:
        _words_of[embedder] = WordsApart(proxy(embedder))
    return _words_of[embedder]


_words_of: WeakKeyDictionary[Embedder, WordsApart] = WeakKeyDictionary()  # they go with the embedder


def _facing_lines(groups: Sequence[Ints], lines: Sequence[Mapping[int, MinedLine]]) -> FacingLines:
    """The texts of some groups of pairs."""
    rows = [np.unique(side).tolist() for side in np.concatenate(groups).T]
    left, right = ([read[row].text for row in some] for read, some in zip(lines, rows, strict=True))
    numbers = [{row: number for number, row in enumerate(some)} for some in rows]
    numbered = [[(numbers[0][i], numbers[1][j]) for i, j in group.tolist()] for group in groups]
    return FacingLines(left, right, numbered)


def _blocks(lefts: Ints) -> Iterator[slice]:
    """Slices of some PAIRS pairs, all of one left line in the same."""
    firsts = np.flatnonzero(np.diff(lefts, prepend=-1))
    begins = firsts[np.flatnonzero(np.diff(firsts // PAIRS, prepend=-1))].tolist()
    ends = [*begins[1:], len(lefts)] if begins else []
    yield from (slice(begin, end) for begin, end in zip(begins, ends, strict=True))


def _sums(values: Floats, counts: Ints) -> NDArray[np.float64]:
    """The sum of each row of ``values`` that stand one after the other, added up in their order."""
    rows = np.repeat(np.arange(len(counts)), counts)
    return np.bincount(rows, weights=values, minlength=len(counts)).astype(np.float64)
