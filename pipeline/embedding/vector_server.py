"""What an embedder has read, in tables beside a corpus on a server: processes on all machines share it."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TypeVar

from db.place import DatabaseServer
from db.postgresql_reader import ServerError
from db.vector_tables import VectorTables
from pipeline.embedding.vector_store import GROWN, Row

TRIES = 3  # failures in a row after which the server is asked no more: everything is read anew
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
        self._used: set[bytes] = set()

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
        """Write down results, some in one transaction."""
        self._write(lambda tables: tables.add_results(kind, results))

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        """Drop the results of a kind that are not ``current``, where they are the greater part."""

        def drop(tables: VectorTables) -> None:
            if tables.count_results(kind) > 2 * len(current):
                tables.drop_results(kind, current)

        self._write(drop)

    def close(self, prune: bool) -> None:
        """Let go of the server; with ``prune``, drop first what no process asked for, if rows have grown GROWN-fold."""
        if self._tables:
            self._write_used()
            if prune:
                self._write(lambda tables: tables.prune(GROWN))
        self._let_go()

    def _write_used(self) -> None:
        used, self._used = self._used, set()
        self._write(lambda tables: tables.add_used(used))

    def _write(self, act: Callable[[VectorTables], None]) -> None:
        """Do what writes, where this process may."""
        self._tried(lambda tables: act(tables) if tables.writes else None, None)

    def _tried(self, act: Callable[[VectorTables], Answer], nothing: Answer) -> Answer:
        """What ``act`` gives, on a new connection where one is lost; ``nothing`` where that fails too."""
        for _ in range(2):
            if self._failures < TRIES:
                try:
                    self._tables = self._tables or self._connect()
                    answer = act(self._tables)
                except ServerError:
                    self._failures += 1
                    self._let_go()
                else:
                    self._failures = 0
                    return answer
        return nothing

    def _let_go(self) -> None:
        if self._tables:
            self._tables.close()
            self._tables = None
