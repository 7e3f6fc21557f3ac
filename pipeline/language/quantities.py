"""Numbers in French and English texts, in figures and in words, and which of two texts say the same ones.

A number may be written in either country's format (*10 000*, *10,000*; *3,5*, *3.5*), with a magnitude (*3,2
milliards*, *€45 million*), as a time (*17 h*, *5 p.m.*), as a decade (*années 90*, *1990s*), in Roman numerals before
*siècle* or *century*, or in words (by ``text2num``). What can be read in two ways has two readings: *1.500* is 1500 and
1.5.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple, TypeAlias

from text_to_num import find_numbers  # type: ignore[import-untyped]

from pipeline.language import knowledge
from pipeline.language.cldr import month_names
from pipeline.language.function_words import count_function_words

Span: TypeAlias = tuple[int, int]

SMALL = 10  # a number up to this in words, or an ordinal, may be left out of a translation: it is *soft*
CACHED = 16_384  # texts whose numbers are remembered
DECIMALS = 6
_SPACES = " \u00a0\u202f"
_FIGURES = re.compile(rf"\d{{1,3}}(?:[{_SPACES}'’.,]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_WORD = re.compile(r"[^\W\d_]+|[.,;:!?]")
_NEXT_WORD = re.compile(rf"[{_SPACES}-]?([^\W\d_]+)")
_LETTERS = {"m": 1e6, "k": 1e3, "b": 1e9}  # of a magnitude, or of a unit


class Quantity(NamedTuple):
    """A number at ``text[start:end]`` with its ``readings``; ``soft`` where a translation may well leave it out."""

    start: int
    end: int
    readings: frozenset[float]
    soft: bool


class Month(NamedTuple):
    """A month named beside a number, 1 to 12."""

    start: int
    end: int
    number: int


class QuantityComparison(NamedTuple):
    """How many numbers two texts share, and those of either that the other lacks."""

    shared: int
    left: tuple[Quantity, ...]
    right: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A word, as the parser of numbers in words asks for it."""

    word: str

    def text(self) -> str:
        """The word."""
        return self.word

    def nt_separated(self, previous: "_Spoken") -> bool:
        """Whether something stands between two words: what does is a token of its own."""
        return False

    def not_a_number_part(self) -> bool:
        """Whether the word is surely no number: no."""
        return False


def _languages(text: str) -> tuple[str, ...]:
    """The language that has most function words in a text, or each that has as many."""
    counts = count_function_words(text)
    return tuple(code for code, count in counts.items() if count == max(counts.values()))


def without_label(text: str) -> str:
    """A line without the number or letter of a list at its head: that is a label and no content.

    >>> without_label("3. Cerises"), without_label("3.14 est un nombre"), without_label("2021 fut rude.")
    ('Cerises', '3.14 est un nombre', '2021 fut rude.')
    """
    label = _label().match(text)
    if label is None or re.match(r"\s*\d+\.\d+\.?\s+[a-zà-ÿ]", text):
        return text
    return text[label.end() :]


def label_of(text: str) -> str:
    """The number or letter of a list at the head of a line, bare, or nothing.

    >>> label_of("(b) le délai"), label_of("Article 12 - Objet"), label_of("Le délai")
    ('b', '12', '')
    """
    label = text[: len(text) - len(without_label(text))]
    return next(reversed(re.findall(r"\d+(?:\.\d+)*|(?<![^\W\d_])[a-z](?![^\W\d_])|[ivx]+", label.lower())), "")


@lru_cache(maxsize=CACHED)
def find_quantities(text: str, language: str | None = None) -> tuple[Quantity, ...]:
    """The numbers of a text, in order, without the label at its head; the language is guessed where it is not told."""
    codes = (language,) if language in knowledge.KNOWN else _languages(text)
    start = len(text) - len(without_label(text))
    quantities = [*_in_figures(text, start, codes[0]), *_in_roman(text, start)]
    for code in codes:
        spans = {(quantity.start, quantity.end) for quantity in quantities}
        quantities += [
            quantity for quantity in _in_words(text, start, code) if (quantity.start, quantity.end) not in spans
        ]
    return tuple(sorted(quantities, key=lambda quantity: (quantity.start, quantity.end)))


@lru_cache(maxsize=CACHED)
def find_months(text: str) -> tuple[Month, ...]:
    """The months of a text that stand beside a number."""
    months = (Month(*match.span(1), month_names()[match.group(1).lower()]) for match in _month_pattern().finditer(text))
    return tuple(months)


def compare_quantities(left: Sequence[Quantity], right: Sequence[Quantity]) -> QuantityComparison:
    """Which numbers two texts share. A sum of others, or one that is rounded, is another number."""
    unmatched = list(right)
    alone = []
    for quantity in left:
        partner = next((number for number in unmatched if quantity.readings & number.readings), None)
        if partner is None:
            alone.append(quantity)
        else:
            unmatched.remove(partner)
    return QuantityComparison(len(left) - len(alone), tuple(alone), tuple(unmatched))


def _in_figures(text: str, start: int, language: str) -> Iterator[Quantity]:
    for match in _FIGURES.finditer(text, start):
        first, last = match.span()
        factor, last = _magnitude(text, last, language)
        values = set(_readings(match.group(), language))
        letter = _LETTERS.get(text[last : last + 1].lower()) if not text[last + 1 : last + 2].isalpha() else None
        readings = {round(value * factor, DECIMALS) for value in values}
        readings |= {round(value * letter, DECIMALS) for value in values} if letter else set()
        readings |= _otherwise(text, match.span(), readings)
        yield Quantity(first, last, frozenset(readings), readings <= {0.0, 1.0})


