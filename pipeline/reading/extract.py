"""What a reader of one media type takes out of a file's bytes, and the small things that all readers need."""

import logging
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice

from pipeline.language.cldr import month_number
from pipeline.language.knowledge import either, words_of_all
from pipeline.records import Mark, Markup

Passage = tuple[str, Markup | None]  # a text, and what its markup says that it is

NOISY = ("trafilatura", "htmldate", "docx", "charset_normalizer", "courlan")

_ISO = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?(?:[T ]\d\d:.*)?Z?$")
_PDF = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)(?:\d{4,}.*)?$")
_SLASHED = re.compile(r"(\d\d?)[/.](\d\d?)[/.](\d{4})$")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of its text. ``date`` is ISO 8601."""

    title: str | None = None
    date: str | None = None
    outlet: str | None = None
    author: str | None = None
    url: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Extract:
    """A text as a reader found it, not yet repaired.

    ``wrapped`` says that line ends may stand inside paragraphs. ``findings`` are (code, value) pairs; ``marks`` say
    what stretches of ``text`` are.
    """

    text: str
    wrapped: bool = False
    encoding: str = ""
    facts: Facts = Facts()
    languages: tuple[str, ...] = ()
    findings: tuple[tuple[str, str], ...] = ()
    marks: tuple[Mark, ...] = ()


def marked(passages: Iterable[Passage]) -> tuple[str, tuple[Mark, ...]]:
    """Passages below each other as one text, with a mark for each whose markup is known.

    >>> marked([("Un titre", "heading"), ("Du texte.", None)])
    ('Un titre\\nDu texte.', (Mark(start=0, end=8, markup='heading'),))
    """
    texts: list[str] = []
    marks: list[Mark] = []
    start = 0
    for text, markup in passages:
        texts.append(text)
        if markup and text.strip():
            marks.append(Mark(start, start + len(text), markup))
        start += len(text) + 1
    return "\n".join(texts), tuple(marks)


def headed(passages: list[Passage], title: str | None) -> list[Passage]:
    """A text with its title as first line, where it does not begin with it anyway."""
    return passages if title is None or begins_with(title, passages) else [(title, "title"), *passages]


def begins_with(title: str, passages: Iterable[Passage]) -> bool:
    """Whether one of the first lines is the title, or hardly more than it."""
    lines = (line for text, _ in islice(passages, 20) for line in text[:1000].split("\n")[:20])
    longest = 1.5 * len(title) + 10
    return any(len(line) <= longest and title.casefold() in line.casefold() for line in lines)


def phrase(value: object, limit: int = 300) -> str | None:
    """A piece of metadata as one line of at most ``limit`` characters, or None where there is nothing in it."""
    text = " ".join(str(value).split()) if value is not None else ""
    return text if text and len(text) <= limit and any(map(str.isalnum, text)) else None


def iso_date(value: object) -> str | None:
    """A date as ISO 8601, as precise as it is given; None where it is none, or day and month cannot be told apart.

    >>> iso_date("19 juin 2024"), iso_date("June 2024"), iso_date("D:20240619101500Z"), iso_date("03/04/2024")
    ('2024-06-19', '2024-06', '2024-06-19', None)
    """
    text = " ".join(str(value or "").split()).casefold()
    if match := _ISO.match(text.upper()) or _PDF.match(text.upper()):
        return _checked(match[1], match[2], match[3])
    if match := _SLASHED.match(text):
        first, second = int(match[1]), int(match[2])
        day, month = (second, first) if second > 12 else (first, second)
        return _checked(match[3], str(month), str(day)) if first > 12 or second > 12 or first == second else None
    if (match := _named_date().match(text)) and (number := month_number(match[2])):
        return _checked(match[4], str(number), match[1] or match[3])
    return None


@cache
def _named_date() -> re.Pattern[str]:
    """A date with a word for its month, the day before or after that: *3 mai 2024*, *Friday, May 3rd, 2024*."""
    day = rf"(\d\d?)(?:{either(words_of_all('numbers', 'ordinal_endings'))})?,? "
    return re.compile(rf"(?:[^\W\d]+\.?,? )?(?:{day})?([^\W\d]+)\.?,? (?:{day})?(\d{{4}})\b")


def _checked(year: str, month: str | None, day: str | None) -> str | None:
    try:
        whole = date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole[: 10 if day else 7 if month else 4] if 1000 <= int(year) <= 2200 else None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the readers' own log lines and warnings off the terminal: what matters is raised or made a finding."""
    loggers = [logging.getLogger(name) for name in NOISY]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
