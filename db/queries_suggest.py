"""The SELECT of ``suggest``: pairs that people made or confirmed and that share words with a sentence.

By the driver alone, as every search.
"""

from typing import NamedTuple

from db.place import PlainConnection as Connection
from db.statements import dialect_of, read_statements


class MemoryRow(NamedTuple):
    """A pair that may be used again: both sides as people read them."""

    id: str
    kind: str
    left: str
    right: str
    left_language: str
    right_language: str
    verdict: str | None
    reviewer: str | None
    path: str


def get_memory(connection: Connection, match: str, most: int) -> list[MemoryRow]:
    """At most ``most`` confirmed pairs that an FTS5 expression finds, best first."""
    statement = read_statements("search.sql", dialect_of(connection))["confirmed"].sql
    return [MemoryRow(*row) for row in connection.execute(statement, {"match": match, "most": most})]
