"""Translation packages: found, installed, listed, verified and removed in the project's own data folder.

::

    <data>/argos/<name>-<first digits of its SHA-256>/   one installed package, with enregard.json as its record
    <data>/downloads/                                    packages on their way (see ``download``)

A package is unpacked into a folder beside and renamed when everything is on the disk, so it is there whole or not at
all. Nothing here opens a connection.
"""

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from packaging.version import InvalidVersion, Version

from pipeline.config import PROJECT
from pipeline.errors import EngineError, NotFoundError, PackageError
from pipeline.translation import archive

FOLDER = "argos"
RECORD = "enregard.json"
SHIPPED = PROJECT / "models"
PINS = Path(__file__).with_name("packages.toml")


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package. ``sha256`` is that of the file it came from; ``files`` has that of each unpacked file.

    Both are empty for a package that something else has installed.
    """

    path: Path
    name: str
    source: str
    target: str
    version: str
    sha256: str
    files: Mapping[str, str]

    @property
    def key(self) -> str:
        """What names it on the command line: its folder's name."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class TranslationQuality:
    """How well an engine translates ``test``, by sacrebleu's BLEU and chrF (0 to 100); ``origin`` says who measured."""

    bleu: float
    chrf: float | None
    test: str
    year: int
    origin: str

    def __str__(self) -> str:
        """Such as ``26.3 BLEU, 53.3 chrF on newstest2013 (measured 2026)``."""
        chrf = f", {self.chrf} chrF" if self.chrf else ""
        return f"{self.bleu} BLEU{chrf} on {self.test} ({self.origin} {self.year})"


@dataclass(frozen=True, slots=True)
class Pin:
    """A known package: the size and SHA-256 that it must have, how good it is, and where it can be had, if anywhere."""

    name: str
    source: str
    target: str
    size: int
    sha256: str
    licence: str
    figures: TranslationQuality
    urls: tuple[str, ...] = ()


def pins() -> list[Pin]:
    """The known packages, from ``packages.toml``."""
    tables = tomllib.loads(PINS.read_text("utf-8"))["package"]
    return [
        Pin(**{**table, "figures": _figures(table["figures"]), "urls": tuple(table.get("urls", ()))})
        for table in tables
    ]


def measured(package: Package) -> TranslationQuality | None:
    """How good an installed package is, where that is known."""
    return next((pinned.figures for pinned in pins() if pinned.sha256 == package.sha256), None)


def measured_apertium() -> TranslationQuality:
    """How good Apertium is from French to English."""
    return _figures(tomllib.loads(PINS.read_text("utf-8"))["apertium"]["figures"])


def _figures(table: Mapping[str, Any]) -> TranslationQuality:
    return TranslationQuality(table["bleu"], table.get("chrf"), table["test"], table["year"], table["origin"])


def pin(source: str, target: str) -> Pin:
    """The package from one language to another that can be downloaded. Raises NotFoundError when none is known."""
    for pinned in pins():
        if (pinned.source, pinned.target) == (source, target) and pinned.urls:
            return pinned
    raise NotFoundError(f"no official package from {source} to {target} is known. Install a file of your own.")


def installed(data: Path, environ: Mapping[str, str] | None = None) -> list[Package]:
    """Every usable package: those in ``data``, then those that Argos itself keeps for this user (only read).

    ``environ`` says where Argos keeps them; without it only ``data`` is looked at.
    """
    roots = [data / FOLDER, *_argos_roots(environ or {})]
    return [package for root in roots for path in _folders(root) if (package := _package(path))]


def find(data: Path, source: str, target: str, environ: Mapping[str, str] | None = None) -> Package | None:
    """The best installed package from ``source`` to ``target``.

    By its BLEU; one that was never measured is somebody's own choice and comes first; then the highest version.
    """
    fitting = [package for package in installed(data, environ) if (package.source, package.target) == (source, target)]
    return max(fitting, key=lambda package: (quality(package), _version(package.version)), default=None)


def quality(package: Package) -> float:
    """BLEU of an installed package; infinite where nobody measured it."""
    figures = measured(package)
    return figures.bleu if figures else inf


def named(environ: Mapping[str, str]) -> Path | None:
    """The file that ``ARGOS_PACKAGE`` names, if it names one. Raises PackageError when there is no such file."""
    if not (name := environ.get("ARGOS_PACKAGE")):
        return None
    file = Path(name).expanduser()
    if not file.is_file():
        raise PackageError(f"ARGOS_PACKAGE={file}: there is no such file. Name a .argosmodel file, or unset it.")
    return file


def better_shipped(package: Package | None, shipped: Path = SHIPPED) -> list[Path]:
    """The files in ``shipped``, of any languages, that are better than an installed package: the best first.

    By BLEU, as ``find``; a file that was never measured is somebody's own choice.
    """
    known = {(pinned.name, pinned.size): pinned.figures.bleu for pinned in pins()}
    files = {file: known.get((file.stem, file.stat().st_size), inf) for file in sorted(shipped.glob("*.argosmodel"))}
    least = quality(package) if package else 0.0
    return sorted((file for file in files if files[file] > least), key=lambda file: -files[file])


