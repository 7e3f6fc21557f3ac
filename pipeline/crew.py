"""Pure work shared out to processes: results come in the order of the items, whoever did the work.

Each process has tools of its own, loaded once, and keeps numeric libraries to one thread. Only the process that asks
writes anything down. Processes are started when there is enough to do, by ``spawn``: nothing is inherited but what is
handed over, and no socket is opened. They end with the process that started them, however that ends.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.batches import in_order
from pipeline.errors import EnregardError

FEWEST = 24  # items for which it is worth starting processes
AHEAD = 3  # items handed out for each process: it never waits, and little is held
PASSED_ON = (EnregardError, MemoryError, OSError)  # not the fault of one item
Tools = TypeVar("Tools")
Item = TypeVar("Item")
Result = TypeVar("Result")


class Crew(Generic[Tools]):
    """``size`` processes that work with tools made by ``equip``; with one, the work is done here, with ``own``.

    A context manager: the processes end with it. ``equip`` and what it is given must be picklable.
    """

    def __init__(self, size: int, own: Tools, equip: Callable[[], Tools]) -> None:
        self._size = size
        self._own = own
        self._equip = equip
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def share(self, count: int) -> int:
        """How many processes are worth their start for so many items."""
        return max(1, min(self._size, count // FEWEST))

    def map(
        self, work: Callable[[Tools, Item], Result], items: Iterable[tuple[str, Item]], count: int
    ) -> Iterator[tuple[str, Result | Exception]]:
        """For the key of each item what ``work`` gives, or the error that it ended with; ``count`` items are expected.

        ``work`` is a function of a module. Raises what is not the fault of one item (``PASSED_ON``), and EnregardError
        where a process has broken down.
        """
        if self._size < 2 or count < FEWEST:
            return ((key, _tried(work, self._own, item)) for key, item in items)
        return self._shared_out(work, items)

    def _shared_out(
        self, work: Callable[[Tools, Item], Result], items: Iterable[tuple[str, Item]]
    ) -> Iterator[tuple[str, Result | Exception]]:
        def submit(keyed: tuple[str, Item]) -> Future[Result | Exception]:
            return self._started().submit(_work, work, keyed[1])

        try:
            for (key, _), outcome in in_order(submit, items, AHEAD * self._size):
                yield key, outcome
        except BrokenProcessPool as error:
            raise EnregardError(
                "A process that shared the work was ended from outside, as when memory runs out. What was finished is "
                "kept. Run it again with fewer: --workers 1."
            ) from error

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(self._size, context, initializer=_begin, initargs=(self._equip,))
        return self._pool


def crew_size(asked_for: int) -> int:
    """How many processes: ``asked_for``, or where that is 0 as many as this one may use processors."""
    affinity = getattr(os, "sched_getaffinity", None)
    return asked_for or (len(affinity(0)) if affinity else os.cpu_count() or 1)


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


def _work(work: Callable[[Any, Item], Result], item: Item) -> Result | Exception:
    return _tried(work, _equipment[0], item)
