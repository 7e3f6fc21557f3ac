"""What the program writes outside the corpus: files and folders that are whole or not there.

What is being written has a name that no other process uses, in the folder of its target. On Linux a file has no name at
all until it is whole, so that nothing stays of one whose process was killed; elsewhere, and of a folder, the next
output to the same target clears away what a process that is no more has left.
"""

import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from pipeline.errors import UsageError

MARK = ".enregard"  # names the files of the folder, so that a later export knows them for its own
_UNNAMED = getattr(os, "O_TMPFILE", None)


@contextmanager
def replacing_file(path: Path, newline: str = "") -> Iterator[TextIO]:
    """A text file that takes the place of ``path`` when it is whole; nothing is changed if something fails.

    A link stays and leads to the new file; the rights of a file that is replaced stay. A device or a pipe is written
    to as it is.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8", newline=newline) as out:
            yield out
        return
    _clear(target)
    descriptor, partial = _create(target)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline=newline) as out:
            yield out
            out.flush()
            os.fchmod(descriptor, _mode(target))
            partial = partial or _name_it(descriptor, target)
        partial.replace(target)
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """An empty folder that takes the place of ``folder`` at the end; nothing is changed if something fails.

    Raises UsageError if ``folder`` is a file, or holds anything that no export wrote.
    """
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    _clear(target)
    _check(target)
    partial = Path(tempfile.mkdtemp(".part", _prefix(target), target.parent))
    try:
        yield partial
        (partial / MARK).write_text("\n".join(_files(partial)) + "\n", "utf-8")
        partial.chmod(_mode(target) if target.exists() else 0o777 & ~_umask())
        _exchange(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _exchange(partial: Path, target: Path) -> None:
    """Move ``partial`` to ``target``; what stood there goes if it still holds nothing of anybody else's."""
    if not target.exists():
        partial.rename(target)
        return
    old = Path(tempfile.mkdtemp(".old", _prefix(target), target.parent))
    target.rename(old)  # onto an empty folder, which it replaces
    try:
        _check(old, target)
        partial.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _create(target: Path) -> tuple[int, Path | None]:
    """An open file beside ``target``, without a name where the system can do that."""
    if _UNNAMED is not None:
        with suppress(OSError):
            return os.open(target.parent, _UNNAMED | os.O_RDWR, 0o600), None
    descriptor, name = tempfile.mkstemp(".part", _prefix(target), target.parent)
    return descriptor, Path(name)


def _name_it(descriptor: int, target: Path) -> Path:
    """Give a file without a name one that nobody uses."""
    partial = target.with_name(f"{_prefix(target)}{secrets.token_hex(8)}.part")
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:  # with a folder's descriptor Python calls linkat, which alone follows the link in /proc
        os.link(f"/proc/self/fd/{descriptor}", partial.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)
    return partial


def _prefix(target: Path) -> str:
    return f".{target.name}.enregard-{os.getpid()}-"


def _clear(target: Path) -> None:
    """Take away what processes that are no more left beside ``target``; a folder that one had moved aside goes back."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.enregard-(\d+)-\w+\.(part|old)")
    for path in target.parent.iterdir() if target.parent.is_dir() else ():
        match = pattern.fullmatch(path.name)
        if match is None or _lives(int(match[1])) or path.is_symlink():
            continue
        if match[2] == "old" and path.is_dir() and not target.exists():
            path.rename(target)
        elif path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _mode(target: Path) -> int:
    """The rights of what is there, or those that a new file gets."""
    return stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()


def _umask() -> int:
    umask = os.umask(0o077)  # it can only be read by setting it
    os.umask(umask)
    return umask


def _check(folder: Path, shown: Path | None = None) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: that is a file. Name a folder with --output.")
    mark = folder / MARK
    own = set(mark.read_text("utf-8").split("\n")) if mark.is_file() else set()
    foreign = [name for name in _files(folder) if name not in own and name != MARK] if folder.exists() else []
    if foreign:
        where = shown or folder
        raise UsageError(f"{where}: holds {foreign[0]!r}, which no export wrote. Name a new or an empty folder.")


def _files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()
    )
