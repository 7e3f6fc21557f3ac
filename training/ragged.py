"""Texts as numbers: one array of 16 bits a token for many texts, kept as a compressed file.

Each text ends with ``END``, so the array needs no index beside it. LZMA with two-byte alignment takes a third off what
plain LZMA leaves.
"""

import lzma
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.ids import END

_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "lc": 0, "lp": 1, "pb": 1, "dict_size": 1 << 26}]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Texts one after the other: text ``i`` is ``tokens[starts[i] : starts[i] + lengths[i]]``, without its end."""

    tokens: npt.NDArray[np.uint16]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, index: int) -> list[int]:
        """The token numbers of one text."""
        start = self.starts[index]
        return [int(token) for token in self.tokens[start : start + self.lengths[index]]]


def pack(texts: Iterable[Sequence[int]]) -> Ragged:
    """Texts of token numbers, put one after the other.

    >>> pack([[7, 8], [], [9]]).tokens.tolist()
    [7, 8, 2, 2, 9, 2]
    """
    return of(np.array([token for text in texts for token in (*text, END)], dtype=np.uint16))


def of(tokens: npt.NDArray[np.uint16]) -> Ragged:
    """The texts in an array in which ``END`` ends each of them.

    >>> of(np.array([7, 8, 2, 2, 9, 2], dtype=np.uint16)).lengths.tolist()
    [2, 0, 1]
    """
    ends = np.flatnonzero(tokens == END)
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)[: len(ends)]
    return Ragged(tokens, starts, ends - starts)


def joined(arrays: Sequence[Ragged]) -> Ragged:
    """All texts of ``arrays``, in order."""
    return of(np.concatenate([array.tokens for array in arrays]))


def save(texts: Ragged, file: Path) -> None:
    """Writes the texts to a file."""
    raw = texts.tokens.astype("<u2").tobytes()
    file.write_bytes(lzma.compress(raw, format=lzma.FORMAT_XZ, filters=_FILTERS))


def load(file: Path) -> Ragged:
    """The texts of a file that ``save`` wrote."""
    return of(np.frombuffer(lzma.decompress(file.read_bytes()), dtype="<u2").astype(np.uint16))


def kept(texts: Ragged, keep: npt.NDArray[np.bool_]) -> Ragged:
    """The texts at which ``keep`` is true.

    >>> kept(pack([[7, 8], [9]]), np.array([False, True])).tokens.tolist()
    [9, 2]
    """
    return of(texts.tokens[np.repeat(keep, texts.lengths + 1)])
