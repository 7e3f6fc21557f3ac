"""Translation memory: what people said before, for a sentence that is much like it.

The measure is the usual one of such tools, over words: the share of both sentences' words that stand in both in the
same order (Ratcliff and Metzener 1988, ``difflib``), case and marks aside.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from db.place import PlainConnection as Connection
from db.queries_suggest import MemoryRow, get_memory
from pipeline.search.marks import CLOSE, OPEN

CANDIDATES = 400  # pairs that are compared word by word
LOOKED_UP = 12  # words that are looked up: the longest, which are the rarest as a rule
_WORD = re.compile(r"\w+")


class Suggestion(NamedTuple):
    """A pair that matches. ``text`` is the side that is like the sentence, its differing words between marks."""

    similarity: float
    marked: str
    text: str
    facing: str
    row: MemoryRow


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text, folded, and where each stands."""

    folded: tuple[str, ...]
    places: tuple[tuple[int, int], ...]


def suggest(connection: Connection, sentence: str, least: float, limit: int) -> list[Suggestion]:
    """The confirmed pairs with a side that is at least ``least`` (0 to 1) like ``sentence``, best first."""
    if not (expression := _expression(sentence)):
        return []
    sought = _words(sentence)
    matches = [_match(sought, row) for row in get_memory(connection, expression, CANDIDATES)]
    good = sorted((match for match in matches if match.similarity >= least), key=_order)
    distinct = {(match.text, match.facing): match for match in reversed(good)}
    return sorted(distinct.values(), key=_order)[:limit]


def similarity(one: str, other: str) -> float:
    """Share of the words of both sentences that stand in both in the same order, from 0 to 1.

    >>> round(similarity("Le port reste fermé.", "Le port restera fermé demain."), 2)
    0.67
    """
    return _matcher(_words(one), _words(other)).ratio()


def _order(match: Suggestion) -> tuple[float, bool, str]:
    return -match.similarity, match.row.verdict is None, match.row.id


def _match(sought: _Words, row: MemoryRow) -> Suggestion:
    sides = [(row.left, row.right), (row.right, row.left)]
    compared = [(_matcher(sought, _words(text)), text, facing) for text, facing in sides]
    matcher, text, facing = max(compared, key=lambda side: side[0].ratio())
    return Suggestion(matcher.ratio(), "".join(_marked(text, matcher)), text, facing, row)


def _marked(text: str, matcher: "difflib.SequenceMatcher[str]") -> Iterator[str]:
    """The text with marks around the words that the sentence lacks."""
    places, end = _words(text).places, 0
    for operation, _, _, start, stop in matcher.get_opcodes():
        if operation in {"insert", "replace"}:
            yield from (text[end : places[start][0]], OPEN, text[places[start][0] : places[stop - 1][1]], CLOSE)
            end = places[stop - 1][1]
    yield text[end:]


def _matcher(sought: _Words, words: _Words) -> "difflib.SequenceMatcher[str]":
    return difflib.SequenceMatcher(None, sought.folded, words.folded, autojunk=False)


def _words(text: str) -> _Words:
    words = list(_WORD.finditer(text))
    return _Words(tuple(word.group().casefold() for word in words), tuple(word.span() for word in words))


def _expression(sentence: str) -> str:
    """The rarest words, any of them, as FTS5 asks for them."""
    words: Sequence[str] = sorted(dict.fromkeys(_words(sentence).folded), key=lambda word: (-len(word), word))
    return " OR ".join(f'"{word}"' for word in words[:LOOKED_UP])
