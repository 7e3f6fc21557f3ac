"""How much of one sentence another one renders, word by word.

Each word is held against the most similar word of the other sentence, rare words counting more (BERTScore with inverse
document frequencies, Zhang et al. 2020), by vectors of single words, each distinct word encoded once. Numbers are alike
when they are equal, and else not at all. A sentence vector overlooks one detail among many; this does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.align.words import words
from pipeline.embed import Embedder, Floats, encode

Indices: TypeAlias = NDArray[np.intp]
CENTRE = 0.5  # of the mean word vector is taken away: words have that much in common
ROUND = 50  # words without a common part, added before their mean is taken
COMMON, RAREST = 100, 7.5  # sentences added to make few ones no proof of rarity; a rarer word counts no more
BATCH = 4096  # texts encoded at once
FEATURES = 4


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The distinct words of some sentences, and which of them each sentence has.

    ``vectors`` (w, d) are of unit length, ``rarity`` (w,) is negative log relative frequency, ``numbers`` (w,) are a
    number's digits or an empty string. Sentence i has the words ``places[bounds[i]:bounds[i + 1]]``.
    """

    vectors: Floats
    rarity: Floats
    numbers: NDArray[np.str_]
    places: NDArray[np.int32]
    bounds: Indices

    def of(self, sentence: int) -> NDArray[np.int32]:
        """Rows of the words of a sentence."""
        return self.places[self.bounds[sentence] : self.bounds[sentence + 1]]


def lexicon(texts: Sequence[str], embedder: Embedder) -> Lexicon:
    """The words of ``texts``, each encoded once."""
    known: dict[str, int] = {}
    rows = [_places(text, known) for text in texts]
    vectors = encoded(list(known), embedder)
    vectors -= CENTRE * vectors.sum(axis=0) / (len(vectors) + ROUND)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    places = np.concatenate([np.zeros(0, dtype=np.int32), *rows])
    seen = np.bincount(places, minlength=len(known))
    rarity = np.minimum(-np.log((seen + 1) / (len(texts) + COMMON)), RAREST).astype(np.float32)
    numbers = np.array([_digits(word) for word in known] or [""])
    bounds = np.cumsum([0, *(len(row) for row in rows)])
    return Lexicon(vectors, rarity, numbers, places, bounds)


def encoded(texts: Sequence[str], embedder: Embedder) -> Floats:
    """Unit vectors (n, d) of many texts; what the embedder keeps besides is held for few of them at a time."""
    parts = [encode(embedder, texts[start : start + BATCH]) for start in range(0, max(1, len(texts)), BATCH)]
    return np.concatenate(parts)


def rendered(left: Lexicon, right: Lexicon, rows: Indices, columns: Indices) -> Floats:
    """For each pair (left sentence, right sentence), FEATURES (pairs, 4): how fully either sentence is rendered (0..1),
    the worse first; and how much rarity is left over on either side, in tens, the less first.
    """
    out = np.zeros((len(rows), FEATURES), dtype=np.float32)
    for k, (i, j) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        ours, theirs = left.of(i), right.of(j)
        similar = _similar(left, right, ours, theirs)
        one = _rendered(similar.max(axis=1, initial=0), left.rarity[ours])
        other = _rendered(similar.max(axis=0, initial=0), right.rarity[theirs])
        out[k] = *sorted((one[0], other[0])), *sorted((one[1], other[1]))
    return out


def _similar(left: Lexicon, right: Lexicon, ours: NDArray[np.int32], theirs: NDArray[np.int32]) -> Floats:
    """Cosines (n, m) of words; 1 or 0 where one of the two is a number."""
    similar: Floats = left.vectors[ours] @ right.vectors[theirs].T
    digits = left.numbers[ours][:, None], right.numbers[theirs]
    return np.where((digits[0] != "") | (digits[1] != ""), digits[0] == digits[1], similar).astype(np.float32)


def _rendered(best: Floats, rarity: Floats) -> tuple[float, float]:
    """The part of all rarity that finds a counterpart, and a tenth of what does not; without words, half and 0."""
    total = float(rarity.sum())
    found = float(best @ rarity)
    return (found / total, (total - found) / 10) if total else (0.5, 0.0)


def _places(text: str, known: dict[str, int]) -> NDArray[np.int32]:
    """Rows of the distinct words of a text; new words are added to ``known``."""
    found = dict.fromkeys(text[start:end] for start, end in words(text))
    return np.array([known.setdefault(word, len(known)) for word in found], dtype=np.int32)


def _digits(word: str) -> str:
    return "".join(char for char in word if char.isdigit()) if word[:1].isdigit() else ""
