"""The files of a corpus, who may write to it, and how it is opened for that."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine

from db import place as places
from db.engine import lock_server, open_corpus, read_corpus
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
