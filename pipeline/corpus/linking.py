"""Word links of the corpus: which facing texts have none yet, and what is kept of those that are made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from db import models, queries_words, write
from db.engine import transaction
from pipeline.batches import batched, paged
from pipeline.corpus import rows
from pipeline.corpus.store import Corpus, saving
from pipeline.records import Signature, digest

Unlinked: TypeAlias = queries_words.FacingTexts
BATCH = 512  # pairs in one transaction
Links: TypeAlias = list[list[int]]
Link: TypeAlias = Callable[[Sequence[Unlinked]], Mapping[str, Links]]


def link_pending(corpus: Corpus, signature: Signature, link: Link) -> Iterator[tuple[int, int]]:
    """Link what is not linked under ``signature``, each distinct pair of texts once.

    ``link`` gives the links by the hash of the two texts; a pair that it leaves out stays pending. Gives how many pairs
    are done, and of how many, after each batch.
    """
    total, done = 0, 0
    for batch in _pending(corpus, signature):
        total = total or count(corpus, signature)  # where there is anything to count
        save_links(corpus, signature, link(batch))
        done += len(batch)
        yield done, max(done, total)


def count(corpus: Corpus, signature: Signature) -> int:
    """How many distinct pairs of texts have no links under ``signature``."""
    with corpus.engine.connect() as connection:
        return queries_words.count_unlinked(connection, signature.key)


def pending_hashes(corpus: Corpus, signature: Signature) -> Iterator[str]:
    """Their hashes, in order."""
    for batch in _unlinked(corpus, signature):
        yield from (pair.pair_hash for pair in batch)


def load_texts(corpus: Corpus, hashes: Sequence[str]) -> list[Unlinked]:
    """The texts of pairs by their hashes (few)."""
    with corpus.engine.connect() as connection:
        return queries_words.find_texts_of_pairs(connection, hashes)


def prune(corpus: Corpus) -> bool:
    """Forget links of texts that face each other no more; whether there were any."""
    with corpus.engine.connect() as connection:
        stray = queries_words.find_stray(connection)
        if stray:
            stray -= {digest(pair.left, pair.right) for pair in queries_words.find_corrected(connection)}
    if stray:
        with transaction(corpus.engine) as connection:
            write.delete_ids(connection, models.WordLinks, sorted(stray))
    return bool(stray)


def _pending(corpus: Corpus, signature: Signature) -> Iterator[Sequence[Unlinked]]:
    """Pairs of texts without links: in the order of their hashes, then those that people corrected."""
    yield from _unlinked(corpus, signature)
    with corpus.engine.connect() as connection:
        corrected = {digest(pair.left, pair.right): pair for pair in queries_words.find_corrected(connection)}
    for keys in batched(corrected, BATCH):
        with corpus.engine.connect() as connection:
            linked = queries_words.find_linked(connection, keys, signature.key)
        unlinked = [corrected[key]._replace(pair_hash=key) for key in keys if key not in linked]
        if unlinked:
            yield unlinked


def _unlinked(corpus: Corpus, signature: Signature) -> Iterator[Sequence[Unlinked]]:
    def read(after: str) -> Sequence[Unlinked]:
        with corpus.engine.connect() as connection:
            return queries_words.find_unlinked(connection, signature.key, after, BATCH)

    return paged(read, lambda pair: pair.pair_hash)


def save_links(corpus: Corpus, signature: Signature, links: Mapping[str, Links]) -> None:
    """Write links by the hash of the two texts; those that are there are replaced."""
    columns: dict[str, Any] = {"signature_id": signature.key, "run_id": corpus.run}
    with saving(corpus, links) as connection:
        write.insert_new(connection, models.Signature, [rows.signature_row(signature)])
        write.upsert(
            connection, models.WordLinks, [{"pair_hash": key, "links": links[key]} | columns for key in sorted(links)]
        )
