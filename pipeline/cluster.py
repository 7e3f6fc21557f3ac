"""The batches of a run made by Dask: on workers of a cluster, or in processes of this machine.

Keys go out and counts come back; documents, texts and results go between each worker and the database alone. A worker
loads what its keys name, makes and saves it in one transaction: a batch that two workers make, because the first was
thought lost, is saved once. At most ``AHEAD`` batches wait at each worker, so that the scheduler's graph stays small
however large the corpus is. Where a worker dies on a batch time and again, its halves are tried, until the document to
blame stands alone.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from queue import Empty, SimpleQueue
from types import MappingProxyType, TracebackType
from typing import Any, Self
from uuid import uuid4

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from db.engine import is_unreachable
from db.place import DatabaseServer
from pipeline.batches import batched
from pipeline.config import Config
from pipeline.corpus import access, layout
from pipeline.embedding import threads
from pipeline.errors import EnregardError, UsageError
from pipeline.records import Event
from pipeline.stages.batch import BatchStage, Bench, Failure, Progressed, make_batch
from pipeline.stages.job import Progress
from pipeline.stages.table import BATCH_STAGES
from pipeline.translation.glossary import Listing
from pipeline.work import Tools

LOCAL = "dask"
SCHEMES = MappingProxyType({"dask": "tcp", "tcp": "tcp", "tls": "tls"})
AHEAD = 2  # batches handed out for each worker, which makes one at a time
FEWEST = 32  # texts that are worth a batch
PAUSES = (1.0, 4.0, 16.0)  # seconds after which a worker tries a batch again where it cannot reach the database
FAILURES = 2  # workers of this machine that a batch may cost before its halves are tried
PATIENCE = 60.0  # seconds until the first worker has to be there
LOOK = 5.0  # seconds between two looks at the workers
MISSING = "--engine needs Dask: `make cluster`, or `pip install 'enregard[cluster]'` outside this folder."


@dataclass(frozen=True, slots=True)
class Kit:
    """All that a worker has to know to make batches of a run. Models are named by it and no part of it."""

    corpus: DatabaseServer
    run: str
    config: Config
    listing: Listing


class DaskMaker:
    """Has batches made by workers. A context manager: a cluster of this machine begins when needed and ends with it.

    ``engine`` is ``dask`` for ``size`` processes of this machine, or ``dask://HOST:PORT`` (``tls://``) for a scheduler.
    """

    is_elsewhere = True

    def __init__(self, engine: str, size: int, kit: Kit, progress: Progress) -> None:
        self._engine = engine
        self._size = size
        self._kit = kit
        self._progress = progress
        self._client: Any = None
        self._local: Any = None
        self._looked = float("-inf")
        self._room = 0

    def __enter__(self) -> Self:
        if self._engine != LOCAL:
            try:
                self._connect()  # that nobody answers is said at once
            except BaseException:
                self._close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        for closing in (self._client, self._local):
            if closing is not None:
                closing.close(timeout=10)
        self._client = self._local = None

    def make(self, bench: Bench, stage: BatchStage[Any, Any], keys: Iterable[str], total: int) -> Iterator[Progressed]:
        """Have what ``keys`` name made and saved.

        Raises EnregardError where the scheduler is gone or a worker differs; what was saved until then is kept.
        """
        if (batches := self._batches(stage, keys, total)) is None:
            return
        waiting = deque[Sequence[str]]()
        under_way: dict[str, tuple[Any, Sequence[str]]] = {}
        ended: SimpleQueue[Any] = SimpleQueue()
        signature = stage.signature(bench.tools).key
        try:
            while True:
                while batch := self._next(waiting, batches, len(under_way)):
                    future = self._submit(stage, batch, signature)
                    under_way[future.key] = future, batch
                    future.add_done_callback(ended.put)
                if not under_way:
                    return
                future = self._wait(ended)
                batch = under_way.pop(future.key)[1]
                progressed = self._gather(future, batch, bench, stage)
                if progressed:
                    yield progressed
                else:
                    middle = len(batch) // 2
                    waiting += [batch[:middle], batch[middle:]]
        finally:
            if under_way and self._client.status == "running":
                with suppress(OSError):  # the scheduler may be gone by now
                    self._client.cancel([future for future, _ in under_way.values()])

    def _batches(self, stage: BatchStage[Any, Any], keys: Iterable[str], total: int) -> Iterator[Sequence[str]] | None:
        """The keys in batches, smaller where not all workers would have some; None where there are no keys."""
        waiting = iter(keys)
        first = next(waiting, None)
        if first is None:
            return None
        if self._client is None:
            self._connect()
        self._look()
        size = max(min(stage.piece, FEWEST), min(stage.size, total // (AHEAD * max(1, self._room))))
        return batched(chain([first], waiting), size)

    def _next(
        self, waiting: deque[Sequence[str]], batches: Iterator[Sequence[str]], count: int
    ) -> Sequence[str] | None:
        """The next batch that is to be handed out, if there is room for it."""
        if count and count >= self._room:
            return None
        return waiting.popleft() if waiting else next(batches, None)

    def _submit(self, stage: BatchStage[Any, Any], batch: Sequence[str], signature: str) -> Any:
        self._look()
        key = f"enregard-{stage.name}-{uuid4().hex}"
        return self._client.submit(make_elsewhere, self._kit, stage.name, batch, signature, key=key, pure=False)

    def _wait(self, ended: "SimpleQueue[Any]") -> Any:
        """The next future that is done."""
        while True:
            try:
                return ended.get(timeout=LOOK)
            except Empty:
                if self._client.status != "running":
                    raise EnregardError(self._gone()) from None
                had = self._room
                self._look()
                if had and not self._room:
                    self._progress(Event("wait", note=f"{self._named()}: no worker is left. Waiting for one."))

    def _gather(
        self, future: Any, batch: Sequence[str], bench: Bench, stage: BatchStage[Any, Any]
    ) -> Progressed | None:
        """How a batch went; None where it has to be tried in halves."""
        try:
            progressed: Progressed = future.result()
        except (import_module("distributed").KilledWorker, MemoryError) as error:
            if len(batch) > 1:
                return None
            message = f"a worker that made it was ended, as when memory runs out ({type(error).__name__})"
            return Progressed(1, tuple(Failure(item.subject, message, True) for item in stage.load(bench, batch)))
        except EnregardError:
            raise
        except Exception as error:
            if future.status in ("cancelled", "lost") or self._client.status != "running":
                raise EnregardError(self._gone()) from error
            raise
        return progressed

    def _connect(self) -> None:
        """Raises UsageError where Dask is not installed, EnregardError where no scheduler or no worker answers."""
        try:
            distributed = import_module("distributed")
            if self._engine == LOCAL:
                import_module("cryptography")
        except ImportError as error:
            raise UsageError(MISSING) from error
        if self._engine == LOCAL:
            with import_module("dask").config.set(local_settings()):
                self._local = distributed.LocalCluster(
                    n_workers=self._size,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                    worker_dashboard_address=None,
                    scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else 8787, which another run may have
                    memory_limit=0,
                    silence_logs="ERROR",
                    security=True,  # keys made for this run: others on this machine cannot reach it
                )
        with self._explained():
            self._client = distributed.Client(self._local or address(self._engine), set_as_default=False)
            self._client.wait_for_workers(1, timeout=PATIENCE)
            self._look()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            if self._client is not None:
                raise EnregardError(
                    f"{self._named()}: no worker has come within {PATIENCE:.0f} seconds. Start some: `dask worker "
                    f"{address(self._engine)} --nthreads 1` (docs/cluster.md)."
                ) from error
            raise EnregardError(f"{self._named()}: no scheduler answers there. Start one: `dask scheduler`.") from error
        except OSError as error:
            message = f"{self._named()}: no scheduler answers there ({error}). Start one: `dask scheduler`."
            raise EnregardError(message) from error

    def _look(self) -> None:
        """Count the workers, which come and go."""
        if time.monotonic() - self._looked > LOOK:
            try:
                self._room = AHEAD * len(self._client.nthreads())
            except OSError as error:
                raise EnregardError(self._gone()) from error
            self._looked = time.monotonic()

    def _named(self) -> str:
        return "The cluster of this machine" if self._engine == LOCAL else self._engine

    def _gone(self) -> str:
        return (
            f"{self._named()}: the scheduler is gone. What was finished is kept; start it again, and the same command "
            "goes on where it stopped."
        )


def check_engine(engine: str, corpus: object) -> None:
    """Raises UsageError for an engine that nobody knows, and for a corpus that several machines cannot write to."""
    if engine != LOCAL:
        address(engine)
    if not isinstance(corpus, DatabaseServer):
        raise UsageError(
            f"--engine {engine}: the workers write to the corpus all at once, so it has to be on a PostgreSQL server: "
            "--corpus postgresql://…; `enregard copy FROM TO` moves one that is a file (docs/postgresql.md)."
        )


def address(engine: str) -> str:
    """The scheduler's address as Dask has it. Raises UsageError for what is none.

    >>> address("dask://node7:8786"), address("tls://node7:8786")
    ('tcp://node7:8786', 'tls://node7:8786')
    """
    scheme, _, machine = engine.partition("://")
    if scheme not in SCHEMES or not machine.strip("/"):
        raise UsageError(f"--engine {engine}: write dask for processes of this machine, or dask://HOST:PORT.")
    return f"{SCHEMES[scheme]}://{machine}"


def local_settings() -> dict[str, object]:
    """Dask's settings for a cluster of this machine."""
    return {
        "distributed.scheduler.allowed-failures": FAILURES,
        "distributed.worker.daemon": True,
        "distributed.scheduler.http.routes": [],  # no page, of whatever kind
        "distributed.worker.http.routes": [],
        # Nobody looks at what Dask notes of itself: each process spent 4 % of a processor on it, idle ones too.
        "distributed.worker.profile.enabled": False,
        "distributed.admin.tick.interval": "1s",
        "distributed.admin.system-monitor.interval": "5s",
        "distributed.admin.system-monitor.gil.enabled": False,
    }


