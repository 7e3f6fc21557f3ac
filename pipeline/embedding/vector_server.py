"""What an embedder has read, in tables beside a corpus on a server: processes on all machines share it."""

import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TypeVar

from db.place import DatabaseServer
from db.postgresql_reader import ServerError
from db.vector_tables import VectorTables
from pipeline.embedding.vector_store import GROWN, Row
from pipeline.errors import StoreError

TRIES = 3  # failures in a row after which the server is left alone for a while: everything is read anew meanwhile
PAUSE = 5.0  # seconds until it is asked again
REMEMBERED = 20_000  # keys that were asked for, before they are written down
Answer = TypeVar("Answer")


class VectorServer:
    """Rows by key on a server, all of them made in one way, ``origin``; holds nothing where it cannot be reached.

    Any number of processes may write. Those that are ``borrowing`` only read, and may be wrapped in
    ``vector_store.Borrowed``.
    """

    def __init__(self, server: DatabaseServer, origin: str, borrowing: bool = False) -> None:
        self._connect = partial(VectorTables, server, origin, borrowing)
        self._tables: VectorTables | None = None
        self._failures = 0
        self._resume = float("-inf")
        self._used: set[bytes] = set()
        self._lost = False
        self._error: ServerError | None = None

    def get(self, keys: Collection[bytes]) -> dict[bytes, Row]:
        """Of these rows those that are there."""
        self.mark(keys)
        rows: dict[bytes, Row] = self._tried(lambda tables: tables.find_rows(keys), {})
        return rows

    def store(self, rows: Mapping[bytes, Row]) -> None:
        """Write down rows, some in one transaction."""
        self._write(lambda tables: tables.add_rows(rows))

    def mark(self, keys: Collection[bytes]) -> None:
        """Note that rows were asked for."""
        self._used.update(keys)
        if len(self._used) > REMEMBERED:
            self._write_used()

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Of the results of a kind those under ``keys``."""
        results: dict[bytes, bytes] = self._tried(lambda tables: tables.find_results(kind, keys), {})
        return results

    def save_results(self, kind: str, results: Mapping[bytes, bytes]) -> None:
        """Write down results, some in one transaction; ``settle`` says where that failed."""
        if not self._write(lambda tables: tables.add_results(kind, results)):
            self._lost = True

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        """Drop the results of a kind that are not ``current``, where they are the greater part."""

        def drop(tables: VectorTables) -> None:
            if tables.count_results(kind) > 2 * len(current):
                tables.drop_results(kind, current)

        self._write(drop)

    def settle(self) -> None:
        """Write down what was asked for. Raises StoreError where results were lost since the last call."""
        if self._used:
            self._write_used()
        lost, self._lost = self._lost, False
        if lost:
            raise StoreError(
                f"Results of this batch could not be kept beside the corpus ({self._error}). What was finished is "
                "kept; the same command goes on from there."
            ) from self._error

    def close(self, prune: bool) -> None:
        """Let go of the server; with ``prune``, drop first what no process asked for, if rows have grown GROWN-fold."""
        if self._tables:
            self._write_used()
            if prune:
                self._write(lambda tables: tables.prune(GROWN))
        self._let_go()

    def _write_used(self) -> None:
        used, self._used = self._used, set()
        if not self._write(lambda tables: tables.add_used(used)) and len(used) <= REMEMBERED:
            self._used = used

    def _write(self, act: Callable[[VectorTables], None]) -> bool:
        """Do what writes, where this process may; whether the server could be asked."""

        def acted(tables: VectorTables) -> bool:
            if tables.writes:
                act(tables)
            return True

        return self._tried(acted, False)

    def _tried(self, act: Callable[[VectorTables], Answer], nothing: Answer) -> Answer:
        """What ``act`` gives, on a new connection where one is lost; ``nothing`` where that fails too."""
        for _ in range(2):
            if time.monotonic() >= self._resume:
                try:
                    self._tables = self._tables or self._connect()
                    answer = act(self._tables)
                except ServerError as error:
                    self._error = error
                    self._failures += 1
                    if self._failures >= TRIES:
                        self._resume = time.monotonic() + PAUSE
                    self._let_go()
                else:
                    self._failures = 0
                    return answer
        return nothing

    def _let_go(self) -> None:
        if self._tables:
            self._tables.close()
            self._tables = None
