"""Many things, a few at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batched(items: Iterable[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """``items`` in their order, at most ``size`` at a time (as ``itertools.batched`` from Python 3.12 on).

    >>> list(batched("abcde", 2))
    [('a', 'b'), ('c', 'd'), ('e',)]
    """
    iterator = iter(items)
    while batch := tuple(islice(iterator, size)):
        yield batch
