"""Reading a corpus with the standard library alone: which file is one, and a connection that cannot write.

Commands that only ask wait for no other library.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from db import place as places
from db.place import DatabaseServer, Place, PlainConnection
from db.version import APPLICATION_ID, FIRST_TABLES, HEAD, REVISIONS, layout, read_header

SECONDS = 30.0  # that a query may take
CONNECTING = ("08", "28", "3D", "53", "57P")  # what PostgreSQL calls errors of the way to it
sqlite3.register_converter("JSON", json.loads)  # where a connection is asked for values by the type of their column


class CorpusError(Exception):
    """The file is not a corpus, or was made by another version."""


@contextmanager
def read_plainly(place: Place, seconds: float = SECONDS, typed: bool = False) -> Iterator[PlainConnection]:
    """A connection of the driver alone; ``typed`` gives values of JSON columns as what they hold.

    Raises CorpusError if there is no such file, or it is not a corpus, or not of this version.
    """
    place = places.resolve(place)
    if not isinstance(place, DatabaseServer):
        with read_file(place, seconds, typed) as connection:
            yield connection
        return
    from db import postgresql_reader

    with explain_server(place), postgresql_reader.read_plainly(place, seconds, typed) as plain:
        yield plain


def identify(server: DatabaseServer) -> str:
    """What tells the corpus on a server from every other. Raises CorpusError where there is none."""
    from db import postgresql_reader

    with explain_server(server):
        return postgresql_reader.get_identity(server)


@contextmanager
def explain_server(server: DatabaseServer) -> Iterator[None]:
    """What a server says, as a CorpusError."""
    from db.postgresql_reader import ServerError

    try:
        yield
    except ServerError as error:
        if error.code and not error.code.startswith(CONNECTING):
            raise
        known = str(error).startswith((str(server), "a corpus on"))
        raise CorpusError(str(error) if known else f"{server}: {error}.") from error


@contextmanager
def read_file(path: Path, seconds: float = SECONDS, typed: bool = False) -> Iterator[sqlite3.Connection]:
    """The same of a file."""
    with explain(path):
        if not path.is_file() or not recognise(path):
            raise CorpusError(f"{path}: no corpus there. Make one with `make corpus`, or name one with --corpus.")
        connection = connect(path, seconds, typed)
    try:
        with explain(path):
            if not is_current(connection, path):
                raise CorpusError(
                    f"{path}: made by an earlier version of the program. Run `make corpus` to bring it up to date."
                )
        yield connection
    finally:
        connection.close()
        tidy(path)


def connect(path: Path, seconds: float, typed: bool = False) -> sqlite3.Connection:
    """A connection that can neither write nor open another file; what it runs is stopped after ``seconds``.

    Where nothing can be written beside the file (a read-only medium, a full disk) it is read as it stands, unless a
    log that belongs to it would be left out. ``typed``: see ``read_plainly``. Raises sqlite3.OperationalError where the
    file cannot be read.
    """
    connection = _open_readable(path, sqlite3.PARSE_DECLTYPES if typed else 0)
    connection.execute("PRAGMA query_only = ON")
    connection.set_authorizer(_deny_other_files)
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    return connection


def tidy(path: Path) -> None:
    """Have SQLite take its log away where nobody else has the corpus open: a connection for reading cannot."""
    if _beside(path, "-wal").exists():
        with suppress(sqlite3.Error), closing(_open(path, "mode=rw")) as connection:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()


def _open_readable(path: Path, types: int) -> sqlite3.Connection:
    for mode in ("mode=ro", "immutable=1"):
        connection = _open(path, mode, types)
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if mode == "immutable=1" or _has_log(path):
                raise
        else:
            return connection
    raise AssertionError("unreachable")


def _open(path: Path, mode: str, types: int = 0) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?{mode}"
    return sqlite3.connect(address, uri=True, timeout=10, check_same_thread=False, detect_types=types)


def _has_log(path: Path) -> bool:
    log = _beside(path, "-wal")
    return log.exists() and log.stat().st_size > 0


def _beside(path: Path, end: str) -> Path:
    real = path.resolve()
    return real.with_name(real.name + end)


def _deny_other_files(action: int, *_about: str | None) -> int:
    """A query may not open another database: ATTACH would make the file if it is not there."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK


def recognise(path: Path) -> bool:
    """Whether there is a corpus; False where a new one can be made. Raises CorpusError for anything else."""
    if str(path) == ":memory:":
        raise CorpusError(f"{path}: a corpus is a file. Name one with --corpus, such as db/corpus.sqlite.")
    if path.exists() and not path.is_file():
        raise CorpusError(f"{path}: that is no file. Name a file with --corpus.")
    if not path.exists() or path.stat().st_size == 0:
        return False
    header = read_header(path)
    if header.is_database and header.application_id == APPLICATION_ID:
        return bool(find_tables(path)) if header.user_version == 0 else True
    names = find_tables(path) if header.is_database and header.application_id == 0 else None
    if names is None or (names and not names >= FIRST_TABLES):
        raise CorpusError(
            f"{path}: that is no corpus but a file of another program; nothing in it was changed. "
            "Name another file with --corpus."
        )
    return bool(names)


def find_tables(path: Path) -> frozenset[str]:
    """Names of the tables, views and triggers of a database, which is left as it is. Raises sqlite3.DatabaseError."""
    with closing(_open(path, "mode=ro" if _has_log(path) else "immutable=1")) as connection:
        return frozenset(name for (name,) in connection.execute("SELECT name FROM sqlite_master"))


def is_current(driver: sqlite3.Connection, path: Path) -> bool:
    """Whether tables, views and triggers are those of this version. Raises CorpusError for a newer one."""
    (revision,) = driver.execute("SELECT version_num FROM alembic_version").fetchone() or (None,)
    (user_version,) = driver.execute("PRAGMA user_version").fetchone()
    if revision not in REVISIONS:
        raise CorpusError(
            f"{path}: made by a newer version of the program (schema {revision}; this one knows up to {HEAD}). "
            "Install that version, or name another corpus with --corpus."
        )
    return bool(revision == HEAD and user_version == layout())


@contextmanager
def explain(path: Path) -> Iterator[None]:
    """What the database or the file system says, as a CorpusError with what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise CorpusError(f"{path}: cannot be opened ({error}). {advice(error)}") from error
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CorpusError(f"{path}: cannot be opened ({error}). Name another file with --corpus.") from error


def advice(error: BaseException | None) -> str:
    """What to do where SQLite cannot open a file."""
    if isinstance(error, sqlite3.OperationalError):
        return "Is another program writing to it, the disk full, or the file not yours to write?"
    return "It is no corpus, or damaged: name another file with --corpus."
