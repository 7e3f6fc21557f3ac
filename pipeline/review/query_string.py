"""What an address asks for: the filters of the queue, from the query of a URL and back. Nothing else is taken over."""

import re
from collections.abc import Mapping
from dataclasses import fields
from urllib.parse import urlencode

from db.queries_review import QUEUE_VERDICTS, Filters
from db.vocabulary import KINDS

LONGEST = 200  # characters of the words to be searched
_ID = re.compile(r"[0-9a-f]{1,64}")
_CODE = re.compile(r"[EW][0-9]{3}")
DEFAULTS = Filters(verdict="none")
ALL = Filters()


def parse_filters(arguments: Mapping[str, str]) -> Filters:
    """The filters that a query names; what cannot be understood is left out. Without ``verdict``: what nobody judged.

    >>> parsed = parse_filters({"kind": "bitext", "low": "0,5", "document": "../etc"})
    >>> parsed.kind, parsed.low, parsed.document, parsed.verdict
    ('bitext', 0.5, None, 'none')
    """
    kind, verdict, disputed = arguments.get("kind"), arguments.get("verdict"), bool(arguments.get("disputed"))
    return Filters(
        document=_matching(_ID, arguments.get("document")),
        kind=kind if kind in KINDS else None,
        low=_share(arguments.get("low")),
        high=_share(arguments.get("high")),
        verdict=verdict if verdict in QUEUE_VERDICTS else "judged" if disputed else DEFAULTS.verdict,
        finding=_matching(_CODE, arguments.get("finding")),
        words=_line(arguments.get("words")),
        reviewer=_line(arguments.get("reviewer")),
        sample=_whole(arguments.get("sample")),
        seed=_whole(arguments.get("seed")) or 1,
        disputed=disputed,
        part=_part(arguments.get("part")),
    )


def format_filters(filters: Filters) -> str:
    """The query of a URL that asks for these filters; empty for the usual ones.

    >>> format_filters(Filters(verdict="any", words="à midi"))
    'verdict=any&words=%C3%A0+midi'
    """
    values = {field.name: getattr(filters, field.name) for field in fields(filters)}
    usual = {field.name: getattr(DEFAULTS, field.name) for field in fields(filters)}
    return urlencode({name: value for name, value in values.items() if value != usual[name] and value is not None})


def return_path(path: str | None) -> str:
    """A place on this server to go back to; the queue for anything else.

    >>> return_path("/pair/1a?kind=bitext"), return_path("//elsewhere.example/"), return_path("https://elsewhere.example")
    ('/pair/1a?kind=bitext', '/', '/')
    """
    inside = path and path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if path and inside and path.isprintable() else "/"


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    return value if value and pattern.fullmatch(value) else None


def _share(value: str | None) -> float | None:
    """A number from 0 to 1; a comma is a point."""
    try:
        number = float((value or "").replace(",", "."))
    except ValueError:
        return None
    return number if 0 <= number <= 1 else None


def _whole(value: str | None) -> int | None:
    return int(value) if value and re.fullmatch("[0-9]{1,9}", value) and int(value) > 0 else None


def _part(value: str | None) -> str | None:
    """A part of a whole, such as 2/3."""
    match = re.fullmatch(r"\s*([1-9][0-9]?)\s*/\s*([1-9][0-9]?)\s*", value or "")
    return f"{match[1]}/{match[2]}" if match and int(match[1]) <= int(match[2]) else None


def _line(value: str | None) -> str | None:
    """What a person typed into one line, without what nobody can see."""
    typed = "".join(character for character in value or "" if character.isprintable()).strip()[:LONGEST]
    return typed or None
