"""Datasette, where it is installed: serves one corpus on this machine, read-only, and sends nothing elsewhere."""

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from pipeline.errors import EngineError

HOST = "127.0.0.1"
# Datasette's pages have scripts and styles of their own inside; nothing may come from, or go to, anywhere else.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Guarded:
    """An application for whoever has the token, under this machine's own names.

    The names keep out web pages that had their own name point here, the token other people who work on this machine:
    it stands in the address that is printed at the start, and a cookie holds it afterwards (as Jupyter does it).
    """

    def __init__(self, app: App, port: int, token: str) -> None:
        self.app = app
        self.hosts = {f"{host}:{port}".encode() for host in (HOST, "localhost")}
        self.token = token
        self.cookie = f"enregard-browse-{port}"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http":
            if dict(scope["headers"]).get(b"host") not in self.hosts:
                await _answer(send, 400, "This address is for programs on this machine.")
                return
            if not self._is_known(scope):
                await self._admit(scope, send)
                return

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(b"content-security-policy", POLICY.encode()), (b"referrer-policy", b"no-referrer")]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.app(scope, receive, with_policy)

    def _is_known(self, scope: Message) -> bool:
        sent = SimpleCookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        return self.cookie in sent and hmac.compare_digest(sent[self.cookie].value.encode(), self.token.encode())

    async def _admit(self, scope: Message, send: Send) -> None:
        """Give the cookie to whoever comes with the token, and lead on to the same address without it."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in query if name == "token"), "")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            await _answer(send, 403, "Open the address that `enregard browse` printed: it holds the token.")
            return
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        place = quote(scope["path"]) + (f"?{rest}" if rest else "")
        cookie = f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict"
        await _answer(send, 303, "", (b"location", place.encode()), (b"set-cookie", cookie.encode()))


async def _answer(send: Send, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
    about = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": about})
    await send({"type": "http.response.body", "body": text.encode()})


@dataclass(frozen=True, slots=True)
class Door:
    """Where Datasette listens, and the token that whoever comes must have."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def address(self, name: str) -> str:
        """What to open in a browser to see the database ``name``."""
        return f"http://{HOST}:{self.port}/{name}?token={self.token}"


def serve(corpus: Path, about: Mapping[str, Any], settings: Mapping[str, Any], name: str, door: Door) -> None:
    """Serve ``corpus`` under ``name`` until stopped. Raises EngineError where Datasette is missing."""
    try:
        import uvicorn
        from datasette.app import Datasette
        from datasette.database import Database

        from pipeline.search.patient import PATIENCE, PatientProtocol
    except ImportError as error:
        raise EngineError("Datasette is not installed. `make browse` installs it and opens the corpus.") from error
    vars(import_module("datasette.handle_exception"))["rich"] = None  # it prints whole states
    site = Datasette([], metadata=json.loads(json.dumps(about)), settings=dict(settings), memory=False)
    if "_memory" in site.databases:
        site.remove_database("_memory")
    site.add_database(Database(site, path=str(corpus), is_mutable=True), name=name)  # opened with mode=ro all the same
    app = Guarded(site.app(), door.port, door.token)
    uvicorn.run(
        app,
        host=HOST,
        port=door.port,
        http=PatientProtocol,
        log_level="warning",
        lifespan="on",
        timeout_keep_alive=PATIENCE,
    )
