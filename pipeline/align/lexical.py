"""Soft word matching: how far the words of texts have counterparts opposite.

Each word looks for its nearest on the other side (as BERTScore, Zhang et al. 2020, but words are read alone, each once,
so that a pair of texts costs one small product), weighted by its rarity. Numbers match numbers that are the same and
nothing else, since an embedder takes all numbers for neighbours. Three questions are asked of this:

* ``best_words``: how near each word of a text comes to one of the other: what share of it that renders;
* ``rendering``: the same with how much that is: three words of four prove little, nine of twelve prove much, and one
  rare name without a counterpart speaks against a pair;
* ``bead_words``: where a bead ends. Similar vectors tell that two runs of sentences speak of the same things; they
  hardly tell a bead from one that is short of half a sentence. Words do: one that has no counterpart opposite, but has
  it in a sentence just beyond, shows that the bead was cut through a translation. Such weight is called *leaking*.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.align.band import Ints
from pipeline.align.hash_rows import HashRows
from pipeline.embedding.embed import Embedder, Floats, encode_in_blocks

LETTERS = 3  # of a word that counts, at least
FAR, NEAR = 0.45, 0.85  # cosines at which words have nothing to do with each other, and say the same
PRIOR = 20  # texts without any of the words, added before rarity is taken
BLOCK = 8_192  # words encoded at once
PREFIX = 5  # letters that are the same in words of common stock
MEASURES = ("rendered", "lost", "found")  # of ``rendering``
RAREST = 7.5  # a rarer word counts no more there, so that large sets are judged as small ones
WINDOW = 3  # sentences to each side of a bead where the counterparts of its words are looked for
UNIT = 10.0  # of rarity, for weights of ordinary size
NOTHING = np.zeros(0, dtype=np.intp)
_THOUSANDS = re.compile(r"(?<=\d)[ .,\u00a0\u202f'’](?=\d{3}(?!\d))")
_WORDS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of n texts: ``tokens`` gives for each text the indices of its words in the three others.

    ``vectors`` (words, d) are unit vectors, ``rarity`` (words,) is negative log frequency.
    ``stems`` are numbers that are equal for words written alike on either side, negative for words made of digits.
    """

    tokens: Sequence[NDArray[np.intp]]
    vectors: Floats
    stems: NDArray[np.int64]
    rarity: Floats

    def within(self, texts: slice) -> "Vocabulary":
        """The words of some consecutive texts, as rare as they are in all of them."""
        return replace(self, tokens=self.tokens[texts])


class WordKinds(NamedTuple):
    """Different words (n,): unit vectors (n, d), zeros for numbers; ``stems`` (n,) as in ``Vocabulary``."""

    vectors: Floats
    stems: NDArray[np.int64]


class BeadWords(NamedTuple):
    """For all beads of one shape that begin in a block (rows, cols): leaking weight, by vectors and as written."""

    soft: Floats
    exact: Floats


class _Block(NamedTuple):
    """Some consecutive sentences of one side.

    ``kinds`` are the indices in ``Vocabulary`` of the distinct words; ``tokens`` are indices in ``kinds``, sentence
    after sentence from ``starts`` (sentences + 1,); ``rarity`` (sentences, kinds) is that of each sentence's words.
    """

    kinds: Ints
    tokens: Ints
    starts: Ints
    rarity: Floats


class _Weights(NamedTuple):
    """Of each sentence's words, by length of the run opposite and its first sentence: (lengths, sentences, firsts)."""

    soft: Floats
    exact: Floats


def vocabularies(left: Sequence[str], right: Sequence[str], embedder: Embedder) -> tuple[Vocabulary, Vocabulary]:
    """The words of the texts of either side; rarity is taken from each side's own texts."""
    stems: dict[str, int] = {}
    sides = [_vocabulary(texts, embedder, stems) for texts in (left, right)]
    return sides[0], sides[1]


def word_kinds(words: Sequence[str], embedder: Embedder) -> WordKinds:
    """What is compared of different words. Numbers are not encoded: they match none but themselves."""
    stems: dict[str, int] = {}
    signed = np.array([_signed_stem(word, stems) for word in words], dtype=np.int64)
    read = encode_in_blocks(embedder, [word for word in words if not word.isdigit()], BLOCK)
    vectors = np.zeros((len(words), read.shape[1]), dtype=np.float32)
    vectors[signed > 0] = read
    return WordKinds(vectors, signed)


