"""Unpacking an Argos package safely: a zip file from the network is looked at before anything of it is written."""

import hashlib
import json
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.errors import PackageError

CHUNK = 1 << 20
LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
SPLITTERS = frozenset({"stanza", "spacy", "minisbd"})  # sentence splitters: never used here, so never unpacked
TOKENIZERS = ("sentencepiece.model", "bpe.model")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a package may unpack to: bytes in all, bytes for each byte of the file beyond a few, number of members."""

    total: int = 2_000_000_000
    ratio: int = 100
    free: int = 20_000_000
    members: int = 10_000


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a package says of itself. ``name`` is that of its top folder."""

    name: str
    source: str
    target: str
    version: str


def inspect(file: Path, limits: Limits | None = None) -> Metadata:
    """What the package ``file`` says of itself, after every check that needs no unpacking.

    Raises PackageError when the file cannot be read, is not a sound zip file with exactly one folder at its top, has a
    member that would land elsewhere (``..``, an absolute path, a link), would unpack to more than ``limits``, or lacks
    its metadata, model or tokenizer.
    """
    with _opened(file) as bundle:
        return _check(bundle, file, limits or Limits())


def unpack(file: Path, folder: Path, limits: Limits | None = None) -> dict[str, str]:
    """Writes the package's files into ``folder``, which must be empty, and returns the SHA-256 of each by its path.

    Paths are relative to the top folder of the package. Everything is on the disk when this returns. Raises
    PackageError as ``inspect`` does, and for damaged data.
    """
    with _opened(file) as bundle:
        name = _check(bundle, file, limits or Limits()).name
        written: dict[str, str] = {}
        for member in _files(bundle.infolist()):
            inside = PurePosixPath(member.filename).relative_to(name)
            if inside.parts[0] not in SPLITTERS:
                written[str(inside)] = _write(bundle, member, folder.joinpath(*inside.parts))
    _sync_folders(folder)
    return written


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _opened:
    """The zip file, with every way in which it can be damaged turned into one PackageError."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __enter__(self) -> zipfile.ZipFile:
        if self.file.exists() and not self.file.is_file():
            raise PackageError(f"{self.file}: is no file. Give the path of a .argosmodel file.")
        try:
            self.bundle = zipfile.ZipFile(self.file)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise _damaged(self.file, error) from error
        return self.bundle

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.bundle.close()
        damage = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError, RuntimeError)
        if isinstance(error, damage):
            raise _damaged(self.file, error) from error


def _damaged(file: Path, error: BaseException) -> PackageError:
    if isinstance(error, FileNotFoundError):
        return PackageError(f"{file}: there is no such file. Give the path of a .argosmodel file.")
    return PackageError(f"{file}: is not a sound zip file ({error}). Fetch the package again.")


def _check(bundle: zipfile.ZipFile, file: Path, limits: Limits) -> Metadata:
    members = bundle.infolist()
    problem = next(filter(None, map(_unsafe, members)), None) or _too_big(members, file.stat().st_size, limits)
    if problem:
        raise PackageError(f"{file}: unsafe package, nothing was unpacked: {problem}. Get it from a source you trust.")
    names = [member.filename for member in _files(members)]
    tops = {name.split("/")[0] for name in names}
    problem = _missing(names, tops) or _repeated(names)
    if problem:
        raise PackageError(f"{file}: is not an Argos package: {problem}. Give a .argosmodel file.")
    return _metadata(bundle, tops.pop(), file)


def _files(members: Iterable[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    return [member for member in members if not member.is_dir()]


def _unsafe(member: zipfile.ZipInfo) -> str | None:
    name, kind = member.filename, stat.S_IFMT(member.external_attr >> 16)
    steps = name.rstrip("/").split("/")
    if name.startswith("/") or "\\" in name or ":" in steps[0] or not name.isprintable():
        return f"the member {name!r} has an absolute or odd path"
    if any(step in {"", ".", ".."} for step in steps):
        return f"the member {name!r} would leave its folder"
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return f"the member {name!r} is a link or a device"
    if member.flag_bits & 1:
        return f"the member {name!r} is encrypted"
    return None


def _too_big(members: list[zipfile.ZipInfo], size: int, limits: Limits) -> str | None:
    total = sum(member.file_size for member in members)
    if len(members) > limits.members:
        return f"it has {len(members)} members, more than {limits.members}"
    if total > min(limits.total, max(limits.free, limits.ratio * size)):
        return f"its {size} bytes would unpack to {total}"
    return None


def _missing(names: list[str], tops: set[str]) -> str | None:
    if len(tops) != 1 or any("/" not in name for name in names):
        return "it must hold exactly one folder"
    top = next(iter(tops))
    if f"{top}/metadata.json" not in names:
        return "metadata.json is missing"
    if f"{top}/model/model.bin" not in names:
        return "model/model.bin is missing"
    if not any(f"{top}/{tokenizer}" in names for tokenizer in TOKENIZERS):
        return "it has no tokenizer (sentencepiece.model)"
    return None


def _repeated(names: list[str]) -> str | None:
    folded = [name.casefold() for name in names]
    return "two members have one name" if len(set(folded)) < len(folded) else None


def _metadata(bundle: zipfile.ZipFile, top: str, file: Path) -> Metadata:
    try:
        return metadata(json.loads(bundle.read(f"{top}/metadata.json")), top)
    except (ValueError, RecursionError) as error:
        raise PackageError(f"{file}: its metadata.json cannot be used ({error}). Fetch the package again.") from error


def metadata(table: object, name: str) -> Metadata:
    """``metadata.json`` as a record. Raises ValueError unless it names a language to translate from and one to."""
    if not isinstance(table, Mapping):
        raise ValueError("it is not an object")
    codes = [table.get("from_code"), table.get("to_code")]
    if not all(isinstance(code, str) and LANGUAGE.fullmatch(code) for code in codes):
        raise ValueError("from_code and to_code must be language codes")
    return Metadata(name, str(codes[0]), str(codes[1]), str(table.get("package_version", "")))


def _write(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with bundle.open(member) as source, path.open("xb") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _sync_folders(folder: Path) -> None:
    for path in [folder, *(path_inside for path_inside in folder.rglob("*") if path_inside.is_dir())]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
