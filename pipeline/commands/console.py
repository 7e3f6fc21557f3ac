"""What the command line shows: tables, facts and summaries. Only ``cli`` hands things to be printed."""

import base64
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Group
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.calibration import Expected
from pipeline.commands.inspection import Summary

COLOURS = ("green", "cyan", "magenta", "yellow", "blue", "red")
STYLES = tuple(f"{shape}{colour}" for shape in ("", "underline ", "reverse ") for colour in COLOURS)
NARROW = 16  # columns that a value is given before a table counts as too wide
UNSAFE = {number: "\ufffd" for number in (*range(9), *range(11, 32), *range(127, 160))}  # what steers a terminal
DOCUMENTS = 30  # profiles shown in a summary


def table(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int) -> Table | Group:
    """Rows as a table: numbers to the right, NULL to be seen; what a cell holds is never taken for markup.

    Where the columns have no room beside each other, each row is a list of its values.
    """
    longest = [max((_length(row[place]) for row in rows), default=0) for place in range(len(names))]
    needed = sum(min(NARROW, max(len(name), most)) + 1 for name, most in zip(names, longest, strict=True))
    if len(rows) > 0 and needed > width:
        return Group(*(_record(names, row, number) for number, row in enumerate(rows, 1)))
    made = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(names):
        numbers = any(_is_number(row[place]) for row in rows)
        fixed = longest[place] <= NARROW
        made.add_column(Text(name), justify="right" if numbers else "left", no_wrap=fixed, overflow="fold")
    for row in rows:
        made.add_row(*(_shown(cell) for cell in row))
    return made


def write_rows(names: Sequence[str], rows: Sequence[Sequence[Any]], form: str, out: TextIO) -> None:
    """Rows as ``json`` (a list of objects), ``csv`` or ``tsv`` (tabs and line ends inside cells become spaces).

    In JSON a column whose name is there already gets a number; bytes are base64 in an object, as Datasette writes them.
    """
    if form == "json":
        keys = _distinct(names)
        made = [{key: _json(cell) for key, cell in zip(keys, row, strict=True)} for row in rows]
        json.dump(made, out, ensure_ascii=False, indent=2, default=str)
        out.write("\n")
    elif form == "csv":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_base64(cell) if isinstance(cell, bytes) else cell for cell in row] for row in rows)
    else:
        for row in [names, *rows]:
            out.write("\t".join(" ".join(_cell(cell).split()) if cell is not None else "" for cell in row) + "\n")


def _distinct(names: Sequence[str]) -> list[str]:
    made: list[str] = []
    for name in names:
        number = 2
        new = name
        while new in made:
            new, number = f"{name}_{number}", number + 1
        made.append(new)
    return made


def _json(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return {"$base64": True, "encoded": _base64(cell)}
    return str(cell) if isinstance(cell, float) and not isfinite(cell) else cell


def _base64(cell: bytes) -> str:
    return base64.b64encode(cell).decode("ascii")


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float))


def _length(cell: Any) -> int:
    return 4 if cell is None else max(map(cell_len, _cell(cell).split("\n")))


def _shown(cell: Any) -> Text:
    return Text("NULL", "dim italic") if cell is None else Text(_cell(cell).translate(UNSAFE))


def _record(names: Sequence[str], row: Sequence[Any], number: int) -> Group:
    """One row as a list of names and values."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, cell in zip(names, row, strict=True):
        made.add_row(Text(name), _shown(cell))
    return Group(Rule(str(number), style="dim", align="left"), made)


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


def facing(left: str, right: str, links: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    """Two texts with the words that translate each other in the same colour; what has none stays plain."""
    for side, text in (("left", left), ("right", right)):
        made = Text(text)
        for number, one in enumerate(links):
            made.stylize(STYLES[number % len(STYLES)], one[side]["start"], one[side]["end"])
        yield made


def _lines(name: str, value: Any) -> list[str]:
    """A value as lines: measures with what they mean, word links with tabs, and whatever is missing on a side."""
    if name == "evidence" and isinstance(value, Mapping):
        return ["", *(f"{key} {_cell(one['value'])}  {one['means']}".rstrip() for key, one in value.items())]
    if name == "words":
        return ["", *(f"{one['left']['text']}\t{one['right']['text']}\t{one['score']:.2f}" for one in value)]
    if name == "unmatched":
        return ["; ".join(f"{one['what']} {one['text']} ({one['side']})" for one in value)]
    lines = _cell(value).split("\n")
    return lines if len(lines) == 1 else ["", *lines]


def summary(one: Summary) -> Iterator[Table | Text]:
    """What a person wants to know after a run."""
    made = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _summary_rows(one):
        if value:
            made.add_row(Text(name, "bold"), Text(value))
    yield made
    for skip in one.skips:
        yield Text(f"Skipped {skip.path}: {skip.skip_reason} ({skip.skip_code})", "yellow")
    for subject, value in one.failures:
        yield Text(f"Failed on {subject}: {value}. The next run tries again.", "yellow")
    if one.outcome.note:
        yield Text(one.outcome.note, "yellow")
    yield Text(_next(one))


def _summary_rows(one: Summary) -> Iterator[tuple[str, str]]:
    copies = f", {one.duplicates} of them near-duplicates of another" if one.duplicates else ""
    yield "Documents", f"{one.documents}{copies}"
    for path, profile in one.profiles[:DOCUMENTS]:
        yield "", f"{path}  {shares(profile)}"
    if len(one.profiles) > DOCUMENTS:
        yield "", f"... and {len(one.profiles) - DOCUMENTS} more, in the view `documents`"
    yield "Segments", _counts(one.languages)
    yield "Translations", _counts(one.engines) or "none"
    yield "Untranslated", f"{one.untranslated} French segments" if one.untranslated else ""
    yield "Document pairs", _counts(one.pairs) or "none"
    yield "Alignments", _counts(one.alignments) or "none"
    yield "Passages", _mined(one.mined)
    for code, count, meaning in one.findings:
        yield "Finding", f"{code}  {count:4}  {meaning}"
    yield "Skipped files", str(len(one.skips)) if one.skips else ""
    yield (
        "Time",
        ", ".join(f"{name} {seconds:.1f} s" for name, seconds in one.outcome.seconds.items() if seconds >= 0.05),
    )
    yield "Corpus", str(one.outcome.corpus)


def shares(profile: Mapping[str, float]) -> str:
    """Such as ``en 96 %, fr 4 %``; what is below half a per cent is left out."""
    return ", ".join(f"{code} {share:.0%}".replace("%", " %") for code, share in profile.items() if share >= 0.005)


def _mined(one: Expected) -> str:
    """How many of the mined passages are likely to be right."""
    if not one.total:
        return ""
    mined = f"{one.total} passages mined" if one.total > 1 else "1 passage mined"
    interval = f"precision {one.precision:.2f} ({one.low:.2f} to {one.high:.2f})"
    return f"{mined}, {one.right:.1f} expected to be right: {interval}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _next(one: Summary) -> str:
    if not one.documents:
        return "Nothing to show yet: put documents into the folder and run the same command again."
    if not one.outcome.changed:
        return "Nothing has changed since the last run."
    corpus = one.outcome.corpus
    return f"Next: make review CORPUS={corpus}, or .venv/bin/enregard search WORDS --corpus {corpus}"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, bytes):
        return f"x'{value[:16].hex()}{'...' if len(value) > 16 else ''}'"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items())
    return str(value)