# On a worker


class _Equipment:
    """What a process of a cluster keeps for the run that it works for; used by one thread at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._run = ""
        self._bench: Bench | None = None
        self._open = ExitStack()

    def bench(self, kit: Kit) -> Bench:
        """What batches of a run are made with. Raises StoreError where the run is over."""
        if self._bench is None or self._run != kit.run:
            self._open.close()
            self._bench = None
            threads.SHARED_OUT.set()
            corpus = self._open.enter_context(access.sharing(kit.corpus, kit.run))
            tools = Tools(kit.config, os.environ, layout.vectors_of(kit.corpus), kit.listing)
            self._open.callback(tools.close)
            self._run, self._bench = kit.run, Bench(corpus, tools)
        return self._bench


_equipment = _Equipment()


def make_elsewhere(kit: Kit, stage: str, keys: Sequence[str], signature: str) -> Progressed:
    """Make a batch on a worker; where the database does not answer, it is tried again after each of ``PAUSES``.

    Raises EnregardError where it would make other results than the machine that asks.
    """
    with _equipment.lock, threadpool_limits(1):
        for pause in PAUSES:
            try:
                return _make(kit, stage, keys, signature)
            except Exception as error:
                if not is_unreachable(error):
                    raise
            time.sleep(pause)  # the pool lets go of connections that were lost
        return _make(kit, stage, keys, signature)


def _make(kit: Kit, stage: str, keys: Sequence[str], signature: str) -> Progressed:
    bench = _equipment.bench(kit)
    batch_stage = BATCH_STAGES[stage]
    worker_signature = batch_stage.signature(bench.tools)
    if worker_signature.key != signature:
        raise EnregardError(
            f"A worker would make other results in the stage {stage} ({worker_signature}) than the machine that "
            "asks. Give all machines the same version of En regard, its libraries and the translation package."
        )
    return make_batch(bench, batch_stage, keys)
