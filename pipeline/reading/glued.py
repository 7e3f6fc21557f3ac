"""Words glued together where a page's markup was lost: a mark or a capital in the middle of what should be two words.

Nothing is repaired, for ``GitHub`` and ``file.Name`` look the same; where it is seen is said, and a person decides.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

MOST = 5  # places that are named
_GLUED = re.compile(
    r"(?<![\w.@/:-])(?:"
    r"(?:[^\W\d_]*[a-zß-öø-ÿ]{2}|[A-Z]{2,6})[.!?][A-ZÀ-Þ](?:[a-zß-öø-ÿ]+|(?=\s))"  # UN.On
    r"|[^\W\d_]{3,},[^\W\d_]{3,}"  # Wilson,then
    r"|[^\W\d_]{2,}[.,!?]?(?:[”»]|(?<=[.,!?])\")[^\W\d_]{2,}"  # agreed”The
    r")(?![\w@/(]|\.\w)"
)
_CAPITAL_INSIDE = re.compile(r"(?<!\w)[A-ZÀ-Þ][a-zß-öø-ÿ]{2,}[A-ZÀ-Þ][a-zß-öø-ÿ]{3,}(?!\w)")  # HarbourNorway
_NAMES = ("Mac", "Fitz", "Van", "Von", "Saint")  # a capital after these is no second word


class GluedWords(NamedTuple):
    """A place in a text: its offset in characters, and what stands there."""

    start: int
    text: str


def glued_words(text: str) -> list[GluedWords]:
    """Every place where two words seem to have lost the space between them, in order.

    A capital inside a word counts only in a text that has other places, and where the word comes but once: it is the
    way of names and brands.

    >>> glued_words("It was sent to the UN.On Monday Wilson,then in Rome, agreed”The HarbourNorway”.")[1]
    GluedWords(start=32, text='Wilson,then')
    """
    gluings = [GluedWords(match.start(), match.group()) for match in _GLUED.finditer(text)]
    return sorted([*gluings, *_capitals_inside(text)]) if gluings else []


def described(gluings: Sequence[GluedWords]) -> str:
    """Number of places, and the first of them with their offsets: ``3: UN.On (15), Wilson,then (32), ...``."""
    named = ", ".join(f"{gluing.text} ({gluing.start})" for gluing in islice(gluings, MOST))
    return f"{len(gluings)}: {named}{', ...' if len(gluings) > MOST else ''}"


def _capitals_inside(text: str) -> Iterator[GluedWords]:
    matches = list(_CAPITAL_INSIDE.finditer(text))
    counts = Counter(match.group() for match in matches)
    for match in matches:
        if counts[match.group()] == 1 and not match.group().startswith(_NAMES):
            yield GluedWords(match.start(), match.group())
