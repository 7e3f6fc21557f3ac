"""Work for all processors: a few threads, each with numpy's BLAS on one, so that all kinds of work are shared out.

BLAS left to itself splits every product, however small, and its threads wait for each other; on a busy machine that
costs several times what it saves.
"""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

MOST = 8  # threads: each holds what it works on in memory
SHARED_OUT = threading.Event()  # whether this process is one of several that share the processors out


@contextmanager
def workers(most: int = MOST) -> Iterator[Executor]:
    """Threads, as many as there are processors but at most ``most``; numpy's BLAS keeps to one within the block.

    One thread in a process that shares the processors with others (``SHARED_OUT`` is set).
    """
    count = 1 if SHARED_OUT.is_set() else min(most, processors())
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(count) as pool:
        yield pool


def processors() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def alone() -> Iterator[None]:
    """``workers`` are one thread within the block: other processes have the other processors."""
    before = SHARED_OUT.is_set()
    SHARED_OUT.set()
    try:
        yield
    finally:
        if not before:
            SHARED_OUT.clear()


@contextmanager
def single() -> Iterator[None]:
    """numpy's BLAS keeps to one thread: its small products are done sooner so, and cost a busy machine far less."""
    with threadpool_limits(1, "blas"):
        yield
