"""Files in folders: which ones there are, what they are called in the corpus, and their bytes, loaded within bounds."""

import errno
import os
import re
import stat
from collections.abc import Iterator, Set
from pathlib import Path

from pipeline.config import ReadConfig
from pipeline.errors import InputError, NotFoundError
from pipeline.reading.manifest import NAME as MANIFEST
from pipeline.records import Skip

GOLD = "gold"  # the folder where the answers to tests lie
GOLD_FILES = (".beads",)
Identity = tuple[int, int]  # device and inode

# What cannot be shown, or turns the direction of what follows; then ``\`` and ``#`` where they would read as what
# is written here for those characters, or as the number of a row.
_ESCAPED = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]"
    r"|\\(?=x[0-9a-f]{2}|u[0-9a-f]{4})|\#(?=\d+(?:/|$)|[a-z]{2,3}(?:\.\d{4})?$)"
)


def name_of(path: Path, root: Path) -> str:
    r"""The name of a file in the corpus: relative to ``root``, with ``/``; what cannot be printed is written ``\x1b``.

    So a name that is no UTF-8 can be stored, and one with a line end or an escape sequence can be shown. Two files
    never have one name, and none has that of a row (``table.csv#3``), for which ``\x5c`` and ``\x23`` are written.
    """
    return written_name(path.relative_to(root).as_posix() if path != root else path.name)


def written_name(name: str) -> str:
    """A name as it is written in the corpus, every character told apart."""
    return _ESCAPED.sub(lambda match: _written(match[0]), name)


def _written(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"


def find(root: Path, config: ReadConfig) -> Iterator[Path | Skip]:
    """Every file under ``root``, sorted, each once; and for each folder that cannot be entered a Skip.

    Passed over in silence: hidden files and folders, ``manifest.toml``, folders named ``gold`` and ``.beads`` files.
    Links to folders outside ``root`` are followed, once each. ``root`` may be one file. Raises NotFoundError if it is
    absent.
    """
    if not os.path.lexists(root):
        raise NotFoundError(f"{root}: there is no such file or folder. Give the folder of your documents.")
    yield from _walk(root, config) if os.path.isdir(root) else [root]  # noqa: PTH112 (Path.is_dir raises)


def _walk(root: Path, config: ReadConfig) -> Iterator[Path | Skip]:
    """The files of a folder tree, depth first, each folder once: on its own path rather than through a link."""
    own: set[Identity] = set()
    visited: set[Identity] = set()
    pending = [root]
    while pending:
        folder = pending.pop()
        is_link = folder.is_symlink()
        if is_link and not own:
            own = set(_own_folders(root, config.max_depth))
        known = visited | own if is_link else visited
        shut = _shut(root, folder, config) or (_met_before(root, folder, known) if folder != root else None)
        if shut is not None:
            yield shut
            continue
        visited.add(_identity(folder))
        paths = [(folder / entry.name, _is_folder(entry)) for entry in _entries(folder) if not _is_passed_over(entry)]
        yield from (path for path, is_folder in paths if not is_folder)
        pending.extend(path for path, is_folder in reversed(paths) if is_folder)


def _own_folders(root: Path, depth: int) -> Iterator[Identity]:
    """The folders under ``root`` that no link leads through."""
    level = [root]
    for _ in range(depth + 1):
        yield from map(_identity, level)
        level = [folder / entry.name for folder in level for entry in _listed(folder) if _is_folder(entry, links=False)]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return _entries(folder)
    except OSError:
        return []


def _shut(root: Path, folder: Path, config: ReadConfig) -> Skip | None:
    """Why a folder cannot be entered, or None."""
    name = name_of(folder, root)
    if len(folder.relative_to(root).parts) > config.max_depth:
        reason = f"It lies more than {config.max_depth} folders deep. Move it up, or raise read.max_depth."
        return Skip(name, "E115", reason)
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        return Skip(name, *_because(error))
    return None


def _met_before(root: Path, folder: Path, known: Set[Identity]) -> Skip | None:
    """Why a folder is not entered a second time, or None."""
    own = _identity(folder)
    if own not in known:
        return None
    name = name_of(folder, root)
    if own in {_identity(parent) for parent in folder.parents}:
        return Skip(name, "E105", "It is a link to a folder that it lies in. Remove it.")
    return Skip(name, "E115", "It is a link to a folder that is read anyway. Remove it.")


def _is_folder(entry: os.DirEntry[str], links: bool = True) -> bool:
    """Whether something in a folder is a folder, or, with ``links``, a link to one."""
    try:
        return entry.is_dir(follow_symlinks=links)
    except OSError:
        return False


def _identity(path: Path) -> Identity:
    try:
        status = path.stat()
    except OSError:  # removed a moment ago
        return 0, 0
    return status.st_dev, status.st_ino


def _is_passed_over(entry: os.DirEntry[str]) -> bool:
    return entry.name.startswith(".") or entry.name in (MANIFEST, GOLD) or entry.name.endswith(GOLD_FILES)


def load(path: Path, config: ReadConfig) -> bytes:
    """The bytes of a file.

    Raises InputError E101 if it is empty, E102 if it is too large, E104 without permission, E105 for a broken or
    circular link, E106 for what is no file (which is never waited for), E114 for other failures of the file system.
    """
    try:
        with open(path, "rb", opener=_at_once) as file:
            data = file.read(config.max_bytes + 1)
    except OSError as error:
        raise InputError(*_because(error)) from error
    check_size(data, config)
    return data


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for the other end of a pipe, and only what is a regular file."""
    handle = os.open(path, flags | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise InputError("E106", "It is no file but a pipe, a device or a folder. Remove it.")


def _because(error: OSError) -> tuple[str, str]:
    """Code and reason for a failure of the file system."""
    if isinstance(error, PermissionError):
        return "E104", "You may not read it. Change its permissions."
    if error.errno == errno.ELOOP:
        return "E105", "It is a link that leads in a circle. Remove it."
    if isinstance(error, FileNotFoundError):
        return "E105", "It is a link to nothing, or was removed meanwhile. Remove the link."
    if error.errno == errno.ENXIO:
        return "E106", "It is a socket or a device. Remove it."
    return "E114", f"The file system says: {error.strerror}. Copy the file elsewhere, and try again."


def check_size(data: bytes, config: ReadConfig) -> None:
    """Raise InputError E101 for no bytes, E102 for too many."""
    if not data:
        raise InputError("E101", "It is empty. Remove it, or fill it.")
    if len(data) > config.max_bytes:
        reason = f"It is larger than {config.max_bytes:,} bytes. Split it, or raise read.max_bytes."
        raise InputError("E102", reason)
