"""What the words and facts of two texts say about whether they tell the same, kept from run to run.

How near the words of one come to those of the other, and the numbers, months and places that both name, depend on the
two texts alone; only how rare the words are depends on the others, and is weighed in each time.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.align import lexical
from pipeline.align.hash_rows import Ints, spread
from pipeline.align.neighbourhoods import Apart
from pipeline.align.results import Results, result_key
from pipeline.align.streams import MinedSide
from pipeline.embedding.embed import Floats
from pipeline.language.counterparts import measure_agreement

PAIRS = 50_000  # looked at together
MOST_AGREEING, MOST_CONFLICTING = 3, 2  # numbers and places that count
FACTS = 2  # numbers of a pair before those of its words
WORDS = "words"  # kind of result: of a left line and its neighbours


class TextEvidence:
    """What the words and facts of pairs of lines say, each pair looked at once; ``stamp`` says by which rules."""

    def __init__(self, sides: tuple[MinedSide, MinedSide], apart: Apart, results: Results, stamp: bytes) -> None:
        self._sides = sides
        self._rarities = [lexical.rarities(side.words) for side in sides]
        self._totals = [_sums(rarity, side.words.counts) for rarity, side in zip(self._rarities, sides, strict=True)]
        self._starts = [side.words.starts for side in sides]
        self._apart, self._results, self._stamp = apart, results, stamp

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
        """For each left line and what it is paired with, of each pair: facts that agree and that conflict, words."""
        if not groups:
            return
        pairs = np.concatenate(groups)
        rows = [np.unique(side).tolist() for side in pairs.T]
        lines = [side.lines(some) for side, some in zip(self._sides, rows, strict=True)]
        left, right = ([read[row].text for row in some] for read, some in zip(lines, rows, strict=True))
        words = lexical.vocabularies(left, right, self._apart)
        numbers = [{row: number for number, row in enumerate(some)} for some in rows]
        for group in groups:
            parts: list[Floats] = []
            for i, j in ((numbers[0][i], numbers[1][j]) for i, j in group.tolist()):
                facts = measure_agreement(left[i], right[j])
                counted = min(facts.shared, MOST_AGREEING), min(facts.conflicts, MOST_CONFLICTING)
                parts += [np.array(counted, dtype=np.float32), lexical.best_words(words, i, j)]
            yield np.concatenate(parts).astype(np.float32).tobytes()


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
