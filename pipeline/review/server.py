"""Serving the review page: a port that is free, a server that stops when asked to, an address to open."""

import errno
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waitress import create_server

from db.engine import open_corpus, read_corpus
from db.place import Place
from db.reader import CorpusError
from pipeline.errors import StoreError, UsageError
from pipeline.review.app import LARGEST, create_app
from pipeline.review.security import hosts_of, is_local, read_password
from pipeline.review.site import ReviewSite

PORT = 8765
TRIED = 20  # ports, one after the other, where none is asked for
THREADS = 8
CONNECTIONS = 2_000  # at once: requests that are sent by halves do not keep others out
PATIENCE = 20  # seconds that a connection may be silent
OCCUPIED = frozenset({errno.EADDRINUSE, errno.EACCES})


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where to serve. ``port`` None: PORT, or the next one that is free; 0: any."""

    host: str = "127.0.0.1"
    port: int | None = None
    password_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens. ``run`` serves until it is interrupted or ``close`` is called elsewhere."""

    inner: Any
    url: str

    def run(self) -> None:
        """Serve until interrupted."""
        self.inner.run()

    def close(self) -> None:
        """Stop listening, and let the threads end."""
        self.inner.close()
        self.inner.task_dispatcher.shutdown()


def open_site(corpus: Place, address: ServerAddress) -> ReviewSite:
    """The site of a corpus.

    Raises UsageError where others could reach it without a password, StoreError for a corpus that is missing or old.
    """
    if not is_local(address.host) and address.password_file is None:
        raise UsageError(
            f"--host {address.host}: others could reach the corpus. Give --password-file FILE with a password on its "
            "first line, or leave --host out."
        )
    password = read_password(address.password_file) if address.password_file else None
    try:
        with read_corpus(corpus):
            pass
        engine = open_corpus(corpus)
    except CorpusError as error:
        raise StoreError(str(error)) from error
    return ReviewSite(corpus, engine, hosts_of(address.host, socket.gethostname()), password)


def listen(site: ReviewSite, address: ServerAddress) -> Server:
    """A server that listens at ``address``. Raises UsageError where that is not possible."""
    listener = _listener(address.host, range(PORT, PORT + TRIED) if address.port is None else (address.port,))
    inner = create_server(
        create_app(site),
        sockets=[listener],
        threads=THREADS,
        ident=None,
        max_request_body_size=2 * LARGEST,
        connection_limit=CONNECTIONS,
        channel_timeout=PATIENCE,
        cleanup_interval=PATIENCE // 2,
        asyncore_use_poll=True,  # select() ends at 1,024 open files
        clear_untrusted_proxy_headers=True,
    )
    return Server(inner, _url(address.host, listener.getsockname()[1]))


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a browser could be shown to whoever started the server."""
    return sys.platform in {"darwin", "win32"} or any(
        environment.get(variable) for variable in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def _listener(host: str, ports: Sequence[int]) -> socket.socket:
    """A socket at the first of ``ports`` that is free."""
    for port in ports:
        try:
            return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        except OSError as error:
            if error.errno not in OCCUPIED:
                raise UsageError(f"--host {host}: {error.strerror}. Name an address of this machine.") from error
    occupied = str(ports[0]) if len(ports) == 1 else f"{ports[0]} to {ports[-1]}"
    raise UsageError(f"port {occupied} is taken or not allowed. Name another with --port, or 0 for any.")


def _url(host: str, port: int) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}/"
