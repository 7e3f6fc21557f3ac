"""Rows of unequal length in one array."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]


class HashRows(NamedTuple):
    """Rows of hashes, one after the other: ``values``, and how many each row has, ``counts`` (n,)."""

    values: Hashes
    counts: Ints

    @property
    def starts(self) -> Ints:
        """Where each row begins (n,)."""
        starts: Ints = np.cumsum(self.counts) - self.counts
        return starts

    def owners(self) -> Ints:
        """The row of each value."""
        return np.repeat(np.arange(len(self.counts), dtype=np.int64), self.counts)

    def within(self, rows: Ints) -> "HashRows":
        """Some rows."""
        counts = self.counts[rows]
        return HashRows(self.values[spread(self.starts[rows], counts)], counts)


def hash_rows(rows: Sequence[Hashes]) -> HashRows:
    """Rows that stand apart."""
    values = np.concatenate([*rows, np.empty(0, np.uint64)])
    return HashRows(values, np.array([len(row) for row in rows], dtype=np.int64))


def joined(tables: Sequence[HashRows]) -> HashRows:
    """The rows of all ``tables``."""
    values = np.concatenate([*(table.values for table in tables), np.empty(0, np.uint64)])
    return HashRows(values, np.concatenate([*(table.counts for table in tables), np.empty(0, np.int64)]))


def spread(starts: Ints, counts: Ints) -> Ints:
    """For each start as many numbers as it counts, one after the other.

    >>> spread(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    before = np.cumsum(counts) - counts
    numbers: Ints = np.repeat(starts - before, counts) + np.arange(counts.sum())
    return numbers
