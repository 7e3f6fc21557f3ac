"""Reading a corpus with the standard library alone: commands that only ask wait for no other library.

Connections are read-only, open no other file and stop a query that takes too long.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.migrations import HEAD

SECONDS = 30.0  # that a query may take
sqlite3.register_converter("JSON", json.loads)  # where a connection is asked for values by the type of their column


class CorpusError(Exception):
    """The file is not a corpus, or was made by another version."""


@contextmanager
def read_plainly(path: Path, seconds: float = SECONDS, typed: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection of the standard library; ``typed`` gives values of JSON columns as what they hold.

    Raises CorpusError if there is no such file or it is not a corpus of this version.
    """
    check_presence(path)
    connection = connect(path, seconds, typed)
    try:
        check_version(connection, path)
        yield connection
    finally:
        connection.close()


def connect(path: Path, seconds: float, typed: bool = False) -> sqlite3.Connection:
    """A read-only connection to any SQLite file; a query is stopped after ``seconds``."""
    types = sqlite3.PARSE_DECLTYPES if typed else 0
    address = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, detect_types=types)
    connection.execute("PRAGMA query_only = ON")
    connection.set_authorizer(_no_other_file)
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    return connection


def check_presence(path: Path) -> None:
    """Raise CorpusError unless there is a file."""
    if not path.is_file():
        raise CorpusError(f"{path}: no corpus there. Make one with `make corpus`, or name one with --corpus.")


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Raise CorpusError for what is no corpus, or one of another version."""
    version = None
    try:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or (None,)
    except sqlite3.DatabaseError as error:
        raise CorpusError(f"{path}: cannot be opened ({error}). {advice(error)}") from error
    if version != HEAD:
        raise CorpusError(
            f"{path}: made by another version (schema {version}). Run `make corpus` to bring it up to date."
        )


def advice(error: BaseException | None) -> str:
    """What to do where SQLite cannot open a file."""
    if isinstance(error, sqlite3.OperationalError):
        return "Is another program writing to it, the disk full, or the file not yours to write?"
    return "It is no corpus: name another file with --corpus."


def _no_other_file(action: int, *_about: str | None) -> int:
    """A query may not open another database: ATTACH would make the file if it is not there."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK
