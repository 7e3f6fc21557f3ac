"""Number and entity mismatches: what one of two facing texts says and the other does not.

One measure for whatever faces each other: beads, passages, machine translations, imported pairs. Numbers are compared
by value (``quantities``), places by what they are (``places``), other names by how they are written; and a negation
that one side lacks is seen. For French and English; in other languages a name is found where it is written alike.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeAlias

from pipeline.language import cldr, knowledge
from pipeline.language.places import PlaceName, find_place_names, peoples
from pipeline.language.quantities import Quantity, compare_quantities, find_months, find_quantities
from pipeline.language.spelling import unaccented
from pipeline.records import UNKNOWN, digest

Span: TypeAlias = tuple[int, int]

WORD = re.compile(r"[^\W\d_]+")
NAME = re.compile(r"(?:(?<=[^\W_][ ’'-])|(?<=\w, ))(?![IVXLCDM]+(?:er|e|ème)?\b)[A-ZÀ-ÝŒ]\w{2,}")
CACHED = 65_536  # words whose forms are remembered
TITLES = 0.75  # part of the longer words with a capital from which a text is a headline in capitals
CODES: Mapping[str, str] = {
    "W701": "the two sides say different numbers",
    "W702": "a number of one side is missing on the other",
    "W703": "the two sides name different places",
    "W704": "one side has a negation, the other none",
    "W705": "a side is in another language than its file says",
    "W706": "nearly the same pair as an earlier one",
    "W707": "the two sides stood the other way round in their file",
}


class Unmatched(NamedTuple):
    """A number or a name that the other text lacks: ``text[start:end]`` of that side."""

    side: Literal["left", "right"]
    start: int
    end: int
    what: Literal["number", "name"]


class NamedFacts(NamedTuple):
    """What a text names that can be compared: its numbers, months (1 to 12) and places."""

    text: str
    numbers: tuple[Quantity, ...]
    months: frozenset[int]
    places: tuple[PlaceName, ...]


class FactAgreement(NamedTuple):
    """How far two texts agree in what can be compared: counts of numbers and places.

    ``conflicts`` counts the numbers, months and places that stand against others; ``shared`` those on both sides.
    """

    shared: int
    conflicts: int


def unmatched(left: str, right: str, linked: Collection[tuple[Span, Span]] = ()) -> tuple[Unmatched, ...]:
    """Numbers and names of either text without a counterpart in the other, in the order of the texts, left first.

    ``linked`` are (left, right) words known to translate each other (the first two fields of word links): what is
    linked is not missing. First words of sentences are never taken for names, nor are those of a headline in capitals;
    small numbers in words may well be left out, and are not missing either.

    >>> unmatched("Le maire, Paul Rivon, a 41 ans.", "The mayor, Paul Rivon, is 42.")
    (Unmatched(side='left', start=24, end=26, what='number'), Unmatched(side='right', start=26, end=28, what='number'))
    """
    numbers = compare_quantities(find_quantities(left), find_quantities(right))
    known_left, known_right = {spans[0] for spans in linked}, {spans[1] for spans in linked}
    return (
        *_missing("left", numbers.left, _names_without(left, right), known_left),
        *_missing("right", numbers.right, _names_without(right, left), known_right),
    )


def check_pair(left: str, right: str, languages: Collection[str] = ()) -> tuple[tuple[str, str], ...]:
    """``(code, value)`` for each of CODES that two facing texts deserve; ``value`` is what was seen on either side.

    Where one of their ``languages`` is another than French or English, only numbers in figures are compared.

    >>> check_pair("Le pont coûtera 300 000 euros.", "The bridge will cost 45 million euros.")
    (('W701', '300 000 ≠ 45 million'),)
    """
    if any(code.partition("-")[0] not in {*knowledge.KNOWN, UNKNOWN} for code in languages):
        return tuple(_check_figures(left, right))
    findings = [
        *_check_numbers(left, right),
        *_check_places(left, right),
        *_check_negation(left, right),
    ]
    return tuple(findings)


def pair_key(left: str, right: str) -> int | None:
    """The same for pairs that differ in case, accents, punctuation and figures alone; None where there is no word.

    Near-duplicates as Bifixer tells them (Ramírez-Sánchez and others 2020). A number, because millions are remembered.
    """
    words = "\t".join(" ".join(folded(word) for word in WORD.findall(text)) for text in (left, right))
    return int(digest(words), 16) if words.strip() else None


def find_facts(text: str) -> NamedFacts:
    """The numbers, months and places of a text."""
    months = frozenset(month.number for month in find_months(text))
    return NamedFacts(text, find_quantities(text), months, find_place_names(text))


def measure_agreement(left: str, right: str) -> FactAgreement:
    """How far two texts agree in their numbers, months and places."""
    return compare_facts(find_facts(left), find_facts(right))


def compare_facts(left: NamedFacts, right: NamedFacts) -> FactAgreement:
    """``measure_agreement`` of texts whose facts are known."""
    numbers = compare_quantities(left.numbers, right.numbers)
    conflicts = min(len(_not_repeated(numbers.left, right.numbers)), len(_not_repeated(numbers.right, left.numbers)))
    unnamed = _places_alone(left, right), _places_alone(right, left)
    shared_places = len(left.places) - len(unnamed[0])
    common = left.months & right.months
    conflicts += min(map(len, unnamed)) + bool(left.months and right.months and not common)
    return FactAgreement(numbers.shared + shared_places + len(common), conflicts)


def find_lost_negation(french: str, english: str) -> str:
    """The negation of a French text whose English counterpart has nothing of the kind, or nothing."""
    negation = _negation().search(french)
    return "" if negation is None or _signs_of_negation("en").search(english) else negation.group()


@cache
def english_capitals() -> frozenset[str]:
    """Months and days of the week, folded: English alone writes them with a capital."""
    return frozenset(map(str.lower, (*cldr.months("en"), *cldr.weekdays("en"))))


@lru_cache(maxsize=CACHED)
def folded(word: str) -> str:
    """A word in small letters without accents."""
    return unaccented(word.casefold())


def any_like(name: str, words: Iterable[str]) -> bool:
    """Whether one of the folded ``words`` could be the folded French ``name``."""
    entities = _entities_of(name)
    return any(_alike(name, word) or not entities.isdisjoint(_entities_of(word)) for word in words)


@lru_cache(maxsize=CACHED)
def _entities_of(name: str) -> frozenset[str]:
    named = find_place_names(name.capitalize())
    return named[0].entities if named else frozenset()


def _missing(
    side: Literal["left", "right"], numbers: Iterable[Quantity], names: Iterable[Span], linked: set[Span]
) -> Iterator[Unmatched]:
    spans: list[tuple[int, int, Literal["number", "name"]]] = [
        (quantity.start, quantity.end, "number") for quantity in numbers if not quantity.soft
    ]
    spans += [(start, end, "name") for start, end in names]
    for start, end, kind in sorted(spans):
        if not any(start < last and first < end for first, last in linked):
            yield Unmatched(side, start, end, kind)


def _check_numbers(left: str, right: str) -> Iterator[tuple[str, str]]:
    ours, theirs = find_quantities(left), find_quantities(right)
    numbers = compare_quantities(ours, theirs)
    alone = _not_repeated(numbers.left, theirs), _not_repeated(numbers.right, ours)
    firm = [[quantity for quantity in side if not quantity.soft] for side in alone]
    listed = [_listed(text, side) for text, side in zip((left, right), alone, strict=True)]
    if all(alone) and any(firm):
        yield "W701", f"{listed[0]} ≠ {listed[1]}"
    elif any(firm):
        yield "W702", _listed(left, firm[0]) or _listed(right, firm[1])


def _check_figures(left: str, right: str) -> Iterator[tuple[str, str]]:
    """Numbers in figures of which either side has some that the other lacks: one alone may be written out there."""
    ours, theirs = (
        [number for number in find_quantities(text) if text[number.start].isdigit()] for text in (left, right)
    )
    numbers = compare_quantities(ours, theirs)
    if numbers.left and numbers.right:
        yield "W701", f"{_listed(left, numbers.left)} ≠ {_listed(right, numbers.right)}"


def _check_places(left: str, right: str) -> Iterator[tuple[str, str]]:
    facts = find_facts(left), find_facts(right)
    alone = _places_alone(*facts), _places_alone(*facts[::-1])
    if all(alone):
        ours, theirs = (
            ", ".join(text[start:end] for start, end in side) for text, side in zip((left, right), alone, strict=True)
        )
        yield "W703", f"{ours} ≠ {theirs}"


def _check_negation(left: str, right: str) -> Iterator[tuple[str, str]]:
    if lost := find_lost_negation(left, right):
        yield "W704", lost
    elif (denial := _denial().search(right)) and not any(
        _signs_of_negation(language).search(left) for language in knowledge.KNOWN
    ):
        yield "W704", denial.group()


@cache
def _negation() -> re.Pattern[str]:
    """A French negation: *ne*, some words and its second half, or the other way round."""
    after, before = (knowledge.either(knowledge.words("negation", name, "fr")) for name in ("after_ne", "before_ne"))
    return re.compile(
        rf"\bn(?:e\s+|['’])(?:[\w’'-]+\s+){{1,5}}?(?:{after})\b(?!\s+(?:que|qu['’]))"
        rf"|\b(?:{before})\s+(?:[\w’-]+\s+){{0,3}}?n(?:e\b|['’])",
        re.IGNORECASE,
    )


@cache
def _signs_of_negation(language: str) -> re.Pattern[str]:
    """What may stand in a text where that in the other language has a negation."""
    signs = knowledge.either(knowledge.words("negation", "signs", language))
    patterns = "|".join([signs, *knowledge.patterns("negation", "signs", language)])
    return re.compile(rf"\b(?:{patterns})\b", re.IGNORECASE)


@cache
def _denial() -> re.Pattern[str]:
    """An English verb that is denied."""
    verbs, alone = (knowledge.either(knowledge.words("negation", name, "en")) for name in ("auxiliaries", "denials"))
    return re.compile(rf"\b(?:{verbs})(?:\s+not\b|n['’]t\b)|\b(?:{alone})\b", re.IGNORECASE)


def _places_alone(facts: NamedFacts, opposite: NamedFacts) -> list[Span]:
    """The places named in a text that the other neither names nor has a word like."""
    entities = frozenset[str]().union(*(name.entities for name in opposite.places))
    unnamed = [(name.start, name.end) for name in facts.places if name.entities.isdisjoint(entities)]
    if not unnamed:  # as in most texts
        return []
    words = {folded(word) for word in WORD.findall(opposite.text)}
    return [
        (start, end)
        for start, end in unnamed
        if not any(_either_way(folded(word), like) for word in WORD.findall(facts.text[start:end]) for like in words)
    ]


def _not_repeated(quantities: Sequence[Quantity], opposite: Iterable[Quantity]) -> list[Quantity]:
    """Those that the other side does not say at all, not only less often."""
    if not quantities:
        return []
    values = frozenset[float]().union(*(quantity.readings for quantity in opposite))
    return [quantity for quantity in quantities if quantity.readings.isdisjoint(values)]


def _listed(text: str, quantities: Iterable[Quantity]) -> str:
    return ", ".join(text[quantity.start : quantity.end] for quantity in quantities)


def _names_without(text: str, opposite: str) -> Iterator[Span]:
    words = WORD.findall(opposite)
    plain = {folded(word) for word in words}
    acronyms = [word for word in words if word.isupper() and len(word) > 1]
    if _headline(text):
        return
    entities = frozenset[str]().union(*(name.entities for name in find_place_names(opposite)))
    matched = [(name.start, name.end) for name in find_place_names(text) if not name.entities.isdisjoint(entities)]
    for match in NAME.finditer(text):
        word = match.group()
        name = folded(word)
        if any(start < match.end() and match.start() < end for start, end in matched):
            continue
        if word in knowledge.words_of_all("names", "common") or name in english_capitals():
            continue
        if word.isupper() and any(_same_letters(word, acronym) for acronym in acronyms):
            continue
        if name not in plain and not any(_either_way(name, like) for like in plain):
            yield match.span()


def _headline(text: str) -> bool:
    words = [word for word in WORD.findall(text) if len(word) > 3]
    return len(words) > 4 and sum(word[0].isupper() for word in words) >= TITLES * len(words)


def _either_way(name: str, word: str) -> bool:
    return any_like(name, (word,)) or any_like(word, (name,)) or _people(name, word) or _people(word, name)


def _people(english: str, french: str) -> bool:
    return french.startswith(_beginnings(english))


@lru_cache(maxsize=CACHED)
def _beginnings(english: str) -> tuple[str, ...]:
    """How the French words begin for the people or the land that an English word names."""
    return tuple(
        beginning for start, beginnings in peoples().items() if english.startswith(start) for beginning in beginnings
    )


def _same_letters(acronym: str, opposite: str) -> bool:
    """ONU and UN, OTAN and NATO: the letters of one are all in the other."""
    return set(acronym) <= set(opposite) or set(opposite) <= set(acronym)


def _alike(name: str, word: str) -> bool:
    """Whether two folded words could be one name in two languages: Moscou and Moscow, Corée and Korea."""
    if len(name) > 3 and len(word) > 3 and (name[:4] == word[:4] or name[-5:] == word[-5:]):
        return True
    return name == word or (len(word) > 2 and _skeleton(name) == _skeleton(word))


@lru_cache(maxsize=CACHED)
def _skeleton(name: str) -> str:
    return re.sub("[aeiouyh]", "", name.replace("c", "k").replace("q", "k").replace("w", "v").replace("z", "s"))
