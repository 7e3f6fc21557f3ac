"""Who may ask for a page, and what a browser may do with it.

A page is given to a request that names this server as its host, so that no name that was made to point here (DNS
rebinding) reads anything. A change needs three things at once: an origin that is this server, a cookie that no other
site can make a browser send, and a token that stands in the page alone. The pages themselves may load nothing but this
server's own style and script.
"""

import hmac
import os
import secrets
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from hashlib import scrypt
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from flask import Request, Response

from pipeline.errors import UsageError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # No other site learns where a reader came from. "no-referrer" would also make a browser hide the origin of a form.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
SHORTEST = 8  # characters of a password
TRIES = 5  # wrong passwords of one client in
WINDOW = 60.0  # seconds
CLIENTS = 10_000  # whose wrong passwords are remembered
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names under which this server may be asked: ``names``, and any address in figures if it is open to others."""

    names: frozenset[str]
    addresses: bool = False

    def know(self, host: str) -> bool:
        """Whether ``host`` (as in the Host header, the port included) is this server.

        >>> Hosts(LOCAL).know("127.0.0.1:8765"), Hosts(LOCAL).know("localhost.example:8765")
        (True, False)
        """
        name = _name(host)
        return name in self.names or (self.addresses and _is_address(name))


@dataclass(frozen=True, slots=True)
class Password:
    """A password as its scrypt hash, and when each client last gave a wrong one.

    A client that guesses keeps nobody else out.
    """

    salt: bytes
    digest: bytes
    failures: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def fits(self, attempt: str, client: str) -> bool:
        """Whether ``attempt`` is the password, in the same time whichever it is."""
        right = hmac.compare_digest(_digest(attempt, self.salt), self.digest)
        if not right:
            with self.lock:
                self.failures.setdefault(client, deque(maxlen=TRIES)).append(time.monotonic())
                self.failures.move_to_end(client)
                if len(self.failures) > CLIENTS:
                    self.failures.popitem(last=False)
        return right

    def tired(self, client: str) -> bool:
        """Whether a client gave it wrongly so often just now that it is not heard for a while."""
        with self.lock:
            failures = list(self.failures.get(client, ()))
            return len(failures) == TRIES and time.monotonic() - failures[0] < WINDOW


def read_password(path: Path) -> Password:
    """The password on the first line of a file. Raises UsageError for one that is short, or that others can read."""
    if not path.is_file():
        raise UsageError(f"{path}: no file. Write the password on its first line: a FIFO or a device is not read.")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise UsageError(f"{path}: others on this machine can read it. Make it yours alone: chmod 600 {path}")
    lines = path.read_text("utf-8").splitlines()
    password = lines[0].strip() if lines else ""
    if len(password) < SHORTEST:
        raise UsageError(f"{path}: its first line must be a password of at least {SHORTEST} characters.")
    salt = secrets.token_bytes(16)
    return Password(salt, _digest(password, salt))


def is_local(host: str) -> bool:
    """Whether a server at ``host`` can be reached from this machine alone.

    >>> is_local("localhost"), is_local("127.3.2.1"), is_local("0.0.0.0")
    (True, True, False)
    """
    return host in LOCAL or (_is_address(host) and ip_address(host).is_loopback)


def hosts_of(host: str, machine: str) -> Hosts:
    """The names of a server that listens at ``host``; ``machine`` is what this machine is called."""
    if is_local(host):
        return Hosts(LOCAL | {host})
    return Hosts(LOCAL | {host.lower(), machine.lower()}, addresses=True)


def comes_from_here(request: Request) -> bool:
    """Whether a request that changes something was sent by a page of this server, as far as the browser says."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def same(returned: str | None, issued: str | None) -> bool:
    """Whether a token that came back is the one that was given out; no token is never the same."""
    return bool(returned and issued) and hmac.compare_digest(str(returned).encode(), str(issued).encode())


def guarded(response: Response) -> Response:
    """A response with what every one must say."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _digest(password: str, salt: bytes) -> bytes:
    return scrypt(password.encode("utf-8"), salt=salt, n=2**14, r=8, p=1)
