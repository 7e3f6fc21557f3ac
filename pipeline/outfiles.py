"""What the program writes outside the corpus: files and folders that are whole or not there.

What is being written has a name that no other process uses, in the folder of its target. On Linux a file has no name at
all until it is whole, so that nothing stays of one whose process was killed; elsewhere, and of a folder, the next
output beside it clears away what a process that is no more has left. Whoever writes holds a lock on it, which goes with
the process: a number of a process is soon another's, in a container always.
"""

import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pipeline.errors import UsageError

MARK = ".enregard"  # names the files of the folder, so that a later export knows them for its own
_UNNAMED = getattr(os, "O_TMPFILE", None)
ATTEMPTS = 3  # at a new folder
PATIENCE = 10.0  # seconds for others to put their files into place
_LEFT = re.compile(r"\.(.+)\.enregard-\w{8,16}\.(part|old)")  # what is being written, or was


@contextmanager
def replacing_file(path: Path, newline: str = "") -> Iterator[TextIO]:
    """A text file that takes the place of ``path`` when it is whole; nothing is changed if something fails.

    A link stays and leads to the new file; the rights of a file that is replaced stay. A device or a pipe is written
    to as it is.
    """
    with replacing_files([path], newline) as [out]:
        yield out


@contextmanager
def replacing_files(paths: Sequence[Path], newline: str = "") -> Iterator[list[TextIO]]:
    """Files that belong together: they take their places, one right after the other, when all are whole.

    Another output to the same places comes before or after them all, as far as the file system has locks.
    """
    with _naming(paths[0]), ExitStack() as stack:
        partials = [_open(path.resolve(), newline) for path in paths]
        for partial in partials:
            stack.callback(partial.discard)
        yield [partial.out for partial in partials]
        for partial in partials:
            partial.finish()
        for folder in sorted({partial.target.parent for partial in partials}):
            stack.callback(_unlock, _lock_soon(folder))
        for partial in partials:
            partial.replace()


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Errors of the system name what was to be written, no temporary name, and not nothing."""
    try:
        yield
    except OSError as error:
        if error.filename is None or ".enregard-" in str(error.filename):
            error.filename = str(path)
        raise


@dataclass
class _Partial:
    """A file that is being written. ``path`` is None while it has no name; ``replaces`` is False for a device."""

    target: Path
    out: TextIO
    path: Path | None = None
    replaces: bool = True

    def finish(self) -> None:
        """All is written, under a name of its own, with the rights of what it replaces."""
        self.out.flush()
        if self.replaces:
            descriptor = self.out.fileno()
            os.fchmod(descriptor, _mode(self.target))
            self.path = self.path or _name_it(descriptor, self.target)

    def replace(self) -> None:
        """Take the place of the target."""
        if self.path is not None:
            self.path.replace(self.target)
            self.path = None

    def discard(self) -> None:
        """Take away what has not taken its place."""
        try:
            self.out.close()
        finally:
            if self.path is not None:
                self.path.unlink(missing_ok=True)


def _open(target: Path, newline: str) -> _Partial:
    if target.exists() and not target.is_file():
        return _Partial(target, target.open("w", encoding="utf-8", newline=newline), replaces=False)
    _clear(target.parent)
    descriptor, path = _create(target)
    return _Partial(target, os.fdopen(descriptor, "w", encoding="utf-8", newline=newline), path)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """An empty folder that takes the place of ``folder`` at the end; nothing is changed if something fails.

    Raises UsageError if ``folder`` is a file, or holds anything that no export wrote.
    """
    target = folder.resolve()
    with _naming(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(target.parent)
        _check(target)
    with _naming(folder), _new_folder(target) as partial:
        yield partial
        (partial / MARK).write_text("\n".join(_files(partial)) + "\n", "utf-8")
        partial.chmod(_mode(target) if target.exists() else 0o777 & ~_umask())
        _exchange(partial, target)


def _exchange(partial: Path, target: Path) -> None:
    """Move ``partial`` to ``target``; what stood there goes if it still holds nothing of anybody else's."""
    if not target.exists():
        partial.rename(target)
        return
    lock = _lock_soon(target)  # it goes with the folder wherever that is moved
    old = target.with_name(f"{_prefix(target)}{secrets.token_hex(8)}.old")
    try:
        target.rename(old)
        try:
            _check(old, target)
            partial.rename(target)
        except BaseException:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        _unlock(lock)


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """An empty folder beside ``target`` that is gone at the end, locked so that nobody clears it away meanwhile."""
    for _ in range(ATTEMPTS):
        folder = Path(tempfile.mkdtemp(".part", _prefix(target), target.parent))
        lock = _lock(folder)
        if lock is not None or folder.exists():  # unlocked only on a file system without locks
            break
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _unlock(lock)


def _lock_soon(path: Path) -> int | None:
    """The same, waited for as long as another output may take to get its place."""
    deadline = time.monotonic() + PATIENCE
    while (lock := _lock(path)) is None and path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return lock


def _lock(path: Path) -> int | None:
    """A descriptor that holds the lock on a file or folder; None where another process does, or it is gone."""
    descriptor = None
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.lstat()):
            return descriptor
    _unlock(descriptor)
    return None


def _unlock(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)


def _create(target: Path) -> tuple[int, Path | None]:
    """An open, locked file beside ``target``, without a name where the system can do that."""
    partial = None
    try:
        if _UNNAMED is None:
            raise OSError
        descriptor = os.open(target.parent, _UNNAMED | os.O_RDWR, 0o600)
    except OSError:
        descriptor, name = tempfile.mkstemp(".part", _prefix(target), target.parent)
        partial = Path(name)
    with suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor, partial


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
    return f".{target.name}.enregard-"


def _clear(folder: Path) -> None:
    """Take away what processes that are no more left in ``folder``; what one had moved aside goes back."""
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _LEFT.fullmatch(path.name)
        lock = _lock(path) if match else None
        if match is None or lock is None:
            continue
        target = path.with_name(match[1])
        if not path.is_dir():
            path.unlink(missing_ok=True)
        elif match[2] == "old" and not os.path.lexists(target):
            path.rename(target)
        else:
            shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


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
