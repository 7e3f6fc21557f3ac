"""Questions of the command line: SQL that people write, and single rows with what they were made from."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from typing import Any, NamedTuple

PREFIXED = 20  # rows at most whose id begins in the same way
# Tables whose rows can be shown, and their keys.
KEYS: Mapping[str, str] = {
    "document": "id",
    "segment": "id",
    "translation": "id",
    "document_pair": "id",
    "alignment": "id",
    "signature": "id",
    "run": "id",
    "source": "path",
}


class FindingText(NamedTuple):
    """A finding: its code, and what was measured."""

    code: str
    value: str


def run_sql(
    connection: Connection, sql: str, limit: int, parameters: Mapping[str, Any]
) -> tuple[list[str], list[Sequence[Any]], bool]:
    """Column names, at most ``limit`` rows, and whether there were more. The connection must be read-only."""
    cursor = connection.execute(sql, dict(parameters))
    if cursor.description is None:
        return [], [], False
    rows = cursor.fetchmany(limit + 1)
    return [str(column[0]) for column in cursor.description], rows[:limit], len(rows) > limit


def refusal(connection: Connection, sql: str) -> str:
    """What SQLite says against a query, or nothing; it is read and not run."""
    try:
        connection.execute(f"EXPLAIN {sql}").close()
    except (sqlite3.Error, sqlite3.Warning) as error:
        return str(error)
    return ""


def find_columns(connection: Connection) -> dict[str, list[str]]:
    """Table or view to its columns, without what SQLite and the full-text indexes keep for themselves."""
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
    query = " UNION ALL ".join(
        f"SELECT * FROM (SELECT '{table}', {key} FROM {table} WHERE {key} >= :prefix AND {key} < :end LIMIT :limit)"  # noqa: S608
        for table, key in KEYS.items()
    )
    return [(str(table), str(key)) for table, key in connection.execute(query, bounds)]


def find_documents_called(connection: Connection, name: str) -> list[tuple[str, str]]:
    """(id, path) of the documents of a path or file of this name, else of its last part, else with it in their title.

    At most PREFIXED.
    """
    conditions = (
        "source.path = :name OR source.file = :name",
        "source.path LIKE '%/' || :escaped ESCAPE '\\' OR source.path LIKE :escaped || '.%' ESCAPE '\\'",
        "document.title LIKE '%' || :escaped || '%' ESCAPE '\\'",
    )
    escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    for condition in conditions:
        query = f"""
            SELECT document.id, MIN(source.path) FROM source JOIN document ON document.id = source.document_id
            WHERE {condition} GROUP BY document.id ORDER BY 2 LIMIT :limit"""  # noqa: S608 -- fixed texts
        found = connection.execute(query, {"name": name, "escaped": escaped, "limit": PREFIXED}).fetchall()
        if found:
            return [(key, path) for key, path in found]
    return []


def get_row(connection: Connection, table: str, key: str) -> dict[str, Any] | None:
    """One row of a table of KEYS by its column names."""
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {KEYS[table]} = ?", (key,))  # noqa: S608
    row = cursor.fetchone()
    return dict(zip((column[0] for column in cursor.description), row, strict=True)) if row else None


def find_segment_ids(connection: Connection, alignment: str) -> list[str]:
    """The segments of an alignment in order, those of the left side first."""
    query = "SELECT segment_id FROM alignment_segment WHERE alignment_id = ? ORDER BY side, position"
    return [key for (key,) in connection.execute(query, (alignment,))]


def find_finding_texts(connection: Connection, subjects: Sequence[str]) -> list[FindingText]:
    """Findings about any of ``subjects``."""
    query = "SELECT code, value FROM finding WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY code"
    return [FindingText(code, value) for code, value in connection.execute(query, (json.dumps(subjects),))]


def find_reading(connection: Connection, document: str) -> list[tuple[str, str]]:
    """(text, origin) of the English reading of a document: English segments as they are, French ones translated."""
    query = "SELECT english_text, origin FROM reading WHERE document_id = ? ORDER BY position"
    return [(text, origin) for text, origin in connection.execute(query, (document,))]


def find_source_paths(connection: Connection, document: str) -> list[str]:
    """The files that a document came from."""
    query = "SELECT path FROM source WHERE document_id = ? ORDER BY path"
    return [path for (path,) in connection.execute(query, (document,))]
