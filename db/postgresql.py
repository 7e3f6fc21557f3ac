"""What only PostgreSQL can do, in one place: the twin of ``sqlite``, by the same names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    String,
    Table,
    TableValuedAlias,
    Text,
    TextClause,
    bindparam,
    column,
    create_engine,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert  # noqa: PLC0414 (for those who ask ``twins``)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from db import postgresql_reader as reader
from db.place import DatabaseServer
from db.statements import read_statements

SCRIPTS = MappingProxyType({"fts.sql": "postgresql.sql"})  # what takes the place of what
# Keys of advisory locks: who may run a build or an import, and who may write at this moment.
RUN_LOCK, WRITE_LOCK = 0x456E5267_0001, 0x456E5267_0002
# What a trigger looks up it finds by an index: its plans are kept as long as a connection lives, and may have been made
# while tables were almost empty.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off"
MOST_LOCKS = 256  # that one transaction takes: the server has room for 64 times as many connections as it allows
_TRIGGER = re.compile(
    r"CREATE TRIGGER (?P<name>\w+)\s+(?P<event>AFTER .+? ON \w+)(?:\s+WHEN (?P<condition>.+?))?\s+BEGIN\n"
    r"(?P<body>.+)\nEND;",
    re.DOTALL,
)
ANY_ROW = r"= ANY (ARRAY(SELECT \1 FROM changed{}))"
UNLESS_EMPTY = "  IF NOT EXISTS (SELECT 1 FROM changed{}) THEN\n    RETURN NULL;\n  END IF;\n"
_ENDS = re.compile(r"(?<=;)\n(?=\n)")


# Connections


def writing_engine(server: DatabaseServer, keep: bool = False) -> Engine:
    """An engine whose connections are the driver's own, each closed after use, or kept for the next (some 10 ms)."""
    if keep:
        return create_engine("postgresql+psycopg://", creator=lambda: reader.connect(server), pool_pre_ping=True)
    return create_engine("postgresql+psycopg://", creator=lambda: reader.connect(server), poolclass=NullPool)


def begin(connection: Connection, *, writes: bool) -> None:
    """Begin a transaction: one that writes waits until no other does, one that reads sees one moment.

    One that is ``shared`` waits only for those that are not, and for those about the same. All take their locks in one
    order, so none waits for another that waits for it; where they would be many, it writes alone.
    """
    options = connection.get_execution_options()
    about: frozenset[str] = options.get("about", frozenset())
    if not writes:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    elif options.get("shared") and 0 < len(about) <= MOST_LOCKS:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({WRITE_LOCK})")
        connection.execute(_sql("lock-each"), {"keys": sorted(map(_lock_key, about))})
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")


def _lock_key(name: str) -> int:
    """A key of an advisory lock, below those that have names."""
    return -1 - (int.from_bytes(blake2b(name.encode("utf-8"), digest_size=8).digest()) >> 1)


def begin_reading(connection: Connection) -> None:
    """Begin a transaction that sees one moment."""
    begin(connection, writes=False)


@contextmanager
def locked(server: DatabaseServer, waiting: Any) -> Iterator[None]:
    """One run at a time, by a lock that goes with its connection; ``waiting`` is called where another has it."""
    with reader.connect(server) as connection, reader.speaking(server):
        connection.autocommit = True
        (is_free,) = connection.execute(f"SELECT pg_try_advisory_lock({RUN_LOCK})").fetchone() or (False,)
        if not is_free:
            waiting()
            connection.execute(f"SELECT pg_advisory_lock({RUN_LOCK})")
        yield


def begin_snapshot(_connection: Connection) -> None:
    """Every connection that reads sees one moment."""


def can_match(connection: Connection, match: str) -> bool:
    """Whether an expression can be read as FTS5's."""
    try:
        with connection.begin_nested():
            connection.execute(text("SELECT parsed(:match)"), {"match": match})
    except DatabaseError:
        return False
    return True


def enlarge_cache(_connection: Connection) -> None:
    """The server has its own."""


@contextmanager
def without_foreign_keys(_connection: Connection) -> Iterator[None]:
    """No table is rebuilt."""
    yield


# Schema


def get_user_version(connection: Connection) -> int:
    """The number that the corpus says; 0 where there is none yet."""
    if not connection.execute(_sql("has-mark")).scalar_one():
        return 0
    return int(connection.execute(_sql("mark")).one().user_version)