def best_words(kinds: WordKinds, ours: Ints, theirs: Sequence[Ints]) -> list[Floats]:
    """For a text and each of some others: of each of its words the cosine to the nearest there, then the reverse.

    Texts are places of their words in ``kinds``; no cosine is below 0. Each product is of two texts alone: it may round
    by its size.
    """
    vectors, stems = kinds.vectors[ours], kinds.stems[ours][:, None]
    best: list[Floats] = []
    for words in theirs:
        similar = vectors @ kinds.vectors[words].T
        similar[stems == kinds.stems[words]] = 1
        best += [similar.max(axis=1, initial=0), similar.max(axis=0, initial=0)]
    return best


def word_hashes(text: str) -> NDArray[np.uint64]:
    """A hash of each word that counts, in order; case does not."""
    return np.array([_word_hash(word.lower()) for word in split_words(text)], dtype=np.uint64)


@lru_cache(maxsize=2**16)
def _word_hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def rarities(words: HashRows) -> Floats:
    """How rare each word (words,) of some texts, by ``word_hashes``, is among them."""
    order = np.argsort(words.values, kind="stable")
    values, owners = words.values[order], words.owners()[order]
    other = np.diff(values, prepend=0) != 0
    kinds = np.cumsum(other)
    counts = np.bincount(kinds[other | (np.diff(owners, prepend=-1) != 0)])
    rarity = np.empty(len(values), dtype=np.float32)
    rarity[order] = np.log((len(words.counts) + PRIOR) / (counts + 0.5)).astype(np.float32)[kinds]
    return rarity


def _rarity(texts: int, count: int) -> float:
    return math.log((texts + PRIOR) / (count + 0.5))


def nearness(left: Vocabulary, ours: Ints, right: Vocabulary, theirs: Ints) -> tuple[Floats, Floats]:
    """How far some words (n,), (m,) of either side say the same, and which are written alike: both (n, m) in 0..1."""
    similar, alike = _similar(left, ours, right, theirs)
    return scaled(similar), alike.astype(np.float32)


def scaled(cosines: Floats) -> Floats:
    """How far words with these cosines say the same, in 0..1."""
    near: Floats = np.clip((cosines - FAR) / (NEAR - FAR), 0, 1)
    return near


def rendering(left: Vocabulary, right: Vocabulary, rows: Ints, columns: Ints) -> Floats:
    """MEASURES (pairs, 3) of pairs of texts, each of the side for which it is worse.

    The share of all rarity that has a counterpart (0..1), the rarity without one, and the rarity that has one, in tens,
    so that sums can be weighed by a logistic regression.
    """
    rarity = [np.minimum(side.rarity, RAREST) for side in (left, right)]
    out = np.zeros((len(rows), len(MEASURES)), dtype=np.float32)
    for k, (i, j) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        ours, theirs = left.tokens[i], right.tokens[j]
        similar, _ = _similar(left, ours, right, theirs)
        sides = (
            _rendered(similar.max(axis=1, initial=0), rarity[0][ours]),
            _rendered(similar.max(axis=0, initial=0), rarity[1][theirs]),
        )
        out[k] = [worse(values) for worse, values in zip((min, max, min), zip(*sides, strict=True), strict=True)]
    return out


def bead_words(
    words: tuple[Vocabulary, Vocabulary], rows: slice, cols: slice, largest: tuple[int, int]
) -> Iterator[BeadWords]:
    """For each shape up to ``largest``, in the order of ``Band.shapes``, of the beads that begin in rows and columns.

    What a bead would hold beyond the end of a text weighs nothing.
    """
    sides = [
        _block(side, span.start - WINDOW, span.stop + longest - 1 + WINDOW)
        for side, span, longest in zip(words, (rows, cols), largest, strict=True)
    ]
    near, alike = nearness(words[0], sides[0].kinds, words[1], sides[1].kinds)
    ours = _weights(sides[0], sides[1], (near.T.copy(), alike.T.copy()), largest[1])
    theirs = _weights(sides[1], sides[0], (near, alike), largest[0])
    n, m = rows.stop - rows.start, cols.stop - cols.start
    for a in range(1, largest[0] + 1):
        for b in range(1, largest[1] + 1):
            both = zip(ours, theirs, strict=True)
            soft, exact = (_over(x[b - 1], a)[:n, :m] + _over(y[a - 1], b)[:m, :n].T for x, y in both)
            yield BeadWords(soft / UNIT, exact / UNIT)


def _vocabulary(texts: Sequence[str], embedder: Embedder, stems: dict[str, int]) -> Vocabulary:
    words = [split_words(text) for text in texts]
    counts = Counter(word for text in words for word in {word.lower() for word in text})
    kinds = list(dict.fromkeys(word for text in words for word in text))
    index = {word: k for k, word in enumerate(kinds)}
    signed = [_signed_stem(word, stems) for word in kinds]
    rarity = [_rarity(len(texts), counts[word.lower()]) for word in kinds]
    return Vocabulary(
        [np.array([index[word] for word in text], dtype=np.intp) for text in words],
        encode_in_blocks(embedder, kinds, BLOCK),
        np.array(signed, dtype=np.int64),
        np.array(rarity, dtype=np.float32),
    )


