"""The review server answers this machine alone, does only what its own pages ask, and shows any text as text."""

import os
import re
import socket
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import StoreError, UsageError
from pipeline.review import assets, query_string, security
from pipeline.review.security import LOCAL, Hosts
from pipeline.review.server import ServerAddress, listen, open_site
from tests import review_site
from tests.review_site import Visitor, ids, reviews, visitor
from tests.test_report import HOSTILE, hostile, parse

PAGES = ("/", "/documents", "/overview", "/keys", "/name")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return review_site.make(tmp_path)


@pytest.fixture
def ada(corpus: Path) -> Visitor:
    return visitor(corpus)


def test_every_page_says_what_a_browser_may_do(ada: Visitor, corpus: Path) -> None:
    for address in (*PAGES, f"/pair/{ids(corpus)[0]}", "/nowhere", "/style.css"):
        headers = ada.get(address).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Server" not in headers
        assert headers["Cache-Control"] == ("no-cache" if address.endswith("css") else "no-store")


def test_nothing_in_a_page_is_inline_or_from_elsewhere(ada: Visitor, corpus: Path) -> None:
    for address in (*PAGES, f"/pair/{ids(corpus)[0]}"):
        page = ada.get(address).text
        assert not re.search(r"<style|<script(?! src)| style=| on[a-z]+=|javascript:", page)
        loaded = re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', page)
        assert loaded
        assert all(one.startswith("/") for one in loaded)
    assert not re.search(r"@import|url\(|https?:", assets.style())
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(|https?:", assets.script())


def test_cookies_are_for_this_server_alone(corpus: Path) -> None:
    response = visitor(corpus, "").post("/name", {"name": "Ada"})
    cookies = response.headers.getlist("Set-Cookie")
    assert cookies
    assert all("HttpOnly" in one and "SameSite=Strict" in one for one in cookies)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1:8765", "[::2]", "", "a b", "@"])
def test_another_host_is_refused(ada: Visitor, host: str) -> None:
    assert ada.get("/", Host=host).status_code in {400, 421}


@pytest.mark.parametrize("host", ["localhost", "localhost:9", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST"])
def test_this_machine_is_let_in(ada: Visitor, host: str) -> None:
    assert ada.get("/name", Host=host).status_code == 200


OTHERS: list[dict[str, str]] = [
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", OTHERS)
def test_a_form_from_elsewhere_does_nothing(ada: Visitor, corpus: Path, headers: dict[str, str]) -> None:
    pair = ids(corpus)[0]
    values = {"verdict": "reject", "seen": ada.seen(pair)}
    assert ada.post(f"/pair/{pair}/judge", values, **headers).status_code == 403
    assert reviews(corpus) == []
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert ada.post(f"/pair/{pair}/judge", values, **own).status_code == 303
    assert len(reviews(corpus)) == 1


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_a_form_without_its_token_does_nothing(ada: Visitor, corpus: Path, token: str | None) -> None:
    pair = ids(corpus)[0]
    values = {"verdict": "accept", "seen": ada.seen(pair), "comment": "kept words"} | (
        {"token": token} if token else {}
    )
    response = ada.client.post(f"/pair/{pair}/judge", data=values)
    assert response.status_code == 400
    assert "kept words" in response.text
    assert reviews(corpus) == []


def test_a_token_is_another_visitors_own(corpus: Path) -> None:
    ada, bob = visitor(corpus), visitor(corpus, "Bob")
    response = bob.client.post("/undo", data={"token": ada.token()})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "address", ["/pair/x/judge", "/pair/x/split", "/pair/x/merge", "/pair/x/move", "/undo", "/language"]
)
def test_what_changes_something_cannot_be_fetched(ada: Visitor, address: str) -> None:
    assert ada.get(address).status_code == 405


def test_a_form_is_of_limited_size(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[0]
    response = ada.client.post(f"/pair/{pair}/judge", data={"comment": "x" * 300_000})
    assert response.status_code == 413
    assert reviews(corpus) == []


@pytest.mark.parametrize("key", ["..%2F..%2Fetc%2Fpasswd", "' OR 1=1 --", "%00", "a" * 5000, "É", "<script>"])
def test_no_id_is_a_path_or_a_query(ada: Visitor, key: str) -> None:
    for address in (f"/pair/{key}", f"/pair/{key}/words", f"/pair/{key}/next", f"/document/{key}", f"/facing/{key}"):
        response = ada.get(address)
        assert response.status_code in {303, 404}, address
        assert "<script>" not in response.text


@pytest.mark.parametrize(
    "query",
    [
        "words=%22+OR+*+NEAR(",
        "words='; DROP TABLE review; --",
        "document=../../etc/passwd",
        "kind=x' OR '1'='1",
        "low=nan&high=inf",
        "finding=%00",
        "sample=-1&seed=99999999999999999999",
        "verdict=drop",
        "after=zzz",
        "reviewer=%0d%0aSet-Cookie:x",
    ],
)
def test_no_filter_is_a_query(ada: Visitor, corpus: Path, query: str) -> None:
    response = ada.get(f"/?{query}")
    assert response.status_code in {200, 404}
    assert ada.get(f"/pair/{ids(corpus)[0]}?{query}").status_code == 200


BACK: list[Any] = [None, "", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:1", "/a\nb"]


@pytest.mark.parametrize("place", BACK)
def test_nobody_is_sent_elsewhere(ada: Visitor, place: str | None) -> None:
    assert query_string.return_path(place) == "/"
    response = ada.post("/name", {"name": "Ada", "back": place or ""})
    assert response.headers["Location"] == "/"


def test_a_document_full_of_script_is_text(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    hostile(path)
    eve = visitor(path, '"><script>alert(3)</script>')
    addresses = ["/", "/?verdict=any", "/documents", "/overview", "/?words=<script>alert(4)</script>"]
    addresses += [f"/pair/{key}" for kind in ("bitext", "translation", "passage") for key in ids(path, kind)]
    addresses += re.findall(r'href="(/(?:document|facing)/[^"]+)"', eve.get("/documents").text)
    assert len(addresses) > 6
    for key in ids(path):
        eve.judge(key, "unsure", comment=HOSTILE[0])
    for address in addresses:
        page = eve.get(address)
        assert page.status_code == 200, address
        tree = parse(page.text)
        assert [one.attributes.get("src", "") for one in tree.find("script")] == [f"/script.js?v={assets.version()}"]
        assert not [one for one in tree.all() for name in one.attributes if name.startswith("on")]
        assert "\x07" not in page.text
    assert any("<script>alert(1)</script>" in parse(eve.get(one).text).text() for one in addresses)


# The address and the password


def write_password(folder: Path, text: str) -> None:
    (folder / "password").write_text(text, "utf-8")
    (folder / "password").chmod(0o600)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_password_that_others_can_read_is_refused(corpus: Path, tmp_path: Path, mode: int) -> None:
    write_password(tmp_path, "correct horse\n")
    (tmp_path / "password").chmod(mode)
    with pytest.raises(UsageError, match="chmod 600"):
        open_site(corpus, ServerAddress("0.0.0.0", password_file=tmp_path / "password"))


def test_a_password_is_not_waited_for(corpus: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "password")
    with pytest.raises(UsageError, match="no file"):
        open_site(corpus, ServerAddress("0.0.0.0", password_file=tmp_path / "password"))


def test_others_need_a_password(corpus: Path) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::", "somewhere.example"):
        with pytest.raises(UsageError, match="--password-file"):
            open_site(corpus, ServerAddress(host))
    assert open_site(corpus, ServerAddress("127.0.0.1")).hosts == Hosts(LOCAL)


def test_a_password_has_a_length(corpus: Path, tmp_path: Path) -> None:
    for text in ("", "short\n", "\nlong enough, but not on the first line"):
        write_password(tmp_path, text)
        with pytest.raises(UsageError, match="first line"):
            open_site(corpus, ServerAddress("0.0.0.0", password_file=tmp_path / "password"))


def test_open_to_others_means_addresses_but_no_names(corpus: Path, tmp_path: Path) -> None:
    write_password(tmp_path, "correct horse\n")
    hosts = open_site(corpus, ServerAddress("0.0.0.0", password_file=tmp_path / "password")).hosts
    assert hosts.know("192.0.2.7:8765")
    assert hosts.know("[2001:db8::1]:8765")
    assert not hosts.know("evil.example:8765")


@pytest.fixture
def guarded(corpus: Path, tmp_path: Path) -> Visitor:
    write_password(tmp_path, "correct horse\nand more")
    return visitor(corpus, "", ServerAddress(password_file=tmp_path / "password"))


def enter(who: Visitor, password: str) -> int:
    found = re.search(r'name="token" value="([^"]+)"', who.get("/enter").text)
    assert found
    return who.client.post("/enter", data={"token": found[1], "password": password}).status_code


def test_nothing_is_shown_without_the_password(guarded: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[0]
    for address in ("/", f"/pair/{pair}", f"/pair/{pair}/words", "/documents", "/overview", "/name", "/nowhere"):
        response = guarded.get(address)
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/enter")
    assert guarded.client.post("/undo").status_code == 303
    for wrong in ("", "correct horse\nand more", "Correct horse"):
        assert enter(guarded, wrong) == 403
    assert guarded.get("/name").status_code == 303
    assert enter(guarded, "correct horse") == 303
    assert guarded.get("/name").status_code == 200
    guarded.post("/leave")
    assert guarded.get("/name").status_code == 303


def test_guessing_is_slowed_down(guarded: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [enter(guarded, f"guess {number}") for number in range(6)] == [403] * 5 + [429]
    assert enter(guarded, "correct horse") == 429
    monkeypatch.setattr(security, "WINDOW", 0.0)
    assert enter(guarded, "correct horse") == 303


def test_who_guesses_keeps_nobody_else_out(guarded: Visitor) -> None:
    assert [enter(guarded, f"guess {number}") for number in range(6)] == [403] * 5 + [429]
    guarded.client.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    assert enter(guarded, "correct horse") == 303


def test_requests_sent_by_halves_keep_nobody_out(corpus: Path) -> None:
    server = listen(open_site(corpus, ServerAddress()), ServerAddress(port=0))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    port = int(server.url.rstrip("/").rpartition(":")[2])
    halves = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(150)]
    try:
        for half in halves:
            half.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1")
        with urllib.request.urlopen(f"{server.url}name", timeout=20) as answer:
            assert answer.status == 200
    finally:
        for half in halves:
            half.close()
        server.close()
        thread.join(10)


def test_a_session_of_another_server_is_none(guarded: Visitor, corpus: Path, tmp_path: Path) -> None:
    assert enter(guarded, "correct horse") == 303
    name = str(guarded.client.application.config["SESSION_COOKIE_NAME"])
    cookie = guarded.client.get_cookie(name)
    assert cookie
    other = visitor(corpus, "", ServerAddress(password_file=tmp_path / "password"))
    other.client.set_cookie(name, cookie.value)
    assert other.get("/name").status_code == 303


# The port and the corpus


def test_a_port_that_is_taken(corpus: Path) -> None:
    site = open_site(corpus, ServerAddress())
    first = listen(site, ServerAddress(port=0))
    try:
        port = int(first.url.rstrip("/").rpartition(":")[2])
        with pytest.raises(UsageError, match=f"port {port} is taken"):
            listen(site, ServerAddress(port=port))
    finally:
        first.close()


def test_without_a_port_the_next_one_is_taken(corpus: Path) -> None:
    site = open_site(corpus, ServerAddress())
    servers = [listen(site, ServerAddress()) for _ in range(2)]
    try:
        assert servers[0].url != servers[1].url
    finally:
        for one in servers:
            one.close()


def test_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="make corpus"):
        open_site(tmp_path / "none.sqlite", ServerAddress())
    (tmp_path / "text.sqlite").write_text("no database", "utf-8")
    with pytest.raises(StoreError):
        open_site(tmp_path / "text.sqlite", ServerAddress())
    assert not (tmp_path / "none.sqlite").exists()
