"""What is known about a language: one file of tables each, ``fr.toml`` and ``en.toml``, beside this module.

A table is a list of lines, each with words, or with a regular expression, and an example that shows what they do; the
tests run the example of every line, for each of its words. A word of a line that is ``international`` counts in every
language, known here or not. Which module reads which section stands in ``provenance.DATA``.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KNOWN = ("fr", "en")
FILES = (*KNOWN, "de")  # of German the words alone that word links ask for


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of a table: words that behave alike, or a pattern, and a text that shows how.

    ``example`` has ``{}`` where a word stands; ``counterexample`` is what a pattern must leave alone. ``value`` is the
    number that the words stand for.
    """

    words: tuple[str, ...]
    example: str
    international: bool = False
    value: float = 0.0
    pattern: str = ""
    counterexample: str = ""


@cache
def tables(language: str) -> Mapping[str, Mapping[str, Sequence[TableLine]]]:
    """The tables of a language by section and name; none for a language that has no file."""
    if language not in FILES:
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


@cache
def values(section: str, name: str, language: str) -> Mapping[str, float]:
    """The words of a table of numbers in ``language``, and what each stands for."""
    return {word: line.value for line in _lines(section, name, language) for word in line.words}


@cache
def patterns(section: str, name: str, language: str) -> tuple[str, ...]:
    """The patterns of a table in ``language``, in their order."""
    return tuple(line.pattern for line in _lines(section, name, language) if line.pattern)


@cache
def patterns_of_all(section: str, name: str) -> tuple[str, ...]:
    """The patterns of a table in any language."""
    return tuple(pattern for language in KNOWN for pattern in patterns(section, name, language))


def either(choices: Iterable[str]) -> str:
    """A pattern of one of ``choices``, longest first; ``*`` is the rest of a word. Matches nothing when there are none.

    >>> either({"un", "une", "aucun*"})
    'aucun\\\\w*|une|un'
    """
    ordered = sorted(choices, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\*", r"\w*") for word in ordered) or "(?!)"


def _lines(section: str, name: str, language: str) -> Iterator[TableLine]:
    for code in FILES:
        for line in tables(code).get(section, {}).get(name, ()):
            if code == language or line.international:
                yield line


def _line(line: Mapping[str, str]) -> TableLine:
    spaced = tuple(word.replace("\u00a0", " ") for word in line.get("words", "").split(" ") if word)
    return TableLine(
        spaced,
        line["example"],
        bool(line.get("international", False)),
        float(line.get("value", 0.0)),
        line.get("pattern", ""),
        line.get("counterexample", ""),
    )
