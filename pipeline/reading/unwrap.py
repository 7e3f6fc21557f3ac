"""Lines broken to fit a page or a screen become paragraphs again, and nothing else is joined.

Each run of lines is decided by itself: it is wrapped where its lines, or those of the whole text, go on below in the
middle of sentences once they are full. Titles, lists, verse and columns of links stay, and so does text that has one
paragraph a line, or one sentence a line.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from pipeline.language.knowledge import words_of_all
from pipeline.reading.paragraphs import PrintedLine, is_full, is_open, paragraphs

NARROWEST, WIDEST = 34, 130  # characters; outside, a line is no line of wrapped prose
FILL = 0.86  # proportional type and typists do not fill lines exactly
EM = 2.0  # characters of one width
OPEN = 0.4  # share of the full lines of a wrapped text that end in the middle of a sentence
_HYPHEN = re.compile(r"(\w+)[-\u2010]$")
_LABEL = re.compile(r"[-–—•*·]|\(?(?:\d{1,3}|[a-zA-Z])[.)]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def unwrap(text: str) -> tuple[str, int]:
    """``text`` with the lines of each wrapped paragraph joined, and how many line ends were taken out.

    >>> unwrap("One line.\\n\\nAnother.")
    ('One line.\\n\\nAnother.', 0)
    """
    runs = [(full, list(lines)) for full, lines in groupby(text.split("\n"), key=lambda line: bool(line.strip()))]
    columns = [_column(lines) if full and _may_be_wrapped(lines) else [] for full, lines in runs]
    width = _width(columns)
    general = _is_wrapped(columns, width)
    words = find_words([text]) if any(columns) else frozenset()
    joined: list[str] = []
    for (_, lines), column in zip(runs, columns, strict=True):
        local_width = _width([column])
        local = width if general else local_width if _is_wrapped([column], local_width) else 0.0
        joined += _rebuilt(column, local, words) if column and local else lines
    return "\n".join(joined), sum(len(lines) for _, lines in runs) - len(joined)


def find_words(texts: Iterable[str]) -> frozenset[str]:
    """The words of some texts without case, by which ``join`` knows what a hyphen at a line end divides."""
    return frozenset(word for text in texts for word in _WORD.findall(text.casefold()))


def join(lines: Sequence[str], words: frozenset[str]) -> str:
    """The lines of one paragraph as one; ``words`` are those of the whole text."""
    if len(lines) == 1:
        return lines[0]
    stripped = [line.strip() for line in lines]
    joints = [_joint(left, right, words) for left, right in pairwise(stripped)]
    return re.sub(r" {2,}", " ", "".join(joints) + stripped[-1])  # justified type has double spaces


def _may_be_wrapped(lines: Sequence[str]) -> bool:
    return len(lines) > 1 and max(map(len, lines)) <= WIDEST


def _column(lines: Sequence[str]) -> list[PrintedLine]:
    """Lines of characters that are all as wide, one below the other."""
    return list(_measured(lines))


def _measured(lines: Sequence[str]) -> Iterator[PrintedLine]:
    for number, line in enumerate(lines):
        words = line.split(maxsplit=1)
        left, right = len(line) - len(line.lstrip()), len(line.rstrip())
        inner = right - len(words[1].rstrip()) if len(words) > 1 and _LABEL.fullmatch(words[0]) else left
        yield PrintedLine(line, left, right, -EM * number, EM, len(words[0]) + EM / 4, inner)


def _width(columns: Iterable[Sequence[PrintedLine]]) -> float:
    """The width that lines were broken at: nearly the longest line that has another one below it."""
    lengths = sorted(line.right for column in columns for line in column[:-1])
    return lengths[math.ceil(0.97 * len(lengths)) - 1] if lengths else 0


def _is_wrapped(columns: Iterable[Sequence[PrintedLine]], width: float) -> bool:
    """Whether lines that are full at a width go on below, two of them at least and as often as in wrapped prose."""
    if not NARROWEST <= width <= WIDEST:
        return False
    pairs = [pair for column in columns for pair in pairwise(column) if is_full(*pair, FILL * width)]
    going_on = sum(is_open(above, below) for above, below in pairs)
    return going_on >= 2 and going_on >= OPEN * len(pairs)


def _rebuilt(column: Sequence[PrintedLine], width: float, words: frozenset[str]) -> Iterator[str]:
    for paragraph in paragraphs(column, width, (1 - FILL) * width):
        yield join([line.text for line in paragraph], words)


def _joint(left: str, right: str, words: frozenset[str]) -> str:
    """A line as it stands before the next: a hyphen put in for the line end goes, one that is spelt stays.

    >>> _joint("une expli-", "cation", frozenset()), _joint("va-t-", "il", frozenset())
    ('une expli', 'va-t-')
    """
    ending = _HYPHEN.search(left)
    following = _WORD.match(right)
    if ending is None or following is None:
        return left + " "
    first, second = ending[1].casefold(), following[0].casefold()
    return left if _is_spelt(first, second, right, words) else left[:-1]


def _is_spelt(first: str, second: str, right: str, words: frozenset[str]) -> bool:
    """Whether the hyphen between two halves of a word belongs to it: the rest of the text is asked first."""
    if first + second in words:
        return False
    if f"{first}-{second}" in words or not right[0].islower() or not first.isalpha():
        return True
    if first.endswith("ez") and second in words_of_all("hyphens", "objects"):
        return True
    if first in words_of_all("hyphens", "first") or len(first) == 1:
        return True
    return second.partition("-")[0] in words_of_all("hyphens", "second")
