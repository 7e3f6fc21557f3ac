"""Search results on a terminal: lines with what was found in one column, and blocks for where it was found."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from db.queries_search import Hit
from pipeline.search.concordance import line, pieces
from pipeline.search.statistics import Dispersion

FOUND, ALSO, FACING = "bold green", "green", "italic"
SHARE = 0.4  # of the width, left of what was found
# Line ends and tabs become spaces; what could steer a terminal becomes a sign that can be seen.
_SAFE = {number: "\ufffd" for number in (*range(32), *range(127, 160))}
_SAFE |= dict.fromkeys((9, 10, 11, 12, 13, 0x85, 0x2028, 0x2029), " ") | {2: "\x02", 3: "\x03"}


def concordance(hits: Sequence[Hit], width: int) -> Iterator[RenderableType]:
    """Each hit with what was found in the middle, and what faces it below; the document where it changes."""
    path = ""
    for hit in hits:
        if hit.path != path:
            path = hit.path
            yield Text(safe(path), "bold cyan")
        yield kwic(hit.marked, width)
        yield from _below(hit)


def kwic(marked: str, width: int) -> Text:
    """One line of at most ``width`` columns; what was found begins in the same column whatever stands before it."""
    found = line(safe(marked))
    left, room = _coloured(found.left), max(1, int(width * SHARE))
    if left.cell_len > room:
        while left.cell_len > room - 1:
            left = left[1:]
        left = Text.assemble(("…", "dim"), left)
    made = Text.assemble(" " * (room - left.cell_len), left, (found.keyword, FOUND), _coloured(found.right))
    made.truncate(width, overflow="ellipsis")
    return made


def dispersion(found: Dispersion, width: int) -> Iterator[Text]:
    """A line a document: blocks along its text, as high as there are hits."""
    most = max((max(one.cells) for one in found.spreads), default=1)
    names = max(8, min(40, width - 75))
    for one in found.spreads:
        name = Text(safe(one.path))
        name.truncate(names, overflow="ellipsis", pad=True)
        yield name + Text(" ▕") + Text(one.bar(most), FOUND) + Text(f"▏{one.hits:6} {one.per_10000:8.1f}")
    yield Text(summary(found))


def summary(found: Dispersion) -> str:
    """The measures in words."""
    if found.dp is None or found.normalised is None:
        return "Dispersion is measured across at least two documents with a hit between them."
    held = f"in {len(found.spreads)} of {found.documents} documents"
    return f"DP {found.dp:.3f}, normalised {found.normalised:.3f} (0: evenly spread; 1: all in one place); {held}."


def safe(text: str) -> str:
    """A text on one line, without anything that steers a terminal."""
    return text.translate(_SAFE)


def _coloured(marked: str, style: str = "") -> Text:
    return Text.assemble(*((part, ALSO if found else style) for part, found in pieces(marked)))


def _below(hit: Hit) -> Iterator[RenderableType]:
    """What faces the hit, with where it comes from and the id to look it up by."""
    score = "" if hit.score is None else f"  {hit.score:.2f}"
    verdict = f"  {hit.verdict}" if hit.verdict else ""
    origin = "" if hit.origin == "human" else f"  {safe(hit.origin)}"
    if hit.facing is not None:
        yield Padding(Text.assemble(("= ", "dim"), _coloured(safe(hit.facing), FACING)), (0, 0, 0, 4))
    facing = "" if hit.facing_origin is None else f"  =  {hit.facing_language} {safe(hit.facing_origin)}"
    yield Text(
        f"    {hit.language}{origin}{facing}{score}{verdict}  {hit.id}", "dim", overflow="ellipsis", no_wrap=True
    )
