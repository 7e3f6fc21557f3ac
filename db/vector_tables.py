"""The cache of a corpus on a PostgreSQL server, with the driver alone: what its embedder has read, results of stages.

Its tables stand in a schema of their own beside that of the corpus (``public_cache`` beside ``public``), so that no
view, copy or migration of the corpus meets them. Any number of processes, on any machines, may write at once: a row
says the same whoever made it, is inserted where it is not there yet, and each statement is a transaction that takes its
rows in the order of their keys. Rows under another embedder's ``origin`` are neither seen nor written.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from db.place import DatabaseServer
from db.postgresql_reader import ServerError, connect, speaking, translated
from db.statements import read_statements

LOCK = 0x456E5267_0003  # key of the advisory lock under which the tables are made and emptied
BATCH = 2_000  # rows in one statement, of about a kilobyte each
FORBIDDEN = "42501"  # the server's code for a role that may not do something
_LISTS = re.compile(r"%\((keys|sizes|data)\)s")
Item = TypeVar("Item")


class VectorTables:
    """A connection to the cache of the corpus at ``server``, made where it is missing unless it is to be ``read_only``.

    Emptied where what made its rows is not ``origin``. A role that may not make it only reads. Each method raises
    ServerError where the server cannot be asked, or there are no tables.
    """

    def __init__(self, server: DatabaseServer, origin: str, read_only: bool) -> None:
        self._server = server
        self._origin = origin
        self._connection = connect(server)
        self.writes = not read_only
        try:
            self._connection.autocommit = True
            self._ask("enter")
            if self.writes:
                self._prepare()
        except BaseException:
            self.close()
            raise

    def find_rows(self, keys: Collection[bytes]) -> dict[bytes, tuple[float, bytes]]:
        """Rows by key, of those that are there."""
        return {
            key: (size, data) for batch in _batches(keys) for key, size, data in self._ask("rows", keys=list(batch))
        }

    def add_rows(self, rows: Mapping[bytes, tuple[float, bytes]]) -> None:
        """Add rows; those that are there stay."""
        for keys in _batches(sorted(rows)):
            sizes, data = zip(*(rows[key] for key in keys), strict=True)
            self._tell("add-rows", keys=list(keys), sizes=list(sizes), data=list(data))

    def add_used(self, keys: Collection[bytes]) -> None:
        """Note that keys were asked for, for whoever drops the others."""
        for batch in _batches(sorted(keys)):
            self._tell("add-used", keys=list(batch))

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Results of a kind by key, of those that are there."""
        return {
            key: data for batch in _batches(keys) for key, data in self._ask("results", kind=kind, keys=list(batch))
        }

    def add_results(self, kind: str, results: Mapping[bytes, bytes]) -> None:
        """Add results; those that are there stay."""
        for keys in _batches(sorted(results)):
            self._tell("add-results", kind=kind, keys=list(keys), data=[results[key] for key in keys])

    def count_results(self, kind: str) -> int:
        """How many results of a kind there are."""
        return int(self._ask("count-results", kind=kind)[0][0])

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        """Drop the results of a kind that are not ``current``."""
        self._tell("drop-results", kind=kind, keys=list(current))

    def prune(self, growth: int) -> None:
        """Drop rows that nobody asked for, if there are more than ``growth`` times as many as when it was last done."""
        size, base = next(iter(self._ask("size")), (0, 1))
        if base and size > growth * base:
            self._tell("drop-unused")
            base = 0
        if not base:
            self._tell("set-base")
        self._tell("forget-used")

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _prepare(self) -> None:
        try:
            self._make_own()
        except ServerError as error:
            if error.code != FORBIDDEN:
                raise
            self.writes = False

    def _make_own(self) -> None:
        """Have tables with rows of this embedder, or with none."""
        (has_tables,) = self._ask("has-tables")[0]
        if has_tables and self._ask("origin") == [(self._origin,)]:
            return
        with self._connection.transaction():
            self._tell("lock", key=LOCK)
            for name in ("make-schema", "make-about", "make-kept", "make-result", "make-used"):
                self._tell(name)
            if self._ask("origin") != [(self._origin,)]:
                self._tell("empty")
                self._tell("set-origin")

    def _ask(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        with speaking(self._server), self._connection.cursor(binary=True) as cursor:
            return cursor.execute(_sql(name), {**values, "origin": self._origin}).fetchall()

    def _tell(self, name: str, **values: Any) -> None:
        with speaking(self._server):
            self._connection.execute(_sql(name), {**values, "origin": self._origin})


@cache
def _sql(name: str) -> Any:
    """A statement as psycopg reads it; lists go to the server as they are, not as text."""
    return _LISTS.sub(r"%(\1)b", translated(read_statements("vector_tables.sql")[name].sql, {"origin": ""})[0])


def _batches(items: Collection[Item]) -> Iterator[Sequence[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch
