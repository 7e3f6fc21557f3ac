"""Quotation marks: which a text has, and those that a translation has lost, put back where their place is plain."""

import re
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

QUOTE = '"'
WITHIN = 0.5  # of a word's attention: what lies on a quotation and its marks, from which the word is likely within it
PLAIN = 0.25  # the least of the attention of any word within that lies on what is quoted, or it may not be translated
_MARK = r"[«»“”„\"]"
_MARKS = re.compile(_MARK)
_LIGHT_MARKS = re.compile(rf"{_MARK}|(?<!\w)[‘'](?=\w)|(?<=[\w.,!?])[’'](?!\w)")
_QUOTED = re.compile(r"«\s*([^«»]+?)\s*»|“\s*([^“”]+?)\s*”|„\s*([^„“”]+?)\s*[“”]|\"\s*([^\"]+?)\s*\"")
_ELIDED = re.compile(r"(?<!\w)((?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu))\"(?=[^\W\d_])", re.IGNORECASE)
_OPENING = re.compile(r"[«„]\s*|(?<!\w)[“\"](?=\w)")
_CLOSING = re.compile(r"\s*»|(?<=[\w.,!?…])[”\"](?!\w)")
_FIRST = re.compile(rf"\W*?{_MARK}")
_LAST = re.compile(rf"{_MARK}\s*[.!?…,;:]?\s*$")
_OPENED = re.compile(rf"(?:{_MARK}|(?<!\w)[‘'])\s*$")
_CLOSED = re.compile(rf"[.!?…,]?\s?{_MARK}(?!\w)|[.!?…,]?[’'](?!\w)")
_SPACED = re.compile(r"\S+")


class Quotation(NamedTuple):
    """A quoted passage of a text: where it starts and ends, without marks; whether a mark opens and closes it."""

    start: int
    end: int
    opened: bool
    closed: bool

    def spans(self, text: str) -> tuple["Span", "Span"]:
        """The passage of ``text`` without its marks, and with them and the spaces between."""
        before, behind = text[: self.start], text[self.end :]
        start = len(before.rstrip()) - 1 if self.opened else self.start
        end = len(text) - len(behind.lstrip()) + 1 if self.closed else self.end
        return Span(self.start, self.end), Span(start, end)


class Span(NamedTuple):
    """A part of a text: the offset of its first character, and of the first behind it."""

    start: int
    end: int


class Attended(NamedTuple):
    """For each word of a translation, how much of its attention lay on a passage, and on the passage with its marks."""

    passage: Sequence[float]
    marked: Sequence[float]


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


def find_quotations(text: str) -> list[Quotation]:
    """The passages between two quotation marks; a mark without another bounds what goes on to that end of the text.

    >>> text = '« Je viens », dit-elle, "demain".'
    >>> [text[quotation.start : quotation.end] for quotation in find_quotations(text)]
    ['Je viens', 'demain']
    """
    text = mend_elisions(text)
    pairs = [Quotation(*match.span(match.lastindex or 0), True, True) for match in _QUOTED.finditer(text)]
    single = _QUOTED.sub(lambda pair: "\0" * len(pair[0]), text)
    opened = [Quotation(match.end(), len(text), True, False) for match in _OPENING.finditer(single)]
    closed = [Quotation(0, match.start(), False, True) for match in _CLOSING.finditer(single)]
    return [quotation for quotation in [*pairs, *opened, *closed] if text[quotation.start : quotation.end].strip()]


def restore_marks(source: str, text: str, attention: Sequence[Attended]) -> str:
    """The translation ``text`` with the quotation marks that it lost, as far as their places are plain.

    ``attention`` belongs to each of ``find_quotations`` of the source. The row of words that attended to a quotation
    gets its marks; so does an end of the text where the source has a mark at that end that nothing closes or opens, as
    where a quotation goes on in another sentence. There are never more marks than the source has.

    >>> restore_marks("Les « barons » partent.", "The barons leave.", [Attended([0, 0.8, 0], [0.1, 0.9, 0.2])])
    'The "barons" leave.'
    >>> restore_marks("« Je pars, dit-il.", "I leave, he says.", [])
    '"I leave, he says.'
    """
    wanted = count_marks(source)
    quotations = zip(find_quotations(source), attention, strict=False)
    steps = [partial(_mark_quotation, quotation=quotation, attended=attended) for quotation, attended in quotations]
    for step in [partial(_mark_start, source), partial(_mark_end, source), *steps]:
        marked = step(text)
        text = marked if count_light_marks(text) < count_light_marks(marked) <= wanted else text
    return text


def _mark_quotation(text: str, quotation: Quotation, attended: Attended) -> str:
    span = _locate(text, attended)
    if span is None:
        return text
    end = span.end + int(quotation.closed and text[span.end : span.end + 1] in {",", "."})  # as English has it, mostly
    before, inside, behind = text[: span.start], text[span.start : end], text[end:]
    more_opened = len(_OPENING.findall(inside)) - len(_CLOSING.findall(inside))
    opened = not quotation.opened or more_opened > 0 or bool(_OPENED.search(before))
    closed = not quotation.closed or more_opened < 0 or bool(_CLOSED.match(behind))
    return f"{before}{'' if opened else QUOTE}{inside}{'' if closed else QUOTE}{behind}"


def _mark_start(source: str, text: str) -> str:
    return f"{QUOTE}{text}" if _FIRST.match(_QUOTED.sub("", source)) and not _FIRST.match(text) else text


def _mark_end(source: str, text: str) -> str:
    last = _LAST.search(_QUOTED.sub("", mend_elisions(source)))
    return f"{text}{QUOTE}" if last and not _LAST.search(text) else text


def _locate(text: str, attended: Attended) -> Span | None:
    """The row of words that attended to a quotation, by the greatest sum of what exceeds ``WITHIN``."""
    words = list(_SPACED.finditer(text))
    row = _greatest_row([share - WITHIN for share in attended.marked])
    if len(words) != len(attended.marked) or max((attended.passage[at] for at in row), default=0.0) < PLAIN:
        return None
    letters = [at for word in row for at in range(*words[word].span()) if text[at].isalnum()]
    return Span(letters[0], letters[-1] + 1) if letters else None


def _greatest_row(gains: Sequence[float]) -> range:
    """The row of places with the greatest sum; empty where no gain is above nothing (Kadane's algorithm)."""
    best, best_sum, begin, total = range(0), 0.0, 0, 0.0
    for at, gain in enumerate(gains):
        begin, total = (begin, total + gain) if total > 0 else (at, gain)
        if total > best_sum:
            best, best_sum = range(begin, at + 1), total
    return best
