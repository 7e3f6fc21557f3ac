"""Tables of texts, .csv and .tsv: one document a row.

A cell is quoted only where the quotation marks enclose all of it; any other mark is text, so that none swallows the
rows after it. Cells beyond the header belong to the text, whose commas made them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import NamedTuple

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.extract import Extract
from pipeline.reading.text_columns import SAMPLE, Columns, document, text_columns

Rows = Iterator[tuple[int | str, Extract | InputError]]  # number or name of each document in a file; 0 for the only one
DELIMITERS = ",;\t|"
REGULAR = 0.8  # of the rows: if so many have as many cells as the first, the character divides them
HEADER = 60  # characters: a longer cell is no name of a column

_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?…]['\"”’»)]*\s*$|(?:\S+\s+){7}")


class TableRow(NamedTuple):
    """The cells of a row, and how many of them begin with a quotation mark that closes nowhere."""

    cells: list[str]
    stray: int = 0


def read_table(text: str, config: ReadConfig) -> Rows:
    """The rows of a table. Raises InputError E111 where no column holds texts, E121 for texts in two languages."""
    header, rows, delimiter = parse_table(text)
    if not header:
        return iter(())
    records = [dict(zip(header, row.cells, strict=False)) for row in rows[:SAMPLE]]
    columns = text_columns(records or [dict.fromkeys(header, "")], config)
    return ((number, _document(row, header, columns, delimiter)) for number, row in enumerate(rows, 1))


def parse_table(text: str) -> tuple[list[str], list[TableRow], str]:
    """The names of a table's columns, its rows, and the character that divides them; numbers where it has no names."""
    text = text.replace("\0", "").lstrip("\r\n")
    separator = _SEPARATOR_LINE.match(text)
    text = text[separator.end() :] if separator else text
    delimiter = separator[1] if separator else _delimiter(text)
    rows = list(split_rows(text, delimiter))
    if not rows:
        return [], [], delimiter
    header = [cell.strip() for cell in rows[0].cells]
    if is_header(header):
        return header, rows[1:], delimiter
    return [str(number) for number in range(1, max(len(row.cells) for row in rows) + 1)], rows, delimiter


def is_header(cells: Sequence[str]) -> bool:
    """Whether the first row names columns, rather than being one more row."""
    named = [cell.strip().strip('"') for cell in cells if cell.strip()]
    numbers = any(re.fullmatch(r"[\d.,:/-]+", cell) for cell in named)
    long = any(len(cell) > HEADER or _SENTENCE.search(cell) for cell in named)
    return bool(named) and not numbers and not long and len(set(named)) == len(named)


def _delimiter(text: str) -> str:
    """The character that gives most rows as many cells as the first; nothing for a table of one column."""
    start = "\n".join(islice(text.split("\n"), SAMPLE // 10))
    best, delimiter = 0, ""
    for candidate in DELIMITERS:
        widths = [len(row.cells) for row in split_rows(start, candidate)]
        alike = widths.count(widths[0]) if widths and widths[0] > 1 else 0
        divides = alike >= REGULAR * len(widths) or is_header(text.split("\n", 1)[0].split(candidate))
        if divides and alike * widths[0] > best:
            best, delimiter = alike * widths[0], candidate
    return delimiter


def split_rows(text: str, delimiter: str) -> Iterator[TableRow]:
    """The rows of a table; one column where there is no delimiter. Empty lines are left out."""
    pattern = _cell(delimiter)
    cells: list[str] = []
    stray = 0
    for match in pattern.finditer(text):
        quoted, bare, end = match.groups()
        cells.append(quoted[1:-1].replace('""', '"') if quoted is not None else bare)
        stray += quoted is None and bare.lstrip(" ").startswith('"')
        if end != delimiter or not end:
            if any(cells):
                yield TableRow(cells, stray)
            cells, stray = [], 0


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """A cell, quoted as a whole or bare, and what ends it."""
    mark = re.escape(delimiter)
    ends = rf"({mark}|\r?\n|\r|\Z)" if delimiter else r"(\r?\n|\r|\Z)"
    return re.compile(rf'(?: *("(?:[^"]++|"")*+") *|([^\r\n{mark}]*)){ends}')


def _document(row: TableRow, header: Sequence[str], columns: Columns, delimiter: str) -> Extract | InputError:
    """A row as a document; what lies beyond the header is part of the text."""
    cells = row.cells
    surplus = len(cells) - len(header)
    findings: list[tuple[str, str]] = []
    if surplus > 0:
        column = header.index(columns.names[0])
        cells = [*cells[:column], delimiter.join(cells[column : column + surplus + 1]), *cells[column + surplus + 1 :]]
        findings.append(("W123", str(surplus)))
    if row.stray:
        findings.append(("W121", str(row.stray)))
    extract = document(dict(zip(header, cells, strict=False)), columns)
    if isinstance(extract, InputError):
        return extract
    return replace(extract, findings=(*findings, *extract.findings))
