"""A corpus goes from a file to a server, or back, with all that people judged."""

from collections.abc import Callable

from sqlalchemy.exc import DatabaseError

from db import place as places
from db.copy_rows import CopyError, copy_rows
from db.engine import open_empty, read_corpus
from db.place import DatabaseServer, Place
from db.reader import CorpusError
from pipeline.corpus.access import locked
from pipeline.errors import StoreError, UsageError
from pipeline.records import Event

SECONDS = 86_400.0  # that reading may take


def copy(source: Place, target: Place, progress: Callable[[Event], None]) -> int:
    """Copy the corpus at ``source`` to ``target``, where there must be nothing; how many rows.

    Whole or not at all. Raises UsageError where ``target`` is not empty, StoreError where either cannot be opened or a
    row cannot be written there.
    """
    target = places.resolve(target)
    try:
        with read_corpus(source, SECONDS) as connection, locked(target, progress), open_empty(target) as engine:
            return copy_rows(connection, engine, lambda done, total: progress(Event("copy", done, total)))
    except FileExistsError as error:
        raise UsageError(f"{target}: there is something already. Name {_empty(target)}.") from error
    except CorpusError as error:
        raise StoreError(str(error)) from error
    except CopyError as error:
        raise StoreError(f"{target}: {error}.") from error
    except DatabaseError as error:
        raise StoreError(f"{target}: the database says: {error.orig}. Nothing was kept of the copy.") from error


def _empty(target: Place) -> str:
    return (
        "an empty database (createdb makes one)" if isinstance(target, DatabaseServer) else "a file that is not there"
    )
