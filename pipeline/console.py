"""What the command line shows: progress, tables and search results. Only ``cli`` hands things to be printed."""

import csv
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from pipeline.run import Event

STEP = 10.0  # seconds between two plain lines of one stage
HIT = str.maketrans({"\x02": "", "\x03": ""})
LABELS = {
    "read": "Reading",
    "duplicates": "Comparing texts",
    "segment": "Segmenting",
    "detect": "Detecting languages",
    "translate": "Translating",
    "pair": "Pairing documents",
    "align": "Aligning sentences",
    "mine": "Mining passages",
}


class Bars:
    """Progress of a run: bars with rate and time left on a terminal, plain lines otherwise."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.tasks: dict[str, TaskID] = {}
        self.spoken: dict[str, float] = {}
        self.bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> "Bars":
        self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bars.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if event.note:
            self.console.print(escape(event.note), highlight=False)
        elif self.console.is_terminal:
            self._bar(event)
        else:
            self._line(event)

    def _bar(self, event: Event) -> None:
        if event.stage not in self.tasks:
            label = LABELS.get(event.stage, event.stage)
            self.tasks[event.stage] = self.bars.add_task(label, total=event.total or None, rate="")
        task = self.tasks[event.stage]
        speed = self.bars.tasks[task].speed
        self.bars.update(task, completed=event.done, total=event.total or None, rate=f"{speed:.0f}/s" if speed else "")

    def _line(self, event: Event) -> None:
        now = time.monotonic()
        first = event.stage not in self.spoken
        if first or event.done == event.total or now - self.spoken[event.stage] >= STEP:
            self.spoken[event.stage] = now
            of = f" of {event.total}" if event.total else ""
            self.console.print(f"{LABELS.get(event.stage, event.stage)}: {event.done}{of}", highlight=False)


def table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Rows as a table; what a cell holds is never taken for markup."""
    made = Table(*(Text(name) for name in names), box=None, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*(Text("" if cell is None else _cell(cell)) for cell in row))
    return made


def write_rows(names: Sequence[str], rows: Sequence[Sequence[Any]], form: str, out: TextIO) -> None:
    """Rows as ``json`` (a list of objects), ``csv`` or ``tsv`` (tabs and line ends inside cells become spaces)."""
    if form == "json":
        json.dump([dict(zip(names, row, strict=True)) for row in rows], out, ensure_ascii=False, indent=2)
        out.write("\n")
    elif form == "csv":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    else:
        for row in [names, *rows]:
            out.write("\t".join(" ".join(_cell(cell).split()) if cell is not None else "" for cell in row) + "\n")


def hit(marked: str) -> Text:
    """A search result: what stands between U+0002 and U+0003 in colour."""
    made = Text()
    for part in marked.split("\x02"):
        found, _, rest = part.rpartition("\x03")
        made.append(found, "bold green")
        made.append(rest)
    return made


def plain(marked: str) -> str:
    """A search result without its marks."""
    return marked.translate(HIT)


def facts(pairs: Mapping[str, Any]) -> Table:
    """Names and values, one a line."""
    made = Table(box=None, show_header=False, pad_edge=False)
    for name, value in pairs.items():
        if value not in (None, "", {}):
            made.add_row(Text(name, "bold"), Text(_cell(value)))
    return made


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items())
    return str(value)
