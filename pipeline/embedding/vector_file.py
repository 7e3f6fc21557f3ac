"""What an embedder has read, in a SQLite file beside the corpus."""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.batches import batched
from pipeline.embedding.vector_store import GROWN, Row

TOGETHER = 500  # keys of one query
TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS about (made TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kept (key BLOB NOT NULL UNIQUE, size REAL NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS result (kind TEXT NOT NULL, key BLOB NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, key))
    WITHOUT ROWID;
CREATE TEMPORARY TABLE current (key BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TEMPORARY TABLE used (key BLOB PRIMARY KEY) WITHOUT ROWID;
"""
JOINED_KEYS = """
WITH RECURSIVE
    start(number) AS (SELECT 1 UNION ALL SELECT number + :width FROM start WHERE number + :width <= LENGTH(:keys)),
    wanted(key) AS (SELECT SUBSTR(:keys, number, :width) FROM start)
"""
KEPT = "SELECT key, size, data FROM kept WHERE key IN (SELECT key FROM wanted)"
RESULTS = "SELECT key, data FROM result WHERE kind = :kind AND key IN (SELECT key FROM wanted)"
EMPTIED = "DELETE FROM kept; DELETE FROM result; DELETE FROM about; PRAGMA user_version = 0; VACUUM;"


class VectorFile:
    """Rows by key in a file, all of them made in one way, ``origin``; without a file where there can be none.

    One process at a time may write it; others are ``borrowing``: they open it to read, and may be wrapped in
    ``vector_store.Borrowed``.
    """

    def __init__(self, path: Path, origin: str, borrowing: bool = False) -> None:
        self._path = path
        self._borrowing = borrowing
        self._file: sqlite3.Connection | None = None
        for _ in range(2):  # what is damaged, or made in another way, goes
            if self._file is None:
                with self._guarded():
                    self._file = _looked_into(path, origin) if borrowing else _opened(path, origin)

    def get(self, keys: Collection[bytes]) -> dict[bytes, Row]:
        """Of these rows those that are there."""
        rows: dict[bytes, Row] = {}
        with self._guarded():
            self.mark(keys)
            if self._file:
                for joined_keys in _joined(keys):
                    cursor = self._file.execute(JOINED_KEYS + KEPT, joined_keys)
                    rows.update((key, (size, data)) for key, size, data in cursor)
        return rows

    def store(self, rows: Mapping[bytes, Row]) -> None:
        """Write down rows in one transaction."""
        with self._guarded():
            if self._file:
                values = [(key, *row) for key, row in rows.items()]
                self._file.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?, ?)", values)
                self._file.commit()

    def mark(self, keys: Collection[bytes]) -> None:
        """Note that rows were asked for."""
        with self._guarded():
            if self._file and not self._borrowing:
                self._file.executemany("INSERT OR IGNORE INTO used VALUES (?)", [(key,) for key in keys])

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Of the results of a kind those under ``keys``."""
        results: dict[bytes, bytes] = {}
        with self._guarded():
            if self._file:
                for joined_keys in _joined(keys):
                    results.update(self._file.execute(JOINED_KEYS + RESULTS, {"kind": kind, **joined_keys}))
        return results

    def save_results(self, kind: str, results: Mapping[bytes, bytes]) -> None:
        """Write down results in one transaction."""
        with self._guarded():
            if self._file and results:
                values = [(kind, *item) for item in results.items()]
                self._file.executemany("INSERT OR IGNORE INTO result VALUES (?, ?, ?)", values)
                self._file.commit()

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        """Drop the results of a kind that are not ``current``, where they are the greater part."""
        with self._guarded():
            if self._file:
                (count,) = self._file.execute("SELECT COUNT(*) FROM result WHERE kind = ?", (kind,)).fetchone()
                if count > 2 * len(current):
                    self._file.executemany("INSERT OR IGNORE INTO current VALUES (?)", [(key,) for key in current])
                    self._file.execute(
                        "DELETE FROM result WHERE kind = ? AND key NOT IN (SELECT key FROM current)", (kind,)
                    )
                    self._file.execute("DELETE FROM current")
                    self._file.commit()

    def settle(self) -> None:
        """All that can be written is: there is one process that writes, which makes again what it does not find."""

    def close(self, prune: bool) -> None:
        """Close the file; with ``prune``, drop first what was not taken, where rows have become GROWN times as many.

        A run after a small change takes few rows, so they are counted from the first run, and from the last dropping.
        """
        with self._guarded():
            if self._file and prune:
                (base,) = self._file.execute("PRAGMA user_version").fetchone()
                if base and self._count() > GROWN * base:
                    self._file.execute("DELETE FROM kept WHERE key NOT IN (SELECT key FROM used)")
                    base = 0
                self._file.commit()
                if not base:
                    self._file.execute(f"PRAGMA user_version = {self._count():d}")
        if self._file:
            self._file.close()
            self._file = None

    def _count(self) -> int:
        """Rows in the file, at least one."""
        row = self._file.execute("SELECT MAX(1, COUNT(*)) FROM kept").fetchone() if self._file else (1,)
        return int(row[0])

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """A damaged file, or one that a full disk leaves no room for, goes; the next run begins another."""
        try:
            yield
        except sqlite3.Error:
            if self._file:
                self._file.close()
                self._file = None
            if not self._borrowing:
                _delete(self._path)


def _opened(path: Path, origin: str) -> sqlite3.Connection:
    """The file, empty unless it was made in the same way, ``origin``. Raises sqlite3.Error if it cannot be used."""
    file = sqlite3.connect(path)
    try:
        file.executescript(TABLES)
        if file.execute("SELECT made FROM about").fetchall() != [(origin,)]:
            file.executescript(EMPTIED)
            file.execute("INSERT INTO about VALUES (?)", (origin,))
            file.commit()
    except sqlite3.Error:
        file.close()
        raise
    return file


def _looked_into(path: Path, origin: str) -> sqlite3.Connection:
    """The file as another process fills it. Raises sqlite3.Error if it is not there or was made in another way."""
    file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        if file.execute("SELECT made FROM about").fetchall() == [(origin,)]:
            return file
    except sqlite3.Error:
        file.close()
        raise
    file.close()
    raise sqlite3.DatabaseError(f"{path} was filled by another embedder")


def _joined(keys: Collection[bytes]) -> Iterator[dict[str, bytes | int]]:
    """The keys of one query after the other, which are equally long, as one value."""
    for batch in batched(keys, TOGETHER):
        yield {"keys": b"".join(batch), "width": len(batch[0])}


def _delete(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + end).unlink()
