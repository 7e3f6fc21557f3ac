"""Small corpora that many tests begin with: made once in a process, each test has a copy of its own."""

import tempfile
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path

from db.engine import open_corpus
from pipeline.corpus.store import Corpus


def copied(make: Callable[[Path], Corpus]) -> Callable[[Path], Corpus]:
    """``make``, called once: what it made is written to each further path as it was, byte for byte.

    Where there is a corpus already, ``make`` goes over it.
    """

    @cache
    def original() -> tuple[bytes, str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "corpus.sqlite"
            corpus = make(path)
            corpus.engine.dispose()
            return path.read_bytes(), corpus.run

    @wraps(make)
    def copy(path: Path) -> Corpus:
        if path.exists():
            return make(path)
        content, run = original()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return Corpus(open_corpus(path), run)

    return copy
