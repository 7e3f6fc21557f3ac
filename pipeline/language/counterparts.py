"""Numbers and names that one of two texts has and the other lacks: how they are recognised, and which are missing.

A number counts by its digits and may be spelled out; a name may be written otherwise in the other language (*Moscou*,
*Moscow*) or be another word altogether (*Londres*, *London*). For French and English; in other languages a name is
found where it is written alike.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

Span: TypeAlias = tuple[int, int]

WORD = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)*")
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
# Folded French to folded English; only where the two names look too different.
EXONYMS: Mapping[str, str] = {
    "allemagne": "germany",
    "angleterre": "england",
    "autriche": "austria",
    "belgique": "belgium",
    "bretagne": "britain",
    "cologne": "koln",
    "ecosse": "scotland",
    "egypte": "egypt",
    "equateur": "ecuador",
    "espagne": "spain",
    "galles": "wales",
    "grece": "greece",
    "hongrie": "hungary",
    "irlande": "ireland",
    "islande": "iceland",
    "liban": "lebanon",
    "londres": "london",
    "maroc": "morocco",
    "norvege": "norway",
    "pekin": "beijing",
    "pologne": "poland",
    "suede": "sweden",
    "suisse": "switzerland",
}
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
_COUNTED = {
    "0": "zéro zero no none aucun aucune",
    "1": "un une one a an first premier première once single",
    "2": "deux two second seconde deuxième twice both couple half pair double",
    "3": "trois three third troisième triple",
    "4": "quatre four fourth quatrième quarter",
    "5": "cinq five fifth cinquième",
    "6": "six sixth sixième",
    "7": "sept seven seventh septième",
    "8": "huit eight eighth huitième",
    "9": "neuf nine ninth neuvième",
    "10": "dix ten tenth dixième dizaine",
    "11": "onze eleven eleventh",
    "12": "douze twelve twelfth dozen douzaine",
    "15": "quinze fifteen quinzaine fortnight",
    "20": "vingt twenty vingtaine",
    "30": "trente thirty trentaine",
    "40": "quarante forty",
    "50": "cinquante fifty half",
    "100": "cent hundred centaine cents hundreds",
    "1000": "mille thousand millier",
}


class Unmatched(NamedTuple):
    """A number or a name that the other text lacks: ``text[start:end]`` of that side."""

    side: Literal["left", "right"]
    start: int
    end: int
    what: Literal["number", "name"]


def unmatched(left: str, right: str, linked: Collection[tuple[Span, Span]] = ()) -> tuple[Unmatched, ...]:
    """Numbers and names of either text without a counterpart in the other, in the order of the texts, left first.

    ``linked`` are (left, right) words known to translate each other (the first two fields of word links): what is
    linked is not missing. First words of sentences are never taken for names, nor are those of a headline in capitals.

    >>> unmatched("Le maire, Paul Rivon, a 41 ans.", "The mayor, Paul Rivon, is 42.")
    (Unmatched(side='left', start=24, end=26, what='number'), Unmatched(side='right', start=26, end=28, what='number'))
    """
    known = {one[0] for one in linked}, {one[1] for one in linked}
    return (*_missing("left", left, right, known[0]), *_missing("right", right, left, known[1]))


def numbers(text: str) -> Counter[str]:
    """The numbers in a text by their digits alone, so that ``3,5`` is ``3.5`` and ``10 000`` is ``10,000``."""
    return Counter(value(number) for number in NUMBER.findall(text))


def value(number: str) -> str:
    """The digits of a number as it is written, without zeros before them."""
    return re.sub(r"\D", "", number).lstrip("0") or "0"


def spelled_out(number: str, words: Collection[str]) -> bool:
    """Whether ``words`` (small letters) say a number, such as ``12``, in French, English or Roman numerals."""
    return not _spelled(number).isdisjoint(words)


@lru_cache(maxsize=CACHED)
def folded(word: str) -> str:
    """A word in small letters without accents."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def any_like(name: str, words: Iterable[str]) -> bool:
    """Whether one of the folded ``words`` could be the folded French ``name``."""
    return any(_alike(name, word) or EXONYMS.get(name) == word for word in words)


def _missing(side: Literal["left", "right"], text: str, other: str, linked: set[Span]) -> Iterator[Unmatched]:
    found = [(span, "number") for span in _numbers_without(text, other)]
    found += [(span, "name") for span in _names_without(text, other)]
    for (start, end), what in sorted(found):
        if not any(start < last and first < end for first, last in linked):
            yield Unmatched(side, start, end, "number" if what == "number" else "name")


def _numbers_without(text: str, other: str) -> Iterator[Span]:
    """The last ones of a number that stands here more often than there."""
    spare, words = numbers(other), {word.casefold() for word in WORD.findall(other)}
    for found in NUMBER.finditer(text):
        one = value(found.group())
        spare[one] -= 1
        if spare[one] < 0 and not spelled_out(one, words):
            yield found.span()


def _names_without(text: str, other: str) -> Iterator[Span]:
    words = WORD.findall(other)
    plain = {folded(word) for word in words}
    acronyms = [word for word in words if word.isupper() and len(word) > 1]
    if _headline(text):
        return
    for found in NAME.finditer(text):
        word = found.group()
        name = folded(word)
        if word in COMMON or word in _COMMON_ENGLISH or name in ENGLISH_CAPITALS:
            continue
        if word.isupper() and any(_same_letters(word, one) for one in acronyms):
            continue
        if name not in plain and not any(_either_way(name, one) for one in plain):
            yield found.span()


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
    return tuple(one for start, starts in _PEOPLES.items() if english.startswith(start) for one in starts.split())


def _same_letters(one: str, other: str) -> bool:
    """ONU and UN, OTAN and NATO: the letters of one are all in the other."""
    return set(one) <= set(other) or set(other) <= set(one)


def _spelled(number: str) -> set[str]:
    return {
        *_COUNTED.get(number, "").split(),
        _roman(int(number)) if len(number) < 4 else "",
        _roman(int(number[:3])) + "e",
    }


def _roman(number: int) -> str:
    digits = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
    written = ""
    for one, letters in digits:
        written += letters * (number // one)
        number %= one
    return written


def _alike(name: str, word: str) -> bool:
    """Whether two folded words could be one name in two languages: Moscou and Moscow, Corée and Korea."""
    if len(name) > 3 and len(word) > 3 and (name[:4] == word[:4] or name[-5:] == word[-5:]):
        return True
    return name == word or (len(word) > 2 and _skeleton(name) == _skeleton(word))


@lru_cache(maxsize=CACHED)
def _skeleton(name: str) -> str:
    return re.sub("[aeiouyh]", "", name.replace("c", "k").replace("q", "k").replace("w", "v").replace("z", "s"))
