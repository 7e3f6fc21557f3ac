"""Commands that are killed at any moment, a few of them: ``python -m tests.kills`` kills as many as one likes."""

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from tests.contract import PROJECT
from tests.postgresql_server import programs

pytestmark = pytest.mark.slow

SECONDS = 30


@pytest.mark.parametrize("where", [[], ["--server", "--only", "new folder", "--only", "changed folder"]])
def test_after_a_kill_at_any_moment_the_next_run_ends_where_an_undisturbed_one_does(
    where: list[str], missing: Callable[[str], None]
) -> None:
    if where and (find_spec("psycopg") is None or programs() is None):
        missing("PostgreSQL with psycopg")
    command = [sys.executable, "-m", "tests.kills", "--rounds", "1", "--seed", "7", "--seconds", str(SECONDS), *where]
    process = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=20 * SECONDS)
    assert process.returncode == 0, process.stdout + process.stderr
    kills = re.search(r"^(\d+) kills, 0 did harm$", process.stdout, re.MULTILINE)
    assert kills
    assert int(kills[1]) > 0, process.stdout
