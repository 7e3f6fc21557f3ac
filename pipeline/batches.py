"""Many things, a few at a time."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import TypeVar

HERE = 8  # items more: whoever else works may have to begin yet
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


def paged(read: Callable[[str], Sequence[Item]], place: Callable[[Item], str]) -> Iterator[Sequence[Item]]:
    """Pages of what stands in the order of ``place``; ``read`` gives what comes after a place, all after the empty one.

    >>> list(paged(lambda after: [letter for letter in "abcde" if letter > after][:2], str))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    after = ""
    while page := read(after):
        after = place(page[-1])
        yield page


def in_order(
    submit: Callable[[Item], Future[Result]],
    items: Iterable[Item],
    ahead: int,
    work_here: Callable[[Item], Result] | None = None,
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with its result, in the order of ``items``; at most ``ahead`` are handed to ``submit`` at once.

    With ``work_here`` items are worked on here too while the first result is not there, so that more than twice as many
    may be under way. What is still so when nobody asks on is cancelled. Raises what the results raise.
    """
    waiting, under_way = iter(items), deque[tuple[Item, Future[Result]]]()
    most = 2 * ahead + HERE if work_here else ahead
    try:
        while True:
            unfinished = sum(not future.done() for _, future in under_way)
            free = min(ahead - unfinished, most - len(under_way))
            under_way.extend((item, submit(item)) for item in islice(waiting, free))
            if not under_way:
                return
            if work_here and not under_way[0][1].done() and len(under_way) < most:
                for item in islice(waiting, 1):
                    under_way.append((item, _finished(work_here(item))))
                    break
                else:
                    work_here = None
            else:
                item, future = under_way.popleft()
                yield item, future.result()
    finally:
        for _, future in under_way:
            future.cancel()


def _finished(result: Result) -> Future[Result]:
    future = Future[Result]()
    future.set_result(result)
    return future
