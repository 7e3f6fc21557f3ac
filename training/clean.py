"""Which pairs are worth learning from: each check sees one defect, and the first one that does names it."""

import re
from collections.abc import Callable
from typing import NamedTuple

LONGEST = 100  # words
SHORTEST_RATIO, LONGEST_RATIO, SLACK = 0.5, 1.9, 12  # characters: English / French, with some more for short texts
LETTERS = 0.55  # least share of letters and spaces
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
_FRENCH = re.compile(
    r"(?<![\w'’-])(?:les|des|une|dans|avec|qui|que|sont|aux|cette|ces|où|nous|vous|mais|ainsi)(?![\w'’-])"
)


class Pair(NamedTuple):
    """One line of the parallel text."""

    source: str
    french: str
    english: str


def parsed(line: str) -> Pair | None:
    """A line ``source<TAB>French<TAB>English``, or None when it is not one.

    >>> parsed("tatoeba\\tBonjour.\\tHello.\\n")
    Pair(source='tatoeba', french='Bonjour.', english='Hello.')
    """
    cells = line.rstrip("\r\n").split("\t")
    return Pair(*(" ".join(cell.split()) for cell in cells)) if len(cells) == 3 else None


def fault(french: str, english: str) -> str:
    """What is wrong with a pair, or an empty text.

    >>> fault("Un chat.", "A cat."), fault("Un chat.", "")
    ('', 'empty')
    """
    return next((name for name, test in _CHECKS if test(french, english)), "")


def _empty(french: str, english: str) -> bool:
    return not french or not english


def _long(french: str, english: str) -> bool:
    return max(french.count(" "), english.count(" ")) >= LONGEST


def _lopsided(french: str, english: str) -> bool:
    shorter, longer = SHORTEST_RATIO * len(french) - SLACK, LONGEST_RATIO * len(french) + SLACK
    return not shorter <= len(english) <= longer


def _few_letters(french: str, english: str) -> bool:
    return any(sum(c.isalpha() or c == " " for c in text) < LETTERS * len(text) for text in (french, english))


def _copied(french: str, english: str) -> bool:
    words = set(_WORD.findall(french))
    return len(words) > 3 and len(words & set(_WORD.findall(english))) > 0.8 * len(words)


def _french_left(french: str, english: str) -> bool:
    return len(_FRENCH.findall(english)) > 1


def _numbers_differ(french: str, english: str) -> bool:
    """Long numbers are in figures on both sides; grouping marks are taken out first."""
    left, right = (
        {n for n in _DIGITS.findall(re.sub(r"(?<=\d)[\s., ](?=\d{3})", "", t)) if len(n) > 2} for t in (french, english)
    )
    return bool(left ^ right)


_CHECKS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("empty", _empty),
    ("long", _long),
    ("lopsided", _lopsided),
    ("few letters", _few_letters),
    ("copied", _copied),
    ("French left", _french_left),
    ("numbers differ", _numbers_differ),
)
