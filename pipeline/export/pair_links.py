"""Word links of the pairs that an export holds: of their texts as they are exported, corrected ones included."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlalchemy import Connection

from db import queries_export as queries
from pipeline.batches import batched
from pipeline.export.selection import ExportPair
from pipeline.records import digest


def with_links(connection: Connection, pairs: Iterable[ExportPair]) -> Iterator[ExportPair]:
    """``pairs`` with their word links, where the corpus has any."""
    for batch in batched(pairs, queries.BATCH):
        keys = [digest(pair.left.text, pair.right.text) for pair in batch]
        links = queries.find_word_links(connection, keys)
        for pair, key in zip(batch, keys, strict=True):
            yield replace(pair, links=links.get(key))
