"""Texts in which what was found stands between two marks, as the index gives them."""

import re
from typing import NamedTuple

OPEN, CLOSE = "\x02", "\x03"
_MARKS = str.maketrans({OPEN: "", CLOSE: ""})


class Line(NamedTuple):
    """A hit cut at the first stretch that was found; ``left`` and ``right`` still hold marks of other stretches."""

    left: str
    keyword: str
    right: str


def line(marked: str, width: int | None = None) -> Line:
    """A text cut at the first stretch that was found; with ``width``, without marks and so many characters a side.

    >>> line("le \\x02chat\\x03 dort")
    Line(left='le ', keyword='chat', right=' dort')
    >>> line("Hier, le \\x02chat\\x03 a dormi au soleil", 8)
    Line(left='ier, le ', keyword='chat', right=' a dormi')
    """
    left, _, tail = marked.partition(OPEN)
    keyword, _, right = tail.partition(CLOSE)
    if width is not None:
        left, right = plain(left)[-width:], plain(right)[:width]
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
