"""The files of a corpus, who may write to it, and how it is opened for that."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine

from db import place as places
from db.engine import lock_server, open_corpus, read_corpus, shared
from db.place import DatabaseServer, Place
from db.reader import CorpusError, explain, recognise
from pipeline.corpus import store
from pipeline.corpus.layout import lock_of
from pipeline.errors import StoreError
from pipeline.records import Event


@contextmanager
def open_for_writing(corpus: Place, progress: Callable[[Event], None]) -> Iterator[Engine]:
    """The database of a corpus, for one writer at a time: a second one waits, and is told for whom.

    The lock goes with its process, however that ends. Raises StoreError if ``corpus`` is something else.
    """
    with locked(corpus, progress):
        engine = open_database(corpus)
        try:
            yield engine
        finally:
            engine.dispose()


def open_database(corpus: Place) -> Engine:
    """The database of a corpus, made where there is none. Raises StoreError if the file is something else."""
    try:
        return open_corpus(corpus, keep=True)
    except CorpusError as error:
        raise StoreError(str(error)) from error


@contextmanager
def sharing(corpus: Place, run: str) -> Iterator[store.Corpus]:
    """The corpus of a run that another process has begun and holds the lock of, to save batches of it.

    For any number of processes on any machines, each for as long as it works for that run. What they save is what one
    process would have saved, however often and by however many of them a batch is made (``store.Corpus``); what is
    saved after the run has ended is refused with a StoreError. Stages follow each other: batches of one are saved
    before those of the next begin. A batch of up to 256 documents, texts or pairs is saved while others save theirs; a
    larger one, and one that takes away what its documents share with others, waits until nobody does.

    Raises StoreError where the run is not under way or the corpus not of this version, and for a corpus in a file,
    which one process writes to.
    """
    corpus = places.resolve(corpus)
    if not isinstance(corpus, DatabaseServer):
        raise StoreError(
            f"{corpus}: one process at a time writes to a file. Name a corpus on a PostgreSQL server (enregard copy)."
        )
    try:
        with read_corpus(corpus):
            pass
    except CorpusError as error:
        raise StoreError(str(error)) from error
    engine = shared(open_database(corpus))
    try:
        opened = store.Corpus(engine, run, shared=True)
        with store.saving(opened, [run]):
            pass
        yield opened
    finally:
        engine.dispose()


@contextmanager
def locked(corpus: Place, progress: Callable[[Event], None]) -> Iterator[None]:
    """One writer at a time. Raises StoreError where no lock can be made; none is made for what is no corpus."""
    corpus = places.resolve(corpus)
    with _locked_server(corpus, progress) if isinstance(corpus, DatabaseServer) else _locked_file(corpus, progress):
        yield


@contextmanager
def _locked_server(server: DatabaseServer, progress: Callable[[Event], None]) -> Iterator[None]:
    try:
        with lock_server(server, lambda: progress(_waiting(server))):
            yield
    except CorpusError as error:
        raise StoreError(str(error)) from error


@contextmanager
def _locked_file(corpus: Path, progress: Callable[[Event], None]) -> Iterator[None]:
    try:
        with explain(corpus):
            recognise(corpus)
    except CorpusError as error:
        raise StoreError(str(error)) from error
    corpus.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_of(corpus))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not lock_of(corpus).exists():  # nobody holds it: a folder such as /proc takes no files
            raise StoreError(f"{lock_of(corpus)}: cannot be made there. Name a corpus in another folder.") from None
        progress(_waiting(corpus))
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _waiting(corpus: Place) -> Event:
    return Event("wait", note=f"{corpus}: {_holder(corpus)} is writing to this corpus. Waiting for it to end.")


def _holder(corpus: Place) -> str:
    try:
        with read_corpus(corpus) as connection:
            return store.running(connection) or "another run"
    except CorpusError:
        return "another run"
