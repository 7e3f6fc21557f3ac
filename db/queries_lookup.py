"""Questions of the command line: SQL that people write, and single rows with what they were made from."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from db.place import PlainConnection as Connection
from db.place import PlainCursor
from db.postgresql_reader import ServerConnection
from db.statements import dialect_of, read_statements

PREFIXED = 20  # rows at most whose id begins in the same way


class FindingText(NamedTuple):
    """A finding: its code, and what was measured."""

    code: str
    value: str


def run_sql(
    connection: Connection, sql: str, limit: int, parameters: Mapping[str, Any]
) -> tuple[list[str], list[Sequence[Any]], bool]:
    """Column names, at most ``limit`` rows, and whether there were more. The connection must be read-only."""
    if isinstance(connection, ServerConnection):
        cursor: PlainCursor = connection.ask(sql, parameters, limit + 1)
    else:
        cursor = connection.execute(sql, dict(parameters))
    if cursor.description is None:
        return [], [], False
    rows = cursor.fetchmany(limit + 1)
    return [str(column[0]) for column in cursor.description], rows[:limit], len(rows) > limit


def refusal(connection: Connection, sql: str) -> str:
    """What SQLite says against a query, or nothing; it is read and not run."""
    if not isinstance(connection, sqlite3.Connection):
        return ""
    try:
        connection.execute(f"EXPLAIN {sql}").close()
    except (sqlite3.Error, sqlite3.Warning) as error:
        return str(error)
    return ""


def find_columns(connection: Connection) -> dict[str, list[str]]:
    """Table or view to its columns, without what SQLite and the full-text indexes keep for themselves."""
    if dialect_of(connection) == "postgresql":
        query = read_statements("catalogue.sql")["columns"].sql
    else:
        query = """
        SELECT m.name, c.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
        WHERE m.type IN ('table', 'view') AND m.name NOT GLOB 'sqlite_*' AND m.name NOT GLOB '*_fts_*'
        ORDER BY m.name, c.cid"""
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(query):
        columns.setdefault(table, []).append(column)
    return columns


def find_by_prefix(connection: Connection, prefix: str) -> list[tuple[str, str]]:
    """(table, id) of every row whose id begins with ``prefix``; at most PREFIXED of a table."""
    bounds = {"prefix": prefix, "end": prefix + "\U0010ffff", "limit": PREFIXED}
    return [(str(table), str(key)) for table, key in connection.execute(_sql(connection, "beginning"), bounds)]


def find_documents_called(connection: Connection, name: str) -> list[tuple[str, str]]:
    """(id, path) of the documents of a path or file of this name, else of its last part, else with it in their title.

    At most PREFIXED.
    """
    escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {"name": name, "escaped": escaped, "limit": PREFIXED}
    for query in ("documents-of-path", "documents-of-last-part", "documents-of-title"):
        documents = connection.execute(_sql(connection, query), values).fetchall()
        if documents:
            return [(key, path) for key, path in documents]
    return []


def get_row(connection: Connection, table: str, key: str) -> dict[str, Any] | None:
    """One row of a table that ``find_by_prefix`` names, by its column names."""
    cursor = connection.execute(_sql(connection, table.replace("_", "-")), {"key": key})
    row = cursor.fetchone()
    return dict(zip((column[0] for column in cursor.description), row, strict=True)) if row else None


def find_segment_ids(connection: Connection, alignment: str) -> list[str]:
    """The segments of an alignment in order, those of the left side first."""
    return [key for (key,) in connection.execute(_sql(connection, "segments-of-alignment"), {"key": alignment})]


def find_finding_texts(connection: Connection, subjects: Sequence[str]) -> list[FindingText]:
    """Findings about any of ``subjects``."""
    rows = connection.execute(_sql(connection, "findings"), {"subjects": json.dumps(subjects)})
    return [FindingText._make(row) for row in rows]


def find_reading(connection: Connection, document: str) -> list[tuple[str, str]]:
    """(text, origin) of the English reading of a document: English segments as they are, French ones translated."""
    return [(text, origin) for text, origin in connection.execute(_sql(connection, "reading"), {"key": document})]


def find_source_paths(connection: Connection, document: str) -> list[str]:
    """The files that a document came from."""
    return [path for (path,) in connection.execute(_sql(connection, "files"), {"key": document})]


def _sql(connection: Connection, name: str) -> str:
    return read_statements("lookup.sql", dialect_of(connection))[name].sql
