"""The list of terms as people write it: ``glossary.tsv``, French and English with a tab between.

::

    # our style guide, 2026
    gilet jaune <TAB> yellow vest
    maire <TAB> mayor|burgomaster      (either is all right; the first is put where neither stands)
    gendarmerie <TAB> keep             (stays as it is; so does what has nothing beside it)

A row that cannot be used is left out, and is told with its line; the others count.
"""

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.config import TranslateConfig
from pipeline.errors import ConfigError
from pipeline.translation.terminology import NO_TERMS, OR, Glossary, Term, is_term

NAME = "glossary.tsv"
KEEP = "keep"
COLUMNS = 2
TITLES = {("french", "english"), ("français", "anglais"), ("fr", "en")}


class Listing(NamedTuple):
    """A glossary, the file that it stands in, and a sentence for each row that could not be used, with its line."""

    glossary: Glossary = NO_TERMS
    problems: tuple[str, ...] = ()
    file: Path | None = None


class _Row(NamedTuple):
    line: int
    cells: list[str]


def find_glossary(config: TranslateConfig, folders: Sequence[Path]) -> Listing:
    """The terms of the file that the settings name, else of the first ``glossary.tsv`` in ``folders``, if there is one.

    Raises ConfigError where the file that the settings name is not there, or a file cannot be read as text.
    """
    if config.glossary and not Path(config.glossary).is_file():
        raise ConfigError(f"{config.glossary}: there is no such glossary. Name another, or make the file.")
    named = [Path(config.glossary)] if config.glossary else [folder / NAME for folder in folders]
    file = next((file for file in named if file.is_file()), None)
    return load_glossary(file, config.source) if file else Listing()


def load_glossary(file: Path, source: str = "fr") -> Listing:
    """The terms of a file. Raises ConfigError where it cannot be read as text."""
    terms: dict[tuple[str, ...], tuple[int, Term]] = {}
    problems = []
    for row in _rows(_text(file)):
        term = _term(row.cells)
        if isinstance(term, str):
            problems.append(f"{file}, line {row.line}: {term}")
            continue
        key = Glossary((term,), source).keys()[0]
        line, earlier = terms.setdefault(key, (row.line, term))
        if earlier.targets != term.targets:
            problems.append(
                f"{file}, line {row.line}: {term} contradicts line {line}, {earlier}. That one counts; leave one of "
                f"them, or write both English terms in one row with {OR} between."
            )
    return Listing(Glossary(tuple(term for _, term in terms.values()), source), tuple(problems), file)


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}). Mend translate.glossary.") from error
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 ({error.reason} at byte {error.start}). Save it as UTF-8.") from error


def _rows(text: str) -> Iterator[_Row]:
    """The rows that hold a term: no comment, not empty, and not the columns' titles."""
    first = True
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        cells = [" ".join(cell.split()) for cell in line.split("\t")]
        if not (first and tuple(cell.casefold() for cell in cells) in TITLES):
            yield _Row(number, cells)
        first = False


def _term(cells: Sequence[str]) -> Term | str:
    """The term of a row, or why there is none."""
    source, english = cells[0], cells[1] if len(cells) > 1 else ""
    if any(cells[COLUMNS:]):
        return f"{len(cells)} columns, where there are {COLUMNS}: French, English. Take out the tabs that are too many."
    if not is_term(source):
        return "there is no French term. Write it before the tab, or delete the row."
    targets = tuple(target.strip() for target in english.split(OR)) if english and english != KEEP else ()
    if not all(map(is_term, targets)):
        return f"{english!r} has no word to look for. Write an English term, or {KEEP}."
    return Term(source, targets)
