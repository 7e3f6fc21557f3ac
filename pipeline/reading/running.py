"""Running heads, feet and page numbers: lines that pages repeat at the same height of their upper or lower edge."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from pipeline.reading.glyphs import Stretch

EDGE = 3  # rows at the top and at the foot of a page that may be running
LEVEL = 4.0  # points between heights that are one
SCANNED_LEVEL = 14.0  # the same on scans, which lie on the glass as they come
RECENT = 100  # wordings that one is compared with
ALIKE = 0.8  # of the characters: so much alike are running lines that were recognised on scans
SHORT = 4  # pages; in so few, half of them must have a running line, in more three of them
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?i)\W*(?:p(?:age|\.)?\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|sur|of|de)\s*\d{1,4})?\W*")
_NOTE = re.compile(r"\(?\d{1,3}[.)]?\s+(?:\S+\s+){2,}\S*[.!?»)]$")


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """A row at an edge of a page: its height, its text, and the stretches that it is made of."""

    page: int
    height: float
    text: str
    stretches: tuple[Stretch, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers in it, by which the rows of two pages may differ."""
        return tuple(int(digits[-9:]) for digits in _NUMBER.findall(self.text))


def without_running_rows(pages: Sequence[Sequence[Stretch]], scanned: bool = False) -> tuple[list[list[Stretch]], int]:
    """The stretches of all pages, less running heads, feet and page numbers; and how many rows went.

    On ``scanned`` pages they may stand a little higher or lower, and differ in what was recognised.
    """
    dropped: set[int] = set()
    count = 0
    for edge in (True, False):
        for row in _running([_edge_rows(number, page, edge) for number, page in enumerate(pages)], scanned):
            dropped |= set(map(id, row.stretches))
            count += 1
    return [[stretch for stretch in page if id(stretch) not in dropped] for page in pages], count


def _edge_rows(number: int, page: Sequence[Stretch], top: bool) -> list[EdgeRow]:
    """The rows nearest to an edge, the outermost first."""
    rows: list[list[Stretch]] = []
    for stretch in sorted(page, key=lambda stretch: -stretch.baseline if top else stretch.baseline):
        if stretch.upright and rows and abs(rows[-1][0].baseline - stretch.baseline) < 0.4 * stretch.size:
            rows[-1].append(stretch)
        elif stretch.upright and len(rows) < EDGE:
            rows.append([stretch])
        elif stretch.upright:
            break
    ordered = (sorted(row, key=lambda stretch: stretch.left) for row in rows)
    return [EdgeRow(number, row[0].baseline, " ".join(s.text for s in row), tuple(row)) for row in ordered]


def _running(pages: Sequence[Sequence[EdgeRow]], scanned: bool) -> Iterator[EdgeRow]:
    """The running rows of one edge."""
    least = max(2, len(pages) / 2) if len(pages) <= SHORT else 3
    alike: dict[str, list[EdgeRow]] = {}
    for row in (row for page in pages for row in page):
        wording = _NUMBER.sub("#", row.text)
        alike.setdefault(_nearly(wording, alike) if scanned else wording, []).append(row)
    repeated = {
        id(row) for rows in alike.values() for row in _repeated(rows, least, SCANNED_LEVEL if scanned else LEVEL)
    }
    for page in pages:
        for index, row in enumerate(page):  # from the edge inwards, up to the first that is text
            if id(row) not in repeated and (index or not _is_page_number(row, len(page))):
                break
            yield row


def _nearly(wording: str, known: dict[str, list[EdgeRow]]) -> str:
    """One of the wordings ``known`` last that is nearly this one, or this one."""
    matcher = SequenceMatcher(None, b=wording, autojunk=False)
    for other in islice(reversed(known), RECENT):
        matcher.set_seq1(other)
        near = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
        if near and other.count("#") == wording.count("#"):
            return other
    return wording


def _repeated(rows: Sequence[EdgeRow], least: float, apart: float) -> list[EdgeRow]:
    """Those of some rows with one wording that stand at one height on enough pages, numbered as the pages are."""
    repeated: list[EdgeRow] = []
    for level in _levels(rows, apart).values():
        numbers = [row.numbers for row in level]
        if len({row.page for row in level}) < least or (len(set(numbers)) > 1 and not _are_counted(level)):
            continue
        repeated += level
    return repeated


def _levels(rows: Sequence[EdgeRow], apart: float) -> Mapping[int, list[EdgeRow]]:
    levels: dict[int, list[EdgeRow]] = {}
    for row in rows:
        index = next((n for n, level in levels.items() if abs(level[0].height - row.height) <= apart), len(levels))
        levels.setdefault(index, []).append(row)
    return levels


def _are_counted(rows: Sequence[EdgeRow]) -> bool:
    """Whether what differs in some rows is the number of the page; numbered notes are no running lines."""
    if any(_NOTE.match(row.text) for row in rows):
        return False
    columns = zip(*(row.numbers for row in rows), strict=True)
    offsets = [{number - row.page for number, row in zip(column, rows, strict=True)} for column in columns]
    constant = [len({row.numbers[index] for row in rows}) == 1 for index in range(len(offsets))]
    return all(fixed or len(steps) == 1 for fixed, steps in zip(constant, offsets, strict=True))


def _is_page_number(row: EdgeRow, rows: int) -> bool:
    return rows > 1 and bool(_PAGE_NUMBER.fullmatch(row.text))