def _readings(figures: str, language: str) -> Iterator[float]:
    """The values that figures may have in the format of a language, and of the other where the marks allow it."""
    plain = re.sub(rf"[{_SPACES}'’]", "", figures)
    decimal = "," if language == "fr" else "."
    if _GROUPED.fullmatch(plain):
        yield float(re.sub(r"[.,]", "", plain))
        if plain.count(",") + plain.count(".") == 1 and plain.replace(",", ".").count(
            decimal if decimal == "." else "."
        ):
            yield float(plain.replace(",", "."))
        return
    marks = [mark for mark in plain if mark in ".,"]
    if len(marks) == 1:
        yield float(plain.replace(",", "."))
    elif not marks:
        yield float(plain)
    elif marks[-1] != marks[0]:
        head, _, tail = plain.rpartition(marks[-1])
        yield float(re.sub(r"[.,]", "", head) + "." + tail)
    else:
        yield from (float(piece) for piece in re.split(r"[.,]", plain) if piece)


def _otherwise(text: str, span: Span, readings: Iterable[float]) -> set[float]:
    """What a number is besides, by the words around it: an hour after noon, a year of a decade."""
    before, after = text[max(0, span[0] - 8) : span[0]].lower(), text[span[1] : span[1] + 9].lower()
    further: set[float] = set()
    for value in readings:
        if value < 12 and re.match(r"(?:[:.]\d\d)?[\s\u00a0]?p\.?m\b", after):
            further.add(value + 12)
        if value < 100 and (_decade().search(before) or re.match(r"['’]?s\b", after)):
            further.add(value + 1900)
    return further


@cache
def _decade() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{knowledge.either(knowledge.words_of_all('numbers', 'decades'))})\b")


def _magnitude(text: str, end: int, language: str) -> tuple[float, int]:
    """The factor that the next word makes of a number, and where it ends."""
    match = _NEXT_WORD.match(text, end)
    if match is None:
        return 1.0, end
    word = match.group(1).lower()
    magnitudes = knowledge.values("numbers", "magnitudes", language)
    factor = magnitudes.get(word) or magnitudes.get(word.removesuffix("s"))
    if word == "m" and text[match.end() :].lstrip(_SPACES).startswith(("€", "$", "£")):
        factor = _LETTERS[word]
    return (1.0, end) if factor is None else (factor, match.end())


def _in_roman(text: str, start: int) -> Iterator[Quantity]:
    digits = {"I": 1, "V": 5, "X": 10}
    for match in _roman().finditer(text, start):
        values = [digits[letter] for letter in match.group()]
        total = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
        yield Quantity(*match.span(), frozenset({float(total)}), False)


def _in_words(text: str, start: int, language: str) -> Iterator[Quantity]:
    tokens = list(_WORD.finditer(text, start))
    words = [match.group().lower() for match in tokens]
    for occurrence in find_numbers([_Spoken(word) for word in words], language, 0.0):
        first, last = tokens[occurrence.start].start(), tokens[occurrence.end - 1].end()
        if occurrence.value <= 1 or _after_figures(text, first) or _percent(text, first, last):
            continue
        factor, last = _magnitude(text, last, language)
        value = round(occurrence.value * factor, DECIMALS)
        yield Quantity(first, last, frozenset({value}), value <= SMALL or occurrence.is_ordinal)
    collectives = knowledge.values("numbers", "collectives", language)
    for match, word in zip(tokens, words, strict=True):
        value = collectives.get(word) or collectives.get(word.removesuffix("s"))
        if value is not None and not _after_figures(text, match.start()):
            yield Quantity(*match.span(), frozenset({float(value)}), True)


def _after_figures(text: str, start: int) -> bool:
    """Whether a word is the magnitude of a number in figures."""
    return re.search(rf"\d[{_SPACES}-]?$", text[max(0, start - 2) : start]) is not None


def _percent(text: str, first: int, last: int) -> bool:
    """Whether a word is the *cent* of *pour cent*."""
    return text[first:last].lower() == "cent" and text[:first].rstrip().lower().endswith("pour")


@cache
def _label() -> re.Pattern[str]:
    """The number or letter of a list at the head of a line, alone or after a word such as *Article*."""
    labels = knowledge.either(knowledge.words_of_all("sentences", "labels"))
    ordinals = knowledge.either(knowledge.words_of_all("numbers", "ordinal_endings"))
    return re.compile(
        rf"\s*(?:\(?(?:\d{{1,3}}|[a-zA-Z]|[ivxIVX]{{1,5}})[.)°]|(?:{labels}|§)\s?\d+(?:{ordinals})?\s?[.:–-]|"
        r"\d{1,2}(?:\.\d{1,2}){1,4}\.?|\[\d{1,3}\]|n[°o]\s?\d+\s?[.:–-])[\s\u00a0]+(?=\S)"
    )


@cache
def _roman() -> re.Pattern[str]:
    """Roman numerals of a century."""
    centuries, ordinals = (
        knowledge.either(knowledge.words_of_all("numbers", name)) for name in ("centuries", "ordinal_endings")
    )
    return re.compile(rf"(?<!\w)(?=[IVX]{{1,5}}(?:{ordinals})?[\s\u00a0](?:{centuries}))[IVX]+")


@cache
def _month_pattern() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, month_names()), key=len, reverse=True))
    ordinals = sorted(knowledge.words_of_all("numbers", "ordinal_endings"))
    after = "|".join(rf"(?<=\d{end})" for end in (" ", "\u00a0", *(f"{ending} " for ending in ordinals)))
    return re.compile(rf"(?:{after}|\b(?=\w+\.? \d))({names})\b", re.IGNORECASE)
