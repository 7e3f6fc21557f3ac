"""After set-up nothing opens a network connection: a whole build in a network namespace without interfaces."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3
from sqlalchemy import text

from db.engine import read_corpus
from tests import corpus as sample

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parent.parent
FORBID = """
import socket, sys
def refuse(*args, **kwargs):
    raise AssertionError(f"a connection was attempted: {args}")
socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = refuse
"""
# One process for all the commands on standard input.
COMMANDS = """
import json, sys
from pipeline.cli import main
for words in json.load(sys.stdin):
    sys.argv = ["enregard", *words]
    if status := main():
        raise SystemExit(f"{words} ended with {status}")
"""


def isolation() -> list[str]:
    """The words that run a command without a network, or none where the system refuses."""
    for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True).returncode == 0:
            return words
    return []


def test_a_whole_build_needs_no_network(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    corpus = tmp_path / "corpus.sqlite"
    words = isolation()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(PROJECT)}

    def run(*commands: tuple[str, ...]) -> None:
        given = json.dumps([[*command, "--corpus", str(corpus)] for command in commands])
        line = [*words, sys.executable, "-c", COMMANDS if words else FORBID + COMMANDS]
        done = subprocess.run(
            line, input=given, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr

    run(("build", str(PROJECT / "seeds")))
    with read_corpus(corpus) as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM bitext WHERE kind = 'bitext'")).scalar_one() > 20
        pair = connection.execute(text("SELECT id FROM bitext WHERE kind = 'bitext' ORDER BY id")).scalars().first()
    run(
        ("search", "sanctions", "--collocates"),
        ("show", pair, "--words"),
        ("query", "--recipe", "facing"),
        ("report", "--output", "report.html"),
        ("export", "--format", "tmx", "--output", "c.tmx"),
        ("import", "c.tmx"),
        ("export", "--format", "hf", "--output", "hf"),
        ("review", "--html", "pages"),
        ("review", "--sample", "10"),
    )
    assert list(home.iterdir()) == []


def test_the_namespace_is_really_without_a_network(tmp_path: Path, missing) -> None:
    """The test above can fail: from inside, not even this machine's own loopback answers."""
    words = isolation()
    if not words:
        missing("a network namespace")
    code = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    done = subprocess.run([*words, sys.executable, "-c", code], capture_output=True, text=True)
    assert "unreachable" in done.stderr


LISTENING = """
import socket, sys
def refuse(*args, **kwargs):
    raise AssertionError(f"a connection was attempted: {args}")
socket.socket.connect = socket.socket.connect_ex = socket.create_connection = refuse
sys.argv = ["enregard", *sys.argv[1:]]
from pipeline.cli import main
raise SystemExit(main())
"""


def test_the_review_page_answers_and_asks_nobody(tmp_path: Path) -> None:
    """Word links included: the model that they need is on this machine."""
    corpus = tmp_path / "corpus.sqlite"
    sample.make(corpus).engine.dispose()
    with read_corpus(corpus) as connection:
        pair = connection.execute(text("SELECT id FROM bitext ORDER BY id")).scalars().first()
    command = [sys.executable, "-c", LISTENING, "review", "--corpus", str(corpus), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = re.search(r"http://[\d.:]+", server.stderr.readline())[0]
            asked = urllib3.PoolManager(headers={"Cookie": "enregard_name=Ada"})
            pages = [
                asked.request("GET", f"{address}{page}", redirect=False)
                for page in ("/", f"/pair/{pair}", f"/pair/{pair}/words")
            ]
        finally:
            server.terminate()
    assert [page.status for page in pages] == [200, 200, 200]
