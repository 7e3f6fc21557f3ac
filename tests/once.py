"""Small corpora that many tests begin with: made once in a process, each test has a copy of its own."""

import tempfile
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path

from db import place as places
from db.engine import open_corpus
from pipeline.corpus.store import Corpus
from tests.postgresql_server import Moved


def copied(make: Callable[[Path], Corpus]) -> Callable[[Path], Corpus]:
    """``make``, called once: what it made is written to each further path as it was, byte for byte.

    Where there is a corpus already, ``make`` goes over it.
    """

    @cache
    def original_database(moved: Moved) -> tuple[str, str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "corpus.sqlite"
            return moved.name(path), make(path).run

    def _copied_database(moved: Moved, path: Path) -> Corpus:
        if moved.name(path) in moved.known:
            return make(path)
        source, run = original_database(moved)
        moved.copy(source, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return Corpus(open_corpus(path), run)

    @cache
    def original() -> tuple[bytes, str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "corpus.sqlite"
            corpus = make(path)
            corpus.engine.dispose()
            return path.read_bytes(), corpus.run

    @wraps(make)
    def copy(path: Path) -> Corpus:
        if isinstance(places.resolve, Moved):
            return _copied_database(places.resolve, path)
        if path.exists():
            return make(path)
        content, run = original()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return Corpus(open_corpus(path), run)

    return copy