def split_words(text: str) -> list[str]:
    """The words of a text that count, in order: those of some letters, and numbers."""
    return [word for word in _WORDS.findall(_THOUSANDS.sub("", text)) if word.isdigit() or len(word) >= LETTERS]


def _signed_stem(word: str, stems: dict[str, int]) -> int:
    """The number of a word's stem among ``stems``, which grow; below zero for a word made of digits."""
    return (-1 if word.isdigit() else 1) * stems.setdefault(_stem(word), len(stems) + 1)


@lru_cache(maxsize=2**16)
def _stem(word: str) -> str:
    """The beginning of a word without case and accents."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    return plain if plain.isdigit() else plain.lower()[:PREFIX]


def _similar(left: Vocabulary, ours: Ints, right: Vocabulary, theirs: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Cosines (n, m) of words, 1 for those written alike and 0 for other numbers; and which are written alike."""
    similar: Floats = left.vectors[ours] @ right.vectors[theirs].T
    stems = left.stems[ours][:, None], right.stems[theirs]
    alike = stems[0] == stems[1]
    similar[(stems[0] < 0) | (stems[1] < 0)] = 0
    similar[alike] = 1
    return similar, alike


def _rendered(best: Floats, rarity: Floats) -> tuple[float, float, float]:
    """Share, lost and found of one side. A text without words is half rendered."""
    total, covered = float(rarity.sum()) / 10, float(best @ rarity) / 10
    return (covered / total, total - covered, covered) if total else (0.5, 0.0, 0.0)


def _block(words: Vocabulary, start: int, stop: int) -> _Block:
    """The sentences from ``start`` to ``stop``, which may lie beyond the ends: there they are empty."""
    inside = words.tokens[max(start, 0) : max(stop, 0)]
    texts = [NOTHING] * -min(start, 0) + list(inside)
    texts += [NOTHING] * (stop - start - len(texts))
    kinds, tokens = np.unique(np.concatenate(texts), return_inverse=True)
    lengths = np.array([len(text) for text in texts], dtype=np.intp)
    rarity = np.zeros((len(texts), len(kinds)), dtype=np.float32)
    np.add.at(rarity, (np.repeat(np.arange(len(texts)), lengths), tokens), words.rarity[kinds][tokens])
    return _Block(kinds, tokens, np.concatenate([[0], np.cumsum(lengths)]), rarity)


def _weights(ours: _Block, theirs: _Block, near: tuple[Floats, Floats], longest: int) -> _Weights:
    """Weights of the words of ``ours``; sentences and firsts count from the WINDOW-th of either block."""
    rarity = ours.rarity[WINDOW:]
    soft, exact = (list(_opposite(kind, theirs, longest)) for kind in near)
    return _Weights(
        np.stack([rarity @ (beyond - inside).T for inside, beyond in soft]),
        np.stack([rarity @ (beyond - inside).T for inside, beyond in exact]),
    )


def _opposite(near: Floats, theirs: _Block, longest: int) -> Iterator[tuple[Floats, Floats]]:
    """For runs of 1 to ``longest`` sentences: the best (firsts, kinds) within each run, and WINDOW around it too."""
    best = _by_sentence(near, theirs)
    firsts = len(best) - 2 * WINDOW - longest + 1
    inside = best[WINDOW : WINDOW + firsts]
    beyond = np.max([best[k : k + firsts] for k in range(2 * WINDOW + 1)], axis=0)
    yield inside, beyond
    for length in range(1, longest):
        inside = np.maximum(inside, best[WINDOW + length :][:firsts])
        beyond = np.maximum(beyond, best[2 * WINDOW + length :][:firsts])
        yield inside, beyond


def _by_sentence(near: Floats, theirs: _Block) -> Floats:
    """The best (sentences, kinds) in each of their sentences, from the nearness (their kinds, kinds) of words."""
    out = np.zeros((len(theirs.starts) - 1, near.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(np.diff(theirs.starts))
    if len(filled) and near.shape[1]:
        out[filled] = np.maximum.reduceat(near[theirs.tokens], theirs.starts[filled], axis=0)
    return out


def _over(values: Floats, length: int) -> Floats:
    """Sums of ``length`` consecutive rows, from each row."""
    out = values
    for k in range(1, length):
        out = out[: len(values) - k] + values[k:]
    return out
