"""What tests share."""

import os
import signal
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from db import place as places
from tests import postgresql_server

PROJECT = Path(__file__).resolve().parent.parent
SLOW = {"browser", "browse", "hostile", "read_folder"}  # fixtures: browsers, and hostile files in great number
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many damaged files ``test_mutants`` reads."""
    parser.addoption("--mutants", type=int, default=300, help="damaged files in one build (default: 300)")


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C; the programs that they start must not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for one of these is slow."""
    for item in items:
        if SLOW.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's own settings reaches a test."""
    for name in ("ARGOS_PACKAGE", "ARGOS_PACKAGES_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _on_a_server() -> Iterator[None]:
    """With ``ENREGARD_POSTGRESQL=1``, what a test takes for a file is a database on a PostgreSQL server."""
    if not os.environ.get("ENREGARD_POSTGRESQL"):
        yield
        return
    with postgresql_server.started() as cluster, pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "resolve", postgresql_server.Moved(cluster))
        yield


@pytest.fixture(scope="session")
def cluster(missing: Callable[[str], None]) -> Iterator[postgresql_server.Cluster]:
    """A PostgreSQL server of the tests' own."""
    if find_spec("psycopg") is None or postgresql_server.programs() is None:
        missing("PostgreSQL with psycopg")
    with postgresql_server.started() as running:
        yield running


@pytest.fixture(scope="session")
def missing() -> Callable[[str], None]:
    """Call it where a part is not installed: skips on a person's machine, fails in CI."""

    def report(what: str) -> None:
        if os.environ.get("CI"):
            pytest.fail(f"{what} is missing, and CI must have it")
        pytest.skip(f"{what} is not installed")

    return report


@pytest.fixture(scope="session")
def browser(missing: Callable[[str], None]) -> Iterator[Any]:
    """Chromium, driven by playwright; it reaches this machine alone."""
    lacking = [name for name in ("playwright", "axe_playwright_python") if find_spec(name) is None]
    chromium = which("chromium")
    if lacking or not chromium:
        missing(", ".join([*lacking, *([] if chromium else ["chromium"])]))
    with import_module("playwright.sync_api").sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        yield started
        started.close()
