"""What only SQLite can do, in one place: full text, lists as rows, pragmas."""

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Integer, Select, String, column, false, func, select, table
from sqlalchemy.exc import DatabaseError

PAIRS = table("bitext_fts", column("rowid", Integer), column("bitext_fts", String))


def select_listed(values: Sequence[str | int]) -> Select[str | int]:
    """The values as rows, however many: one parameter for all of them."""
    return select(func.json_each(json.dumps(values)).table_valued("value").c.value)


def bypass_index(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same value, but nothing that SQLite would look up in an index: for a column with a handful of values."""
    return column.concat("")


def select_pairs_with(connection: Connection, words: str) -> Select[int]:
    """Numbers of the facing pairs that hold ``words``, as ``read_words`` reads them; none where nothing can be read."""
    match = read_words(connection, words)
    query: Select[int] = select(PAIRS.c.rowid)
    return query.where(false() if match is None else PAIRS.c.bitext_fts.match(match))


def read_words(connection: Connection, words: str) -> str | None:
    """``words`` as FTS5 can read them: as they are, or else each word for itself; None where there is no word."""
    for match in (words, " ".join(f'"{word}"' for word in words.replace('"', " ").split())):
        if match.strip() and _can_match(connection, match):
            return match
    return None


def _can_match(connection: Connection, match: str) -> bool:
    try:
        connection.execute(select(PAIRS.c.rowid).where(PAIRS.c.bitext_fts.match(match)).limit(1)).all()
    except DatabaseError:
        return False
    return True