def set_version(connection: Connection, application_id: int, user_version: int) -> None:
    """Write what the corpus says of itself; a new one gets its identity."""
    connection.execute(_sql("make-mark"))
    values = {"mark": application_id, "version": user_version, "identity": uuid4().hex}
    connection.execute(_sql("write-mark"), values)


def find_broken_row(_connection: Connection) -> str | None:
    """None: the server keeps foreign keys all the time."""
    return None


def drop_derived(connection: Connection) -> None:
    """Drop every trigger, view and function of the schema, and the full-text tables."""
    for trigger in connection.scalars(_sql("triggers")).all():
        _run(connection, f"DROP TRIGGER {trigger}")
    _drop_all(connection, "VIEW", "views")
    _run(connection, "DROP TABLE IF EXISTS segment_fts, bitext_fts")
    _drop_all(connection, "FUNCTION", "functions")


def _drop_all(connection: Connection, kind: Literal["VIEW", "FUNCTION"], query: str) -> None:
    """All at once, so that it does not matter which rests on which."""
    names = connection.scalars(_sql(query)).all()
    if names:
        _run(connection, f"DROP {kind} {', '.join(names)}")


def finish_tables(connection: Connection) -> None:
    """Have texts sorted and compared by code points, as SQLite does, whatever the locale of the database."""
    for statement in connection.scalars(_sql("collations")).all():
        _run(connection, statement)


def listed(
    columns: Mapping[str, ColumnElement[Any]], rows: Sequence[Mapping[str, Any]]
) -> tuple[TableValuedAlias, dict[str, list[Any]]]:
    """Rows as a table ``fresh`` for a statement, with a list for each column; and the lists, to run it with.

    ``columns`` maps names to columns of these types. However many the rows, the statement is the same and is prepared
    once; triggers for statements are called once for all of them.
    """
    kinds = {name: Text() if isinstance(of.type, String) else of.type for name, of in columns.items()}  # of any length
    lists = (bindparam(f"each_{name}", type_=ARRAY(kind, dimensions=1)) for name, kind in kinds.items())
    fresh = func.unnest(*lists).table_valued(*(column(*of) for of in kinds.items()), name="fresh").render_derived()
    return fresh, {f"each_{name}": [row[name] for row in rows] for name in columns}


def follow_numbers(connection: Connection, table: Table) -> None:
    """Have the numbers that the server gives rows follow the highest that is there."""
    for number in table.primary_key:
        if table.autoincrement_column is number:
            highest = select(func.max(number)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, number.name)
            connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


def run_script(connection: Connection, script: str) -> None:
    """Run the statements of an SQL file; triggers in SQLite's words become the server's."""
    for statement in split_statements(script):
        _run(connection, translate_trigger(statement))


def split_statements(script: str) -> list[str]:
    """The statements of an SQL file: each ends where ``;`` ends a line before an empty one."""
    return [statement for statement in _ENDS.split(script) if ";" in statement]


def translate_trigger(statement: str) -> str:
    """A trigger as SQLite has it, as a function and a trigger that calls it; anything else as it is.

    One that comes after rows are inserted or deleted is called once for all rows of a statement: what is compared with
    ``new.column`` or ``old.column`` there may be that of any of them. One that comes after an update of some columns is
    called for each row, since PostgreSQL has no table of what changed for it.
    """
    match = _TRIGGER.search(statement)
    if match is None:
        return statement
    name, event, body = match["name"], match["event"], match["body"]
    if event.startswith("AFTER UPDATE"):
        condition = f" WHEN ({match['condition']})" if match["condition"] else ""
        calling = f"FOR EACH ROW{condition}"
    else:
        row = "new" if event.startswith("AFTER INSERT") else "old"
        condition = f" WHERE {match['condition'].replace(f'{row}.', '')}" if match["condition"] else ""
        body = UNLESS_EMPTY.format(condition) + re.sub(rf"= {row}\.(\w+)", ANY_ROW.format(condition), body)
        calling = f"REFERENCING {row.upper()} TABLE AS changed FOR EACH STATEMENT"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $trigger$\nBEGIN\n{body}\n"
        f"  RETURN NULL;\nEND $trigger$;\n"
        f"CREATE TRIGGER {name} {event} {calling} EXECUTE FUNCTION {name}();"
    )


def _sql(name: str) -> TextClause:
    return text(read_statements("catalogue.sql")[name].sql.replace("::", r"\:\:"))


def _run(connection: Connection, statement: str) -> None:
    """By the driver, which looks for no parameters in it."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statement)
