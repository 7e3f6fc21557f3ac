"""What only SQLite can do, in one place: files and their headers, pragmas, full text, lists as rows."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Float, Integer, Select, String, column, false, func, select, table
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
PAIRS = table("bitext_fts", column("rowid", Integer), column("bitext_fts", String), column("rank", Float))
FINDINGS = table("findings", column("code", String), column("subject_kind", String), column("subject", String))


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


def enlarge_cache(connection: Connection) -> None:
    """Let SQLite keep more of the file in memory while a great many rows are written: keys come in no order."""
    connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE}")


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


def select_listed(values: Sequence[str | int]) -> Select[str | int]:
    """The values as rows, however many: one parameter for all of them."""
    return select(func.json_each(json.dumps(values)).table_valued("value").c.value)


def bypass_index(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same value, but nothing that SQLite would look up in an index: for a column with a handful of values."""
    return column.concat("")


def select_pairs_with(connection: Connection, words: str) -> Select[int]:
    """Numbers of the facing pairs that hold ``words``, as ``read_words`` reads them; none where nothing can be read."""
    match = read_words(connection, words)
    query: Select[int] = select(PAIRS.c.rowid)
    return query.where(false() if match is None else PAIRS.c.bitext_fts.match(match))


def read_words(connection: Connection, words: str) -> str | None:
    """``words`` as FTS5 can read them: as they are, or else each word for itself; None where there is no word."""
    for match in (words, " ".join(f'"{word}"' for word in words.replace('"', " ").split())):
        if match.strip() and _can_match(connection, match):
            return match
    return None


def _can_match(connection: Connection, match: str) -> bool:
    try:
        connection.execute(select(PAIRS.c.rowid).where(PAIRS.c.bitext_fts.match(match)).limit(1)).all()
    except DatabaseError:
        return False
    return True
