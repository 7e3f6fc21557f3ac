"""Which files a corpus consists of, and that nothing else is written over them."""

from pathlib import Path

from pipeline.errors import UsageError

GENERATOR = b'<meta name="generator" content="En regard'  # in the head of every report
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


def is_report(path: Path) -> bool:
    """Whether a file is a report that was made here, and no document of the same name."""
    try:
        with path.open("rb") as file:
            return GENERATOR in file.read(4_096)
    except OSError:
        return False


def guard(output: Path, corpus: Path) -> None:
    """Refuse to write over a corpus. Raises UsageError where ``output`` is one of its files, or a document's."""
    if output.resolve() in {path.resolve() for path in files_of(corpus)}:
        raise UsageError(f"{output}: that is the corpus itself. Name another place with --output.")
    if output.resolve() == report_of(corpus).resolve() and output.is_file() and not is_report(output):
        raise UsageError(f"{output}: that is no report, so it is not written over. Name another place with --output.")
