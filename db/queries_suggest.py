"""The SELECT of ``suggest``: pairs that people made or confirmed and that share words with a sentence.

By SQLite's own driver, as every search: full text is peculiar to it.
"""

from sqlite3 import Connection
from typing import NamedTuple

# The words of either side are looked up; what was rejected, or is a machine's and nobody has looked at, is no memory.
CONFIRMED = """
SELECT bitext.id, bitext.kind, bitext.left_reading, bitext.right_reading, bitext.left_language, bitext.right_language,
       bitext.verdict, bitext.reviewer, COALESCE(bitext.left_path, bitext.right_path, bitext.left_document_id)
FROM (SELECT rowid, rank FROM bitext_fts WHERE bitext_fts MATCH :match) AS hit
JOIN alignment ON alignment.docid = hit.rowid
JOIN bitext ON bitext.id = alignment.id
WHERE COALESCE(bitext.verdict, '') <> 'reject'
  AND (bitext.verdict IN ('accept', 'correct')
       OR bitext.kind = 'bitext' AND bitext.left_origin = 'human' AND bitext.right_origin = 'human')
ORDER BY hit.rank, bitext.id
LIMIT :most
"""


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
    return [MemoryRow(*row) for row in connection.execute(CONFIRMED, {"match": match, "most": most})]
