"""Fetching a pinned package: the only code of the project that opens a connection, and only when asked to.

A download goes to ``<data>/downloads/NAME.argosmodel.part`` and can be taken up again where it broke off; it gets its
own name only when its size and its SHA-256 are those of the pin.
"""

import os
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import BinaryIO

import certifi
import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, ProtocolError, ReadTimeoutError

from pipeline.config import Config
from pipeline.errors import PackageError
from pipeline.translation import archive, argos, packages
from pipeline.translation.choose import local_package
from pipeline.translation.packages import Pin

CHUNK = 1 << 16
AGENT = "enregard/0.1"  # the official host turns away nameless clients
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection and for the next bytes, and how often to try each address."""

    connect: float = 15.0
    read: float = 30.0
    attempts: int = 3


def download(pin: Pin, data: Path, progress: Progress | None = None, patience: Patience | None = None) -> Path:
    """Fetches the package of ``pin`` and returns its path; a sound file from an earlier time is not fetched again.

    Tries each address in turn and takes up a broken download. ``progress`` is called with the bytes that are there and
    the bytes expected. Raises PackageError with what went wrong at each address, and what to do without a network.
    """
    waiting = patience or Patience()
    file = data / "downloads" / f"{pin.name}.argosmodel"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and not _wrong(file, pin):
            return file
        return _from_any(pin, file, progress or (lambda received, total: None), waiting)
    except OSError as error:
        raise PackageError(f"{file}: cannot be written ({error}). Make room, or set `data` elsewhere.") from error


def obtain(
    config: Config, environ: Mapping[str, str], progress: Progress | None = None, shipped: Path = packages.SHIPPED
) -> packages.Package:
    """The package for the languages of ``config``, as `make model` gets it; only the last of these opens a connection.

    A file that ``ARGOS_PACKAGE`` names (installed even when another package is there), an installed package or one that
    ships in ``shipped``, the official download where that is known to be better. Raises PackageError, or NotFoundError
    when no official one is known.
    """
    if named := packages.named(environ):
        return argos.install(named, config.data)
    package = local_package(config, environ, shipped)
    if package is not None and packages.quality(package) == inf:
        return package
    pinned = packages.pin(config.translate.source, config.translate.target)
    if package is not None and pinned.figures.bleu <= packages.quality(package):
        return package
    return argos.install(download(pinned, config.data, progress), config.data)


def _from_any(pin: Pin, file: Path, progress: Progress, patience: Patience) -> Path:
    partial = file.with_name(file.name + ".part")
    failures = []
    for url in pin.urls:
        failure = _from_one(url, pin, partial, progress, patience)
        if failure is None:
            partial.replace(file)
            _tag(partial).unlink(missing_ok=True)
            return file
        failures.append(f"  {url}: {failure}")
    raise PackageError(
        f"{pin.name} could not be fetched:\n" + "\n".join(failures) + "\nOffline? Fetch the file on another machine"
        ", put it somewhere here, and run `make model ARGOS_PACKAGE=FILE`."
    )


def _from_one(url: str, pin: Pin, partial: Path, progress: Progress, patience: Patience) -> str | None:
    """Fetches ``part`` from ``url``; returns what went wrong at the last attempt, or None.

    Attempts that brought some bytes do not count: a line that keeps breaking gets there in the end.
    """
    failure, idle = "was not tried", 0
    while idle < patience.attempts:
        before = _size(partial)
        try:
            _fetch(url, pin, partial, progress, patience)
        except (HTTPError, _Refused) as error:
            failure = _plainly(error)
            if _hopeless(error):
                return failure
        else:
            failure = _wrong(partial, pin) or ""
            if not failure:
                return None
            if _size(partial) >= pin.size:
                partial.unlink()
        idle = 0 if _size(partial) > before else idle + 1
    return failure


def _hopeless(error: Exception) -> bool:
    """Whether trying the same address again cannot help: it refused, or there is no way to it."""
    if isinstance(error, MaxRetryError):
        return not isinstance(error.reason, ReadTimeoutError | ProtocolError)
    return isinstance(error, _Refused)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


class _Refused(Exception):
    """The server answered, and asking again will not change its answer."""


def _fetch(url: str, pin: Pin, partial: Path, progress: Progress, patience: Patience) -> None:
    start = _size(partial)
    if start >= pin.size:
        return
    response = _pool(url).request(
        "GET",
        url,
        headers=_headers(partial, start),
        preload_content=False,
        timeout=urllib3.Timeout(connect=patience.connect, read=patience.read),
        retries=urllib3.Retry(total=5, connect=0, read=0, status=0, other=0, redirect=5),
    )
    try:
        start = _begin(response, partial, start)
        with partial.open("ab" if start else "wb") as stream:
            _drain(response, stream, start, pin, progress)
    finally:
        response.close()


def _drain(response: urllib3.BaseHTTPResponse, stream: BinaryIO, start: int, pin: Pin, progress: Progress) -> None:
    received = start
    progress(received, pin.size)
    for chunk in response.stream(CHUNK, decode_content=False):
        received += len(chunk)
        if received > pin.size:
            raise _Refused(f"sends more than the {pin.size} bytes expected")
        stream.write(chunk)
        progress(received, pin.size)


def _headers(partial: Path, start: int) -> dict[str, str]:
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
        if _tag(partial).exists():
            headers["If-Range"] = _tag(partial).read_text("utf-8")
    return headers


def _begin(response: urllib3.BaseHTTPResponse, partial: Path, start: int) -> int:
    """Where the body of ``response`` begins; keeps its validator for the next attempt."""
    if response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        return start
    if response.status == 416:  # what is here does not fit what is there
        partial.unlink(missing_ok=True)
        raise HTTPError("the part on the disk does not fit; starting again")
    if response.status != 200:
        raise _Refused(f"answers with status {response.status}")
    etag = response.headers.get("ETag", "")
    validator = etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")
    if validator:
        _tag(partial).write_text(validator, "utf-8")
    else:
        _tag(partial).unlink(missing_ok=True)
    return 0


def _tag(partial: Path) -> Path:
    return partial.with_name(partial.name + ".tag")


def _wrong(file: Path, pin: Pin) -> str | None:
    size = file.stat().st_size
    if size != pin.size:
        return f"has {size} bytes, not the {pin.size} expected"
    digest = archive.sha256(file)
    return None if digest == pin.sha256 else f"has the SHA-256 {digest}, not {pin.sha256}"


def _pool(url: str) -> urllib3.PoolManager:
    """A connection pool that honours the usual proxy variables and checks certificates."""
    parsed = urllib3.util.parse_url(url)
    proxy = urllib.request.getproxies().get(parsed.scheme or "")
    certificates = os.environ.get("SSL_CERT_FILE") or certifi.where()
    if proxy and not urllib.request.proxy_bypass(parsed.host or ""):
        return urllib3.ProxyManager(proxy, ca_certs=certificates)
    return urllib3.PoolManager(ca_certs=certificates)


def _plainly(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return f"{type(reason).__name__}: {reason}" if isinstance(error, HTTPError) else str(error)
