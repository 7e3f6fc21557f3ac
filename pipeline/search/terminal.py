"""Search results on a terminal: lines with what was found in one column, and blocks for where it was found."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from db.queries_search import Hit
from pipeline.search.marks import line, pieces
from pipeline.search.memory import Suggestion
from pipeline.search.similar import Similar
from pipeline.search.statistics import CELLS, Dispersion

HIT, ALSO, FACING = "bold green", "green", "italic"
DIFFERS = "underline yellow"
WIDE = 100  # columns from which each cell of a dispersion plot has one of its own
SHARE = 0.4  # of the width, left of what was found
# Line ends and tabs become spaces; what could steer a terminal becomes a sign that can be seen.
_SAFE = {number: "\ufffd" for number in (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_SAFE |= dict.fromkeys((9, 10, 11, 12, 13, 0x85, 0x2028, 0x2029), " ") | {2: "\x02", 3: "\x03"}


def concordance(hits: Sequence[Hit], width: int, context: int | None = None) -> Iterator[RenderableType]:
    """Each hit with what was found in the middle, and what faces it below; the document where it changes.

    ``context``: so many columns on each side of what was found, however wide the terminal is.
    """
    path = ""
    for hit in hits:
        if hit.path != path:
            path = hit.path
            yield Text(safe(path), "bold cyan")
        yield kwic(hit.marked, width, context)
        yield from _below(hit)


def kwic(marked: str, width: int, context: int | None = None) -> Text:
    """One line of at most ``width`` columns; what was found begins in the same column whatever stands before it."""
    cut = line(safe(marked))
    left, room = _coloured(cut.left), context or max(1, int(width * SHARE))
    if context:
        width = room + Text(cut.keyword).cell_len + context
    if left.cell_len > room:
        while left.cell_len > room - 1:
            left = left[1:]
        left = Text.assemble(("…", "dim"), left)
    text = Text.assemble(" " * (room - left.cell_len), left, (cut.keyword, HIT), _coloured(cut.right))
    text.truncate(width, overflow="ellipsis")
    return text


def memory(matches: Sequence[Suggestion]) -> Iterator[RenderableType]:
    """Each match with what faces it, its words that the sentence lacks underlined."""
    for match in matches:
        stretches = (Text(stretch, DIFFERS if differs else "") for stretch, differs in pieces(safe(match.marked)))
        yield Text.assemble((f"{match.similarity:4.0%}  ", "bold"), *stretches)
        yield Padding(Text.assemble(("= ", "dim"), (safe(match.facing), FACING)), (0, 0, 0, 6))
        yield Padding(
            Text(f"{safe(match.row.path)}  {match.row.verdict or 'by people'}  {match.row.id}", "dim"), (0, 0, 0, 6)
        )


def similar(matches: Sequence[Similar]) -> Iterator[RenderableType]:
    """Each hit with its similarity, what faces it and where it comes from."""
    for match in matches:
        hit = match.hit
        yield Text.assemble((f"{match.similarity:4.2f}  ", "bold"), safe(hit.marked))
        facing = () if hit.facing is None else (Text.assemble(("= ", "dim"), (safe(hit.facing), FACING)),)
        origin = "" if hit.facing_origin is None else f"  =  {hit.facing_language} {safe(hit.facing_origin)}"
        about = Text(f"{safe(hit.path)}  {hit.language}{origin}  {hit.id}", "dim")
        yield from (Padding(line, (0, 0, 0, 6)) for line in (*facing, about))


def dispersion(spread: Dispersion, width: int) -> Iterator[Text]:
    """A line a document: blocks along its text, as high as there are hits."""
    step = 1 if width >= WIDE else 2
    most = max((max(document.narrowed(step)) for document in spread.spreads), default=1)
    names = max(8, min(40, width - CELLS // step - 25))
    for document in spread.spreads:
        name = Text(safe(document.path))
        name.truncate(names, overflow="ellipsis", pad=True)
        yield (
            name
            + Text(" ▕")
            + Text(document.bar(most, step), HIT)
            + Text(f"▏{document.hits:6} {document.per_10000:8.1f}")
        )
    yield Text(summary(spread))


def summary(spread: Dispersion) -> str:
    """The measures in words."""
    if spread.dp is None or spread.normalised is None:
        return "Dispersion is measured across at least two documents with a hit between them."
    coverage = f"in {len(spread.spreads)} of {spread.documents} documents"
    return (
        f"DP {spread.dp:.3f}, normalised {spread.normalised:.3f} (0: evenly spread; 1: all in one place); {coverage}."
    )


def safe(text: str) -> str:
    """A text on one line, without anything that steers a terminal."""
    return text.translate(_SAFE)


def _coloured(marked: str, style: str = "") -> Text:
    return Text.assemble(*((stretch, ALSO if keyword else style) for stretch, keyword in pieces(marked)))


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
