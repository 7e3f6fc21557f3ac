"""What an embedder has read, kept by text: a change to one document does not have the whole corpus read again.

The token features of each text stand as 16-bit floats in a SQLite file beside the corpus (``vector_file``), or with a
corpus on a server in tables there (``vector_server``). That is a cache: it can be deleted at any time, and one that is
damaged or that another embedder filled is made anew. Features are always rounded to what it can hold, so that they are
the same whether they were read just now or a year ago.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import TypeVar

import numpy as np

from db.place import DatabaseServer, Place
from pipeline.embedding.embed import Embedder, Features, Floats
from pipeline.embedding.vector_file import VectorFile
from pipeline.embedding.vector_server import VectorServer
from pipeline.embedding.vector_store import Borrowed, Row, Taken, VectorStore
from pipeline.records import Signature

READ = 512  # texts read before they are written down: more is not lost when a run is killed
LARGEST = 65_504.0  # of the 16-bit floats
Item = TypeVar("Item")


class CachedEmbedder:
    """An embedder that has ``inner`` read only what is not kept at ``place``, a file or the server of a corpus.

    One process at a time may write a file, and any number a server's tables. Processes that are ``borrowing`` only look
    in, and hand what they read to the one that writes. Where nothing can be written, everything is read anew.
    """

    def __init__(self, inner: Embedder, place: Place, borrowing: bool = False) -> None:
        self._inner = inner
        self._place = place
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
    def results(self) -> VectorStore:
        """What stages made of vectors, kept in the same place (``align.results.Results``)."""
        return self._cached

    def close(self, prune: bool = False) -> None:
        """Let go of what is kept. With ``prune``, first drop what nobody asked for, if it has grown GROWN-fold."""
        if "_cached" in self.__dict__:
            self._cached.close(prune)
            del self._cached

    def settle(self) -> None:
        """Write down what is held in memory. Raises StoreError where results were lost since the last call."""
        if "_cached" in self.__dict__:
            self._cached.settle()

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
        """What was asked for and read since this was last asked, where this one is borrowing."""
        return self._cached.taken() if isinstance(self._cached, Borrowed) else Taken(frozenset(), {})

    def take(self, taken: Taken) -> None:
        """What a borrowing embedder has asked for and read counts as asked for and read by this one."""
        self._cached.mark(taken.keys)
        self._cached.store(taken.rows)

    @cached_property
    def _cached(self) -> VectorStore:
        width = self._inner.features(["a"]).sums.shape[1]
        store = _open_store(self._place, f"{self.signature.key} {width}", self._borrowing)
        return Borrowed(store) if self._borrowing else store


def _open_store(place: Place, origin: str, borrowing: bool) -> VectorStore:
    if isinstance(place, DatabaseServer):
        return VectorServer(place, origin, borrowing)
    return VectorFile(place, origin, borrowing)


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
