"""Which files a corpus consists of, and that nothing else is written over them."""

from pathlib import Path

from db import place as places
from db.place import DatabaseServer, Place
from db.reader import identify
from db.version import is_marked
from pipeline.errors import UsageError

GENERATOR = b'<meta name="generator" content="En regard'  # in the head of every report
DATA = Path(__file__).resolve().parents[2] / ".data"  # the default of the settings
# What may lie beside a database: SQLite's own files, the lock of a run, the cache of vectors with SQLite's files, the
# index of sentences, and the same while it is written.
_SQLITE = ("-wal", "-shm", "-journal")
ENDS = ("", *_SQLITE, ".lock", ".vectors", *(f".vectors{end}" for end in _SQLITE), ".nearby", ".nearby.new")


def files_of(corpus: Place) -> tuple[Path, ...]:
    """The files of a corpus: the database, lock, cache of vectors, index of sentences; none where it is on a server."""
    return () if isinstance(corpus, DatabaseServer) else tuple(corpus.with_name(corpus.name + end) for end in ENDS)


def vectors_of(corpus: Place) -> Place:
    """Where what the embedder has read is kept: beside a file; on a server in tables of its own."""
    corpus = places.resolve(corpus)
    return corpus if isinstance(corpus, DatabaseServer) else corpus.with_name(f"{corpus.name}.vectors")


def nearby_of(corpus: Place, data: Path = DATA) -> Path:
    """Where the index of sentences is kept: beside a file; of a corpus on a server in ``data``, by its identity."""
    corpus = places.resolve(corpus)
    if isinstance(corpus, DatabaseServer):
        folder = scratch_of(corpus, data)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{identify(corpus)}.nearby"
    return corpus.with_name(f"{corpus.name}.nearby")


def scratch_of(corpus: Place, data: Path = DATA) -> Path:
    """The folder for files that a run needs for itself: that of the corpus; of one on a server a folder in ``data``."""
    corpus = places.resolve(corpus)
    return data / "corpora" if isinstance(corpus, DatabaseServer) else corpus.parent


def lock_of(corpus: Path) -> Path:
    """The file that a run holds."""
    return corpus.with_name(f"{corpus.name}.lock")


def report_of(corpus: Place) -> Path:
    """Where ``make report`` writes."""
    return Path("db/corpus.html") if isinstance(corpus, DatabaseServer) else corpus.with_suffix(".html")


def is_report(path: Path) -> bool:
    """Whether a file is a report or another page that was made here, and no document of the same name."""
    try:
        with path.open("rb") as file:
            return GENERATOR in file.read(4_096)
    except OSError:
        return False


def guard(output: Path, corpus: Place) -> None:
    """Refuse to write over a corpus. Raises UsageError where ``output`` is one of its files, or a document's."""
    if any(_is_same(output, path) for path in files_of(corpus)):
        raise UsageError(f"{output}: that is the corpus itself. Name another place with --output.")
    if output.resolve() == report_of(corpus).resolve() and output.is_file() and not is_report(output):
        raise UsageError(f"{output}: that is no report, so it is not written over. Name another place with --output.")


def guard_any(output: Path) -> None:
    """Refuse to write over any corpus. Raises UsageError where ``output`` is one, or lies beside one as its file."""
    target = output.resolve()
    names = (target.name.removesuffix(end) for end in ENDS if target.name.endswith(end))
    if any(name and is_marked(target.with_name(name)) for name in names):
        raise UsageError(f"{output}: that is a file of a corpus. Name another place with --output.")


def _is_same(output: Path, path: Path) -> bool:
    """Whether two paths lead to one file, by whatever links."""
    if output.exists() and path.exists():
        return output.samefile(path)
    return output.resolve() == path.resolve()
