"""Datasette, where it is installed: serves one corpus on this machine, read-only, and sends nothing elsewhere."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from importlib import import_module
from pathlib import Path
from typing import Any

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
    """An application that answers only to this machine's own names, so that no web page can have it read out."""

    def __init__(self, app: App, port: int) -> None:
        self.app = app
        self.hosts = {f"{host}:{port}".encode() for host in (HOST, "localhost")}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and dict(scope["headers"]).get(b"host") not in self.hosts:
            await send({"type": "http.response.start", "status": 400, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"This address is for programs on this machine."})
            return

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(b"content-security-policy", POLICY.encode()), (b"referrer-policy", b"no-referrer")]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.app(scope, receive, with_policy)


def serve(corpus: Path, about: Mapping[str, Any], settings: Mapping[str, Any], name: str, port: int) -> None:
    """Serve ``corpus`` under ``name`` until stopped. Raises EngineError where Datasette is missing."""
    try:
        import uvicorn
        from datasette.app import Datasette
        from datasette.database import Database
    except ImportError as error:
        raise EngineError("Datasette is not installed. `make browse` installs it and opens the corpus.") from error
    vars(import_module("datasette.handle_exception"))["rich"] = None  # it prints whole states
    site = Datasette([], metadata=json.loads(json.dumps(about)), settings=dict(settings), memory=False)
    if "_memory" in site.databases:
        site.remove_database("_memory")
    site.add_database(Database(site, path=str(corpus), is_mutable=True), name=name)  # opened with mode=ro all the same
    uvicorn.run(Guarded(site.app(), port), host=HOST, port=port, log_level="warning", lifespan="on")
