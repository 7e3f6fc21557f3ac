"""What only SQLite can do, in one place: files and their headers, pragmas, full text. Its twin is ``postgresql``."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects.sqlite import insert as insert  # noqa: PLC0414 (for those who ask ``twins``)
from sqlalchemy.exc import DatabaseError

# SQLite from Debian 12 on has all that is used here.
PRAGMAS = (
    "journal_mode = WAL",
    "foreign_keys = ON",
    "synchronous = NORMAL",
    "busy_timeout = 10000",
    "temp_store = MEMORY",
)
CACHE = 128_000  # KiB
SCRIPTS: Mapping[str, str] = MappingProxyType({})  # what takes the place of what
_FIRST_MATCH = text("SELECT rowid FROM bitext_fts WHERE bitext_fts MATCH :match LIMIT 1")


# Files


def connect_for_writing(path: Path) -> sqlite3.Connection:
    """A connection that begins transactions only when told: the driver's own BEGIN comes too late for a read first."""
    connection = sqlite3.connect(path.absolute(), timeout=10, isolation_level=None, check_same_thread=False)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def mark_new(path: Path, application_id: int) -> None:
    """Write the mark into an empty file before all else, so that no moment leaves a corpus that is not known as one."""
    with closing(sqlite3.connect(path.absolute(), timeout=10, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {application_id:d}")


# Connections


def begin(connection: Connection, *, writes: bool) -> None:
    """Begin a transaction: one that writes takes the lock at once, one that reads takes none."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def begin_snapshot(connection: Connection) -> None:
    """Let all that is read from now on be of one moment."""
    begin(connection, writes=False)


def enlarge_cache(connection: Connection) -> None:
    """Let SQLite keep more of the file in memory while a great many rows are written: keys come in no order."""
    connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE}")
    connection.detach()  # no longer than that, so the connection is not kept


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Rebuilding a table would cascade. The pragma does nothing inside a transaction, hence the driver's connection."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise ValueError("the connection is closed")
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def get_user_version(connection: Connection) -> int:
    """The number in the header."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def set_version(connection: Connection, application_id: int, user_version: int) -> None:
    """Write what the header says, with the transaction at hand."""
    connection.exec_driver_sql(f"PRAGMA application_id = {application_id:d}")
    connection.exec_driver_sql(f"PRAGMA user_version = {user_version:d}")


def drop(connection: Connection, kind: Literal["table", "view", "trigger"], name: str) -> None:
    """Drop what has this name."""
    connection.exec_driver_sql(f"DROP {kind} {connection.dialect.identifier_preparer.quote(name)}")


def drop_derived(connection: Connection) -> None:
    """Drop every view and trigger, and the full-text tables."""
    for kind in ("trigger", "view"):
        for name in _names(connection, kind):
            drop(connection, kind, name)
    for name in _full_text(connection):
        drop(connection, "table", name)


def finish_tables(_connection: Connection) -> None:
    """Nothing: texts are sorted by their bytes."""


def follow_numbers(_connection: Connection, _table: Table) -> None:
    """Nothing: the next number follows the highest that is there."""


def run_script(connection: Connection, script: str) -> None:
    """Run the statements of an SQL file."""
    for statement in split_statements(script):
        connection.exec_driver_sql(statement)


def _names(connection: Connection, kind: Literal["view", "trigger"]) -> list[str]:
    rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = :kind"), {"kind": kind})
    return [str(row.name) for row in rows]


def _full_text(connection: Connection) -> list[str]:
    query = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%fts5%'")
    return [str(row.name) for row in connection.execute(query)]


def find_broken_row(connection: Connection) -> str | None:
    """The table of a row whose foreign key leads nowhere, where there is one."""
    row = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    return str(row[0]) if row else None


def split_statements(script: str) -> list[str]:
    """The statements of an SQL file, cut where SQLite says that one is complete."""
    statements, lines = [], []
    for line in script.splitlines():
        lines.append(line)
        if sqlite3.complete_statement("\n".join(lines)):
            statements.append("\n".join(lines))
            lines = []
    return statements


# Queries


def can_match(connection: Connection, match: str) -> bool:
    """Whether FTS5 can read an expression."""
    try:
        connection.execute(_FIRST_MATCH, {"match": match}).all()
    except DatabaseError:
        return False
    return True
