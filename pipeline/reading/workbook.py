"""Spreadsheets (.xlsx, .xls, .ods) by calamine: a document a row where a sheet is a table of texts, else the sheet."""

import datetime
import io
from collections.abc import Iterator
from typing import Any

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.extract import Extract, marked
from pipeline.reading.tables import Rows, is_header
from pipeline.reading.text_columns import BITEXT, document, text_columns
from pipeline.reading.zipped import opened

Sheet = list[list[str]]


def read_workbook(data: bytes, config: ReadConfig) -> Rows:
    """The rows of its sheets. Raises InputError E110 for a damaged file, E111 without text, E121 for bitext."""
    if data.startswith(b"PK"):
        opened(data, config).close()
    sheets = [sheet for sheet in load_sheets(data) if sheet]
    documents = [
        (row_number if len(sheets) == 1 else _within(number, row_number), extract)
        for number, sheet in enumerate(sheets, 1)
        for row_number, extract in _sheet(sheet, config)
    ]
    if not documents:
        raise InputError("E111", "It has no text in its cells. Remove it, or export its text as .csv.")
    return iter(documents)


def _within(sheet: int, row_number: int | str) -> str:
    return f"{sheet}/{row_number}" if row_number else str(sheet)


def load_sheets(data: bytes) -> Iterator[Sheet]:
    """The rows of each sheet, cells as text. Raises InputError E108 or E110."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python()
            yield [cells for row in rows if any(cells := [_text(cell) for cell in row])]
    except PasswordError as error:
        raise InputError("E108", "It is encrypted. Save a copy without a password.") from error
    except CalamineError as error:
        raise InputError("E110", f"The spreadsheet is damaged ({error}). Get a whole copy of the file.") from error


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell).strip()


def _sheet(sheet: Sheet, config: ReadConfig) -> Rows:
    """The documents of a sheet: its rows, or all its cells with words, one below the other."""
    header, rows = sheet[0], sheet[1:]
    records = [dict(zip(header, row, strict=False)) for row in rows]
    try:
        columns = text_columns(records, config) if records and is_header(header) else None
    except InputError as error:
        if error.code == BITEXT:
            raise
        columns = None
    if columns is not None:
        yield from ((number, document(record, columns)) for number, record in enumerate(records, 1))
        return
    text, marks = marked((cell, None) for row in sheet for cell in row if any(map(str.isalpha, cell)))
    if text:
        yield 0, Extract(text, marks=marks)
