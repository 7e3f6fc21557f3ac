"""A text cut into pieces for a page: its words, numbered, and the numbers and names that the other side lacks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal, TypeAlias

from pipeline.align.words import words
from pipeline.language.counterparts import Unmatched, unmatched
from pipeline.review.linker import WordLink

Mark: TypeAlias = Literal["", "number", "name"]

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: the number of the word it belongs to, and what is missing on the other side."""

    text: str
    word: int | None = None
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A stretch of a corrected text: as it was (``same``), ``gone`` or ``new``."""

    how: Literal["same", "gone", "new"]
    text: str


def differences(left: str, right: str) -> tuple[Unmatched, ...]:
    """Numbers and names without a counterpart; none where a side is empty, for then all of it is missing."""
    return unmatched(left, right) if left and right else ()


def unlinked(missing: Sequence[Unmatched], texts: tuple[str, str], links: Sequence[WordLink]) -> tuple[Unmatched, ...]:
    """What is left of ``missing`` when a word of it that a link leads to the other side counts as its counterpart."""
    spans = {"left": words(texts[0]), "right": words(texts[1])}
    linked = {"left": {link.left for link in links}, "right": {link.right for link in links}}

    def settled(difference: Unmatched) -> bool:
        return any(
            number in linked[difference.side] and start < difference.end and end > difference.start
            for number, (start, end) in enumerate(spans[difference.side])
        )

    return tuple(difference for difference in missing if not settled(difference))


def pieces(text: str, side: Literal["left", "right"], missing: Sequence[Unmatched]) -> tuple[Piece, ...]:
    """The text in pieces; joined, they are the text.

    >>> [(one.text, one.word) for one in pieces("Ah, oui.", "left", ())]
    [('Ah', 0), (', ', None), ('oui', 1), ('.', None)]
    """
    spans = words(text)
    marks = [difference for difference in missing if difference.side == side]
    edges = {
        0,
        len(text),
        *(edge for span in spans for edge in span),
        *(e for mark in marks for e in (mark.start, mark.end)),
    }
    return tuple(_pieces(text, sorted(edges), spans, marks))


def edits(old: str, new: str) -> tuple[TextEdit, ...]:
    """How a text was corrected, word by word (Ratcliff and Obershelp, as in ``difflib``).

    >>> [(one.how, one.text) for one in edits("a red car", "a blue car")]
    [('same', 'a '), ('gone', 'red'), ('new', 'blue'), ('same', ' car')]
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    diff: list[TextEdit] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            diff.append(TextEdit("same", "".join(before[a:b])))
        else:
            diff += [TextEdit("gone", "".join(before[a:b]))] * (b > a)
            diff += [TextEdit("new", "".join(after[c:d]))] * (d > c)
    return tuple(diff)


def _pieces(
    text: str, edges: Sequence[int], spans: Sequence[tuple[int, int]], marks: Sequence[Unmatched]
) -> Iterator[Piece]:
    word = 0
    for start, end in pairwise(edges):
        while word < len(spans) and spans[word][1] <= start:
            word += 1
        inside = word < len(spans) and spans[word][0] <= start
        mark: Mark = next((difference.what for difference in marks if difference.start <= start < difference.end), "")
        yield Piece(text[start:end], word if inside else None, mark)
