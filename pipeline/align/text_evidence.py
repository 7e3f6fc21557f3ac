"""What the words and facts of two texts say about whether they tell the same, kept from run to run.

How near the words of one come to those of the other, and the numbers, months and places that both name, depend on the
two texts alone; only how rare the words are depends on the others, and is weighed in each time. Words and facts of a
text are looked for once, whatever it is compared with.
"""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple
from weakref import WeakKeyDictionary, proxy

import numpy as np
from numpy.typing import NDArray

from pipeline.align import lexical
from pipeline.align.hash_rows import HashRows, Ints, spread
from pipeline.align.neighbourhoods import WordsApart
from pipeline.align.results import row_keys
from pipeline.align.sharing import Equipment
from pipeline.align.streams import MinedSide
from pipeline.batches import batched
from pipeline.embedding.embed import Embedder, Floats
from pipeline.language.counterparts import NamedFacts, compare_facts, find_facts

PAIRS = 50_000  # whose texts are held at once
TOGETHER = 250  # pairs looked at by one process at once
READ = 50  # texts read by one process at once
HELD = 200_000  # right texts of which words and facts are held, some 400 bytes each
MOST_AGREEING, MOST_CONFLICTING = 3, 2  # numbers and places that count
FACTS = 2  # numbers of a pair before those of its words
WORDS = "words"  # kind of result: of a left line and its neighbours


class ReadLine(NamedTuple):
    """The words of a text that count, and its facts."""

    words: Sequence[str]
    facts: NamedFacts


class FacingLines(NamedTuple):
    """Lines of either side as ``read_lines`` packs them; for each left one, the places of the right ones it faces."""

    left: Sequence[bytes]
    right: Sequence[bytes]
    facing: Sequence[Sequence[int]]


class TextEvidence:
    """What the words and facts of pairs of lines say, each pair looked at once; ``stamp`` says by which rules."""

    def __init__(self, sides: tuple[MinedSide, MinedSide], equipment: Equipment, stamp: bytes) -> None:
        self._sides = sides
        self._rarities = [lexical.rarities(side.words) for side in sides]
        self._totals = [_sums(rarity, side.words.counts) for rarity, side in zip(self._rarities, sides, strict=True)]
        self._starts = [side.words.starts for side in sides]
        self._results, self._share, self._stamp = equipment.results, equipment.share, stamp
        self._held: dict[int, bytes] = {}  # right lines

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
            ends = [*firsts[1:].tolist(), len(pairs[block])]
            keys = self._keys(pairs[block], firsts)
            recalled = self._results.find_results(WORDS, keys)
            unseen = [number for number, key in enumerate(keys) if key not in recalled]
            groups = [pairs[block][firsts[number] : ends[number]] for number in unseen]
            fresh = dict(zip((keys[number] for number in unseen), self._look(groups), strict=True))
            self._results.save_results(WORDS, fresh)
            recalled |= fresh
            seen = np.frombuffer(b"".join(recalled[key] for key in keys), dtype=np.float32)
            out[order[block]] = self._weighed(pairs[block], seen)
        return out

    def _keys(self, pairs: Ints, firsts: Ints) -> list[bytes]:
        """A key for each left line and all that it is paired with."""
        ours, theirs = self._sides[0].texts[pairs[firsts, 0]], self._sides[1].texts[pairs[:, 1]]
        counts = np.diff(firsts, append=len(pairs)) + 1
        return row_keys(self._stamp, HashRows(np.insert(theirs, firsts, ours), counts))

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
        left = self._read(self._sides[0], rows[0])
        if len(self._held) > HELD:
            self._held.clear()
        self._held |= self._read(self._sides[1], [row for row in rows[1] if row not in self._held])
        firsts = np.flatnonzero(np.diff(np.cumsum([len(group) for group in groups]) // TOGETHER, prepend=-1))
        batches = [groups[begin:end] for begin, end in pairwise([*firsts.tolist(), len(groups)])]
        items = (_facing_lines(batch, left, self._held) for batch in batches)
        return chain.from_iterable(self._share(look_at_lines, items, len(batches)))

    def _read(self, side: MinedSide, rows: Sequence[int]) -> dict[int, bytes]:
        """Some lines of a side, as ``read_lines`` packs them."""
        texts = [line.text for line in side.lines(rows).values()]
        read = self._share(read_lines, batched(texts, READ), -(-len(texts) // READ))
        return dict(zip(rows, chain.from_iterable(read), strict=True))


def read_lines(_: Embedder, texts: Sequence[str]) -> list[bytes]:
    """The ``ReadLine`` of each text, pickled."""
    return [pickle.dumps(ReadLine(lexical.split_words(text), find_facts(text))) for text in texts]


def look_at_lines(embedder: Embedder, lines: FacingLines) -> list[bytes]:
    """For each left line, of each pair: facts that agree and that conflict, and how near each word comes."""
    left, right = ([pickle.loads(line) for line in side] for side in (lines.left, lines.right))
    words = list(dict.fromkeys(chain.from_iterable(line.words for line in (*left, *right))))
    kinds, places = lexical.word_kinds(words, _words_apart(embedder)), {word: k for k, word in enumerate(words)}
    ours, theirs = (
        [np.array([places[word] for word in line.words], np.intp) for line in side] for side in (left, right)
    )
    out = []
    for line, text, facing in zip(left, ours, lines.facing, strict=True):
        facts = [number for j in facing for number in _counted(line.facts, right[j].facts)]
        best = lexical.best_words(kinds, text, [theirs[j] for j in facing])
        ends = np.cumsum([len(cosines) for cosines in best])
        near = lexical.scaled(np.concatenate(best))
        out.append(np.insert(near, np.repeat([0, *ends[1:-1:2]], FACTS), facts).tobytes())
    return out


def _counted(left: NamedFacts, right: NamedFacts) -> tuple[int, int]:
    """Facts that agree and that conflict, as far as they count."""
    facts = compare_facts(left, right)
    return min(facts.shared, MOST_AGREEING), min(facts.conflicts, MOST_CONFLICTING)


def _words_apart(embedder: Embedder) -> WordsApart:
    """The words of this embedder, held from one call to the next."""
    if embedder not in _words_of:
        _words_of[embedder] = WordsApart(proxy(embedder))
    return _words_of[embedder]


_words_of: WeakKeyDictionary[Embedder, WordsApart] = WeakKeyDictionary()  # they go with the embedder


def _facing_lines(groups: Sequence[Ints], left: Mapping[int, bytes], right: Mapping[int, bytes]) -> FacingLines:
    """The lines of some groups of pairs."""
    rows = np.unique(np.concatenate(groups)[:, 1])
    facing = [np.searchsorted(rows, group[:, 1]).tolist() for group in groups]
    return FacingLines([left[group[0, 0]] for group in groups], [right[row] for row in rows.tolist()], facing)


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
