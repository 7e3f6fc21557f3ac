"""Opening a corpus with SQLAlchemy: for writing, for reading, and the one way to write to it (``transaction``)."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from db import sqlite
from db.reader import SECONDS, CorpusError, advice, connect, explain, is_current, read_plainly, recognise, tidy
from db.version import APPLICATION_ID


def open_corpus(path: Path) -> Engine:
    """Open the corpus at ``path`` for reading and writing; make it, or bring it up to date, where needed.

    Raises CorpusError if the file is something else, which is left as it is, byte for byte, or was made by a newer
    version of the program.
    """
    with explain(path):
        is_corpus = recognise(path)
        if not is_corpus:
            path.parent.mkdir(parents=True, exist_ok=True)
            sqlite.mark_new(path, APPLICATION_ID)
        engine = _writing_engine(path)
        if not is_corpus or not _needs_nothing(path):
            _migrate(engine, path)
    return engine


@contextmanager
def read_corpus(path: Path, seconds: float = SECONDS) -> Iterator[Connection]:
    """A read-only connection: the file is opened so, and a query is stopped after ``seconds``.

    Raises CorpusError if there is no such file, or it is not a corpus, or not of this version.
    """
    with read_plainly(path, seconds) as driver:
        engine = create_engine("sqlite://", creator=lambda: driver, poolclass=NullPool)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """All that is written inside is written together or not at all."""
    with engine.execution_options(writes=True).begin() as connection:
        yield connection


def _needs_nothing(path: Path) -> bool:
    with closing(connect(path, SECONDS)) as driver:
        current = is_current(driver, path)
    tidy(path)
    return current


def _migrate(engine: Engine, path: Path) -> None:
    from db.schema import migrate  # the models take as long as a quick command in all

    try:
        migrate(engine)
    except DatabaseError as error:
        raise CorpusError(f"{path}: cannot be opened ({error.orig}). {advice(error.orig)}") from error


def _writing_engine(path: Path) -> Engine:
    """``engine.connect()`` reads, at one moment, and locks nobody out; ``transaction`` takes the lock to write."""
    engine = create_engine("sqlite://", creator=lambda: sqlite.connect_for_writing(path), poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    sqlite.begin(connection, writes=connection.get_execution_options().get("writes", False))
