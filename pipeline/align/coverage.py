"""How far the words of two texts have counterparts in each other: soft matching of word vectors.

Each word looks for its nearest on the other side (as BERTScore, Zhang et al. 2020, but words are read alone, each once,
so that a pair of texts costs one small product), weighted by its rarity. Numbers match numbers that are the same and
nothing else, since an embedder takes all numbers for neighbours.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.align.band import Ints
from pipeline.embedding.embed import Embedder, Floats, encode

LETTERS = 3  # of a word that counts, at least
FAR, NEAR = 0.45, 0.85  # cosines at which words have nothing to do with each other, and say the same
PRIOR = 20  # texts without any of the words, added before rarity is taken
BLOCK = 8_192  # words encoded at once
PREFIX = 5  # letters that are the same in words of common stock
_THOUSANDS = re.compile(r"(?<=\d)[ .,\u00a0\u202f'’](?=\d{3}(?!\d))")
_WORDS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of n texts: for each text the places of its words in ``vectors`` (words, d), ``stems`` and ``rarity``.

    ``stems`` are numbers that are equal for words written alike on either side, negative for words made of digits.
    """

    places: Sequence[NDArray[np.intp]]
    vectors: Floats
    stems: NDArray[np.int64]
    rarity: Floats

    def part(self, texts: slice) -> "Words":
        """The words of some consecutive texts, as rare as they are in all of them."""
        return replace(self, places=self.places[texts])


def words(left: Sequence[str], right: Sequence[str], embedder: Embedder) -> tuple[Words, Words]:
    """The words of the texts of either side; rarity is taken from each side's own texts."""
    known: dict[str, int] = {}
    sides = [_side(texts, embedder, known) for texts in (left, right)]
    return sides[0], sides[1]


def coverage(left: Words, right: Words, pairs: Iterable[tuple[int, int]]) -> Floats:
    """For each pair of texts (pairs,) the covered share of the words of the text that is covered less, 0..1."""
    return np.fromiter((_covered(left, i, right, j) for i, j in pairs), dtype=np.float32)


def nearness(left: Words, ours: Ints, right: Words, theirs: Ints) -> tuple[Floats, Floats]:
    """How far some words (n,), (m,) of either side say the same, and which are written alike: both (n, m) in 0..1."""
    similar = left.vectors[ours] @ right.vectors[theirs].T
    stems = left.stems[ours][:, None], right.stems[theirs]
    similar[(stems[0] < 0) | (stems[1] < 0)] = 0
    alike = stems[0] == stems[1]
    similar[alike] = 1
    return np.clip((similar - FAR) / (NEAR - FAR), 0, 1), alike.astype(np.float32)


def _side(texts: Sequence[str], embedder: Embedder, known: dict[str, int]) -> Words:
    found = [_split(text) for text in texts]
    counts = Counter(word for one in found for word in {word.lower() for word in one})
    kinds = list(dict.fromkeys(word for one in found for word in one))
    place = {word: k for k, word in enumerate(kinds)}
    stems = [(-1 if word.isdigit() else 1) * known.setdefault(_stem(word), len(known) + 1) for word in kinds]
    rarity = np.log((len(texts) + PRIOR) / (np.array([counts[word.lower()] for word in kinds]) + 0.5))
    return Words(
        [np.array([place[word] for word in one], dtype=np.intp) for one in found],
        _encoded(kinds, embedder),
        np.array(stems, dtype=np.int64),
        rarity.astype(np.float32),
    )


def _split(text: str) -> list[str]:
    return [word for word in _WORDS.findall(_THOUSANDS.sub("", text)) if word.isdigit() or len(word) >= LETTERS]


def _stem(word: str) -> str:
    """The beginning of a word without case and accents."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    return plain if plain.isdigit() else plain.lower()[:PREFIX]


def _encoded(kinds: Sequence[str], embedder: Embedder) -> Floats:
    parts = [encode(embedder, kinds[start : start + BLOCK]) for start in range(0, len(kinds), BLOCK)]
    return np.concatenate(parts) if parts else np.zeros((0, 1), dtype=np.float32)


def _covered(left: Words, i: int, right: Words, j: int) -> float:
    rows, cols = left.places[i], right.places[j]
    if not len(rows) or not len(cols):
        return 0.0
    near, _ = nearness(left, rows, right, cols)
    shares = [
        side.rarity[places] @ near.max(axis=axis) / side.rarity[places].sum()
        for side, places, axis in ((left, rows, 1), (right, cols, 0))
    ]
    return float(min(shares))
