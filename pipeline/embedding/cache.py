"""What an embedder has read, kept by text: a change to one document does not have the whole corpus read again.

The token features of each text stand in a SQLite file beside the corpus, as 16-bit floats. The file is a cache: it can
be deleted at any time, and one that is damaged or that another embedder filled is made anew. Features are always
rounded to what the file can hold, so that they are the same whether they were read just now or a year ago.
"""

import sqlite3
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from pipeline.embedding.embed import Embedder, Features, Floats
from pipeline.records import Signature

READ = 512  # texts read before they are written down: more is not lost when a run is killed
GROWN = 3  # times as many rows as there were: the point at which what nobody asks for is dropped
LARGEST = 65_504.0  # of the 16-bit floats
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
EMPTIED = "DELETE FROM kept; DELETE FROM result; DELETE FROM about; PRAGMA user_version = 0; VACUUM;"
Item = TypeVar("Item")
Row: TypeAlias = tuple[float, bytes]  # tokens, and the sum of their features by token


class Taken(NamedTuple):
    """What an embedder that may not write has asked for, and what it has read."""

    keys: frozenset[bytes]
    rows: Mapping[bytes, Row]


class CachedEmbedder:
    """An embedder that has ``inner`` read only what the file at ``path`` does not hold.

    One process at a time may write the file; others that are ``borrowing`` only look into it, and hand what they read
    to the one that writes. Where it cannot be written, everything is read anew.
    """

    def __init__(self, inner: Embedder, path: Path, borrowing: bool = False) -> None:
        self._inner = inner
        self._path = path
        self._borrowing = borrowing

    @property
    def signature(self) -> Signature:
        """That of the embedder within."""
        return self._inner.signature

    def vectors(self, features: Features) -> Floats:
        """Unit vectors (n, dim) from features."""
        return self._inner.vectors(features)

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        """Features of ``texts``; with ``joined``, as consecutive texts that ``embed.runs`` may put together."""
        if not texts:
            return self._inner.features(texts, joined)
        keys, seams = _keys(texts, joined)
        rows = self._cached.get({*keys, *seams})
        for batch in _unread(texts, joined, rows):
            fresh = self.read(batch, joined)
            self.keep(fresh)
            rows.update(fresh)
        plain = _unpacked([rows[key] for key in keys])
        joints = _unpacked([rows[seam] for seam in seams], plain.sums.shape[1]) if joined else None
        return Features(plain.sums, plain.counts, joints)

    @property
    def results(self) -> "VectorFile":
        """What stages made of vectors, kept in the same file (``align.results.Results``)."""
        return self._cached

    def close(self, prune: bool = False) -> None:
        """Close the file. With ``prune``, first drop what nobody asked for, if the file has grown GROWN-fold."""
        if "_cached" in self.__dict__:
            self._cached.close(prune)
            del self._cached

    def plan(self, texts: Sequence[str], claimed: set[bytes]) -> list[list[str]]:
        """What of ``texts``, as consecutive ones, has to be read, some at a time: as ``features`` would read them.

        ``claimed`` holds the keys of what others are about to read; these are added.
        """
        keys, seams = _keys(texts, joined=True)
        batches = _unread(texts, True, self._cached.get({*keys, *seams}).keys() | claimed)
        for batch in batches:
            claimed.update(*_keys(batch, joined=True))
        return batches

    def read(self, texts: Sequence[str], joined: bool) -> dict[bytes, Row]:
        """Rows of ``texts`` and of the seams between them, read by the embedder within."""
        keys, seams = _keys(texts, joined)
        features = self._inner.features(texts, joined)
        rows = dict(zip(keys, _packed(features), strict=True))
        if features.joints is not None:
            rows |= zip(seams, _packed(features.joints), strict=True)
        return rows

    def keep(self, rows: Mapping[bytes, Row]) -> None:
        """Write down what was read."""
        self._cached.store(rows)

    def taken(self) -> Taken:
        """What was asked for and read since this was last asked."""
        return self._cached.taken()

    def take(self, taken: Taken) -> None:
        """What a borrowing embedder has asked for and read counts as asked for and read by this one."""
        self._cached.mark(taken.keys)
        self._cached.store(taken.rows)

    @cached_property
    def _cached(self) -> "VectorFile":
        width = self._inner.features(["a"]).sums.shape[1]
        return VectorFile(self._path, f"{self.signature.key} {width}", self._borrowing)


