"""Which files a corpus consists of, and that nothing else is written over them."""

from pathlib import Path

from pipeline.errors import UsageError

SQLITE = ("", "-wal", "-shm")  # what SQLite may leave beside a database


def files_of(corpus: Path) -> tuple[Path, ...]:
    """The files of a corpus: the database, the lock of a run, the cache of vectors."""
    databases = [database.with_name(database.name + end) for database in (corpus, vectors_of(corpus)) for end in SQLITE]
    return *databases, lock_of(corpus)


def vectors_of(corpus: Path) -> Path:
    """Where what the embedder has read is kept."""
    return corpus.with_name(f"{corpus.name}.vectors")


def lock_of(corpus: Path) -> Path:
    """The file that a run holds."""
    return corpus.with_name(f"{corpus.name}.lock")


def report_of(corpus: Path) -> Path:
    """Where ``make report`` writes."""
    return corpus.with_suffix(".html")


def guard(output: Path, corpus: Path) -> None:
    """Refuse to write over a corpus. Raises UsageError where ``output`` is one of its files."""
    if output.resolve() in {path.resolve() for path in files_of(corpus)}:
        raise UsageError(f"{output}: that is the corpus itself. Name another place with --output.")
