"""Opening a corpus: pragmas on each connection, migrations, and the one way to write (``transaction``)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from db import migrations
from db.models import Base
from db.reader import SECONDS, CorpusError, advice, check_presence, check_version, connect

# SQLite from Debian 12 on has all that is used here.
PRAGMAS = (
    "journal_mode = WAL",
    "foreign_keys = ON",
    "synchronous = NORMAL",
    "busy_timeout = 10000",
    "temp_store = MEMORY",
)


def open_corpus(path: Path) -> Engine:
    """Open the corpus at ``path`` for reading and writing; make it, or bring it up to date, where needed.

    Raises CorpusError if the file is something else, or was made by a newer version of the program.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    try:
        migrate(engine)
    except DatabaseError as error:
        raise CorpusError(f"{path}: cannot be opened ({error.orig}). {advice(error.orig)}") from error
    return engine


@contextmanager
def read_corpus(path: Path, seconds: float = SECONDS) -> Iterator[Connection]:
    """A read-only connection: the file is opened so, and a query is stopped after ``seconds``.

    Raises CorpusError if there is no such file or it is not a corpus.
    """
    check_presence(path)
    engine = create_engine("sqlite://", creator=lambda: _checked(path, seconds), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """All that is written inside is written together or not at all."""
    with engine.begin() as connection:
        yield connection


def migrate(engine: Engine) -> None:
    """Bring tables, views and triggers to the newest version; nothing is done where they are.

    Views and triggers are dropped before and made anew after: rebuilding a table fails under views and silently drops
    triggers (sqlalchemy/alembic issue 1207).
    """
    with engine.connect() as connection:
        if migrations.current(connection) == migrations.HEAD:
            return
    with engine.connect() as connection:
        _without_foreign_keys(connection)
        with connection.begin():
            drop_views(connection)
            migrations.upgrade(connection)
            create_views(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken:
                raise CorpusError(
                    f"the migration would leave a row of {broken[0]!r} without its counterpart; nothing was changed"
                )


def drop_views(connection: Connection) -> None:
    """Drop every view and trigger, and the full-text tables."""
    for kind in ("trigger", "view"):
        for name in _names(connection, kind):
            connection.exec_driver_sql(f'DROP {kind} "{name}"')
    for name in _full_text(connection):
        connection.exec_driver_sql(f'DROP TABLE "{name}"')


def create_views(connection: Connection) -> None:
    """Make every view and, on SQLite, the full-text tables with their triggers."""
    for statement in _statements("views.sql"):
        connection.exec_driver_sql(statement)
    if connection.dialect.name == "sqlite":
        for statement in (*_statements("corrections.sql"), *_statements("fts.sql"), *_statements("queue.sql")):
            connection.exec_driver_sql(statement)


def _names(connection: Connection, kind: str) -> list[str]:
    if kind == "view":
        return inspect(connection).get_view_names()
    rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = :kind"), {"kind": kind})
    return [str(row.name) for row in rows]


def _full_text(connection: Connection) -> list[str]:
    query = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%fts5%'")
    return [str(row.name) for row in connection.execute(query)]


def _statements(name: str) -> list[str]:
    """The statements of an SQL file, cut where SQLite says that one is complete."""
    found, lines = [], []
    for line in resources.files("db").joinpath(name).read_text("utf-8").splitlines():
        lines.append(line)
        if sqlite3.complete_statement("\n".join(lines)):
            found.append("\n".join(lines))
            lines = []
    return found


def _without_foreign_keys(connection: Connection) -> None:
    """Rebuilding a table would cascade. The pragma does nothing inside a transaction, hence the driver's connection."""
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute("PRAGMA foreign_keys = OFF")


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late for a read that is followed by a write
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _checked(path: Path, seconds: float) -> sqlite3.Connection:
    connection = connect(path, seconds)
    check_version(connection, path)
    return connection


def tables() -> list[str]:
    """Names of the tables, in the order of their foreign keys."""
    return [table.name for table in Base.metadata.sorted_tables]
