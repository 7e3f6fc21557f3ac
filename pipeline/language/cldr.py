"""What the Unicode CLDR knows of a language, through Babel: months, weekdays, names of languages and places."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

from pipeline.language.knowledge import KNOWN

SHORTEST_MONTH = 3  # letters of a month that is cut short
_ADDED = re.compile(r"\s*[(\[].*")  # Marengo [Indiana]
_CONTINENTS = re.compile(r"Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific")
_COUNTRY = re.compile(r"[A-Z]{2}")  # codes of countries; others are of regions of the world


@cache
def months(language: str) -> tuple[str, ...]:
    """The names of the twelve months.

    >>> months("fr")[:2], months("en")[:2]
    (('janvier', 'février'), ('January', 'February'))
    """
    return tuple(Locale(language).months["format"]["wide"][number] for number in range(1, 13))


@cache
def month_names() -> Mapping[str, int]:
    """The months in small letters, whole and abbreviated without a stop, in each known language, and their numbers.

    >>> [month_names()[name] for name in ("août", "august", "févr", "dec")]
    [8, 8, 2, 12]
    """
    forms = [Locale(code).months["format"][width] for code in KNOWN for width in ("wide", "abbreviated")]
    return {name.lower().rstrip("."): number for form in forms for number, name in form.items()}


@cache
def month_number(word: str) -> int:
    """The month that a word names, cut short or without accents too; 0 where it names none, or might name two.

    >>> [month_number(word) for word in ("Fevrier", "fév", "sept", "jui", "demain")]
    [2, 2, 9, 0, 0]
    """
    name = word.casefold().rstrip(".")
    if name in month_names():
        return month_names()[name]
    plain = _without_accents(name)
    if len(plain) < SHORTEST_MONTH:
        return 0
    numbers = {number for month, number in month_names().items() if _without_accents(month).startswith(plain)}
    return numbers.pop() if len(numbers) == 1 else 0


@cache
def weekdays(language: str) -> tuple[str, ...]:
    """The names of the seven days of the week.

    >>> weekdays("fr")[0], weekdays("en")[6]
    ('lundi', 'Sunday')
    """
    return tuple(Locale(language).days["format"]["wide"][number] for number in range(7))


@cache
def language_name(code: str, language: str) -> str:
    """What ``language`` calls the language of a code, or the code.

    >>> language_name("pl", "fr"), language_name("xyz", "fr")
    ('polonais', 'xyz')
    """
    return str(Locale(language).languages.get(code, code))


@cache
def countries(language: str) -> Mapping[str, str]:
    """Code of a country to its name.

    >>> countries("fr")["DE"], countries("en")["DE"]
    ('Allemagne', 'Germany')
    """
    territories = Locale(language).territories
    return {code: _ADDED.sub("", name) for code, name in territories.items() if _COUNTRY.fullmatch(code)}


@cache
def places(language: str) -> Mapping[str, str]:
    """Countries, parts of the world, and the towns that time zones are called after: name in capitals to name.

    >>> [places("fr")[name] for name in ("CORÉE DU SUD", "LONDRES", "AFRIQUE")]
    ['Corée du Sud', 'Londres', 'Afrique']
    """
    return {name.upper(): name for name in _places(Locale(language))}


def _places(locale: Locale) -> Iterator[str]:
    for name in locale.territories.values():
        yield _ADDED.sub("", name)
    for zone in get_global("zone_territories"):
        if _CONTINENTS.match(zone):
            written = locale.time_zones.get(zone, {}).get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")
            yield _ADDED.sub("", written).replace("’", "'")


def _without_accents(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
