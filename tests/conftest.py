"""What tests share."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's own settings reaches a test."""
    for name in ("ARGOS_PACKAGE", "ARGOS_PACKAGES_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def missing() -> Callable[[str], None]:
    """Call it where a part is not installed: skips on a person's machine, fails in CI."""

    def report(what: str) -> None:
        if os.environ.get("CI"):
            pytest.fail(f"{what} is missing, and CI must have it")
        pytest.skip(f"{what} is not installed")

    return report
