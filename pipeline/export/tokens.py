"""Texts as tokens, the way corpora of French and English are cut: words, numbers, addresses and marks.

What stands before an apostrophe in French (``l'``) and after one in English (``'s``, ``n't``) is a token of its own, by
the tables ``tokens`` of the languages. No character but white space is lost.
"""

import re
from functools import cache
from typing import NamedTuple

from pipeline.language.knowledge import either, words

_ADDRESS = r"https?://[^\s<>\"«»]*[\w/]|www\.[^\s<>\"«»]*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_NUMBER = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,:/]\d+)*"
_INITIALS = r"(?:[^\W\d_]\.){2,}"
_MARKS = r"\.{2,}|…|(?P<mark>[-–—*=_!?])(?P=mark)+|\S"


class WordToken(NamedTuple):
    """A token; ``glued`` to the one before where nothing stood between them."""

    text: str
    glued: bool


def tokenize(text: str, language: str) -> list[WordToken]:
    """The tokens of a text in a language.

    >>> [token.text for token in tokenize("L'eau coûte 1 200 €.", "fr")]
    ["L'", 'eau', 'coûte', '1 200', '€', '.']
    """
    tokens, end = [], -1
    for match in _tokens(language).finditer(text):
        tokens.append(WordToken(match.group(), match.start() == end))
        end = match.end()
    return tokens


@cache
def _tokens(language: str) -> re.Pattern[str]:
    whole, before, after = (
        either(words("tokens", name, language)).replace("'", "['’]") for name in ("whole", "before", "after")
    )
    word = rf"[^\W_](?:(?!(?:{after})\b)(?:[\w\u0300-\u036f]|[-'’](?=[^\W_])))*"
    choices = (_ADDRESS, rf"(?:{_NUMBER})(?![^\W_])", _INITIALS, rf"(?:{whole})\b", rf"(?:{before})(?=\w)")
    return re.compile("|".join((*choices, rf"(?:{after})\b", word, _MARKS)), re.IGNORECASE)
