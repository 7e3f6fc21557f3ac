"""A folder that is written beside and moved to its place when it is whole."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import UsageError

MARK = ".enregard"  # names the files of the folder, so that a later export knows them for its own


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """An empty folder that takes the place of ``folder`` at the end; nothing is changed if something fails.

    Raises UsageError if ``folder`` is a file, or holds anything that no export wrote.
    """
    target = folder.resolve()
    _check(target)
    partial, old = (target.with_name(f".{target.name}.{end}") for end in ("part", "old"))
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        (partial / MARK).write_text("\n".join(_files(partial)) + "\n", "utf-8")
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            target.rename(old)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _check(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target}: that is a file. Name a folder with --output.")
    mark = target / MARK
    written = set(mark.read_text("utf-8").split("\n")) if mark.is_file() else set()
    foreign = [name for name in _files(target) if name not in written and name != MARK] if target.exists() else []
    if foreign:
        raise UsageError(f"{target}: holds {foreign[0]!r}, which no export wrote. Name a new or an empty folder.")


def _files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()
    )
