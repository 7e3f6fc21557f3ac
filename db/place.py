"""Where a corpus is: a file of SQLite, or a database on a PostgreSQL server."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

SCHEMES = ("postgresql", "postgres")
HIDDEN = "***"
_IN_TEXT = re.compile(r"(postgres(?:ql)?://[^\s:/@]*):[^\s@/]*@")


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A database on a PostgreSQL server, by its URL as libpq reads it. What is shown of it never has the password."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        return hide_password(self.url)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown: the password as it is and as it stands in the URL; empty where there is none."""
        parts = self._parts()
        written = {parts.password or "", *parse_qs(parts.query).get("password", ())} - {""}
        return tuple(sorted({*written, *map(unquote, written)}, key=len, reverse=True))

    def censor(self, message: str) -> str:
        """A message without the password, whoever says it."""
        message = message.replace(self.url, str(self))
        for secret in self.secrets:
            message = message.replace(secret, HIDDEN)
        return message

    def _parts(self) -> SplitResult:
        return urlsplit(self.url)


Place: TypeAlias = Path | DatabaseServer


class PlainCursor(Protocol):
    """What is read of an answer, whichever driver gives it."""

    @property
    def description(self) -> Any:
        """A tuple for each column, its name first; None where the statement gives no rows."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchmany(self, size: int, /) -> list[Any]:
        """At most so many rows."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class PlainConnection(Protocol):
    """A connection that reads, of SQLite's driver or of PostgreSQL's, with ``:name`` for parameters."""

    def execute(self, sql: str, parameters: Any = ..., /) -> PlainCursor:
        """Run a statement."""


def parse_place(text: str) -> Place:
    """A file, or the server that a URL names."""
    return DatabaseServer(text) if text.partition("://")[0] in SCHEMES and "://" in text else Path(text)


def resolve(place: Place) -> Place:
    """Where a corpus is opened: at the place that is named. The one door that every corpus is opened through."""
    return place


def hide_password(url: str) -> str:
    """A URL with stars for the password.

    >>> hide_password("postgresql://ada:secret@db/corpus"), hide_password("postgresql:///c?password=x&host=/run")
    ('postgresql://ada:***@db/corpus', 'postgresql:///c?password=***&host=/run')
    """
    return re.sub(r"(?<=[?&]password=)[^&#]*", HIDDEN, _IN_TEXT.sub(rf"\1:{HIDDEN}@", url))
