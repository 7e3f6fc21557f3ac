"""Rows and facts as text, CSV and JSON."""

import base64
import csv
import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, TextIO

from pipeline.harmless import defuse


def write_rows(names: Sequence[str], rows: Sequence[Sequence[Any]], form: str, out: TextIO) -> None:
    """Rows as ``json`` (a list of objects), ``csv`` or ``tsv`` (tabs and line ends inside cells become spaces).

    In JSON a column whose name is there already gets a number; bytes are base64 in an object, as Datasette writes them.
    """
    if form == "json":
        keys = _distinct(names)
        records = [{key: _json(cell) for key, cell in zip(keys, row, strict=True)} for row in rows]
        json.dump(records, out, ensure_ascii=False, indent=2, default=str)
        out.write("\n")
    elif form == "csv":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([defuse(name) for name in names])
        writer.writerows([_csv(cell) for cell in row] for row in rows)
    else:
        for row in [names, *rows]:
            out.write("\t".join(_tsv(cell) for cell in row) + "\n")


def write_facts(facts: Mapping[str, Any], form: str | None, out: TextIO, indent: str = "") -> None:
    """Names and values as text, nested ones indented; or as one JSON object."""
    if form == "json":
        json.dump(facts, out, ensure_ascii=False, indent=2, default=str)
        out.write("\n")
        return
    for name, value in facts.items():
        if isinstance(value, Mapping) and indent == "" and any(" " in key for key in [name]):
            out.write(f"{name}\n")
            write_facts(value, None, out, "   ")
        elif value not in (None, "", {}, []):
            lines = _lines(name, value)
            out.write(f"{indent}{name}: " + f"\n{indent}   ".join(lines) + "\n")


def cell_text(value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, bytes):
        return f"x'{value[:16].hex()}{'...' if len(value) > 16 else ''}'"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {cell_text(item)}" for name, item in value.items())
    return str(value)


def _csv(cell: Any) -> Any:
    """A number as it is; a text that a spreadsheet would take for a formula is made harmless."""
    if isinstance(cell, bytes):
        return _base64(cell)
    return defuse(cell) if isinstance(cell, str) else cell


def _tsv(cell: Any) -> str:
    if cell is None:
        return ""
    line = " ".join(cell_text(cell).split())
    return line if isinstance(cell, (int, float)) else defuse(line)


def _distinct(names: Sequence[str]) -> list[str]:
    names_used: list[str] = []
    for name in names:
        number = 2
        new = name
        while new in names_used:
            new, number = f"{name}_{number}", number + 1
        names_used.append(new)
    return names_used


def _json(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return {"$base64": True, "encoded": _base64(cell)}
    return str(cell) if isinstance(cell, float) and not isfinite(cell) else cell


def _base64(cell: bytes) -> str:
    return base64.b64encode(cell).decode("ascii")


def _lines(name: str, value: Any) -> list[str]:
    """A value as lines: measures with what they mean, word links with tabs, and whatever is missing on a side."""
    if (
        name == "evidence"
        and isinstance(value, Mapping)
        and all(isinstance(entry, Mapping) for entry in value.values())
    ):
        return ["", *(f"{key} {cell_text(entry['value'])}  {entry['means']}".rstrip() for key, entry in value.items())]
    if name == "words":
        return ["", *(f"{entry['left']['text']}\t{entry['right']['text']}\t{entry['score']:.2f}" for entry in value)]
    if name == "unmatched":
        return ["; ".join(f"{entry['what']} {entry['text']} ({entry['side']})" for entry in value)]
    lines = cell_text(value).split("\n")
    return lines if len(lines) == 1 else ["", *lines]
