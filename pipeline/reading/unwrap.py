"""Lines broken to fit a page or a screen become paragraphs again, and nothing else is joined.

A line was broken for width when the next word would not have fitted on it: that is tested at every line end, against
the width that the text's own lines show. Titles, lists, verse, dialogue and columns of links fail the test; text that
has one paragraph a line, or one sentence a line, never reaches it.
"""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

NARROWEST, WIDEST = 34, 130  # characters; outside, a line is no line of wrapped prose
LONG_RUN = 15  # lines: paragraphs are hardly longer, so this text has no blank lines between them
FILL = 0.86  # proportional type and typists do not fill lines exactly
ENDS_SENTENCE = re.compile(r"[.!?…:;][»”\"’')\]\s]*$")
STARTS_ANEW = re.compile(
    r"\s*(?:[-–—•◦▪●■*·+>|]\s|[—–]|[•●■▪]|\(?\d{1,3}[.)°]\s|\(?[a-zA-Z][.)]\s|[*#=_~.\-–—\s]{3,}$|#{1,6}\s|https?://\S+$)"
)
PARENTHETIC = re.compile(r"\s*[–—] ?[a-zà-ÿ]")  # a dash in the middle of a sentence
_HYPHEN = re.compile(r"(\w+)[-\u2010]$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# second halves that are words by themselves after a hyphen
KEEPS_HYPHEN = frozenset(
    (
        "je",
        "tu",
        "il",
        "elle",
        "on",
        "nous",
        "vous",
        "ils",
        "elles",
        "ce",
        "ci",
        "là",
        "moi",
        "toi",
        "en",
        "t",
        "même",
        "mêmes",
        "être",
    )
)
# first halves that compounds are spelt with
TAKES_HYPHEN = frozenset(
    (
        "peut",
        "vice",
        "ex",
        "non",
        "mi",
        "demi",
        "semi",
        "sous",
        "quasi",
        "celui",
        "celle",
        "ceux",
        "celles",
        "lui",
        "elle",
        "eux",
        "moi",
        "toi",
        "soi",
        "nous",
        "vous",
        "self",
        "well",
        "quelques",
        "dit",
        "fait",
        "est",
        "grand",
        "grande",
        "porte",
        "après",
        "avant",
        "nord",
        "sud",
        "contre",
        "anti",
        "pro",
        "quatre",
        "vingt",
        "soixante",
    )
)


def unwrap(text: str) -> tuple[str, int]:
    """``text`` with the lines of each wrapped paragraph joined, and how many line ends were taken out.

    >>> unwrap("One line.\\n\\nAnother.")
    ('One line.\\n\\nAnother.', 0)
    """
    runs = [list(run) for full, run in groupby(text.split("\n"), key=lambda line: bool(line.strip())) if full]
    wrapped = [run for run in runs if _may_be_prose(run)]
    width = _width(wrapped)
    if not _is_wrapped(wrapped, width):
        return text, 0
    words = frozenset(_WORD.findall(text.casefold()))
    return _rebuilt(text, width, words)


def _may_be_prose(run: Sequence[str]) -> bool:
    """At least two lines, none very long, and enough that begin with a small letter, as verse and lists do not."""
    if len(run) < 2 or max(map(len, run)) > WIDEST:
        return False
    following = [line.lstrip(" \t«“\"'(") for line in run[1:]]
    return sum(line[:1].islower() for line in following) >= len(following) / 3 or len(run) == 2


def _width(runs: Sequence[Sequence[str]]) -> int:
    """The width that lines were broken at: nearly the longest line that has another one below it."""
    lengths = sorted(len(line) for run in runs for line in run[:-1])
    return lengths[math.ceil(0.97 * len(lengths)) - 1] if lengths else 0


def _is_wrapped(runs: Sequence[Sequence[str]], width: int) -> bool:
    """Most line ends of the text are where a width would put them, and are not the ends of sentences."""
    breaks = [pair for run in runs for pair in pairwise(run) if not STARTS_ANEW.match(pair[1])]
    if len(breaks) < 2 or not NARROWEST <= width <= WIDEST:
        return False
    full = sum(_is_full(above, below, FILL * width) for above, below in breaks)
    ended = sum(bool(ENDS_SENTENCE.search(above)) for above, _ in breaks)
    return full >= 0.6 * len(breaks) and ended <= 0.5 * len(breaks)


def _is_full(above: str, below: str, width: float) -> bool:
    """Whether the first word of ``below`` would not have fitted on the line ``above``."""
    first = below.split(maxsplit=1)[0] if below.strip() else ""
    return len(above.rstrip()) + 1 + len(first) > width


def _rebuilt(text: str, width: int, words: frozenset[str]) -> tuple[str, int]:
    out: list[str] = []
    joined = 0
    for full, run in groupby(text.split("\n"), key=lambda line: bool(line.strip())):
        lines = list(run)
        paragraphs = list(_paragraphs(lines, width)) if full and _joinable(lines, width) else [[line] for line in lines]
        out.extend(_join(paragraph, words) for paragraph in paragraphs)
        joined += len(lines) - len(paragraphs)
    return "\n".join(out), joined


def _joinable(run: Sequence[str], width: int) -> bool:
    """Whether a run of lines is wrapped at ``width``: verse, addresses and lists fill few of their lines."""
    full = sum(_is_full(above, below, FILL * width) for above, below in pairwise(run))
    return _may_be_prose(run) and full * 2 >= len(run) - 1


def _paragraphs(run: Sequence[str], width: int) -> Iterator[list[str]]:
    """Cut a run after its short lines; a long run also where a sentence ends on a line not quite full."""
    paragraph = [run[0]]
    unmarked = len(run) > LONG_RUN and not any(line.startswith((" ", "\t")) for line in run)
    for above, below in pairwise(run):
        doubtful = unmarked and ENDS_SENTENCE.search(above) and not below.lstrip()[:1].islower()
        if _is_full(above, below, width if doubtful else FILL * width) and not _begins(paragraph, above, below):
            paragraph.append(below)
        else:
            yield paragraph
            paragraph = [below]
    yield paragraph


def _begins(paragraph: Sequence[str], above: str, below: str) -> bool:
    """Whether ``below`` starts a paragraph: by its mark, or by being indented more than the line above it."""
    deeper = len(below) - len(below.lstrip()) > len(above) - len(above.lstrip())
    in_list = STARTS_ANEW.match(paragraph[0]) and len(paragraph) == 1
    aside = PARENTHETIC.match(below) and not ENDS_SENTENCE.search(above)
    return bool(STARTS_ANEW.match(below) and not aside) or (deeper and not in_list)


def _join(lines: Sequence[str], words: frozenset[str]) -> str:
    if len(lines) == 1:
        return lines[0]
    stripped = [line.strip() for line in lines]
    joints = [_joint(left, right, words) for left, right in pairwise(stripped)]
    return re.sub(r" {2,}", " ", "".join(joints) + stripped[-1])  # justified type has double spaces


def _joint(left: str, right: str, words: frozenset[str]) -> str:
    """A line as it stands before the next: a hyphen put in for the line end goes, one that is spelt stays.

    >>> _joint("une expli-", "cation", frozenset()), _joint("va-t-", "il", frozenset())
    ('une expli', 'va-t-')
    """
    found = _HYPHEN.search(left)
    following = _WORD.match(right)
    if found is None or following is None:
        return left + " "
    first, second = found[1].casefold(), following[0].casefold()
    return left if _is_spelt(first, second, right, words) else left[:-1]


def _is_spelt(first: str, second: str, right: str, words: frozenset[str]) -> bool:
    """Whether the hyphen between two halves of a word belongs to it: the rest of the text is asked first."""
    if first + second in words:
        return False
    if f"{first}-{second}" in words or not right[0].islower() or not first.isalpha():
        return True
    return second.partition("-")[0] in KEEPS_HYPHEN or first in TAKES_HYPHEN or len(first) == 1
