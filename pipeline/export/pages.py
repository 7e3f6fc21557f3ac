"""Pairs as HTML pages, both texts side by side in the look of the report: no script, nothing loaded from elsewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pipeline import VERSION
from pipeline.export.pairs import Pair, Side, batches
from pipeline.report import page as report

ROWS = 2_000  # on one page
NAMES = {"bitext": "a translation", "passage": "passages elsewhere", "translation": "machine translation"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: pairs of one kind whose left side is in one document."""

    name: str
    kind: str
    left: Side
    right: Side
    rows: int
    part: int


def write_pages(pairs: Iterable[Pair], folder: Path, title: str) -> None:
    """``index.html`` and a page for each pair of documents; passages stand together, by the document on the left."""
    templates = report.environment()
    made: list[Page] = []
    for rows, part in _parted(pairs):
        name = f"{len(made) + 1:05}.html"
        first = rows[0]
        page = Page(name, first.kind, first.left, first.right, len(rows), part)
        template = templates.get_template("export/page.html.j2")
        template.stream(page=page, rows=rows, names=NAMES, version=VERSION).dump(str(folder / name), "utf-8")
        made.append(page)
    index = templates.get_template("export/index.html.j2")
    total = sum(one.rows for one in made)
    index.stream(pages=made, total=total, title=title, names=NAMES, version=VERSION).dump(
        str(folder / "index.html"), "utf-8"
    )


def _parted(pairs: Iterable[Pair]) -> Iterator[tuple[tuple[Pair, ...], int]]:
    """The rows of each page, with the number of the part where there are too many for one."""
    for _, some in groupby(pairs, key=_place):
        for part, rows in enumerate(batches(some, ROWS), 1):
            yield rows, part


def _place(one: Pair) -> tuple[str, str, str]:
    return one.left.about.id, one.kind, "" if one.kind == "passage" else one.right.about.id