class VectorFile:
    """Rows by key in a file, all of them made in one way, ``origin``; without a file where there can be none."""

    def __init__(self, path: Path, origin: str, borrowing: bool = False) -> None:
        self._path = path
        self._borrowing = borrowing
        self._file: sqlite3.Connection | None = None
        self._asked: set[bytes] = set()
        self._unwritten: dict[bytes, Row] = {}
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
                for key in keys:
                    row = self._file.execute("SELECT size, data FROM kept WHERE key = ?", (key,)).fetchone()
                    if row:
                        rows[key] = row
        return rows

    def store(self, rows: Mapping[bytes, Row]) -> None:
        """Write down rows in one transaction; one that borrows hands them over when it is asked."""
        if self._borrowing:
            self._unwritten.update(rows)
            return
        with self._guarded():
            if self._file:
                values = [(key, *row) for key, row in rows.items()]
                self._file.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?, ?)", values)
                self._file.commit()

    def mark(self, keys: Collection[bytes]) -> None:
        """Note that rows were asked for."""
        with self._guarded():
            if self._borrowing:
                self._asked.update(keys)
            elif self._file:
                self._file.executemany("INSERT OR IGNORE INTO used VALUES (?)", [(key,) for key in keys])

    def taken(self) -> Taken:
        """What was asked for and not written since this was last asked, of one that borrows."""
        taken = Taken(frozenset(self._asked), self._unwritten)
        self._asked, self._unwritten = set(), {}
        return taken

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Of the results of a kind those under ``keys``."""
        results: dict[bytes, bytes] = {}
        with self._guarded():
            if self._file:
                query = "SELECT data FROM result WHERE kind = ? AND key = ?"
                for key in keys:
                    row = self._file.execute(query, (kind, key)).fetchone()
                    if row:
                        results[key] = row[0]
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
            file.executescript(
                "DELETE FROM kept; DELETE FROM result; DELETE FROM about; PRAGMA user_version = 0; VACUUM;"
            )
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


def _delete(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + end).unlink()


def _keys(texts: Sequence[str], joined: bool) -> tuple[list[bytes], list[bytes]]:
    """Keys of the texts, and with ``joined`` of the seams between them."""
    return [_key(text) for text in texts], [_key(*both) for both in pairwise(texts)] if joined else []


def _unread(texts: Sequence[str], joined: bool, known: Container[bytes]) -> list[list[str]]:
    """What has to be read for all keys to be known, a few texts at a time; consecutive ones where they are joined."""
    keys, seams = _keys(texts, joined)
    missing = {i for i, key in enumerate(keys) if key not in known}
    missing |= {near for i, seam in enumerate(seams) if seam not in known for near in (i, i + 1)}
    return [[texts[i] for i in batch] for batch in _batches(sorted(missing), READ, overlap=int(joined))]


def _key(*texts: str) -> bytes:
    joined = "\x1f".join(texts)
    return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _packed(features: Features) -> Iterator[Row]:
    """One row a text. Means by token, not sums, so that long texts lose nothing."""
    means = features.sums / np.maximum(np.abs(features.counts), 1)[:, None]
    half = np.clip(means, -LARGEST, LARGEST).astype(np.float16)
    return ((float(count), row.tobytes()) for count, row in zip(features.counts, half, strict=True))


def _unpacked(rows: Sequence[Row], width: int = -1) -> Features:
    """Features of ``rows``; of none, if the ``width`` (d) is told."""
    counts = np.array([size for size, _ in rows], dtype=np.float32)
    means = np.frombuffer(b"".join(data for _, data in rows), dtype=np.float16).reshape(len(rows), width)
    return Features(means.astype(np.float32) * np.maximum(np.abs(counts), 1)[:, None], counts)


def _batches(items: Sequence[Item], size: int, overlap: int = 0) -> Iterator[Sequence[Item]]:
    """``items`` a few at a time; each batch begins with the last ``overlap`` of the one before it."""
    for start in range(0, len(items) - overlap if len(items) > overlap else len(items), size):
        yield items[start : start + size + overlap]
