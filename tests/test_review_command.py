"""``enregard review``: it serves until it is told to stop, and says what it cannot do."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests import review_site
from tests.command import Done, enregard
from tests.review_site import ids, visitor


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return review_site.make(tmp_path)


def run(*words: str) -> Done:
    return enregard("review", *words)


def test_it_serves_until_it_is_interrupted(corpus: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "review", "--corpus", str(corpus), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        line = server.stderr.readline()
        address = next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
        with urllib.request.urlopen(f"{address}name", timeout=20) as page:
            assert "Who is reviewing?" in page.read().decode("utf-8")
        server.send_signal(signal.SIGINT)
        assert "Every verdict is in the corpus." in server.stderr.read()
        assert server.wait(20) == 0


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--corpus", "none.sqlite"], 1, "make corpus"),
        (["--host", "0.0.0.0"], 2, "--password-file"),
        (["--sample", "3", "--html", "pages"], 2, "three different things"),
        (["--host", "192.0.2.1", "--password-file", "PASSWORD"], 2, "Name an address of this machine"),
    ],
)
def test_what_it_cannot_do(corpus: Path, tmp_path: Path, words: list[str], status: int, message: str) -> None:
    (tmp_path / "password").write_text("correct horse", "utf-8")
    (tmp_path / "password").chmod(0o600)
    given = [one.replace("PASSWORD", str(tmp_path / "password")) for one in words]
    done = run(*(given if "--corpus" in given else [*given, "--corpus", str(corpus)]))
    assert done.returncode == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_sample_is_judged_and_measured(corpus: Path) -> None:
    ada = visitor(corpus)
    for key in ids(corpus):
        ada.judge(key, "accept")
    done = run("--sample", "100", "--seed", "1", "--json", "--corpus", str(corpus))
    assert done.returncode == 0
    [bitext] = [one for one in json.loads(done.stdout) if one["kind"] == "bitext" and one["score"] == "all"]
    assert (bitext["judged"], bitext["right"], bitext["precision"]) == (2, 2, 1.0)
    assert "/?sample=100&seed=1" in done.stderr


def test_pages_without_a_server(corpus: Path, tmp_path: Path) -> None:
    done = run("--html", str(tmp_path / "pages"), "--corpus", str(corpus), "--language", "fr")
    assert done.returncode == 0
    assert (tmp_path / "pages" / "index.html").is_file()
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]", "utf-8")
    refused = run("--import", str(wrong), "--corpus", str(corpus))
    assert refused.returncode == 2
    assert "no file of decisions" in refused.stderr
