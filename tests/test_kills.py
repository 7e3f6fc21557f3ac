"""Commands that are killed at any moment, a few of them: ``python -m tests.kills`` kills as many as one likes."""

import re
import subprocess
import sys

import pytest

from tests.contract import PROJECT

pytestmark = pytest.mark.slow

SECONDS = 30


def test_after_a_kill_at_any_moment_the_next_run_ends_where_an_undisturbed_one_does() -> None:
    command = [sys.executable, "-m", "tests.kills", "--rounds", "1", "--seed", "7", "--seconds", str(SECONDS)]
    process = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=20 * SECONDS)
    assert process.returncode == 0, process.stdout + process.stderr
    kills = re.search(r"^(\d+) kills, 0 did harm$", process.stdout, re.MULTILINE)
    assert kills
    assert int(kills[1]) > 0, process.stdout
