"""SQL by name: statements that stand written out in a file of this package, and never in a string that is put together.

A file has a comment for each, ``-- name: what it is for``, and then the SQL. ``/* name */`` inside one stands for
another, so that a condition is written once. What a statement is asked with goes in as ``:name``. What SQLite and
PostgreSQL write differently stands in ``fragments_sqlite.sql`` and ``fragments_postgresql.sql``, by the same names.
"""

import re
import sqlite3
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from db.place import PlainConnection

Dialect: TypeAlias = Literal["sqlite", "postgresql"]
_ENTRY = re.compile(r"^-- ([a-z-]+): (.+)\n((?:(?!--).*\n?)+)", re.MULTILINE)
_INSERT = re.compile(r"/\* ([a-z-]+) \*/")


class Statement(NamedTuple):
    """What a statement is for, and its SQL."""

    purpose: str
    sql: str


@cache
def read_statements(
    file: str, dialect: Dialect = "sqlite", swaps: tuple[tuple[str, str], ...] = ()
) -> MappingProxyType[str, Statement]:
    """Name to statement, from a file of this package. Raises KeyError where one names another that it does not have.

    Each of ``swaps`` names a statement and another that stands in its place wherever the first is inserted.
    """
    own = _read(file)
    every = _read(f"fragments_{dialect}.sql") | own
    inserted = dict(swaps)

    def fill(sql: str) -> str:
        return _INSERT.sub(lambda match: fill(every[inserted.get(match[1], match[1])].sql), sql)

    return MappingProxyType({name: Statement(purpose, fill(sql)) for name, (purpose, sql) in own.items()})


def dialect_of(connection: PlainConnection) -> Dialect:
    """Which of the two a driver's connection speaks."""
    return "sqlite" if isinstance(connection, sqlite3.Connection) else "postgresql"


def _read(file: str) -> dict[str, Statement]:
    text = resources.files("db").joinpath(file).read_text("utf-8")
    return {name: Statement(purpose, sql.strip()) for name, purpose, sql in _ENTRY.findall(text)}
