"""Many things, a few at a time."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def batched(items: Iterable[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """``items`` in their order, at most ``size`` at a time (as ``itertools.batched`` from Python 3.12 on).

    >>> list(batched("abcde", 2))
    [('a', 'b'), ('c', 'd'), ('e',)]
    """
    iterator = iter(items)
    while batch := tuple(islice(iterator, size)):
        yield batch


def in_order(
    submit: Callable[[Item], Future[Result]], items: Iterable[Item], ahead: int
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with its result, in the order of ``items``; at most ``ahead`` are handed to ``submit`` at once.

    What is still under way when nobody asks on is cancelled. Raises what the results raise.
    """
    waiting, under_way = iter(items), deque[tuple[Item, Future[Result]]]()
    try:
        while True:
            under_way.extend((item, submit(item)) for item in islice(waiting, ahead - len(under_way)))
            if not under_way:
                return
            item, future = under_way.popleft()
            yield item, future.result()
    finally:
        for _, future in under_way:
            future.cancel()
