"""Pairs as HTML pages, both texts side by side in the look of the report: no script, nothing loaded from elsewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pipeline import VERSION
from pipeline.batches import batched
from pipeline.export.selection import ExportPair, PairSide
from pipeline.report import page as report
from pipeline.wording import Wording

ROWS = 2_000  # on one page
MINED = frozenset({"passage", "related"})


@dataclass(frozen=True, slots=True)
class Page:
    """One page: pairs of one kind whose left side is in one document."""

    name: str
    kind: str
    left: PairSide
    right: PairSide
    rows: int
    part: int


def write_pages(pairs: Iterable[ExportPair], folder: Path, title: str, wording: Wording) -> None:
    """``index.html`` and a page for each pair of documents; passages stand together, by the document on the left."""
    templates = report.environment(report.Options(language=wording.language))
    pages: list[Page] = []
    for rows, number in _parted(pairs):
        name = f"{len(pages) + 1:05}.html"
        first = rows[0]
        page = Page(name, first.kind, first.left, first.right, len(rows), number)
        template = templates.get_template("export/page.html.j2")
        template.stream(page=page, rows=rows, version=VERSION).dump(str(folder / name), "utf-8")
        pages.append(page)
    index = templates.get_template("export/index.html.j2")
    total = sum(page_of_pairs.rows for page_of_pairs in pages)
    index.stream(pages=pages, total=total, title=title, version=VERSION).dump(str(folder / "index.html"), "utf-8")


def _parted(pairs: Iterable[ExportPair]) -> Iterator[tuple[tuple[ExportPair, ...], int]]:
    """The rows of each page, with the number of the part where there are too many for one."""
    for _, facing in groupby(pairs, key=_place):
        for number, rows in enumerate(batched(facing, ROWS), 1):
            yield rows, number


def _place(pair: ExportPair) -> tuple[str, str, str]:
    return pair.left.about.id, pair.kind, "" if pair.kind in MINED else pair.right.about.id
