"""Quotation marks: which a text has, and those that a translation has lost, put back where their place is plain."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import partial
from itertools import product
from typing import NamedTuple

from pipeline.language.counterparts import WORD, folded

QUOTE = '"'
ALIKE = 0.7  # the least share of words that a quoted passage has in common with what is taken for it
_MARK = r"[«»“”„\"]"
_MARKS = re.compile(_MARK)
_LIGHT_MARKS = re.compile(rf"{_MARK}|(?<!\w)[‘'](?=\w)|(?<=[\w.,!?])[’'](?!\w)")
_QUOTED = re.compile(r"«\s*([^«»]+?)\s*»|“\s*([^“”]+?)\s*”|„\s*([^„“”]+?)\s*[“”]|\"\s*([^\"]+?)\s*\"")
_ELIDED = re.compile(r"(?<!\w)((?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu))\"(?=[^\W\d_])", re.IGNORECASE)
_FIRST = re.compile(rf"\W*?{_MARK}")
_LAST = re.compile(rf"{_MARK}\s*([.!?…,;:]?)\s*$")
_OPENED = re.compile(rf"(?:{_MARK}|(?<!\w)[‘'])\s*$")
_CLOSED = re.compile(rf"[.!?…,]?(?:{_MARK}|[’'](?!\w))")
_STOP = re.compile(r"\s*[.!?…]?\s*$")


class Span(NamedTuple):
    """A part of a text: the offset of its first character, and of the first behind it."""

    start: int
    end: int


def mend_elisions(text: str) -> str:
    """The text with an apostrophe where a quotation mark stands for it.

    >>> mend_elisions('Il vient d"être élu "maire".')
    'Il vient d\\'être élu "maire".'
    """
    return _ELIDED.sub(r"\1'", text)


def count_marks(text: str) -> int:
    """How many quotation marks a French text has that a translation must keep."""
    return len(_MARKS.findall(mend_elisions(text)))


def count_light_marks(text: str) -> int:
    """How many quotation marks a translation has, single ones among them."""
    return len(_LIGHT_MARKS.findall(text))


def find_quoted(text: str) -> list[str]:
    """What stands between quotation marks, without them.

    >>> find_quoted('« Je viens », dit-elle, "demain".')
    ['Je viens', 'demain']
    """
    return ["".join(groups) for groups in _QUOTED.findall(mend_elisions(text))]


def restore_marks(source: str, text: str, rendered: Sequence[str]) -> str:
    """The translation ``text`` with the quotation marks that it lost, as far as their places are plain.

    ``rendered`` are translations of what is quoted in ``source``. One that stands in the text, word for word or nearly
    so, gets its marks; so does an end of the text where the source has a mark at that end that nothing closes or opens,
    as where a quotation goes on in another sentence. There are never more marks than the source has.

    >>> restore_marks("Les « barons » partent.", "The barons leave.", ["barons"])
    'The "barons" leave.'
    >>> restore_marks("« Je pars, dit-il.", "I leave, he says.", [])
    '"I leave, he says.'
    """
    wanted = count_marks(source)
    steps = [partial(_mark_passage, passage=passage) for passage in rendered]
    for step in [*steps, partial(_mark_start, source), partial(_mark_end, source)]:
        marked = step(text)
        text = marked if count_light_marks(text) < count_light_marks(marked) <= wanted else text
    return text


def _mark_passage(text: str, passage: str) -> str:
    span = _locate(passage, text)
    if span is None:
        return text
    before, inside, behind = text[: span.start], text[span.start : span.end], text[span.end :]
    opened, closed = bool(_OPENED.search(before)), bool(_CLOSED.match(behind))
    return f"{before}{'' if opened else QUOTE}{inside}{'' if closed else QUOTE}{behind}"


def _mark_start(source: str, text: str) -> str:
    return f"{QUOTE}{text}" if _FIRST.match(_QUOTED.sub("", source)) and not _FIRST.match(text) else text


def _mark_end(source: str, text: str) -> str:
    """With a mark at the end, on the side of the full stop on which the source has it."""
    last = _LAST.search(_QUOTED.sub("", mend_elisions(source)))
    if not last or _LAST.search(text):
        return text
    stop = _STOP.search(text) if last[1] else None
    return f"{text[: stop.start()]}{QUOTE}{stop[0].strip()}" if stop else f"{text}{QUOTE}"


def _locate(passage: str, text: str) -> Span | None:
    """Where the words of the passage stand in the text; nowhere, where several places are as like it."""
    wanted = [folded(word) for word in WORD.findall(passage)]
    places = list(WORD.finditer(text))
    words = [folded(place[0]) for place in places]
    likes = sorted(_likenesses(wanted, words), reverse=True)
    if not likes or (len(likes) > 1 and likes[0][0] == likes[1][0]):
        return None
    _, first, last = likes[0]
    return Span(places[first].start(), places[last].end())


def _likenesses(wanted: Sequence[str], words: Sequence[str]) -> Iterator[tuple[float, int, int]]:
    """How like each row of words is that has the first and the last word wanted, and those two places."""
    if not wanted:
        return
    starts = [at for at, word in enumerate(words) if word == wanted[0]]
    ends = [at for at, word in enumerate(words) if word == wanted[-1]]
    for first, last in product(starts, ends):
        if first <= last <= first + 2 * len(wanted):
            ratio = SequenceMatcher(None, wanted, words[first : last + 1], autojunk=False).ratio()
            if ratio >= ALIKE:
                yield ratio, first, last
