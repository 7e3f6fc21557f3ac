"""What the Unicode CLDR knows of a language, through Babel: months, and names of countries and towns."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

_ADDED = re.compile(r"\s*[(\[].*")  # Marengo [Indiana]
_CONTINENTS = re.compile(r"Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific")


@cache
def months(language: str) -> tuple[str, ...]:
    """The names of the twelve months.

    >>> months("fr")[:2], months("en")[:2]
    (('janvier', 'février'), ('January', 'February'))
    """
    return tuple(Locale(language).months["format"]["wide"][number] for number in range(1, 13))


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
