"""Word links of the corpus: which facing texts have none yet, and what is kept of those that are made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from db import models, queries_words, write
from db.engine import transaction
from pipeline.batches import batched
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
    with corpus.engine.connect() as connection:
        total = queries_words.count_unlinked(connection, signature.key)
    done = 0
    for batch in _pending(corpus, signature):
        save_links(corpus, signature, link(batch))
        done += len(batch)
        yield done, max(done, total)


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
    after = ""
    while True:
        with corpus.engine.connect() as connection:
            batch = queries_words.find_unlinked(connection, signature.key, after, BATCH)
        if not batch:
            break
        after = batch[-1].pair_hash
        yield batch
    with corpus.engine.connect() as connection:
        corrected = {digest(pair.left, pair.right): pair for pair in queries_words.find_corrected(connection)}
    for keys in batched(corrected, BATCH):
        with corpus.engine.connect() as connection:
            linked = queries_words.find_linked(connection, keys, signature.key)
        unlinked = [corrected[key]._replace(pair_hash=key) for key in keys if key not in linked]
        if unlinked:
            yield unlinked


def save_links(corpus: Corpus, signature: Signature, links: Mapping[str, Links]) -> None:
    """Write links by the hash of the two texts; those that are there are replaced."""
    columns: dict[str, Any] = {"signature_id": signature.key, "run_id": corpus.run}
    with saving(corpus, links) as connection:
        write.insert_new(connection, models.Signature, [rows.signature_row(signature)])
        write.upsert(
            connection, models.WordLinks, [{"pair_hash": key, "links": links[key]} | columns for key in sorted(links)]
        )
