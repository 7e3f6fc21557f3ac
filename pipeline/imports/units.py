"""What the readers of bitext give: the header of the file, then a unit for each pair, or why one cannot be used."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.export.selection import base
from pipeline.records import HUMAN

MAX_TEXT = 100_000  # characters of one side
LANGUAGES = 100  # that are counted; a file may name any number
MACHINE = "mt:"
SCORES = ("score", "x-score")
DAMAGED = "\ufdd0"  # stands for a character that XML forbids: a code point that is no character


class Header(NamedTuple):
    """What a file says of itself."""

    values: dict[str, Any]
    date: str | None = None


class Bad(NamedTuple):
    """A unit that was left out."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Text:
    """One side of a unit, with its language as the file has it, and how sure that is."""

    text: str
    language: str
    origin: str = HUMAN
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Unit:
    """Two texts that say the same, and what else the file says of them.

    ``findings`` are (code, value) of what was seen about the pair, ``features`` what its score was made from.
    """

    line: int
    left: Text
    right: Text
    attributes: dict[str, Any]
    score: float | None = None
    features: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """What the file calls the unit, or nothing."""
        stated = self.attributes.get("attributes", {})
        named = (text for tag, about, text in self.attributes["about"] if tag == "prop" and about.get("type") == "id")
        return str(stated.get("tuid") or stated.get("id") or next(named, ""))


Contents = Iterator[Header | Unit | Bad]


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A file, and the languages of the two sides. ``languages`` counts those that are in it."""

    path: Path
    left: str
    right: str
    languages: Counter[str] = field(default_factory=Counter)

    def side(self, language: str) -> str:
        """``left``, ``right``, or nothing for a third language; counts it."""
        if language in self.languages or len(self.languages) < LANGUAGES:
            self.languages[language] += 1
        return "left" if fits(language, self.left) else "right" if fits(language, self.right) else ""

    def found(self) -> str:
        """The languages that are in the file, the most frequent first, as far as they can be shown."""
        printable = ((code, n) for code, n in self.languages.most_common() if code.isprintable() and len(code) < 36)
        return ", ".join(f"{code} ({n:,})" for code, n in islice(printable, 10)) or "none"


def fits(language: str, requested: str) -> bool:
    """Whether a text in ``language`` is wanted; a region counts where one is asked for.

    >>> fits("fr-CA", "fr"), fits("FR", "fr"), fits("fr-CA", "fr-FR")
    (True, True, False)
    """
    return language.lower() == requested.lower() or base(language) == requested.lower()


def unit(
    line: int, texts: tuple[Text | None, Text | None], request: ImportRequest, attributes: dict[str, Any]
) -> Unit | Bad:
    """A unit of the left and the right text, or why it is none."""
    left, right = texts
    for text, language in ((left, request.left), (right, request.right)):
        if text is None:
            return Bad(line, f"it has no text in {language}")
        if not text.text.strip():
            return Bad(line, f"its text in {language} is empty")
        if DAMAGED in text.text:
            return Bad(line, f"its text in {language} has a control character")
        if len(text.text) > MAX_TEXT:
            return Bad(line, f"its text in {language} has more than {MAX_TEXT:,} characters")
    if left is None or right is None:
        raise TypeError("both sides were looked at")
    return Unit(line, left, right, attributes, score_of(attributes))


def score_of(attributes: dict[str, Any]) -> float | None:
    """The score that a property of the unit says, where it is one from 0 to 1."""
    values = (text for tag, about, text in attributes["about"] if tag == "prop" and about.get("type") in SCORES)
    return number(next(values, ""))


def number(text: str) -> float | None:
    """A number from 0 to 1, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def origin(stated: str | None) -> str:
    """``mt:...`` where the file says that a machine wrote the text: it must not pass for a person's."""
    return stated if stated and stated.startswith(MACHINE) else HUMAN
