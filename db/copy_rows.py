"""A whole corpus from one place into another that is empty: row by row, in one transaction."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, func, insert, select, update
from sqlalchemy import bindparam as parameter

from db.models import Base, QueueEntry
from db.schema import bring_up
from db.twins import twin

BATCH = 500  # rows that are in memory at once
Row = dict[str, Any]
Progress = Callable[[int, int], None]  # rows so far, rows in all


class CopyError(ValueError):
    """A copy would not have all that the original has; nothing was kept of it."""


def copied_tables() -> list[Table]:
    """The tables that are copied, in the order of their foreign keys; triggers make the queue of the copy."""
    return [table for table in Base.metadata.sorted_tables if table is not QueueEntry.__table__]


def copy_rows(source: Connection, target: Engine, progress: Progress) -> int:
    """Make the tables in ``target``, which is empty, and write all rows of ``source`` into them; how many.

    All of it is one transaction. Raises CopyError where the copy lacks something.
    """
    total = sum(_count(source, table) for table in copied_tables())
    written = 0
    opened = target.execution_options(writes=True).connect()
    with opened as connection, twin(connection).without_foreign_keys(connection), connection.begin():
        bring_up(connection)
        for table in copied_tables():
            for batch in _batches(source, table):
                _insert(connection, table, batch)
                written += len(batch)
                progress(written, total)
            _point_within(source, connection, table)
            twin(connection).follow_numbers(connection, table)
        _compare(source, connection)
    return written


def _batches(source: Connection, table: Table) -> Iterator[list[Row]]:
    with source.execution_options(yield_per=BATCH).execute(select(table)) as rows:
        values = (dict(row) for row in rows.mappings())
        while batch := list(islice(values, BATCH)):
            yield batch


def _insert(connection: Connection, table: Table, batch: list[Row]) -> None:
    """Rows without what leads to others of their table, which are perhaps not there yet."""
    inside = {column.name for column in _inside(table)}
    connection.execute(insert(table), [row | dict.fromkeys(inside) for row in batch])


def _inside(table: Table) -> list[Column[Any]]:
    """Columns that lead to rows of the same table."""
    return [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]


def _point_within(source: Connection, connection: Connection, table: Table) -> None:
    (key, *_) = table.primary_key
    for column in _inside(table):
        query = select(key.label("key"), column.label("value")).where(column.is_not(None))
        statement = update(table).where(key == parameter("key")).values({column: parameter("value")})
        rows = [dict(row) for row in source.execute(query).mappings()]
        if rows:
            connection.execute(statement, rows)


def _compare(source: Connection, connection: Connection) -> None:
    """Raises CopyError where a table has another number of rows, the queue among them, or a key leads nowhere."""
    for table in Base.metadata.sorted_tables:
        there, here = _count(source, table), _count(connection, table)
        if there != here:
            raise CopyError(f"table {table.name}: {there} rows, and {here} in the copy; nothing was kept")
    broken = twin(connection).find_broken_row(connection)
    if broken:
        raise CopyError(f"table {broken}: a row leads to another that is not there; nothing was kept")


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
