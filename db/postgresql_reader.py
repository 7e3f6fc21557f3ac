"""Reading a corpus on a PostgreSQL server with the driver alone: the twin of ``reader``.

The driver, psycopg, is loaded when a server is first asked.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from db.place import DatabaseServer
from db.statements import read_statements
from db.version import APPLICATION_ID, HEAD, REVISIONS, layout

if TYPE_CHECKING:
    import psycopg

MISSING = (
    "a corpus on a PostgreSQL server needs the driver psycopg, which is not installed. "
    "Install it: pip install 'enregard[postgresql]'"
)
NOTHING_ELSE = "name another database with --corpus."
OLDEST = 150_000  # version of the server
PASSING = ("08", "53", "57P")  # errors of the way to it, or of its state, that pass
_PARAMETER = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/|::|:([A-Za-z_]\w*)|%""", re.DOTALL)


class ServerError(Exception):
    """What a server, or the way to it, says; without the password. ``place`` is where in the statement, from 0."""

    def __init__(self, message: str, place: int | None = None, code: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.code = code
        self.hint = hint


class UnreachableError(ServerError):
    """The server does not answer, or has ended the connection."""


class NotEmptyError(ServerError):
    """A database of another program."""


def connect(server: DatabaseServer) -> "psycopg.Connection[Any]":
    """A connection in UTC that gives times as SQLAlchemy gives those of SQLite: without a zone. Raises ServerError."""
    try:
        import psycopg
        from psycopg.types.datetime import TimestamptzLoader
    except ImportError as error:
        raise ServerError(MISSING) from error

    class UtcLoader(TimestamptzLoader):
        def load(self, data: Any) -> datetime:
            return super().load(data).astimezone(UTC).replace(tzinfo=None)

    with speaking(server):
        connection = psycopg.connect(server.url, options=_options(server), application_name="enregard")
        if connection.info.server_version < OLDEST:
            connection.close()
            raise ServerError(f"PostgreSQL {connection.info.server_version // 10_000} is too old; 15 is the oldest")
        connection.adapters.register_loader("timestamptz", UtcLoader)
    return connection


def _options(server: DatabaseServer) -> str:
    """Settings of the session: those of the URL, and those that the product counts on."""
    from psycopg.conninfo import conninfo_to_dict

    given = conninfo_to_dict(server.url).get("options") or ""
    return f"{given} -c TimeZone=UTC -c DateStyle=ISO -c client_min_messages=warning".strip()


@contextmanager
def speaking(server: DatabaseServer) -> Iterator[None]:
    """What the driver raises, as a ServerError without the password."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise _translated(server, error) from None  # what the driver says may hold the password


def _translated(server: DatabaseServer, error: "psycopg.Error") -> ServerError:
    said = error.diag.message_primary or " ".join(str(error).split())
    position = error.diag.statement_position
    place = int(position) - 1 if position else None
    kind = UnreachableError if _is_of_the_way(error) else ServerError
    return kind(server.censor(said), place, error.sqlstate or "", error.diag.message_hint or "")


def _is_of_the_way(error: "psycopg.Error") -> bool:
    import psycopg

    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return not error.sqlstate or error.sqlstate.startswith(PASSING)


def recognise(server: DatabaseServer) -> bool:
    """Whether there is a corpus; False where a new one can be made. Raises ServerError for anything else."""
    with connect(server) as connection, speaking(server):
        return read_mark(connection, server) is not None


def read_mark(connection: "psycopg.Connection[Any]", server: DatabaseServer) -> tuple[int, str] | None:
    """Layout and identity of the corpus; None where the schema is empty. Raises ServerError for anything else."""
    (is_marked,) = connection.execute(_sql("has-mark")).fetchone() or (False,)
    if is_marked:
        application, user_version, identity = connection.execute(_sql("mark")).fetchone() or (0, 0, "")
        if application == APPLICATION_ID:
            return int(user_version), str(identity)
    elif connection.execute(_sql("relations")).fetchone() is None:
        return None
    raise NotEmptyError(
        f"{server}: that is no corpus but a database of another program; nothing in it was changed. "
        f"Make an empty one (createdb), or {NOTHING_ELSE}"
    )


def is_current(connection: "psycopg.Connection[Any]", server: DatabaseServer) -> bool:
    """Whether tables, views and triggers are those of this version. Raises ServerError for a newer one."""
    mark = read_mark(connection, server)
    if mark is None:
        return False
    (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or (None,)
    if revision not in REVISIONS:
        raise ServerError(
            f"{server}: made by a newer version of the program (schema {revision}; this one knows up to {HEAD}). "
            "Install that version, or name another corpus with --corpus."
        )
    return bool(revision == HEAD and mark[0] == layout())


def get_identity(server: DatabaseServer) -> str:
    """What tells this corpus from every other, however its URL is written. Raises ServerError where there is none."""
    with connect(server) as connection, speaking(server):
        mark = read_mark(connection, server)
    if mark is None:
        raise ServerError(f"{server}: no corpus there. Make one with `enregard build`, or {NOTHING_ELSE}")
    return mark[1]


@contextmanager
def reading(server: DatabaseServer, seconds: float) -> Iterator["psycopg.Connection[Any]"]:
    """A connection to a corpus of this version that cannot write; a statement is stopped after ``seconds``.

    Raises ServerError where there is no corpus, or one of another version.
    """
    with connect(server) as connection:
        with speaking(server):
            connection.execute("SET default_transaction_read_only = on")
            milliseconds = max(1, round(seconds * 1000)) if isfinite(seconds) else 0  # 0: no limit
            connection.execute(f"SET statement_timeout = {milliseconds}")
            connection.commit()
            mark = read_mark(connection, server)
            if mark is None:
                raise ServerError(f"{server}: no corpus there. Make one with `enregard build`, or {NOTHING_ELSE}")
            if not is_current(connection, server):
                raise ServerError(
                    f"{server}: made by an earlier version of the program. Run `enregard build` to bring it up to date."
                )
            connection.rollback()
        yield connection


@contextmanager
def read_plainly(server: DatabaseServer, seconds: float, typed: bool) -> Iterator["ServerConnection"]:
    """The twin of ``reader.read_plainly``. Raises ServerError."""
    with reading(server, seconds) as connection:
        yield ServerConnection(connection, server, typed)


class ServerConnection:
    """Reads a server as SQLite's driver reads a file: ``:name`` for parameters, and values of the same types.

    Times are text, booleans 0 and 1, fractions floats; JSON is text, but where ``typed``.
    """

    def __init__(self, connection: "psycopg.Connection[Any]", server: DatabaseServer, typed: bool = False) -> None:
        self._connection = connection
        self._server = server
        register_plain(connection, typed)

    def execute(self, sql: str, parameters: Any = (), /) -> "ServerCursor":
        """Run a statement of ours. Raises ServerError."""
        from psycopg import ClientCursor

        cursor: Any = ClientCursor(self._connection)
        with speaking(self._server):
            cursor.execute(*translated(sql, parameters))
        return ServerCursor(cursor, self._server)

    def ask(self, sql: str, parameters: Mapping[str, Any], limit: int) -> "ServerCursor":
        """At most ``limit`` rows of what a person wrote: one query, and nothing else. Raises ServerError."""
        import psycopg
        from psycopg import ClientCursor

        statement, values = translated(sql.strip().rstrip(";"), parameters)
        with speaking(self._server):
            written = ClientCursor(self._connection).mogrify(statement, values) if values else statement
        head = "" if sql.lstrip()[:7].upper() == "EXPLAIN" else "DECLARE asked CURSOR FOR "
        self._connection.rollback()
        try:  # prepared, so that it is one statement and no more
            cursor: Any = self._connection.execute(head + written, prepare=True)
            if head:
                cursor = self._connection.execute(f"FETCH {limit:d} FROM asked")
        except psycopg.Error as error:
            self._connection.rollback()
            said = _translated(self._server, error)
            place = None if said.place is None else max(0, said.place - len(head))
            raise ServerError(str(said), place, said.code, said.hint) from None
        return ServerCursor(cursor, self._server)


class ServerCursor:
    """An answer; what the server says while it is read is a ServerError."""

    def __init__(self, cursor: Any, server: DatabaseServer) -> None:
        self._cursor = cursor
        self._server = server

    @property
    def description(self) -> Any:
        """A tuple for each column, its name first."""
        return self._cursor.description

    def fetchone(self) -> Any:
        """The next row, or None."""
        with speaking(self._server):
            return self._cursor.fetchone()

    def fetchmany(self, size: int, /) -> list[Any]:
        """At most so many rows."""
        with speaking(self._server):
            return list(self._cursor.fetchmany(size))

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        with speaking(self._server):
            return list(self._cursor.fetchall())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())


def translated(sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> tuple[str, Any]:
    """A statement with ``:name`` as psycopg reads it, and its parameters; as it is where it has none.

    >>> translated("SELECT ':a', b::text FROM t WHERE c = :c", {"c": 1})
    ("SELECT ':a', b::text FROM t WHERE c = %(c)s", {'c': 1})
    """
    if not parameters:
        return sql, None

    def replaced(match: re.Match[str]) -> str:
        return f"%({match[1]})s" if match[1] else match[0].replace("%", "%%")

    return _PARAMETER.sub(replaced, sql), parameters


def register_plain(connection: "psycopg.Connection[Any]", typed: bool) -> None:
    """Have values come as SQLite's driver gives them."""
    from psycopg.adapt import Loader

    def loader(load: Callable[[str], Any]) -> type[Loader]:
        class PlainLoader(Loader):
            def load(self, data: Any) -> Any:
                return load(bytes(data).decode("utf-8"))

        return PlainLoader

    plain: dict[str, Callable[[str], Any]] = {
        "timestamptz": _moment,
        "bool": lambda text: int(text == "t"),
        "numeric": _number,
        "json": json.loads if typed else str,
        "jsonb": json.loads if typed else str,
        "tsvector": str,
    }
    for name, load in plain.items():
        connection.adapters.register_loader(name, loader(load))


def _moment(text: str) -> str:
    """A time in UTC as SQLAlchemy writes it into SQLite: six digits of a second, which PostgreSQL shortens.

    >>> _moment("2026-11-26 17:23:11.12+00"), _moment("2026-11-26 17:23:11+00")
    ('2026-11-26 17:23:11.120000', '2026-11-26 17:23:11.000000')
    """
    whole, _, fraction = text.partition("+")[0].partition(".")
    return f"{whole}.{fraction:0<6}"


def _number(text: str) -> float | int:
    return float(text) if "." in text else int(text)


def _sql(name: str) -> str:
    return read_statements("catalogue.sql")[name].sql
