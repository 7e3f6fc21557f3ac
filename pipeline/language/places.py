"""Countries and towns that French and English call by different names, as one entity each.

Countries are those of CLDR, in both languages; towns, regions and peoples stand in ``exonyms.toml``.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from pipeline.language.cldr import countries
from pipeline.language.knowledge import KNOWN

CACHED = 16_384  # texts whose places are remembered
SHORTEST = 2  # letters of a name
_CAPITAL = re.compile(r"(?<![^\W_])[^\W\d_a-z][^\W\d_]*")
_MARKS = str.maketrans("-’", " '")


class PlaceName(NamedTuple):
    """A place named at ``text[start:end]``; ``entities`` are the places that it may be."""

    start: int
    end: int
    entities: frozenset[str]


@lru_cache(maxsize=CACHED)
def find_place_names(text: str) -> tuple[PlaceName, ...]:
    """The places that are named in a text, in order, the longest name first: *Corée du Nord* is not *Corée*."""
    folded, names, end = _spaced(text), list[PlaceName](), 0
    for match in _CAPITAL.finditer(text):
        start = match.start()
        for name in _by_first_word().get(_spaced(match.group()), ()) if start >= end else ():
            if folded.startswith(name, start) and not folded[start + len(name) : start + len(name) + 1].isalnum():
                end = start + len(name)
                names.append(PlaceName(start, end, _entities()[name]))
                break
    return tuple(names)


def fold(text: str) -> str:
    """Small letters without accents, each in its place."""
    return text.translate(_PLAIN)


class _PlainLetters(dict[int, str]):
    """For each letter that was met its small form without accents, if that is one letter; else the letter."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code))[0].lower()
        self[code] = plain if len(plain) == 1 else chr(code)
        return self[code]


_PLAIN = _PlainLetters()


def _spaced(text: str) -> str:
    return fold(text).translate(_MARKS)


@cache
def _entities() -> dict[str, frozenset[str]]:
    """Folded name to the entities that bear it, in either language."""
    entities: dict[str, set[str]] = {}
    for name, entity in _names():
        entities.setdefault(_spaced(name), set()).add(entity)
    return {name: frozenset(bearers) for name, bearers in entities.items() if len(name) >= SHORTEST}


@cache
def _by_first_word() -> dict[str, list[str]]:
    """First word to the names that begin with it, the longest first."""
    names: dict[str, list[str]] = {}
    for name in sorted(_entities(), key=lambda name: (-len(name), name)):
        first = _CAPITAL.match(name.title())
        names.setdefault(first.group().lower() if first else name, []).append(name)
    return names


def _names() -> Iterator[tuple[str, str]]:
    for language in KNOWN:
        for code, name in countries(language).items():
            yield name, code
    for number, (french, english) in enumerate(_tables()["names"]):
        for name in (*french, *english):
            yield name, f"exonym-{number}"


@cache
def peoples() -> Mapping[str, tuple[str, ...]]:
    """How English words for peoples and faiths begin, and how the French ones do, without accents."""
    return {line["english"]: tuple(line["french"].split()) for line in _tables()["peoples"]}


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "exonyms.toml").read_text("utf-8"))
