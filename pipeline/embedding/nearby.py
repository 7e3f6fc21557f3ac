"""An index of unit vectors in a file, asked for the nearest: signs first, then the vectors themselves.

Of each vector the signs of its numbers are kept, 64 to a word, and the vector in whole numbers of 8 bits. A question
counts the signs that differ (Charikar 2002: their share tells the angle), takes the ``CANDIDATES`` with fewest, and
puts these in order by their vectors. Both lie in the file as they are used, so nothing is read before it is asked for;
a graph (HNSW) would take long to build and be read as a whole before the first question. ``python -m
benchmarks.nearby`` says how fast, and how much of the exact answer is there.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.embedding.embed import Floats

HEAD = 4_096  # bytes of the header, in JSON
FORMAT = "enregard nearby 1"
CANDIDATES = 2_000  # vectors that are compared themselves
BLOCK = 65_536  # vectors whose signs are compared at once: they stay in the processor's cache
WORD = 64
PARTIAL = ".new"  # what the file is called while it is written
STEPS = 127  # of an 8-bit number, either side of nought
Keys: TypeAlias = NDArray[np.uint64]
Codes: TypeAlias = NDArray[np.uint64]
Rows: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class IndexHead:
    """What an index says of itself: what made its vectors (``origin``), and of which state of the corpus."""

    origin: str
    state: str
    count: int
    width: int
    format: str = FORMAT


class NearbyIndex:
    """An index in a file: n vectors of ``width`` numbers, each with a key of 64 bits, in the order of the keys."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError for a file that is none or not whole, OSError where it cannot be read."""
        with path.open("rb") as file:
            self.head = _head(file.read(HEAD))
        if path.stat().st_size != _sections(self.head)[-1]:
            raise ValueError(f"{path}: not whole")
        self.keys, self._codes, self._scales, self._vectors = _mapped(path, self.head, "r")

    def __len__(self) -> int:
        return self.head.count

    def nearest(self, vector: Floats, k: int) -> list[tuple[int, float]]:
        """Keys of the ``k`` nearest of a unit vector (width,), with their cosine similarities, best first."""
        rows = self._candidates(vector, max(CANDIDATES, 2 * k))
        # Not "@": threads of the BLAS cost more here than they bring.
        similarities = np.einsum("ij,j->i", self._vectors[rows].astype(np.float32), vector) * self._scales[rows]
        order = np.lexsort((rows, -similarities))[:k]
        return [(int(self.keys[rows[i]]), float(similarities[i])) for i in order]

    def vectors_of(self, keys: Sequence[int]) -> Floats:
        """The vectors (m, width) of those of ``keys`` that are there."""
        rows = self.rows_of(np.array(keys, dtype=np.uint64))
        return self.vectors_in(rows[rows >= 0])

    def vectors_in(self, rows: Rows) -> Floats:
        """The vectors (m, width) in these rows."""
        vectors: Floats = self._vectors[rows].astype(np.float32) * self._scales[rows][:, None]
        return vectors

    def rows_of(self, keys: Keys) -> Rows:
        """The row of each key, -1 for those that are not there."""
        if not len(self):
            return np.full(len(keys), -1, dtype=np.intp)
        rows = np.minimum(np.searchsorted(self.keys, keys), len(self) - 1)
        return np.where(self.keys[rows] == keys, rows, -1)

    def _candidates(self, vector: Floats, most: int) -> Rows:
        """Rows of the vectors with fewest differing signs: at least ``most``, where there are so many."""
        distances = self._distances(_signs(vector[None])[0])
        ends = np.cumsum(np.bincount(distances, minlength=self.head.width + 1))
        return np.flatnonzero(distances <= np.searchsorted(ends, min(most, len(self))))

    def _distances(self, code: Codes) -> NDArray[np.uint16]:
        """How many signs of each vector differ."""
        distances = np.zeros(len(self), dtype=np.uint16)
        for start in range(0, len(self), BLOCK):
            rows = slice(start, start + BLOCK)
            for word, signs in zip(code, self._codes, strict=True):
                distances[rows] += np.bitwise_count(signs[rows] ^ word)
        return distances


def write_index(path: Path, head: IndexHead, keys: Keys, blocks: Iterable[tuple[Rows, Floats]]) -> None:
    """Write an index, whole or not at all: one writer at a time.

    ``keys`` are in order; ``blocks`` hold some rows and their vectors each, every row once. Raises OSError where it
    cannot be written.
    """
    partial = path.with_name(path.name + PARTIAL)
    try:
        with partial.open("wb") as file:
            file.write(_packed(head))
            file.truncate(_sections(head)[-1])
        own_keys, codes, scales, numbers = _mapped(partial, head, "r+")
        own_keys[:] = keys
        for rows, vectors in blocks:
            steps = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / STEPS
            codes[:, rows], scales[rows] = _signs(vectors).T, steps
            numbers[rows] = np.round(vectors / steps[:, None])
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def restamp(path: Path, head: IndexHead) -> None:
    """Write another header over that of an index."""
    with path.open("r+b") as file:
        file.write(_packed(head))


def _signs(vectors: Floats) -> Codes:
    """The signs of vectors (n, width) as words (n, width / 64)."""
    return np.packbits(vectors > 0, axis=1, bitorder="little").view(np.uint64)


def _sections(head: IndexHead) -> tuple[int, ...]:
    """Where keys, signs, scales and vectors begin, and where the file ends."""
    sizes = (HEAD, 8 * head.count, head.count * head.width // 8, 4 * head.count, head.count * head.width)
    return tuple(int(end) for end in np.cumsum(sizes))


def _mapped(path: Path, head: IndexHead, mode: Any) -> tuple[Keys, Codes, Floats, NDArray[np.int8]]:
    """Keys (n,), signs (width / 64, n), scales (n,) and vectors (n, width) as they lie in the file."""
    n, width = head.count, head.width
    keys, codes, scales, vectors, _ = _sections(head)
    if not n:
        empty = np.zeros((0, width), dtype=np.int8)
        return np.zeros(0, np.uint64), np.zeros((width // WORD, 0), np.uint64), np.zeros(0, np.float32), empty
    return (
        np.memmap(path, np.uint64, mode, keys, (n,)),
        np.memmap(path, np.uint64, mode, codes, (width // WORD, n)),
        np.memmap(path, np.float32, mode, scales, (n,)),
        np.memmap(path, np.int8, mode, vectors, (n, width)),
    )


def _head(raw: bytes) -> IndexHead:
    values = json.loads(raw.rstrip(b" \0") or b"{}")
    if not isinstance(values, Mapping) or values.get("format") != FORMAT:
        raise ValueError("no index of this version")
    try:
        return IndexHead(**values)
    except TypeError as error:
        raise ValueError("no index of this version") from error


def _packed(head: IndexHead) -> bytes:
    return json.dumps(asdict(head)).encode("utf-8").ljust(HEAD)
