"""Pairs that are nearly the same as one before them, left out of an export."""

from collections.abc import Iterable, Iterator

from pipeline.export.selection import ExportPair
from pipeline.language.counterparts import pair_key
from pipeline.records import digest

REPEATED = "repeated"  # why such a pair is left out


def distinct(pairs: Iterable[ExportPair]) -> Iterator[ExportPair | None]:
    """Each pair, or None where it is nearly the same as one before it: case, accents, punctuation, figures (W706).

    Remembers 60 bytes of each pair.
    """
    keys: set[int] = set()
    for pair in pairs:
        words = pair_key(pair.left.text, pair.right.text)
        key = int(digest(words), 16)
        yield None if words.strip() and key in keys else pair
        keys.add(key)
