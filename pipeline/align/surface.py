"""What two languages write alike: numbers, names and words of common stock, as vectors that can be added.

A word counts by its first letters without accents, so *président* meets *president*; a number by its digits, so
*6 700* meets *6,700*. Only what occurs on both sides tells anything, weighted by its rarity.
"""

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipeline.embed import Floats

DIMENSIONS = 256
PREFIX = 5  # letters; longer prefixes miss cognates, shorter ones meet by chance
_THOUSANDS = re.compile(r"(?<=\d)[ .,\u00a0\u202f'’](?=\d{3}(?!\d))")
_WORDS = re.compile(r"\d+|[^\W\d_]{4,}")


def marks(text: str) -> list[str]:
    """The comparable bits of a text.

    >>> marks("Le président a reçu 6 700 conteneurs")
    ['presi', 'recu', '6700', 'conte']
    """
    plain = unicodedata.normalize("NFKD", _THOUSANDS.sub("", text))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return [word if word.isdigit() else word.lower()[:PREFIX] for word in _WORDS.findall(plain)]


def vectors(left: Sequence[str], right: Sequence[str]) -> tuple[Floats, Floats, Floats, Floats]:
    """Vectors of marks of all left and right texts, and their squared weights: (n, d), (m, d), (n,), (m,).

    The cosine of two texts is near ``x @ y / sqrt(weight of x * weight of y)``; both parts add up over runs of texts.
    """
    left_marks, right_marks = [marks(text) for text in left], [marks(text) for text in right]
    rarity = _rarity(left_marks, right_marks)
    shared = set(_counts(left_marks)) & set(_counts(right_marks))
    x, y = (_hashed(side, rarity, shared) for side in (left_marks, right_marks))
    weights = (_weights(side, rarity) for side in (left_marks, right_marks))
    return x, y, *weights  # type: ignore[return-value]


class Likeness(NamedTuple):
    """What k pairs of texts share: cosine of their ``alike`` marks, and the part of their numbers in ``conflict``."""

    alike: Floats
    conflict: Floats


def compare(left: Sequence[str], right: Sequence[str], pairs: Sequence[tuple[int, int]]) -> Likeness:
    """Likeness of some pairs (left index, right index), exactly; rarity is taken from all texts."""
    left_marks, right_marks = [set(marks(text)) for text in left], [set(marks(text)) for text in right]
    rarity = _rarity([list(one) for one in left_marks], [list(one) for one in right_marks])
    out = [_likeness(left_marks[i], right_marks[j], rarity) for i, j in pairs]
    values = np.array(out, dtype=np.float32).reshape(len(out), 2)
    return Likeness(values[:, 0], values[:, 1])


def _likeness(left: set[str], right: set[str], rarity: dict[str, float]) -> tuple[float, float]:
    weights = [sum(rarity[mark] ** 2 for mark in one) for one in (left & right, left, right)]
    alike = weights[0] / max(weights[1] * weights[2], 1e-9) ** 0.5
    numbers = [{mark for mark in one if mark.isdigit()} for one in (left, right)]
    either = numbers[0] | numbers[1]
    return alike, len(numbers[0] ^ numbers[1]) / len(either) if either else 0.0


def _counts(side: Sequence[Sequence[str]]) -> Counter[str]:
    return Counter(mark for one in side for mark in set(one))


def _rarity(left: Sequence[Sequence[str]], right: Sequence[Sequence[str]]) -> dict[str, float]:
    total = len(left) + len(right)
    return {mark: float(np.log(1 + total / count)) for mark, count in (_counts(left) + _counts(right)).items()}


def _weights(side: Sequence[Sequence[str]], rarity: dict[str, float]) -> Floats:
    return np.array([sum(rarity[mark] ** 2 for mark in one) for one in side], dtype=np.float32)


def _hashed(side: Sequence[Sequence[str]], rarity: dict[str, float], shared: set[str]) -> Floats:
    """Signed hashing (Weinberger et al. 2009) of the shared marks."""
    out = np.zeros((len(side), DIMENSIONS), dtype=np.float32)
    for row, one in zip(out, side, strict=True):
        for mark in shared.intersection(one):
            code = zlib.crc32(mark.encode("utf-8", "surrogatepass"))
            row[code % DIMENSIONS] += rarity[mark] if code & 0x8000_0000 else -rarity[mark]
    return out
