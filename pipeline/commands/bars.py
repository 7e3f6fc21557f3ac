"""Progress of long work: bars with rate and time left on a terminal, plain lines otherwise."""

import time

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

from pipeline.harmless import printable
from pipeline.records import Event

STEP = 10.0  # seconds between two plain lines of one stage
SEEN = 0.05  # seconds between two states of a bar: more often than it is drawn
LABELS = {
    "download": "Downloading (bytes)",
    "read": "Reading",
    "duplicates": "Comparing texts",
    "segment": "Segmenting",
    "detect": "Detecting languages",
    "translate": "Translating",
    "embed": "Reading sentences",
    "compare": "Comparing sentences",
    "check": "Checking translations",
    "pair": "Pairing documents",
    "align": "Aligning sentences",
    "mine": "Mining passages",
    "link": "Linking words",
    "lexicon": "Counting words and terms",
    "export": "Exporting",
    "import": "Importing",
    "index": "Indexing sentences",
    "copy": "Copying",
}


class Bars:
    """Progress of a run: bars with rate and time left on a terminal, plain lines otherwise."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.is_terminal = console.is_terminal  # which asks the system each time
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
            disable=not self.is_terminal,
        )

    def __enter__(self) -> "Bars":
        self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bars.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if event.note:
            self.console.print(escape(printable(event.note)), highlight=False)
        elif self.is_terminal:
            self._bar(event)
        else:
            self._line(event)

    def _bar(self, event: Event) -> None:
        if event.stage not in self.tasks:
            label = LABELS.get(event.stage, event.stage)
            self.tasks[event.stage] = self.bars.add_task(label, total=event.total or None, rate="")
        now = time.monotonic()
        if event.done != event.total and now - self.spoken.get(event.stage, 0.0) < SEEN:
            return
        self.spoken[event.stage] = now
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
