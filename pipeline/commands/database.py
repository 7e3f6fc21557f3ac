"""How commands that need SQLAlchemy open a corpus, and what they say where the database cannot."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from db.engine import open_corpus, read_corpus
from db.place import Place
from db.reader import SECONDS, CorpusError
from pipeline.commands.common import ADVICE
from pipeline.errors import StoreError


@contextmanager
def reading(corpus: Place, seconds: float = SECONDS) -> Iterator[Connection]:
    """A read-only connection; a query is stopped after ``seconds``. Raises StoreError where there is no corpus."""
    try:
        with database_errors(), read_corpus(corpus, seconds) as connection:
            yield connection
    except CorpusError as error:
        raise StoreError(str(error)) from error


def open_existing(corpus: Place) -> Engine:
    """A corpus to write to, of this version. Raises StoreError where there is none."""
    try:
        with read_corpus(corpus):
            pass
        return open_corpus(corpus)
    except CorpusError as error:
        raise StoreError(str(error)) from error


@contextmanager
def database_errors() -> Iterator[None]:
    """What the database says, as a StoreError with what to do."""
    try:
        yield
    except DatabaseError as error:
        raise StoreError(f"the database says: {error.orig}. {ADVICE}") from error
