"""What is asked about verdicts whose texts face each other no more."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, DateTime, TextualSelect, text


class OrphanRow(NamedTuple):
    """A verdict on two texts that face each other no more."""

    id: int
    verdict: str
    correction: str | None
    comment: str | None
    reviewer: str
    created: datetime
    left_text: str
    right_text: str


class LikelyRow(NamedTuple):
    """A facing pair that shares words with such texts."""

    id: str
    left_text: str
    right_text: str


COLUMNS = "id, verdict, correction, comment, reviewer, created, left_text, right_text"


def count_orphans(connection: Connection) -> int:
    """How many there are."""
    return int(connection.execute(text("SELECT COUNT(*) FROM orphaned_verdicts")).scalar_one())


def find_orphans(connection: Connection, limit: int, after: int | None = None) -> list[OrphanRow]:
    """At most ``limit``, the latest first; ``after`` is the id of the last one of the page before."""
    query = f"SELECT {COLUMNS} FROM orphaned_verdicts WHERE :after IS NULL OR id < :after ORDER BY id DESC LIMIT :limit"  # noqa: S608 -- fixed texts
    return [OrphanRow._make(row) for row in connection.execute(_typed(query), {"after": after, "limit": limit})]


def get_orphan(connection: Connection, review: int) -> OrphanRow | None:
    """One of them, by the number of its judgement."""
    query = f"SELECT {COLUMNS} FROM orphaned_verdicts WHERE id = :id"  # noqa: S608 -- fixed texts
    row = connection.execute(_typed(query), {"id": review}).one_or_none()
    return None if row is None else OrphanRow._make(row)


def find_likely(connection: Connection, words: str, limit: int) -> list[LikelyRow]:
    """Facing pairs that have most of ``words``, an expression of the full-text index; the likeliest first."""
    query = """
        SELECT alignment.id, alignment.left_text, alignment.right_text
        FROM bitext_fts JOIN alignment ON alignment.docid = bitext_fts.rowid
        WHERE bitext_fts MATCH :words AND alignment.left_text <> '' AND alignment.right_text <> ''
        ORDER BY bitext_fts.rank LIMIT :limit
        """
    rows = connection.execute(text(query), {"words": words, "limit": limit})
    return [LikelyRow._make(row) for row in rows]


def _typed(query: str) -> TextualSelect:
    return text(query).columns(created=DateTime(timezone=True))
