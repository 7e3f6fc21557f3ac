"""Datasette over HTTP on loopback: what it shows and what it refuses. Skips where `make browse` was never called."""

import contextlib
import importlib.util
import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest

from pipeline.commands.common import allow_connections
from pipeline.search import metadata, sql
from pipeline.search.views import view_columns
from tests import corpus as sample

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]) -> Iterator[str]:
    if importlib.util.find_spec("datasette") is None:
        missing("datasette")
    path = tmp_path_factory.mktemp("browse") / "my corpus.sqlite"
    sample.make(path).engine.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    browse = [sys.executable, "-m", "pipeline", "browse", "--corpus", str(path), "--port", str(port)]
    command = ["sh", "-c", 'ulimit -S -n 1024; exec "$@"', "sh", *browse]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            printed = re.search(r"http://\S+", process.stderr.readline())
            assert printed
            yield _ready(printed[0], process)
        finally:
            process.terminate()
            urllib.request.install_opener(urllib.request.build_opener())


def _ready(address: str, process: subprocess.Popen[str]) -> str:
    """Come in with the token, as a browser that keeps cookies does; where the pages are."""
    urllib.request.install_opener(urllib.request.build_opener(urllib.request.HTTPCookieProcessor()))
    for _ in range(300):
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        try:
            assert get(address)[0] == 200
        except OSError:
            time.sleep(0.1)
        else:
            return address.rpartition("/")[0]
    raise AssertionError("Datasette did not answer within 30 seconds")


def get(address: str, host: str | None = None) -> tuple[int, str]:
    request = urllib.request.Request(address, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("name", sql.recipes())
def test_every_recipe_is_a_query_that_answers(site: str, name: str) -> None:
    status, page = get(f"{site}/corpus/recipe-{name}.json?_shape=objects")
    assert status == 200
    assert json.loads(page)["ok"]


def test_a_recipe_takes_its_parameter(site: str) -> None:
    found = json.loads(get(f"{site}/corpus/recipe-word.json?_shape=array&words=marche")[1])
    assert [one["text"] for one in found] == ["Le marché ouvre à huit heures."]


def test_views_are_described_column_by_column(site: str) -> None:
    for view, (purpose, columns) in view_columns().items():
        status, page = get(f"{site}/corpus/{view}")
        assert status == 200, view
        text = re.sub(r"&#39;|&#x27;", "'", page).replace("&lt;", "<").replace("&gt;", ">")
        assert purpose in text
        assert all(f"<dt>{column}</dt>" in page for column in columns), view


def test_full_text_search_finds_without_accents(site: str) -> None:
    found = json.loads(get(f"{site}/corpus/segment.json?_shape=array&_search=marche")[1])
    assert [one["text"] for one in found] == ["Le marché ouvre à huit heures."]
    pairs = json.loads(get(f"{site}/corpus/alignment.json?_shape=array&_search=marche+NOT+stalls")[1])
    assert {one["right_text"] for one in pairs} == {"The market opens at eight.", "The market opens at eight o'clock."}


@pytest.mark.parametrize("query", ["delete from review", "attach 'x' as y", "select load_extension('x')"])
def test_nothing_can_be_written(site: str, query: str) -> None:
    status, _ = get(f"{site}/corpus.json?sql={query.replace(' ', '+')}")
    assert status == 400


def test_the_file_itself_is_not_handed_out(site: str) -> None:
    assert get(f"{site}/corpus.db")[0] == 403


def test_a_query_that_takes_too_long_is_stopped(site: str) -> None:
    endless = "with recursive r(x) as (select 1 union all select x+1 from r) select count(*) from r"
    start = time.monotonic()
    assert get(f"{site}/corpus.json?sql={endless.replace(' ', '+').replace('+x+1', '+x%2B1')}")[0] == 400
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("query", ["", "?token=", "?token=guessed"])
def test_who_has_no_token_sees_nothing(site: str, query: str) -> None:
    stranger = urllib.request.build_opener()
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        stranger.open(f"{site}/corpus.json{query}", timeout=30)
    with refused.value as answer:
        assert "token" in answer.read().decode()
        assert answer.headers["Set-Cookie"] is None


def test_other_names_of_this_machine_are_refused(site: str) -> None:
    assert get(f"{site}/corpus", host="attacker.example")[0] == 400


HALVES = (b"", b"GET / HTTP/1.1\r\nHo", b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nabc")


def test_requests_that_are_sent_by_halves_end_and_keep_nobody_out(site: str) -> None:
    """More of them than a process may usually have files open; a byte now and then is no more than silence."""
    allow_connections()
    halves = []
    for number in range(1_100):
        half = socket.create_connection(("127.0.0.1", int(site.rpartition(":")[2])), timeout=60)
        half.sendall(HALVES[number % 3])
        halves.append(half)
    assert get(f"{site}/corpus.json")[0] == 200
    with pytest.raises(ConnectionError):
        for _ in range(120):
            halves[1].sendall(b"s")
            time.sleep(0.5)
    for half in halves:
        with contextlib.suppress(ConnectionError):
            while half.recv(4096):
                pass
        half.close()


@pytest.mark.parametrize(
    "page", ["", "/corpus", "/corpus/bitext", "/corpus/recipe-word", "/corpus/segment?_search=marche"]
)
def test_pages_load_nothing_from_elsewhere(site: str, page: str) -> None:
    with urllib.request.urlopen(site + page, timeout=30) as answer:
        policy, text = answer.headers["Content-Security-Policy"], answer.read().decode()
    assert "default-src 'self'" in policy
    loaded = re.findall(r"<(?:script|img|iframe)[^>]+src=\"([^\"]+)\"|<link[^>]+href=\"([^\"]+)\"", text)
    places = [one or other for one, other in loaded]
    assert places
    assert [one for one in places if not one.startswith(("/", site))] == []


def test_a_port_that_is_taken_is_named(site: str, tmp_path: Path) -> None:
    sample.make(tmp_path / "c.sqlite").engine.dispose()
    port = site.rpartition(":")[2]
    command = [sys.executable, "-m", "pipeline", "browse", "--corpus", str(tmp_path / "c.sqlite"), "--port", port]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, f"port {port} is taken" in done.stderr) == (2, True)


def test_metadata_can_be_written_as_json() -> None:
    made = json.loads(json.dumps(metadata.metadata(view_columns(), sql.recipes())))
    database = made["databases"][metadata.NAME]
    assert set(database["queries"]) == {f"recipe-{name}" for name in sql.recipes()}
    assert set(view_columns()) < set(database["tables"])


def test_the_lock_lists_all_that_datasette_needs(missing: Callable[[str], None]) -> None:
    if importlib.util.find_spec("datasette") is None:
        missing("datasette")
    pinned = {"pip"}
    for name in ("requirements.lock", "requirements-browse.lock"):
        pinned |= {_normal(line.partition("==")[0]) for line in (PROJECT / name).read_text().split()}
    asked = ["datasette", "uvicorn"]
    for one in asked:
        needed = [line for line in requires(one) or [] if "extra ==" not in line and "platform" not in line]
        asked += [name for line in needed if (name := _normal(line)) not in asked and "python_version" not in line]
    assert [name for name in asked if name not in pinned] == []


def _normal(line: str) -> str:
    found = re.match(r"[\w.-]+", line)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""
