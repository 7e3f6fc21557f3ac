"""What is present on this machine, what is missing, and the command that mends it."""

import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from db.engine import read_corpus
from db.place import Place
from db.reader import CorpusError
from pipeline.config import Config
from pipeline.errors import EnregardError
from pipeline.reading import recognition
from pipeline.translation import apertium, choose, packages


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``mend`` is the command that would mend it; ``needed``: nothing works without."""

    what: str
    good: bool
    found: str
    mend: str = ""
    needed: bool = True


def examine(config: Config, corpus: Place, environ: Mapping[str, str]) -> Iterator[Check]:
    """Every check, what everything rests on first."""
    yield _python()
    yield _libraries()
    yield _full_text()
    yield _data(config)
    yield _engine(config, environ)
    yield from _packages(config, environ)
    yield _apertium(config, environ)
    yield _recognition(config)
    yield _corpus(corpus)


def _python() -> Check:
    running = ".".join(map(str, sys.version_info[:3]))
    return Check(
        "Python",
        sys.version_info >= (3, 11),
        running,
        "" if sys.version_info >= (3, 11) else "make setup PYTHON=python3.11",
    )


def _libraries() -> Check:
    missing = []
    for line in requires("enregard") or []:
        requirement = Requirement(line)
        try:
            if requirement.marker is None and not requirement.specifier.contains(
                version(requirement.name), prereleases=True
            ):
                missing.append(f"{requirement.name} {version(requirement.name)} (wanted {requirement.specifier})")
        except PackageNotFoundError:
            missing.append(requirement.name)
    state = "missing: " + ", ".join(missing) if missing else "all present"
    return Check("Libraries", not missing, state, "rm -rf .venv && make setup" if missing else "")


def _full_text() -> Check:
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    good = "ENABLE_FTS5" in options
    return Check(
        "SQLite",
        good,
        f"{sqlite3.sqlite_version}{', with FTS5' if good else ', without FTS5'}",
        "" if good else "use a Python whose sqlite3 has FTS5 (Debian's has)",
    )


def _data(config: Config) -> Check:
    folder = config.data if config.data.exists() else config.data.parent
    good = _writable(folder)
    return Check("Data folder", good, str(config.data), "" if good else f"chmod u+w {folder}")


def _writable(folder: Path) -> bool:

    return os.access(folder, os.W_OK)


def _engine(config: Config, environ: Mapping[str, str]) -> Check:
    try:
        engine = choose.choose(config, environ)
    except EnregardError as error:
        return Check("Translation", False, str(error), "make model", needed=False)
    if engine is None:
        return Check(
            "Translation", False, "no engine", f"make model, or: sudo apt-get install {apertium.DEBIAN}", needed=False
        )
    return Check("Translation", True, choose.described(engine, config))


def _packages(config: Config, environ: Mapping[str, str]) -> Iterator[Check]:
    installed = packages.installed(config.data, environ)
    if not installed:
        yield Check(
            "Argos package",
            False,
            "none installed",
            "make model, or without a network: make model ARGOS_PACKAGE=FILE",
            needed=False,
        )
    for package in installed:
        problems = packages.verify(package) if package.files else []
        mend = f"enregard model remove {package.key}; make model" if problems else ""
        yield Check(f"Argos package {package.key}", not problems, "; ".join(problems) or "sound", mend)


def _apertium(config: Config, environ: Mapping[str, str]) -> Check:
    way = apertium.route(config.translate.source, config.translate.target, environ.get("PATH"))
    mend = "" if way else f"sudo apt-get install {apertium.DEBIAN}"
    return Check("Apertium", way is not None, "present" if way else "not installed", mend, needed=False)


def _recognition(config: Config) -> Check:
    missing = recognition.missing_packages(config.read)
    engine = recognition.find_recognizer(config.read)
    state = "missing: " + ", ".join(missing) if missing else str(engine or "turned off (read.ocr)")
    return Check("Scans", not missing, state, "make ocr" if missing else "", needed=False)


def _corpus(corpus: Place) -> Check:
    try:
        with read_corpus(corpus):
            return Check("Corpus", True, str(corpus))
    except CorpusError as error:
        return Check("Corpus", False, str(error), "make corpus", needed=False)
