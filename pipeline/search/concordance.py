"""Keyword in context: hits of a search in their order, each cut at what was found."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar_date
from sqlite3 import Connection
from typing import NamedTuple
from unicodedata import combining, normalize

from db import queries_search as queries
from db.queries_search import LEFT, MACHINE, RIGHT, SEGMENT, Ask, Ground, Hit, Key
from pipeline.errors import NotFoundError, UsageError
from pipeline.search.expression import compiled

INSIDE = 500  # rows of few documents that are looked at one by one, where the words are frequent
MOST = 2_000  # hits that are put in order; of more, an even sample is shown
SORTS = ("document", "best", "left", "right", "score")
ORIGINS = ("human", "machine")
OPEN, CLOSE = "\x02", "\x03"
TEXT = ("title", "heading", "body", "caption")
ROLES = (*TEXT, "code", "boilerplate")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_MARKS = str.maketrans({OPEN: "", CLOSE: ""})


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks for.

    ``documents`` are paths, folders or beginnings of ids; dates are ISO 8601, whole or their beginnings. Only segments
    with one of ``roles`` are searched, and without ``duplicates`` none that a near-copy has from its original.
    """

    words: str
    facing: str | None = None
    without: str | None = None
    language: str | None = None
    documents: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    kind: str | None = None
    verdict: str | None = None
    low: float | None = None
    high: float | None = None
    origin: str | None = None
    roles: tuple[str, ...] = TEXT
    duplicates: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Hits in order. ``total`` counts all there are, or is None where they are too many; then ``hits`` are a sample."""

    hits: Sequence[Hit]
    total: int | None


class Line(NamedTuple):
    """A hit cut at the first stretch that was found; ``left`` and ``right`` still hold marks of other stretches."""

    left: str
    keyword: str
    right: str


def ask(connection: Connection, question: Question) -> Ask:
    """A question in the terms of the index.

    Raises UsageError where it makes no sense, NotFoundError for a document that is not there.
    """
    for date in (question.since, question.until):
        if date is not None and not _is_date(date):
            raise UsageError(f"{date!r} is no date. Write it as 2024, 2024-05 or 2024-05-31.")
    if (question.since or question.until) and not queries.has_dates(connection):
        raise NotFoundError("no document has a date. Give dates in manifest.toml, or leave out --from and --to.")
    if question.language and question.language not in (languages := queries.find_languages(connection)):
        raise NotFoundError(f"nothing is in {question.language!r}. Languages: {', '.join(languages) or 'none'}.")
    return Ask(
        compiled(question.words),
        compiled(question.facing) if question.facing is not None else None,
        compiled(question.without) if question.without is not None else None,
        question.language,
        _documents(connection, question.documents) if question.documents else None,
        question.since,
        question.until,
        question.kind,
        question.verdict,
        question.low,
        question.high,
        question.origin,
        question.roles,
        question.duplicates,
    )


def is_elsewhere(connection: Connection, question: Question) -> bool:
    """Whether what is not in the text is in web residue, in code or in near-copies."""
    return bool(find(connection, replace(question, roles=ROLES, duplicates=True), 1).hits)


def find(connection: Connection, question: Question, limit: int, sort: str = "document") -> Found:
    """At most ``limit`` hits in the order of ``sort`` (one of SORTS). Raises as ``ask`` does.

    Where there are more than MOST (and more than ``limit``), they are an even sample of the corpus, in that order; of
    what people wrote, if that is enough. A page of hits then costs the same however many there are.
    """
    terms, most = ask(connection, question), max(MOST, limit)
    keys: list[Key] = []
    total: int | None = 0
    for ground in grounds(terms):
        if total is None and ground is MACHINE:
            break  # what people wrote fills the sample
        batch, whole = _keys(connection, terms, ground, (most, limit, sort == "best"))
        keys += batch
        total = total + len(batch) if whole and total is not None else None
    keys = sorted(keys, key=lambda key: key.rank) if sort == "best" else _in_order(connection, keys)
    if sort in {"document", "best"}:
        return Found(queries.find_hits(connection, terms, keys[:limit]), total)
    hits = queries.find_hits(connection, terms, keys)
    return Found(sorted(hits, key=_ORDERS[sort])[:limit], total)


def grounds(terms: Ask) -> tuple[Ground, ...]:
    """Where to look: among the segments and machine translations; on both sides of pairs where pairs are asked for."""
    if terms.of_pairs:
        return (LEFT, RIGHT)
    return tuple(
        ground for ground, origin in ((SEGMENT, "human"), (MACHINE, "machine")) if terms.origin in {None, origin}
    )


def line(marked: str) -> Line:
    """A text cut at the first stretch that was found.

    >>> line("le \\x02chat\\x03 dort")
    Line(left='le ', keyword='chat', right=' dort')
    """
    left, _, tail = marked.partition(OPEN)
    keyword, _, right = tail.partition(CLOSE)
    return Line(left, keyword, right)


def plain(marked: str) -> str:
    """A text without its marks."""
    return marked.translate(_MARKS)


def pieces(marked: str) -> list[tuple[str, bool]]:
    """A text as stretches, each with whether it was found.

    >>> pieces("le \\x02chat\\x03 dort")
    [('le ', False), ('chat', True), (' dort', False)]
    """
    stretches = [(stretch, number % 2 == 1) for number, stretch in enumerate(re.split(f"[{OPEN}{CLOSE}]", marked))]
    return [stretch for stretch in stretches if stretch[0]]


def _is_date(text: str) -> bool:
    """Whether it is a day, a month or a year of the calendar.

    >>> _is_date("2024-05"), _is_date("2024-13"), _is_date("2023-02-29")
    (True, False, False)
    """
    if not _DATE.fullmatch(text):
        return False
    try:
        calendar_date.fromisoformat(text + "-01-01"[len(text) - 10 :] if len(text) < 10 else text)
    except ValueError:
        return False
    return True


def _keys(connection: Connection, terms: Ask, ground: Ground, limits: tuple[int, int, bool]) -> tuple[list[Key], bool]:
    """Keys of the hits in one ground, and whether that is all of them."""
    most, limit, ranked = limits
    numbers = queries.find_numbers(connection, terms, ground, most + 1)
    if len(numbers) <= most:
        if ranked:
            return queries.find_keys(connection, terms, ground, most, ranked), True
        return queries.find_keys_of(connection, terms, ground, numbers), True
    if terms.documents is not None and queries.count_searched_rows(connection, ground, terms.documents) <= INSIDE:
        keys = queries.find_keys_inside(connection, terms, ground, most + 1)
        return (keys, True) if len(keys) <= most else (keys[:limit], False)
    keys = queries.find_keys(connection, terms, ground, limit + 1)
    return keys[:limit], len(keys) <= limit


def _in_order(connection: Connection, keys: Sequence[Key]) -> list[Key]:
    """By path, then place; what a machine says comes after what it translates."""
    paths = queries.find_paths(connection, sorted({key.document_id for key in keys}))
    return sorted(keys, key=lambda key: (paths.get(key.document_id, ""), *key[2:4], key.ground != "segment", key.docid))


def _documents(connection: Connection, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({key for name in names for key in _named(connection, name)}))


def _named(connection: Connection, name: str) -> list[str]:
    keys = queries.find_named(connection, name)
    if not keys:
        paths = sorted(set(queries.find_paths(connection).values()))
        near = difflib.get_close_matches(name, paths, 3, 0.4) or paths[:3]
        raise NotFoundError(f"there is no document {name!r}. There are: {', '.join(near)} ...")
    return keys


_ORDERS: Mapping[str, Callable[[Hit], tuple[object, ...]]] = {
    "left": lambda hit: (_reversed(plain(line(hit.marked).left)), hit.path, hit.position),
    "right": lambda hit: (_folded(plain(line(hit.marked).right)), hit.path, hit.position),
    "score": lambda hit: (hit.score is None, -(hit.score or 0.0), hit.path, hit.position),
}


def _folded(text: str) -> list[str]:
    """Words in the order of a dictionary: neither accents nor case count."""
    return re.findall(r"\w+", "".join(char for char in normalize("NFKD", text.casefold()) if not combining(char)))


def _reversed(text: str) -> list[str]:
    return _folded(text)[::-1]
