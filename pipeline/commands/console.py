"""What a terminal shows: tables, and two texts side by side."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console, Group
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from db.queries_search import Hit
from pipeline.commands.output import cell_text
from pipeline.harmless import printable
from pipeline.search.memory import Suggestion
from pipeline.search.similar import Similar
from pipeline.search.statistics import Dispersion
from pipeline.search.terminal import concordance, dispersion, memory, similar

COLOURS = ("green", "cyan", "magenta", "yellow", "blue", "red")
STYLES = tuple(f"{shape}{colour}" for shape in ("", "underline ", "reverse ") for colour in COLOURS)
NARROW = 16  # columns that a value is given before a table counts as too wide


def plain(text: str, style: str = "") -> Text:
    """Text for a terminal, without what would steer it."""
    return Text(printable(text), style)


def table(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int) -> Table | Group:
    """Rows as a table: numbers to the right, NULL to be seen; what a cell holds is never taken for markup.

    Where the columns have no room beside each other, each row is a list of its values.
    """
    longest = [max((_length(row[column]) for row in rows), default=0) for column in range(len(names))]
    needed = sum(min(NARROW, max(len(name), most)) + 1 for name, most in zip(names, longest, strict=True))
    if len(rows) > 0 and needed > width:
        return Group(*(_record(names, row, number) for number, row in enumerate(rows, 1)))
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for column, name in enumerate(names):
        numbers = any(_is_number(row[column]) for row in rows)
        fixed = longest[column] <= NARROW
        grid.add_column(plain(name), justify="right" if numbers else "left", no_wrap=fixed, overflow="fold")
    for row in rows:
        grid.add_row(*(_shown(cell) for cell in row))
    return grid


def print_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows as a table as wide as the terminal."""
    terminal = Console(highlight=False)
    terminal.print(table(names, rows, terminal.width))


def print_facing(left: str, right: str, links: Sequence[Mapping[str, Any]]) -> None:
    """Print two texts with the words that translate each other in the same colour."""
    Console().print(*facing(left, right, links), sep="\n")


def print_matches(matches: Sequence[Suggestion]) -> None:
    """Print each match with what faces it; words that differ from what was asked for stand out."""
    Console(highlight=False).print(*memory(matches), sep="\n")


def print_similar(matches: Sequence[Similar]) -> None:
    """Print each hit of a search by meaning with its similarity and what faces it."""
    Console(highlight=False).print(*similar(matches), sep="\n")


def print_hits(hits: Sequence[Hit], context: int | None = None) -> None:
    """Print each hit with what was found in the middle, and ``context`` columns on each side if that is given."""
    terminal = Console(highlight=False)
    terminal.print(*concordance(hits, terminal.width, context), sep="\n", soft_wrap=context is not None)


def print_dispersion(spread: Dispersion) -> None:
    """Print where hits are, document by document."""
    terminal = Console()
    terminal.print(*dispersion(spread, terminal.width), sep="\n", highlight=False)


def facing(left: str, right: str, links: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    """Two texts with the words that translate each other in the same colour; what has none stays plain."""
    for side, text in (("left", left), ("right", right)):
        marked = plain(text)
        for number, link in enumerate(links):
            marked.stylize(STYLES[number % len(STYLES)], link[side]["start"], link[side]["end"])
        yield marked


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float))


def _length(cell: Any) -> int:
    return 4 if cell is None else max(map(cell_len, cell_text(cell).split("\n")))


def _shown(cell: Any) -> Text:
    return Text("NULL", "dim italic") if cell is None else plain(cell_text(cell))


def _record(names: Sequence[str], row: Sequence[Any], number: int) -> Group:
    """One row as a list of names and values."""
    grid = Table(box=None, show_header=False, pad_edge=False)
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, cell in zip(names, row, strict=True):
        grid.add_row(plain(name), _shown(cell))
    return Group(Rule(str(number), style="dim", align="left"), grid)
