"""Texts of segments by their hashes, for search by meaning."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from db.place import PlainConnection as Connection
from db.statements import dialect_of, read_statements


class NumberedSegment(NamedTuple):
    """A segment by its number in the index of words, the hash of its text, and its language (empty: none)."""

    docid: int
    text_hash: str
    language: str


def find_latest_run(connection: Connection) -> str:
    """The id of the run that wrote last; empty before the first."""
    row = connection.execute(_sql(connection, "latest-run")).fetchone()
    return str(row[0]) if row else ""


def find_text_hashes(connection: Connection) -> list[str]:
    """Hashes of the texts of all segments, in order."""
    return [text_hash for (text_hash,) in connection.execute(_sql(connection, "hashes"))]


def find_texts_of_hashes(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """Hash to text."""
    return dict(connection.execute(_sql(connection, "text-by-hash"), {"hashes": json.dumps(hashes)}))


def find_segments_with(connection: Connection, hashes: Sequence[str]) -> list[NumberedSegment]:
    """The segments with texts of these hashes."""
    rows = connection.execute(_sql(connection, "numbers-by-hash"), {"hashes": json.dumps(hashes)})
    return [NumberedSegment._make(row) for row in rows]


def find_hashes_of(connection: Connection, key: str) -> list[str]:
    """Hashes of the texts of a segment, or of the segments of a pair; none where there is neither."""
    return [text_hash for (text_hash,) in connection.execute(_sql(connection, "segments-by-id"), {"id": key})]


def _sql(connection: Connection, name: str) -> str:
    return read_statements("search.sql", dialect_of(connection))[name].sql
