"""Pure work shared out to processes: results come in the order of the items, whoever did the work.

Each process has tools of its own, loaded once, and keeps numeric libraries to one thread. The process that asks works
too, whenever the next result is not there yet; it alone writes anything down. The others are started when there is
enough to do, by ``spawn``: nothing is inherited but what is handed over, and no socket is opened. They end with the
process that started them, however that ends.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.batches import in_order
from pipeline.embedding import threads
from pipeline.errors import EnregardError

FEWEST = 24  # items for which it is worth starting processes
AHEAD = 3  # batches of items handed out to each process: it never waits, and little is held
TOGETHER = 8  # items of a batch, at most
SHARES = 4  # batches at least that each process would get of what is left
PASSED_ON = (EnregardError, MemoryError, OSError)  # not the fault of one item
Tools = TypeVar("Tools")
Item = TypeVar("Item")
Result = TypeVar("Result")


class Crew(Generic[Tools]):
    """This process with ``own`` tools, and ``size`` - 1 others that work with tools made by ``equip``.

    One alone keeps to one thread, so that it takes one processor. A context manager: the other processes end with it.
    ``equip`` and what it is given must be picklable.
    """

    def __init__(self, size: int, own: Tools, equip: Callable[[], Tools]) -> None:
        self._size = size
        self._own = own
        self._equip = equip
        self._pool: ProcessPoolExecutor | None = None
        self._alone = ExitStack()

    def __enter__(self) -> Self:
        if self._size == 1:
            self._alone.enter_context(threads.alone())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        self._alone.close()

    def start(self) -> None:
        """Start the other processes, for what is to come soon: they are ready when it does."""
        for _ in range(self._size - 1):
            self._started().submit(os.getpid)

    def share(self, count: int) -> int:
        """How many processes are worth their start for so many items."""
        return max(1, min(self._size, count // FEWEST))

    def map(
        self, work: Callable[[Tools, Item], Result], items: Iterable[tuple[str, Item]], count: int, piece: int = 1
    ) -> Iterator[tuple[str, Result | Exception]]:
        """For the key of each item what ``work`` gives, or the error that it ended with.

        ``work`` is a function of a module. ``count`` items are expected; where each of ``items`` is a piece of several,
        they are counted singly, and ``piece`` says how many it has.
        Raises what is not the fault of one item (``PASSED_ON``), and EnregardError where a process has broken down.
        """
        fewest = FEWEST if self._pool is None else 2
        pieces = -(-count // piece)
        if self._size < 2 or count < fewest or pieces < 2:
            return ((key, _tried(work, self._own, item)) for key, item in items)
        return self._shared_out(work, items, pieces)

    def _shared_out(
        self, work: Callable[[Tools, Item], Result], items: Iterable[tuple[str, Item]], count: int
    ) -> Iterator[tuple[str, Result | Exception]]:
        def submit(batch: Sequence[tuple[str, Item]]) -> Future[list[Result | Exception]]:
            return self._started().submit(_work, work, [item for _, item in batch])

        def work_here(batch: Sequence[tuple[str, Item]]) -> list[Result | Exception]:
            return [_tried(work, self._own, item) for _, item in batch]

        others = self._size - 1
        try:
            with threads.alone():
                for batch, outcomes in in_order(submit, self._batches(items, count), AHEAD * others, work_here):
                    yield from zip((key for key, _ in batch), outcomes, strict=True)
        except BrokenProcessPool as error:
            raise EnregardError(
                "A process that shared the work was ended from outside, as when memory runs out. What was finished is "
                "kept. Run it again with fewer: --workers 1."
            ) from error

    def _batches(self, items: Iterable[Item], count: int) -> Iterator[list[Item]]:
        """Items handed out together: the fewer, the fewer are left, so that all processes end at the same time."""
        waiting, left = iter(items), count
        while batch := list(islice(waiting, max(1, min(TOGETHER, left // (SHARES * self._size))))):
            left -= len(batch)
            yield batch

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(self._size - 1, context, initializer=_begin, initargs=(self._equip,))
        return self._pool


def crew_size(asked_for: int) -> int:
    """How many processes: ``asked_for``, or where that is 0 as many as this one may use processors."""
    return asked_for or threads.processors()


def _tried(work: Callable[[Tools, Item], Result], tools: Tools, item: Item) -> Result | Exception:
    try:
        return work(tools, item)
    except PASSED_ON:
        raise
    except Exception as error:  # noqa: BLE001 (whatever one item does to the work, the others go on)
        return error


# In a process of the crew

_equipment: list[Any] = []  # the tools, for as long as the process lives


def _begin(equip: Callable[[], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the one that asked ends the others
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threadpool_limits(1)
    _equipment.append(equip())


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(work: Callable[[Any, Item], Result], items: Sequence[Item]) -> list[Result | Exception]:
    return [_tried(work, _equipment[0], item) for item in items]
