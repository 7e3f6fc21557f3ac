"""Search by meaning: the segments nearest to a text, in every language that the embedder reads.

The index lies beside the corpus and is brought up to date when it is asked for after a run: only texts that it has not
seen are read, and those mostly come from the cache of vectors.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from db import queries_nearby as queries
from db import queries_search
from db.place import Place
from db.place import PlainConnection as Connection
from db.queries_search import SEGMENT, Ask, Key
from db.reader import read_plainly
from pipeline.corpus import layout
from pipeline.embedding import cache, use
from pipeline.embedding.embed import Embedder, Floats, encode
from pipeline.embedding.nearby import IndexHead, Keys, NearbyIndex, Rows, restamp, write_index
from pipeline.errors import NotFoundError, StoreError, UsageError
from pipeline.records import Event, digest
from pipeline.search.concordance import Question, asks
from pipeline.search.similar import Similar

READ = 1_024  # texts read at once
FIRST = 8  # times as many neighbours as are shown are asked for first, since some are none of what is asked for
WIDER = 8  # times as many where these are too few
MOST = 20_000  # neighbours that are looked through
HOURS = 24 * 3600.0  # in seconds: what reading the texts of a large corpus may take
Progress = Callable[[Event], None]


class Sought(NamedTuple):
    """The unit vector (d,) of what is sought, and hashes of texts that are not to be found."""

    vector: Floats
    without: frozenset[str] = frozenset()


def load_index(corpus: Place, progress: Progress, most: int | None = None) -> NearbyIndex:
    """The index of a corpus, brought up to date where a run came after it; waits for a run that is under way.

    With ``most``, only where no more texts than that have to be added. Raises NotFoundError where there are more,
    StoreError where the file cannot be written, EngineError where there is no embedder.
    """
    from pipeline.corpus import access  # what writes is loaded by those who write

    embedder, path = use.load(), layout.nearby_of(corpus)
    index = open_index(path)
    with read_plainly(corpus, HOURS) as connection:
        if index and is_current(index, connection, embedder):
            return index
        if most is not None and len(queries.find_text_hashes(connection)) - len(index or ()) > most:
            raise NotFoundError(
                f"the index of sentences is not made yet. Run: enregard search --like TEXT --corpus {corpus}"
            )
        with access.locked(corpus, progress):
            cached = cache.CachedEmbedder(embedder, layout.vectors_of(corpus))
            try:
                return update_index(connection, path, cached, progress)
            except OSError as error:
                raise StoreError(
                    f"{path}: cannot be written ({error.strerror}). It has to lie beside the corpus."
                ) from error
            finally:
                cached.close()


def is_current(index: NearbyIndex, connection: Connection, embedder: Embedder) -> bool:
    """Whether an index was made by this embedder after the latest run."""
    return index.head.origin == embedder.signature.key and index.head.state == queries.find_latest_run(connection)


def open_index(path: Path) -> NearbyIndex | None:
    """The index in a file, None where there is none that can be used."""
    try:
        return NearbyIndex(path)
    except (OSError, ValueError):
        return None


def update_index(connection: Connection, path: Path, embedder: Embedder, progress: Progress) -> NearbyIndex:
    """The index of all texts of the corpus, brought up to date. One at a time may do this.

    Raises OSError where the file cannot be written.
    """
    old = open_index(path)
    if old and old.head.origin != embedder.signature.key:
        old = None
    state, hashes = queries.find_latest_run(connection), queries.find_text_hashes(connection)
    keys = np.array([int(text_hash, 16) for text_hash in hashes], dtype=np.uint64)
    if old is not None and np.array_equal(old.keys, keys):
        restamp(path, replace(old.head, state=state))
    else:
        head = IndexHead(embedder.signature.key, state, len(keys), _width(old, embedder))
        blocks = _blocks(connection, keys, old, embedder, progress)
        write_index(path, head, keys, blocks)
    return NearbyIndex(path)


def seek_text(index: NearbyIndex, text: str, embedder: Embedder) -> Sought:
    """What is like a text; the embedder reads it only where the index does not hold it."""
    kept = index.vectors_of([int(digest(text), 16)])
    return Sought(kept[0] if len(kept) else encode(embedder, [text])[0])


def seek_row(connection: Connection, index: NearbyIndex, key: str) -> Sought:
    """What is like a segment, or like all segments of a pair together.

    Raises NotFoundError where there is no such row, or the index does not have it.
    """
    hashes = queries.find_hashes_of(connection, key)
    vectors = index.vectors_of([int(text_hash, 16) for text_hash in hashes])
    if not len(vectors):
        raise NotFoundError(f"there is no segment and no pair {key!r}.")
    mean = vectors.sum(axis=0)
    return Sought(mean / max(float(np.linalg.norm(mean)), 1e-9), frozenset(hashes))


def find_similar(
    connection: Connection, index: NearbyIndex, question: Question, sought: Sought, limit: int
) -> list[Similar]:
    """The segments nearest to what is sought, as many in each language as in the others, ``limit`` in all, best first.

    Of segments with one text, the first is given. Raises as
    ``concordance.asks`` does, and UsageError for a question about pairs.
    """
    (ask,) = asks(connection, replace(question, words="", inflected=False))
    if ask.of_pairs or ask.origin == "machine":
        raise UsageError("what is near in meaning is looked for among segments that people wrote, not among pairs.")
    languages = [question.language] if question.language else queries_search.find_languages(connection)
    share, width = max(1, -(-limit // max(1, len(languages)))), min(len(index), FIRST * limit)
    while True:
        nearest = _nearest(connection, index, ask, sought, width)
        if width >= min(len(index), MOST) or all(len(nearest.get(code, ())) >= share for code in languages):
            break
        width = min(len(index), MOST, WIDER * width)
    best = sorted(row for rows in nearest.values() for row in rows[:share])[:limit]
    hits = queries_search.find_hits(connection, ask, [key for _, key in best])
    return [Similar(-distance, hits[key]) for distance, key in best if key in hits]


def _nearest(
    connection: Connection, index: NearbyIndex, ask: Ask, sought: Sought, width: int
) -> dict[str, list[tuple[float, Key]]]:
    """By language, the negative similarity and the key of what is asked for among the nearest, the nearest first."""
    similarities = {f"{key:016x}": similarity for key, similarity in index.nearest(sought.vector, width)}
    hashes = sorted(similarities.keys() - sought.without)
    segments = {row.docid: row for row in queries.find_segments_with(connection, hashes)}
    keys = queries_search.find_keys_of(connection, ask, SEGMENT, list(segments))
    first: dict[str, Key] = {}
    for key in sorted(keys, key=lambda key: (key.document_id, key.position)):
        first.setdefault(segments[key.docid].text_hash, key)
    nearest: dict[str, list[tuple[float, Key]]] = {}
    for text_hash, key in first.items():
        nearest.setdefault(segments[key.docid].language, []).append((-similarities[text_hash], key))
    return {language: sorted(rows) for language, rows in nearest.items()}


def _width(old: NearbyIndex | None, embedder: Embedder) -> int:
    return old.head.width if old else encode(embedder, ["a"]).shape[1]


def _blocks(
    connection: Connection, keys: Keys, old: NearbyIndex | None, embedder: Embedder, progress: Progress
) -> Iterator[tuple[Rows, Floats]]:
    """Rows and vectors of all keys: first what the old index has, then what has to be read."""
    former = old.rows_of(keys) if old else np.full(len(keys), -1, dtype=np.intp)
    if old:
        for rows in _batches(np.flatnonzero(former >= 0)):
            yield rows, old.vectors_in(former[rows])
    missing = np.flatnonzero(former < 0)
    for rows in _batches(missing):
        hashes = [f"{int(key):016x}" for key in keys[rows]]
        texts = queries.find_texts_of_hashes(connection, hashes)
        yield rows, encode(embedder, [texts.get(text_hash, "") for text_hash in hashes])
        progress(Event("index", int(np.searchsorted(missing, rows[-1])) + 1, len(missing)))


def _batches(rows: Rows) -> Iterator[Rows]:
    return (rows[start : start + READ] for start in range(0, len(rows), READ))
