"""Number and entity mismatches: what one of two facing texts says and the other does not.

One measure for whatever faces each other: beads, passages, machine translations, imported pairs. Numbers are compared
by value (``quantities``), places by what they are (``places``), other names by how they are written; and a negation
that one side lacks is seen. For French and English; in other languages a name is found where it is written alike.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from pipeline.language.places import find_place_names
from pipeline.language.quantities import Quantity, compare_quantities, find_months, find_quantities

Span: TypeAlias = tuple[int, int]

WORD = re.compile(r"[^\W\d_]+")
NAME = re.compile(r"(?:(?<=[^\W_][ ’'-])|(?<=\w, ))(?![IVXLCDM]+(?:er|e|ème)?\b)[A-ZÀ-ÝŒ]\w{2,}")
CACHED = 65_536  # words whose forms are remembered
TITLES = 0.75  # part of the longer words with a capital from which a text is a headline in capitals
# Words that French writes with a capital and that English translates.
COMMON = frozenset(
    """
Affaires Assemblée Atlantique Bourse Bureau Chambre Conseil Constitution Cour Dieu Droit Droits Empire Est État États
Église Guerre Homme Histoire Internet Justice Loi Lune Madame Mer Ministère Ministre Mme Monde Monsieur Nations Nord
Nouvel Nouvelle Occident Orient Ouest Parlement Parti Premier Première République Royaume Saint Sainte Sénat Soleil
Sud Terre Unies Union Unis Web
""".split()  # noqa: SIM905 -- a list of words
)
# The same in English, with what English alone writes with a capital.
_COMMON_ENGLISH = frozenset(
    """
Assembly Atlantic Avenue Bank Board Bureau Cabinet Chamber Church City Commission Committee Congress Council Court Day
Department East Eastern Empire Exchange First Foreign God Government High House Internet Justice Kingdom Lady Law Lord
Minister Ministry Miss Moon Mrs Nations New North Northern Old Parliament Party President Prime Prince Princess Queen
Republic Revolution Road Saint School Sea Second Secretary Senate Sir South Southern State States Stock Street Sun
Supreme Third Union United University War Web West Western World
""".split()  # noqa: SIM905 -- a list of words
)
ENGLISH_CAPITALS = frozenset(
    """
january february march april may june july august september october november december monday tuesday wednesday
thursday friday saturday sunday
""".split()  # noqa: SIM905 -- a list of words
)
# Beginnings of English words for peoples and faiths, and of what French calls them; French writes them small.
_PEOPLES: Mapping[str, str] = {
    "austrian": "autrich",
    "christian": "chretien",
    "czech": "tchequ",
    "dutch": "neerland hollandais",
    "egyptian": "egypt",
    "english": "angl",
    "finnish": "finland",
    "french": "franc",
    "german": "allem",
    "greek": "grec grecq",
    "hungarian": "hongr",
    "irish": "irland",
    "jew": "juif juiv",
    "moroccan": "maroc",
    "muslim": "musulm",
    "polish": "polon",
    "scottish": "ecoss",
    "spanish": "espagn",
    "swedish": "suedo",
    "swiss": "suiss helvet",
    "turk": "turc turq",
    "welsh": "gallois",
}
CODES: Mapping[str, str] = {
    "W701": "the two sides say different numbers",
    "W702": "a number of one side is missing on the other",
    "W703": "the two sides name different places",
    "W704": "one side has a negation, the other none",
    "W705": "a side is in another language than its file says",
    "W706": "nearly the same pair as an earlier one",
    "W707": "the two sides stood the other way round in their file",
}
_NEGATION = re.compile(
    r"\bn(?:e\s+|['’])(?:[\w’'-]+\s+){1,5}?(pas|plus|jamais|rien|aucune?|nulle?|ni|guère|personne)\b(?!\s+(?:que|qu['’]))"
    r"|\b(?:rien|personne|aucune?|nulle?|jamais|pas)\s+(?:[\w’-]+\s+){0,3}?n(?:e\b|['’])",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:not?|non|never|none|nothing|nobody|nowhere|neither|nor|without|cannot|hardly|barely|scarcely|rarely|unless|"
    r"until|anymore|longer|refus\w*|fail\w*|lack\w*|neglect\w*|unable|far from|little|few|rather than|instead|"
    r"stop\w*|den(?:y|ied|ies)|absen\w*|hard to|difficult to|except\w*|only|un(?!der|i|t)\w{4,}|impossib\w*|"
    r"in(?:ab|ad|ap|cap|cor|def|dep|eff|suff|vis)\w{4,}|il(?:leg|log|lit)\w*|irre\w{4,}|dis(?:ag|like|sat|cont|hon)\w*|"
    r"\w{3,}less)\b|n['’]t\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:do|does|did|is|are|was|were|has|have|had|will|would|can|could|should|must)(?:\s+not\b|n['’]t\b)|\bcannot\b",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(?:n['’]|ne\b|pas\b|non\b|sans\b|jamais\b|rien\b|aucun|nul|ni\b|peu\b|guère\b|hors\b|refus|manqu|absen|faute|impossib|"
    r"évit|empêch|cess|échou|loin\b|moins\b|sauf\b|seul|ignor|priv|renonc|dénu|dépourv|in\w{5,}|im\w{5,}|ir\w{5,}|dés\w{5,}|mal)",
    re.IGNORECASE,
)


class Unmatched(NamedTuple):
    """A number or a name that the other text lacks: ``text[start:end]`` of that side."""

    side: Literal["left", "right"]
    start: int
    end: int
    what: Literal["number", "name"]


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


def check_pair(left: str, right: str) -> tuple[tuple[str, str], ...]:
    """``(code, value)`` for each of CODES that two facing texts deserve; ``value`` is what was seen on either side.

    >>> check_pair("Le pont coûtera 300 000 euros.", "The bridge will cost 45 million euros.")
    (('W701', '300 000 ≠ 45 million'),)
    """
    findings = [
        *_check_numbers(left, right),
        *_check_places(left, right),
        *_check_negation(left, right),
    ]
    return tuple(findings)


def pair_key(left: str, right: str) -> str:
    """The same for pairs that differ in case, accents, punctuation and figures alone (near-duplicates of Bifixer)."""
    return "\t".join(" ".join(folded(word) for word in WORD.findall(text)) for text in (left, right))


def measure_agreement(left: str, right: str) -> FactAgreement:
    """How far two texts agree in their numbers, months and places."""
    ours, theirs = find_quantities(left), find_quantities(right)
    numbers = compare_quantities(ours, theirs)
    conflicts = min(len(_not_repeated(numbers.left, theirs)), len(_not_repeated(numbers.right, ours)))
    places = _places_alone(left, right), _places_alone(right, left)
    shared_places = len(find_place_names(left)) - len(places[0])
    months = {month.number for month in find_months(left)}, {month.number for month in find_months(right)}
    conflicts += min(map(len, places)) + bool(months[0] and months[1] and not months[0] & months[1])
    return FactAgreement(numbers.shared + shared_places + len(months[0] & months[1]), conflicts)


def find_lost_negation(french: str, english: str) -> str:
    """The negation of a French text whose English counterpart has nothing of the kind, or nothing."""
    negation = _NEGATION.search(french)
    return "" if negation is None or _NEGATIVE.search(english) else negation.group()


@lru_cache(maxsize=CACHED)
def folded(word: str) -> str:
    """A word in small letters without accents."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


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
    said = [_listed(text, side) for text, side in zip((left, right), alone, strict=True)]
    if all(alone) and any(firm):
        yield "W701", f"{said[0]} ≠ {said[1]}"
    elif any(firm):
        yield "W702", _listed(left, firm[0]) or _listed(right, firm[1])


