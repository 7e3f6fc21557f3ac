"""Tables of texts: .csv, .tsv and .jsonl, one document a row."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.extract import Extract
from pipeline.reading.facts import named_facts

Rows = Iterator[tuple[int, Extract | InputError]]

_LANGUAGE = ("language", "lang", "langue")
_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2})?")


def read_table(text: str, config: ReadConfig) -> Rows:
    """The rows of a .csv or .tsv with a header and a column of texts. Raises InputError E111 where there is none."""
    rows = _cells(text.replace("\0", ""))
    header = [cell.strip() for cell in rows[0]] if rows else []
    if _column(header, config) is None:
        raise _no_column(config)
    return ((n, _row(dict(zip(header, row, strict=False)), config)) for n, row in enumerate(rows[1:], 1) if row)


def _cells(text: str) -> list[list[str]]:
    """The cells of a table divided by the mark that divides its header."""
    header = text.lstrip("\r\n").partition("\n")[0]
    mark = max(",;\t|", key=header.count)
    limit = csv.field_size_limit(max(len(text), 131_072))
    try:
        return list(csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=mark))
    finally:
        csv.field_size_limit(limit)


def read_records(text: str, config: ReadConfig) -> Rows:
    """The objects of a .jsonl file, one a line, or of one JSON list.

    Raises InputError E110 where nothing is JSON, and E111 where no object has a text.
    """
    records = list(_records(text.strip()))
    if not any(isinstance(one, dict) and _column(list(one), config) for one in records):
        damaged = [one for one in records if isinstance(one, InputError)]
        raise damaged[0] if len(damaged) == len(records) and damaged else _no_column(config)
    return ((n, _row(one, config)) for n, one in enumerate(records, 1))


def _records(text: str) -> Iterator[Any]:
    if text.startswith("["):
        loaded = _json(text)
        yield from loaded if isinstance(loaded, list) else [loaded]
    else:
        yield from (_json(line) for line in text.split("\n") if line.strip())


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return InputError("E110", f"It is not JSON ({error}). Mend the line.")


def _column(names: list[str], config: ReadConfig) -> str | None:
    """The column of texts: the first of the configured names that is there, whatever its case."""
    given = {str(name).strip().casefold(): name for name in names}
    return next((given[column] for column in config.text_columns if column in given), None)


def _no_column(config: ReadConfig) -> InputError:
    known = ", ".join(config.text_columns)
    return InputError("E111", f"It has no column of texts. Give one a name out of {known}, or set read.text_columns.")


def _row(record: Any, config: ReadConfig) -> Extract | InputError:
    """One row as a document, with its other columns as facts."""
    if isinstance(record, InputError):
        return record
    column = _column(list(record), config) if isinstance(record, dict) else None
    if column is None:
        return _no_column(config)
    text = record[column]
    if not isinstance(text, str) or not text.strip():
        return InputError("E101", "The row has no text. Remove it, or fill it in.")
    language = next((str(value) for key, value in record.items() if str(key).strip().casefold() in _LANGUAGE), "")
    languages = (language,) if _CODE.fullmatch(language) else ()
    return Extract(text, wrapped=True, facts=named_facts(record), languages=languages)
