"""Bitext in tables and JSON: TSV (nothing is quoted) and JSON Lines line by line, CSV and JSON as a whole.

A line that cannot be used is said by its number.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from babel import Locale

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.export.markup import clean
from pipeline.export.selection import base
from pipeline.harmless import restore
from pipeline.imports.units import Bad, Contents, Header, ImportRequest, Text, Unit, number, origin, unit
from pipeline.reading.decode import decode
from pipeline.reading.tables import parse_table
from pipeline.reading.text_columns import facing_columns
from pipeline.reading.workbook import load_sheets
from pipeline.reading.zipped import opened

LINE = 10_000_000  # bytes
NAMES = {"left": ("left_text", "left", "source", "src"), "right": ("right_text", "right", "target", "tgt", "trg")}
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z]{2,4})?")
# Columns that are told in another way.
STATED = {"left_language", "right_language", "left_origin", "right_origin"}


def read_tsv(request: ImportRequest) -> Contents:
    """A table with a header that names both sides, or columns of left and right texts (after a score, or not)."""
    names: Sequence[str] | None = None
    for line, text in _lines(request.path):
        if isinstance(text, Bad):
            yield text
            continue
        cells = [restore(cell) for cell in text.split("\t")]
        if names is None:
            names, header = _names(cells, request)
            if header:
                yield Header({"columns": [cell.strip() for cell in cells]})
                continue
        yield from _units(line, dict(zip(names, cells, strict=False)), request)


def read_csv(request: ImportRequest) -> Contents:
    """A table with any delimiter and quoted cells, with a header that names both sides."""
    header, rows, _ = parse_table(decode(request.path.read_bytes()).text)
    yield Header({"columns": header})
    for line, row in enumerate(rows, 2):
        yield from _units(line, dict(zip(header, (restore(clean(cell)) for cell in row.cells), strict=False)), request)


def read_workbook(request: ImportRequest) -> Contents:
    """The sheets of a spreadsheet that have columns in the two languages; a row of another sheet is none.

    Raises InputError E108, E109 or E110.
    """
    data = request.path.read_bytes()
    if data.startswith(b"PK"):
        opened(data, ReadConfig()).close()
    for sheet in load_sheets(data):
        header, *rows = sheet or [[]]
        yield Header({"columns": header})
        for line, row in enumerate(rows, 2):
            yield from _units(line, dict(zip(header, (restore(clean(cell)) for cell in row), strict=False)), request)


def read_json(request: ImportRequest) -> Contents:
    """A list of objects, each as ``read_jsonl`` has them on a line. Raises InputError E110 for what is none."""
    try:
        records = json.loads(decode(request.path.read_bytes()).text)
    except (ValueError, RecursionError) as error:
        raise InputError("E110", f"{request.path}: it is not JSON ({error}). Mend the file.") from error
    for line, record in enumerate(records if isinstance(records, list) else [records], 1):
        yield _record(line, record, request)


def _units(line: int, cells: Mapping[str, str], request: ImportRequest) -> Iterator[Unit | Bad]:
    """A unit for each pair of columns in the two languages: titles, texts."""
    facing = facing_columns(cells, (base(request.left), base(request.right)))
    if len(facing) < 2:
        yield _row(line, cells, request)
    for pair in facing if len(facing) > 1 else ():
        others = {name: value for name, value in cells.items() if all(name not in columns for columns in facing)}
        yield _row(line, others | {name: cells[name] for name in pair}, request)


def read_jsonl(request: ImportRequest) -> Contents:
    """An object a line: both texts under names that are known, under their languages, or in ``translation``."""
    for line, text in _lines(request.path):
        if isinstance(text, Bad):
            yield text
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield Bad(line, f"it is not JSON ({error})")
            continue
        yield _record(line, record, request)


def _lines(path: Path) -> Iterator[tuple[int, str | Bad]]:
    """Numbered lines that are not blank, cut at line feeds alone. Raises InputError for an endless line."""
    with path.open("rb") as file:
        for line, raw in enumerate(iter(lambda: file.readline(LINE + 1), b""), 1):
            if len(raw) > LINE:
                raise InputError("E102", f"{path}: line {line} has more than {LINE:,} bytes. Is it a file of lines?")
            if line == 1 and raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise InputError("E103", f"{path}: it is UTF-16. Convert it to UTF-8 first.")
            try:
                text = raw.decode("utf-8-sig" if line == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                yield line, Bad(line, "it is not UTF-8")
                continue
            if text.strip():
                yield line, text


def _names(cells: Sequence[str], request: ImportRequest) -> tuple[list[str], bool]:
    """Names of the columns, and whether the first row says them; a row of bare languages is a header, too."""
    names = [cell.strip() for cell in cells]
    if _column(names, "left", request) and _column(names, "right", request):
        return names, True
    named = [_language_named(name) for name in names]
    if len(names) > 1 and all(named):
        return [code or name for code, name in zip(named, names, strict=True)], True
    return _unnamed(cells), False


def _language_named(cell: str) -> str:
    """The language that a cell is the code or the name of, or nothing."""
    code = _LOCALE.fullmatch(cell)
    if code and code.group(1).lower() in Locale("en").languages:
        return code.group(1).lower()
    folded = cell.casefold()
    names = (
        (code, Locale(speaker).languages.get(code, ""))
        for code in ("fr", "en", "de", "es", "it")
        for speaker in ("fr", "en")
    )
    return next((code for code, name in names if name.casefold() == folded), "")


def _unnamed(cells: Sequence[str]) -> list[str]:
    """Names for the columns of a table without a header."""
    scored = len(cells) > 2 and number(cells[0]) is not None
    names = ["score", "left", "right"] if scored else ["left", "right"]
    return [*names, *(f"column-{number}" for number in range(len(names) + 1, len(cells) + 1))]


def _column(names: Sequence[str], side: str, request: ImportRequest) -> str | None:
    """The name under which the texts of one side stand."""
    language = request.left if side == "left" else request.right
    by_lower_name = {name.lower(): name for name in reversed(names)}
    named = next(
        (by_lower_name[name] for name in (*NAMES[side], language.lower(), base(language)) if name in by_lower_name),
        None,
    )
    facing = facing_columns(names, (base(request.left), base(request.right))) if named is None else []
    return facing[0][side == "right"] if facing else named


def _record(line: int, record: Any, request: ImportRequest) -> Unit | Bad:
    if not isinstance(record, dict):
        return Bad(line, "it is no JSON object")
    nested = record.get("translation")
    if isinstance(nested, dict):
        record = {name: value for name, value in record.items() if name != "translation"} | nested
    cells = {name: value if isinstance(value, str) else _text(value) for name, value in record.items()}
    return _row(line, {clean(name): value for name, value in cells.items() if value is not None}, request)


def _text(value: Any) -> str | None:
    return None if value is None or value in ("", {}, []) else json.dumps(value, ensure_ascii=False)


def _row(line: int, cells: Mapping[str, str], request: ImportRequest) -> Unit | Bad:
    """A unit of named cells; a row whose languages are the other way round is turned."""
    columns = {side: _column(list(cells), side, request) for side in NAMES}
    texts: dict[str, Text] = {}
    for side, fallback in (("left", request.left), ("right", request.right)):
        column = columns[side]
        if column is not None:
            language = cells.get(f"{side}_language") or fallback
            said = origin(cells.get(f"{side}_origin"))
            texts.setdefault(request.side(language), Text(clean(cells[column]), language, said))
    about = [
        ["prop", {"type": name}, clean(value)]
        for name, value in cells.items()
        if value and name not in STATED and name not in columns.values()
    ]
    return unit(line, (texts.get("left"), texts.get("right")), request, {"attributes": {}, "about": about})
