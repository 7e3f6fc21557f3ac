"""Marks the words that a search found in texts of a server, by the rules of FTS5 itself: in memory, in SQLite."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

_TABLE = "CREATE VIRTUAL TABLE shown USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')"
_MARKED = "SELECT rowid, highlight(shown, 0, char(2), char(3)) FROM shown WHERE shown MATCH ?"


def mark_words(texts: Sequence[str], match: str) -> list[str]:
    """``texts`` with what an expression of FTS5 finds in each between U+0002 and U+0003; the others as they are."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(_TABLE)
        memory.executemany("INSERT INTO shown (rowid, text) VALUES (?, ?)", enumerate(texts))
        marked = dict(memory.execute(_MARKED, (match,)))
    return [marked.get(number, text) for number, text in enumerate(texts)]
