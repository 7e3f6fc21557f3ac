"""Opening a corpus with SQLAlchemy: for writing, for reading, and the one way to write to it (``transaction``)."""

from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from db import place as places
from db import sqlite
from db.place import DatabaseServer, Place
from db.reader import (
    SECONDS,
    CorpusError,
    advice,
    connect,
    explain,
    explain_server,
    is_current,
    read_file,
    recognise,
    tidy,
)
from db.version import APPLICATION_ID


def open_corpus(place: Place, keep: bool = False) -> Engine:
    """Open the corpus at ``place`` for reading and writing; make it, or bring it up to date, where needed.

    With ``keep``, connections are kept and used again, until the engine is disposed of.
    Raises CorpusError if the file or the database is something else, which is left as it is, byte for byte, or was made
    by a newer version of the program.
    """
    place = places.resolve(place)
    return _open_server(place, keep) if isinstance(place, DatabaseServer) else _open_file(place, keep)


@contextmanager
def read_corpus(place: Place, seconds: float = SECONDS) -> Iterator[Connection]:
    """A read-only connection: a file is opened so, and a query is stopped after ``seconds``.

    Raises CorpusError if there is no such corpus, or it is something else, or not of this version.
    """
    place = places.resolve(place)
    with (
        _read_server(place, seconds) if isinstance(place, DatabaseServer) else _read_file(place, seconds) as connection
    ):
        yield connection


@contextmanager
def transaction(engine: Engine, about: Collection[str] = ()) -> Iterator[Connection]:
    """All that is written inside is written together or not at all, by one at a time.

    Those who write to a server by an engine that is ``shared`` write at once where what they write is ``about``
    different things; such a transaction waits for all others, and these wait for it.
    """
    with engine.execution_options(writes=True, about=frozenset(about)).begin() as connection:
        yield connection


def shared(engine: Engine) -> Engine:
    """The same for one of several processes that write at once."""
    return engine.execution_options(shared=True)


@contextmanager
def open_empty(place: Place) -> Iterator[Engine]:
    """An engine for a place where there is nothing, not even tables. Where the block fails, nothing is left there.

    Raises FileExistsError where there is something, CorpusError where nothing can be made.
    """
    place = places.resolve(place)
    with _open_empty_server(place) if isinstance(place, DatabaseServer) else _open_empty_file(place) as engine:
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def lock_server(server: DatabaseServer, waiting: Callable[[], None]) -> Iterator[None]:
    """One run at a time. Raises CorpusError where the server cannot be reached or its database is something else."""
    from db import postgresql, postgresql_reader

    with explain_server(server):
        postgresql_reader.recognise(server)
        with postgresql.locked(server, waiting):
            yield


def is_unreachable(error: BaseException | None) -> bool:
    """Whether an error, or what it came of, is that the server does not answer or has ended the connection."""
    from db.postgresql_reader import UnreachableError

    while error and not isinstance(error, OperationalError | InterfaceError | UnreachableError):
        error = error.__cause__
    return error is not None


# Files


def _open_file(path: Path, keep: bool) -> Engine:
    with explain(path):
        is_corpus = recognise(path)
        if not is_corpus:
            path.parent.mkdir(parents=True, exist_ok=True)
            sqlite.mark_new(path, APPLICATION_ID)
        engine = _file_engine(path, keep)
        if not is_corpus or not _needs_nothing(path):
            _migrate(engine, path)
    return engine


@contextmanager
def _open_empty_file(path: Path) -> Iterator[Engine]:
    if path.exists() and (not path.is_file() or path.stat().st_size):
        raise FileExistsError(path)
    with explain(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        sqlite.mark_new(path, APPLICATION_ID)
    try:
        yield _file_engine(path)
    except BaseException:
        for end in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        raise


def _file_engine(path: Path, keep: bool = False) -> Engine:
    pool = QueuePool if keep else NullPool
    engine = create_engine("sqlite://", creator=lambda: sqlite.connect_for_writing(path), poolclass=pool)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def _read_file(path: Path, seconds: float) -> Iterator[Connection]:
    with read_file(path, seconds) as driver:
        engine = create_engine("sqlite://", creator=lambda: driver, poolclass=NullPool)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


def _needs_nothing(path: Path) -> bool:
    with closing(connect(path, SECONDS)) as driver:
        current = is_current(driver, path)
    tidy(path)
    return current


# Servers


def _open_server(server: DatabaseServer, keep: bool) -> Engine:
    from db import postgresql, postgresql_reader

    with explain_server(server):
        with postgresql_reader.connect(server) as driver, postgresql_reader.speaking(server):
            current = postgresql_reader.is_current(driver, server)
        engine = postgresql.writing_engine(server, keep)
        event.listen(engine, "begin", _begin)
        if not current:
            with postgresql_reader.speaking(server):
                _migrate(engine, server)
    return engine


@contextmanager
def _open_empty_server(server: DatabaseServer) -> Iterator[Engine]:
    from db import postgresql, postgresql_reader

    with explain_server(server):
        try:
            is_corpus = postgresql_reader.recognise(server)
        except postgresql_reader.NotEmptyError as error:
            raise FileExistsError(str(server)) from error
        if is_corpus:
            raise FileExistsError(str(server))
    engine = postgresql.writing_engine(server)
    event.listen(engine, "begin", _begin)
    yield engine


@contextmanager
def _read_server(server: DatabaseServer, seconds: float) -> Iterator[Connection]:
    from db import postgresql, postgresql_reader

    with explain_server(server), postgresql_reader.reading(server, seconds) as driver:
        engine = create_engine("postgresql+psycopg://", creator=lambda: driver, poolclass=NullPool)
        event.listen(engine, "begin", postgresql.begin_reading)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


def _migrate(engine: Engine, place: Place) -> None:
    from db.schema import migrate  # the models take as long as a quick command in all

    try:
        migrate(engine)
    except DatabaseError as error:
        raise CorpusError(f"{place}: cannot be opened ({error.orig}). {advice(error.orig)}") from error


def _begin(connection: Connection) -> None:
    """``engine.connect()`` reads, at one moment, and locks nobody out; ``transaction`` takes the lock to write."""
    from db.twins import twin

    twin(connection).begin(connection, writes=connection.get_execution_options().get("writes", False))