def _check_places(left: str, right: str) -> Iterator[tuple[str, str]]:
    alone = _places_alone(left, right), _places_alone(right, left)
    if all(alone):
        ours, theirs = (
            ", ".join(text[start:end] for start, end in side) for text, side in zip((left, right), alone, strict=True)
        )
        yield "W703", f"{ours} ≠ {theirs}"


def _check_negation(left: str, right: str) -> Iterator[tuple[str, str]]:
    if lost := find_lost_negation(left, right):
        yield "W704", lost
    elif (denied := _DENIED.search(right)) and not _REFUSED.search(left) and not _NEGATIVE.search(left):
        yield "W704", denied.group()


def _places_alone(text: str, opposite: str) -> list[Span]:
    """The places named in a text that the other neither names nor has a word like."""
    there = frozenset[str]().union(*(name.entities for name in find_place_names(opposite)))
    words = {folded(word) for word in WORD.findall(opposite)}
    return [
        (name.start, name.end)
        for name in find_place_names(text)
        if name.entities.isdisjoint(there)
        and not any(
            _either_way(folded(word), like) for word in WORD.findall(text[name.start : name.end]) for like in words
        )
    ]


def _not_repeated(quantities: Iterable[Quantity], opposite: Iterable[Quantity]) -> list[Quantity]:
    """Those that the other side does not say at all, not only less often."""
    said = frozenset[float]().union(*(quantity.readings for quantity in opposite))
    return [quantity for quantity in quantities if quantity.readings.isdisjoint(said)]


def _listed(text: str, quantities: Iterable[Quantity]) -> str:
    return ", ".join(text[quantity.start : quantity.end] for quantity in quantities)


def _names_without(text: str, opposite: str) -> Iterator[Span]:
    words = WORD.findall(opposite)
    plain = {folded(word) for word in words}
    acronyms = [word for word in words if word.isupper() and len(word) > 1]
    if _headline(text):
        return
    there = frozenset[str]().union(*(name.entities for name in find_place_names(opposite)))
    matched = [(name.start, name.end) for name in find_place_names(text) if not name.entities.isdisjoint(there)]
    for match in NAME.finditer(text):
        word = match.group()
        name = folded(word)
        if any(start < match.end() and match.start() < end for start, end in matched):
            continue
        if word in COMMON or word in _COMMON_ENGLISH or name in ENGLISH_CAPITALS:
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
        beginning for start, listed in _PEOPLES.items() if english.startswith(start) for beginning in listed.split()
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
