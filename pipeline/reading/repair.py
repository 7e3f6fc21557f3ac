"""Text repair: one defect, one small function, in one ordered table; every repair done becomes a finding.

Nothing here touches what a person wrote: quotation marks keep their form, non-breaking spaces (French typography) stay.
After repair each line that is not empty is one block of the text, and the text is in NFC.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from pipeline.reading.unwrap import unwrap

CODES: Mapping[str, str] = {
    "W101": "encoding guessed",
    "W102": "mojibake repaired (lines)",
    "W103": "put into Unicode normal form C (lines)",
    "W104": "invisible and control characters removed (characters)",
    "W105": "line ends unified (line ends)",
    "W106": "lines of wrapped paragraphs joined (line ends)",
    "W107": "bytes that stand for no character replaced by U+FFFD (places)",
    "W108": "HTML character references resolved (references)",
    "W109": "ligatures of print spelt out (characters)",
    "W110": "blank lines and spaces at line ends dropped (lines)",
    "W111": "the file already had U+FFFD, characters lost before (places)",
}
CHUNK = 100_000  # characters that ftfy is given at a time

_ENDS = re.compile(r"\r\n|[\r\v\f\u2028\u2029]")
_INVISIBLE = re.compile(
    "\u00ad\n?|[\x00-\x08\x0e-\x1f\x7f-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_REFERENCE = re.compile(
    r"&(?:#(?:8\d{3}|1[6-9]\d|2[0-5]\d|39|3[48])|[aeiouyAEIOUY](?:acute|grave|circ|uml)|[cC]cedil|(?:ae|oe|AE|OE)lig|nbsp|amp|quot"
    r"|apos|[lr][sd]quo|[lr]aquo|hellip|[nm]dash|euro|deg|middot|bull|copy|reg|trade|shy);"
)
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_LIGATURE = re.compile("[ﬀ-ﬆ]")
_WORD = re.compile(r"\S+")
_SURROGATE = re.compile("[\ud800-\udfff]")

Step = Callable[[str], tuple[str, int]]


class Repaired(NamedTuple):
    """A text fit for the pipeline, and the repairs that made it so: (code, how many)."""

    text: str
    repairs: tuple[tuple[str, str], ...]


def repair(text: str, wrapped: bool = True) -> Repaired:
    """``text`` repaired by the steps of the table. ``wrapped``: its line ends may stand inside paragraphs.

    The result is in NFC, has no line end but ``\\n``, no invisible or control character but tabs, no spaces at either
    end of a line and at most one empty line in a row.
    """
    repairs: list[tuple[str, str]] = []
    for code, step in STEPS:
        if code == "W106" and not wrapped:
            continue
        text, count = step(text)
        if count:
            repairs.append((code, str(count)))
    return Repaired(text, tuple(repairs))


def surrogates(text: str) -> tuple[str, int]:
    """Halves of surrogate pairs, which are no characters, become U+FFFD."""
    return _SURROGATE.subn("\ufffd", text)


def line_ends(text: str) -> tuple[str, int]:
    r"""Every kind of line end becomes ``\n``.

    >>> line_ends("a\r\nb\rc\n")
    ('a\nb\nc\n', 2)
    """
    return _ENDS.subn("\n", text)


def mojibake(text: str) -> tuple[str, int]:
    """UTF-8 that was read as something else, line by line: only what ftfy finds implausible, and no quotes uncurled.

    >>> mojibake("l’été, c'est d\u00c3\u00a9j\u00c3\u00a0 l\u00c3\u00a0")
    ("l’été, c'est déjà là", 1)
    """
    lines = text.split("\n")
    fixed = [line if line.isascii() else "".join(map(_decoded, _chunks(line))) for line in lines]
    return "\n".join(fixed), sum(a != b for a, b in zip(lines, fixed, strict=True))


def _decoded(chunk: str) -> str:
    """One level of mojibake at a time, while the text looks broken and each step makes it less so.

    What still looks broken is a word that the rest of the line spoke against; it is looked at alone.

    >>> _decoded("L\u2019\u00c3\u00a9t\u00c3\u00a9, le c\u00c5\u201cur")
    'L’été, le cœur'
    """
    import ftfy  # as long to load as all that reads files
    from ftfy.badness import is_bad

    if not is_bad(chunk):
        return chunk
    fixed = ftfy.fix_encoding(chunk)
    return _WORD.sub(lambda word: ftfy.fix_encoding(word[0]), fixed) if is_bad(fixed) else fixed


def _chunks(line: str) -> Iterator[str]:
    """Pieces of at most CHUNK characters, cut after spaces where there are any."""
    while len(line) > CHUNK:
        cut = line.rfind(" ", CHUNK // 2, CHUNK) + 1 or CHUNK
        yield line[:cut]
        line = line[cut:]
    yield line


def references(text: str) -> tuple[str, int]:
    """HTML references for letters and punctuation, left by a careless export; never for ``<`` and ``>``.

    >>> references("l&rsquo;&eacute;t&eacute; &lt;b&gt;")
    ('l’été &lt;b&gt;', 3)
    """
    return _REFERENCE.subn(lambda match: html.unescape(match[0]), text)


def invisible(text: str) -> tuple[str, int]:
    """Soft hyphens (with the line end they stand at), zero-width, directional and control characters go.

    >>> invisible("co\u00adop\u200b\ufeff")
    ('coop', 3)
    """
    return _INVISIBLE.subn("", text)


def ligatures(text: str) -> tuple[str, int]:
    """Letters that print joins.

    >>> ligatures("ﬁn")
    ('fin', 1)
    """
    return _LIGATURE.subn(lambda match: _LIGATURES[match[0]], text)


def normal_form(text: str) -> tuple[str, int]:
    """Unicode normal form C: an accent and its letter are one character."""
    if unicodedata.is_normalized("NFC", text):
        return text, 0
    before = text.split("\n")
    after = [unicodedata.normalize("NFC", line) for line in before]
    return "\n".join(after), sum(a != b for a, b in zip(before, after, strict=True))


def blanks(text: str) -> tuple[str, int]:
    r"""No spaces around lines, no more than one empty line in a row, none at either end.

    >>> blanks(" a \n\n\n b")
    ('a\n\nb', 3)
    """
    before = text.split("\n") if text else []
    lines = [line.strip() for line in before]
    filled = [line for index, line in enumerate(lines) if line or (index and lines[index - 1])]
    while filled and not filled[-1]:
        filled.pop()
    filled = filled[1:] if filled and not filled[0] else filled
    ending = text.endswith("\n")
    changed = sum(a != b for a, b in zip(before, lines, strict=True))
    return "\n".join(filled), changed + len(lines) - len(filled) - ending


STEPS: tuple[tuple[str, Step], ...] = (
    ("W107", surrogates),
    ("W105", line_ends),
    ("W102", mojibake),
    ("W108", references),
    ("W104", invisible),
    ("W109", ligatures),
    ("W103", normal_form),
    ("W106", unwrap),
    ("W110", blanks),
)
