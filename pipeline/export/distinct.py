"""Pairs that are nearly the same as one before them, left out of an export."""

from collections.abc import Iterable, Iterator

from pipeline.export.selection import ExportPair
from pipeline.language.counterparts import pair_key

REPEATED = "repeated"  # why such a pair is left out


def distinct(pairs: Iterable[ExportPair]) -> Iterator[ExportPair | None]:
    """Each pair, or None where it is nearly the same as one before it: case, accents, punctuation, figures (W706).

    Remembers 60 bytes of each pair.
    """
    keys: set[int] = set()
    for pair in pairs:
        key = pair_key(pair.left.text, pair.right.text)
        yield None if key in keys else pair
        if key is not None:
            keys.add(key)
