"""What is known about a language: one file of tables each, ``fr.toml`` and ``en.toml``, beside this module.

A table is a list of lines, each with words and an example that shows what they do; the tests run the example for every
word of its line. A word of a line that is ``international`` counts in every language, known here or not.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KNOWN = ("fr", "en")


@dataclass(frozen=True, slots=True)
class WordLine:
    """A line of a table: words that behave alike, and a text with ``{}`` in their place that shows how."""

    words: tuple[str, ...]
    example: str
    international: bool = False


@cache
def tables(language: str) -> Mapping[str, Mapping[str, Sequence[WordLine]]]:
    """The tables of a language by section and name; none for a language that has no file."""
    if language not in KNOWN:
        return {}
    sections = tomllib.loads((files(__package__) / f"{language}.toml").read_text("utf-8"))
    return {
        section: {name: tuple(map(_line, lines)) for name, lines in content.items()}
        for section, content in sections.items()
    }


@cache
def words(section: str, name: str, language: str) -> frozenset[str]:
    """The words of a table in ``language``, with those of other languages that are international."""
    return frozenset(word for line in _lines(section, name, language) for word in line.words)


@cache
def words_of_all(section: str, name: str) -> frozenset[str]:
    """The words of a table in any language."""
    return frozenset().union(*(words(section, name, language) for language in KNOWN))


def _lines(section: str, name: str, language: str) -> Iterator[WordLine]:
    for code in KNOWN:
        for line in tables(code).get(section, {}).get(name, ()):
            if code == language or line.international:
                yield line


def _line(line: Mapping[str, str]) -> WordLine:
    spaced = tuple(word.replace("\u00a0", " ") for word in line["words"].split(" "))
    return WordLine(spaced, line["example"], bool(line.get("international", False)))
