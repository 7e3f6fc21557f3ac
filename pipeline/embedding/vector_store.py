"""Where what an embedder has read is kept: what a file (``vector_file``) and a server (``vector_server``) share."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol, TypeAlias

GROWN = 3  # times as many rows as there were: the point at which what nobody asks for is dropped
Row: TypeAlias = tuple[float, bytes]  # tokens, and the sum of their features by token


class Taken(NamedTuple):
    """What an embedder that may not write has asked for, and what it has read."""

    keys: frozenset[bytes]
    rows: Mapping[bytes, Row]


class VectorStore(Protocol):
    """Rows by key, and results of stages by kind and key (``align.results.Results``), all made by one embedder.

    It is a cache: whatever it holds may be gone when it is next asked, and where it cannot be reached it holds nothing.
    """

    def get(self, keys: Collection[bytes]) -> dict[bytes, Row]:
        """Of these rows those that are there; all of them count as asked for."""

    def store(self, rows: Mapping[bytes, Row]) -> None:
        """Write down rows in one transaction; those that are there stay as they are."""

    def mark(self, keys: Collection[bytes]) -> None:
        """Note that rows were asked for."""

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Of the results of a kind those under ``keys``."""

    def save_results(self, kind: str, results: Mapping[bytes, bytes]) -> None:
        """Write down results in one transaction; those that are there stay as they are."""

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        """Drop the results of a kind that are not ``current``, where they are the greater part."""

    def settle(self) -> None:
        """Write down what is held in memory. Raises StoreError where results were lost since the last call."""

    def close(self, prune: bool) -> None:
        """Let go of it; with ``prune``, drop first what was not asked for, where rows have become GROWN times as many.

        A run after a small change asks for few rows, so they are counted from the first run, and from the last
        dropping.
        """


class Borrowed:
    """A store that is only read: what would be written is handed over when it is asked for (``taken``)."""

    def __init__(self, inner: VectorStore) -> None:
        self._inner = inner
        self._asked: set[bytes] = set()
        self._unwritten: dict[bytes, Row] = {}

    def taken(self) -> Taken:
        """What was asked for and not written since this was last asked."""
        taken = Taken(frozenset(self._asked), self._unwritten)
        self._asked, self._unwritten = set(), {}
        return taken

    def get(self, keys: Collection[bytes]) -> dict[bytes, Row]:
        """Of these rows those that are there."""
        self.mark(keys)
        return self._inner.get(keys)

    def store(self, rows: Mapping[bytes, Row]) -> None:
        """Remember rows until they are handed over."""
        self._unwritten.update(rows)

    def mark(self, keys: Collection[bytes]) -> None:
        """Note that rows were asked for."""
        self._asked.update(keys)

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Of the results of a kind those under ``keys``."""
        return self._inner.find_results(kind, keys)

    def save_results(self, kind: str, results: Mapping[bytes, bytes]) -> None:
        """Nothing: results are kept by the process that asked for the work."""

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        """Nothing."""

    def settle(self) -> None:
        """Nothing is written here."""

    def close(self, prune: bool) -> None:
        """Let go of the store."""
        self._inner.close(prune=False)
