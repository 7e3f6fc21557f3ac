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
from db.reader import CorpusError
from pipeline.errors import StoreError, UsageError
from pipeline.review.app import LARGEST, create_app
from pipeline.review.security import hosts_of, is_local, read_password
from pipeline.review.site import Site

PORT = 8765
TRIED = 20  # ports, one after the other, where none is asked for
THREADS = 8
CONNECTIONS = 2_000  # at once: requests that are sent by halves do not keep others out
PATIENCE = 20  # seconds that a connection may be silent
TAKEN = frozenset({errno.EADDRINUSE, errno.EACCES})


@dataclass(frozen=True, slots=True)
class Place:
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


def open_site(corpus: Path, place: Place) -> Site:
    """The site of a corpus.

    Raises UsageError where others could reach it without a password, StoreError for a corpus that is missing or old.
    """
    if not is_local(place.host) and place.password_file is None:
        raise UsageError(
            f"--host {place.host}: others could reach the corpus. Give --password-file FILE with a password on its "
            "first line, or leave --host out."
        )
    password = read_password(place.password_file) if place.password_file else None
    try:
        with read_corpus(corpus):
            pass
        engine = open_corpus(corpus)
    except CorpusError as error:
        raise StoreError(str(error)) from error
    return Site(corpus, engine, hosts_of(place.host, socket.gethostname()), password)


def listen(site: Site, place: Place) -> Server:
    """A server that listens at ``place``. Raises UsageError where that is not possible."""
    listener = _listener(place.host, range(PORT, PORT + TRIED) if place.port is None else (place.port,))
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
    return Server(inner, _url(place.host, listener.getsockname()[1]))


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a browser could be shown to whoever started the server."""
    return sys.platform in {"darwin", "win32"} or any(environment.get(one) for one in ("DISPLAY", "WAYLAND_DISPLAY"))


def _listener(host: str, ports: Sequence[int]) -> socket.socket:
    """A socket at the first of ``ports`` that is free."""
    for port in ports:
        try:
            return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        except OSError as error:
            if error.errno not in TAKEN:
                raise UsageError(f"--host {host}: {error.strerror}. Name an address of this machine.") from error
    taken = str(ports[0]) if len(ports) == 1 else f"{ports[0]} to {ports[-1]}"
    raise UsageError(f"port {taken} is taken or not allowed. Name another with --port, or 0 for any.")


def _url(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"
