"""What the command line shows: tables, facts and summaries. Only ``cli`` hands things to be printed."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from rich.table import Table
from rich.text import Text

from pipeline.align.calibration import Expected
from pipeline.inspection import Summary

COLOURS = ("green", "cyan", "magenta", "yellow", "blue", "red")
STYLES = tuple(f"{shape}{colour}" for shape in ("", "underline ", "reverse ") for colour in COLOURS)
DOCUMENTS = 30  # profiles shown in a summary


def table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Rows as a table; what a cell holds is never taken for markup."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        made.add_column(Text(name))
    for row in rows:
        made.add_row(*(Text("" if cell is None else _cell(cell)) for cell in row))
    return made


def write_rows(names: Sequence[str], rows: Sequence[Sequence[Any]], form: str, out: TextIO) -> None:
    """Rows as ``json`` (a list of objects), ``csv`` or ``tsv`` (tabs and line ends inside cells become spaces)."""
    if form == "json":
        json.dump([dict(zip(names, row, strict=True)) for row in rows], out, ensure_ascii=False, indent=2, default=str)
        out.write("\n")
    elif form == "csv":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    else:
        for row in [names, *rows]:
            out.write("\t".join(" ".join(_cell(cell).split()) if cell is not None else "" for cell in row) + "\n")


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
    return f"Next: make report CORPUS={corpus}, or .venv/bin/enregard search WORDS --corpus {corpus}"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items())
    return str(value)
