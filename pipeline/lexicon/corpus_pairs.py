"""The linked pairs of a corpus as the lexicon takes them: each two texts once, the source language first."""

from collections.abc import Iterator, Sequence

from db import queries_lexicon as queries
from db.place import PlainConnection as Connection
from db.queries_search import find_links
from pipeline.batches import batched
from pipeline.export.selection import base
from pipeline.lexicon.linked_text import LexiconPair
from pipeline.records import digest

BATCH = 500  # pairs looked up at once


def linked_pairs(connection: Connection, languages: tuple[str, str], machine: bool) -> Iterator[LexiconPair | None]:
    """Pairs that people wrote (or corrected), with ``machine`` all that are linked; None for one in other languages."""
    for row in queries.find_linked_pairs(connection, machine):
        yield _turned(row, row.links, languages)
    for batch in batched(queries.find_corrected_pairs(connection, machine), BATCH):
        keys = [digest(row.left, row.right) for row in batch]
        links = find_links(connection, keys)
        for corrected, key in zip(batch, keys, strict=True):
            yield _turned(corrected, links.get(key, ()), languages)


def find_examples(connection: Connection, ids: Sequence[str], languages: tuple[str, str]) -> dict[str, tuple[str, str]]:
    """Both sides of these pairs, the source language first."""
    texts: dict[str, tuple[str, str]] = {}
    for batch in batched(dict.fromkeys(ids), BATCH):
        for row in queries.find_examples(connection, batch):
            sides = row.left, row.right
            texts[row.id] = sides if base(row.left_language) == languages[0] else sides[::-1]
    return texts


def _turned(
    row: queries.LinkedRow | queries.ExampleRow, links: Sequence[Sequence[int]], languages: tuple[str, str]
) -> LexiconPair | None:
    spoken = base(row.left_language), base(row.right_language)
    if spoken == languages:
        return LexiconPair(row.id, row.score, row.left, row.right, links)
    if spoken == languages[::-1]:
        turned = [[*link[2:4], *link[:2], *link[4:]] for link in links]
        return LexiconPair(row.id, row.score, row.right, row.left, turned)
    return None