def install(file: Path, data: Path, check: Callable[[Package], None] = lambda package: None) -> Package:
    """Installs the package ``file`` and returns it; a package that is already there is checked, not unpacked again.

    ``check`` sees the package before it is in its place; where it raises EngineError, nothing is installed. Raises
    PackageError when the file is missing, damaged, unsafe or of no use, or when the data folder cannot be written.
    """
    contents = archive.inspect(file)
    digest = archive.sha256(file)
    root = data / FOLDER
    folder = root / f"{contents.name}-{digest[:8]}"
    try:
        with _locked(root):
            present = _package(folder)
            if present and not verify(present):
                return present
            _place(file, folder, digest, check)
    except OSError as error:
        raise PackageError(
            f"{root}: cannot be written ({error}). Make room, or set `data` to another folder."
        ) from error
    return _sound(folder)


def verify(package: Package) -> list[str]:
    """What is wrong with an installed package, one line a problem; empty when every file is as it was installed."""
    if not package.files:
        return [f"{package.key}: has no record of its files. Install it with `enregard model install FILE`."]
    problems = []
    for name, digest in package.files.items():
        path = package.path / name
        if not path.is_file():
            problems.append(f"{package.key}: {name} is missing. Remove the package and install it again.")
        elif archive.sha256(path) != digest:
            problems.append(f"{package.key}: {name} has changed. Remove the package and install it again.")
    return problems


def remove(key: str, data: Path) -> Package:
    """Removes an installed package, named by its folder or by its own name, and returns what it was.

    Raises NotFoundError when ``data`` holds no package, or more than one, of that name.
    """
    matching = [package for package in installed(data) if key in {package.key, package.name}]
    if len(matching) != 1:
        listed = ", ".join(package.key for package in installed(data)) or "none"
        raise NotFoundError(f"{key!r} names {len(matching)} installed packages. Installed: {listed}.")
    with _locked(data / FOLDER):
        doomed = Path(tempfile.mkdtemp(prefix=".old-", dir=data / FOLDER))
        matching[0].path.replace(doomed / "package")
        shutil.rmtree(doomed)
    return matching[0]


def identity(package: Package) -> str:
    """The SHA-256 for a signature: that of the package's file or, when nobody recorded it, of its model."""
    return package.sha256 or archive.sha256(package.path / "model" / "model.bin")


def _place(file: Path, folder: Path, digest: str, check: Callable[[Package], None]) -> None:
    for left in [*folder.parent.glob(".new-*"), *folder.parent.glob(".old-*")]:
        shutil.rmtree(left, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    old = fresh.with_name(fresh.name.replace(".new-", ".old-"))
    try:
        files = archive.unpack(file, fresh)
        _record(fresh / RECORD, {"sha256": digest, "file": file.name, "files": files})
        fresh.chmod(0o755)
        _try(file, fresh, check)
        if folder.exists():
            folder.replace(old)
        fresh.replace(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _try(file: Path, folder: Path, check: Callable[[Package], None]) -> None:
    try:
        check(_sound(folder))
    except EngineError as error:
        reason = str(error).replace(str(folder), "the package")
        raise PackageError(f"{file}: nothing was installed, because it cannot translate. {reason}") from error


def _record(path: Path, table: Mapping[str, object]) -> None:
    with path.open("x", encoding="utf-8") as stream:
        json.dump(table, stream, indent=1, sort_keys=True)
        stream.flush()
        os.fsync(stream.fileno())


def _sound(folder: Path) -> Package:
    package = _package(folder)
    if package is None:
        raise PackageError(f"{folder}: was installed and cannot be read back. Remove the folder and try again.")
    return package


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(root / ".lock", timeout=300):
            yield
    except Timeout as error:
        raise PackageError(f"{root}: another program is installing packages there. Wait, and try again.") from error


def _folders(root: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return


def _package(path: Path) -> Package | None:
    """The package in a folder, or None when there is none that could be used."""
    try:
        meta = archive.metadata(json.loads((path / "metadata.json").read_bytes()), path.name)
    except (OSError, ValueError):
        return None
    if not (path / "model" / "model.bin").is_file():
        return None
    sha256, files = _read_record(path / RECORD)
    name = path.name.removesuffix(f"-{sha256[:8]}") if sha256 else path.name
    return Package(path, name, meta.source, meta.target, meta.version, sha256, files)


def _read_record(path: Path) -> tuple[str, dict[str, str]]:
    try:
        table = json.loads(path.read_bytes())
        return str(table["sha256"]), {str(name): str(digest) for name, digest in table["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "", {}


def _argos_roots(environ: Mapping[str, str]) -> list[Path]:
    if named := environ.get("ARGOS_PACKAGES_DIR"):
        return [Path(named)]
    if shared := environ.get("XDG_DATA_HOME"):
        return [Path(shared) / "argos-translate" / "packages"]
    home = environ.get("HOME")
    return [Path(home) / ".local" / "share" / "argos-translate" / "packages"] if home else []


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")
