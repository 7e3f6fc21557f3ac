"""JSON of texts: one object a line, a list of objects, or one object that holds a text or such a list."""

import json
from collections.abc import Iterator
from typing import Any

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.tables import Rows
from pipeline.reading.text_columns import BITEXT, document, text_columns

DEEPEST = 4  # objects within objects where a list of records is looked for


def read_records(text: str, config: ReadConfig) -> Rows:
    """The objects of a file. Raises InputError E110 where nothing is JSON, and E111 where no object has a text."""
    records, only = _records(text.strip(), config)
    objects = [record for record in records if isinstance(record, dict)]
    damaged = [record for record in records if isinstance(record, InputError)]
    if damaged and len(damaged) == len(records):
        raise damaged[0]
    columns = text_columns(objects, config)
    if only:
        return iter([(0, document(records[0], columns))])
    return ((number, _row(record, columns, config)) for number, record in enumerate(records, 1))


def _row(record: Any, columns: Any, config: ReadConfig) -> Any:
    if isinstance(record, InputError):
        return record
    if not isinstance(record, dict):
        return InputError("E111", "It is no object with names and values. Make it one, or remove it.")
    return document(record, columns)


def _records(text: str, config: ReadConfig) -> tuple[list[Any], bool]:
    """The records of a file, and whether it is one object, over several lines, that is a document by itself."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return list(_lines(text)), False
    if isinstance(whole, list):
        return [{config.text_columns[0]: item} if isinstance(item, str) else item for item in whole], False
    if not isinstance(whole, dict):
        return [whole], False
    listed = _listed(whole, config, DEEPEST)
    return (listed, False) if listed else ([whole], "\n" in text)


def _listed(value: dict[str, Any], config: ReadConfig, depth: int) -> list[Any]:
    """The longest list of records that an object holds, unless the object has a text of its own."""
    if _has_text(value, config) or not depth:
        return []
    lists = [item for item in value.values() if isinstance(item, list) and any(isinstance(one, dict) for one in item)]
    lists += [_listed(item, config, depth - 1) for item in value.values() if isinstance(item, dict)]
    return max(lists, key=len, default=[])


def _has_text(record: dict[str, Any], config: ReadConfig) -> bool:
    try:
        return not text_columns([record], config).guessed
    except InputError as error:
        return error.code == BITEXT


def _lines(text: str) -> Iterator[Any]:
    """What stands on each line; objects that run over several lines, one after the other, where no line is JSON."""
    loaded = [_json(line) for line in text.split("\n") if line.strip()]
    if not all(isinstance(record, InputError) for record in loaded):
        yield from loaded
        return
    decoder = json.JSONDecoder()
    start = 0
    while start < len(text):
        try:
            record, start = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            yield InputError("E110", f"It is not JSON ({error}). Mend the line.")
            return
        yield record
        start += len(text[start:]) - len(text[start:].lstrip(" \t\r\n,"))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return InputError("E110", f"It is not JSON ({error}). Mend the line.")
