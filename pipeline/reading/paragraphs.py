"""Paragraphs out of lines, decided at each line end from the lines around it.

A line was broken for width when the first word of the next one would not have fitted on it. Whether a line end is also
the end of a paragraph shows in the space below it, in indents, in the size of the type, and in the words on both sides.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

ENDS_SENTENCE = re.compile(r"[.!?…:;][»”\"’')\]\s]*$")
STARTS_ANEW = re.compile(
    r"\s*(?:[-–—•◦▪●■○*·+>|✓]\s|[—–]|[•●■▪○]|[(\[]?\d{1,3}[.)°\]]\s|\(?[a-zA-Z][.)]\s|\(?[ivx]{1,5}[.)]\s"
    r"|\d{1,2}(?:\.\d{1,2})+\.?\s|[*#=_~.\-–—\s]{3,}$|#{1,6}\s|https?://\S+$)"
)
PARENTHETIC = re.compile(r"\s*[–—] ?[a-zà-ÿ]")  # a dash in the middle of a sentence
OPENING = "«“\"'( "
WIDER, SPACED = 1.3, 1.06  # times the leading, from which space divides paragraphs: within a sentence, and elsewhere
LOOSEST = 2.5  # ems between the baselines of one paragraph at most
NEAR = 2.0  # ems between right edges that are one
NARROW = 0.4  # share of a column's width that a narrower measure has at least
DEEPER = 0.8  # ems that an indent has at least
WIDEST_INDENT = 6.0  # ems
TIGHT, LOOSE = 0.5, 0.75  # share of the width that an open line has at least, where lengths are exact and where not
LONG = 15  # lines; paragraphs are hardly longer
SLACK = 0.4  # ems: rounding, and letters that hang over the edge


@dataclass(slots=True)
class PrintedLine:
    """A line of text in one column; lengths in one unit, ``baseline`` growing upwards.

    ``first`` is the width of its first word, ``inner`` where its text begins after the label of an item, else ``left``.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    first: float
    inner: float
    bold: bool = False


@dataclass(slots=True)
class _Measure:
    """Lines without a wider space between them, where they were broken, and whether they look like prose."""

    lines: Sequence[PrintedLine]
    edge: float
    prose: bool
    give: float
    unmarked: bool


def paragraphs(
    column: Sequence[PrintedLine], edge: float | None = None, give: float = 0.0
) -> Iterator[list[PrintedLine]]:
    """The lines of one column from top to bottom, divided into paragraphs.

    ``edge`` is where lines were broken that do not show it themselves, by default the end of the longest. ``give`` is
    how much shorter a line may be where lengths are not exact, unless a sentence ends on it among unmarked paragraphs.
    """
    for lines in _blocks(column):
        block = _Measure(lines, _edge(lines, column, edge), _is_prose(lines), give, _is_unmarked(lines))
        paragraph = [lines[0]]
        for number in range(1, len(lines)):
            if _goes_on(paragraph, block, number):
                paragraph.append(lines[number])
            else:
                yield paragraph
                paragraph = [lines[number]]
        yield paragraph


def is_full(above: PrintedLine, below: PrintedLine, edge: float) -> bool:
    """Whether the first word of ``below`` would not have fitted on the line ``above``."""
    return above.right + 0.25 * above.size + below.first > edge - SLACK * above.size


def is_open(above: PrintedLine, below: PrintedLine) -> bool:
    """Whether the words show that a sentence runs on from one line to the next."""
    return below.text.lstrip(OPENING)[:1].islower() and not ENDS_SENTENCE.search(above.text)


def same_size(above: PrintedLine, below: PrintedLine) -> bool:
    """Whether two lines are set in type of one size, give or take rounding."""
    return abs(above.size - below.size) <= 0.08 * max(above.size, below.size)


def is_near_in_size(above: PrintedLine, below: PrintedLine) -> bool:
    """Whether two lines may belong to one sentence, most of one of which is set in another font."""
    return abs(above.size - below.size) <= 0.2 * max(above.size, below.size)


def _blocks(column: Sequence[PrintedLine]) -> Iterator[list[PrintedLine]]:
    """Lines without a wider space or a change of size between them; each block keeps a leading of its own."""
    leading = _leading(column)
    block = [column[0]]
    for above, below in pairwise(column):
        gap = above.baseline - below.baseline
        usual = block[-2].baseline - above.baseline if len(block) > 1 else max(leading, above.size)
        runs_on = is_open(above, below)
        wider = gap > (WIDER if runs_on else SPACED) * usual
        other_type = not same_size(above, below) and not (runs_on and is_near_in_size(above, below))
        if wider or gap <= 0 or other_type:
            yield block
            block = [below]
        else:
            block.append(below)
    yield block


def _leading(column: Sequence[PrintedLine]) -> float:
    """The usual distance of two baselines: that of the lines which stand close."""
    gaps = [above.baseline - below.baseline for above, below in pairwise(column) if same_size(above, below)]
    gaps = sorted(gap for gap in gaps if gap > 0)
    size = median(line.size for line in column)
    return min(gaps[len(gaps) // 4], LOOSEST * size) if gaps else 1.2 * size


def _edge(block: Sequence[PrintedLine], column: Sequence[PrintedLine], usual: float | None) -> float:
    """Where the lines of a block were broken: at its own right edge, where enough lines of the column end near it."""
    alike = [line for line in column if same_size(line, block[0])]
    reach, widest = max(line.right for line in block), max(line.right for line in alike)
    left = min(line.left for line in alike)
    near = sum(abs(line.right - reach) < NEAR * line.size for line in alike)
    if near >= 3 and reach - left > NARROW * (widest - left):
        return reach
    return widest if usual is None else usual


def _is_prose(block: Sequence[PrintedLine]) -> bool:
    """Whether lines go on below in small letters, as they seldom do in verse and in lists."""
    below = [line.text.lstrip(OPENING) for line in block[1:] if not STARTS_ANEW.match(line.text)]
    return len(below) < 3 or sum(text[:1].islower() for text in below) * 3 >= len(below)


def _is_unmarked(block: Sequence[PrintedLine]) -> bool:
    """Whether so many lines stand together without an indent that neither space nor indent marks their paragraphs."""
    return len(block) > LONG and not any(b.left - a.left > DEEPER * b.size for a, b in pairwise(block))


def _goes_on(paragraph: Sequence[PrintedLine], block: _Measure, number: int) -> bool:
    """Whether line ``number`` of a block belongs to the paragraph above it."""
    above, below = paragraph[-1], block.lines[number]
    runs_on = is_open(above, below)
    ended = ENDS_SENTENCE.search(above.text) and not below.text.lstrip(OPENING)[:1].islower()
    full = is_full(above, below, block.edge - (0.0 if ended and block.unmarked else block.give))
    if _is_item(above, below, full) or (above.bold != below.bold and not (full and runs_on)):
        return False
    step = below.left - above.left
    if abs(step) > DEEPER * below.size:
        if _is_centred(above, below) and not full:
            return above.bold or runs_on
        if step > 0:
            return _hangs(paragraph, block, number) and (full or runs_on)
        if len(paragraph) > 1 or -step > WIDEST_INDENT * below.size:
            return False
    if full:
        return block.prose or runs_on
    return runs_on and above.right - above.left > (LOOSE if block.give else TIGHT) * (block.edge - above.left)


def _is_item(above: PrintedLine, below: PrintedLine, full: bool) -> bool:
    """Whether a line begins an item of a list; a number or a dash may also stand within a sentence."""
    if not STARTS_ANEW.match(below.text):
        return False
    ended = bool(ENDS_SENTENCE.search(above.text))
    if PARENTHETIC.match(below.text) and not ended:
        return False
    inside = below.text[0].isdigit() and full and not ended
    return not (inside and abs(below.left - above.left) < DEEPER * below.size)


def _is_centred(above: PrintedLine, below: PrintedLine) -> bool:
    return abs(below.left + below.right - above.left - above.right) < below.size


def _hangs(paragraph: Sequence[PrintedLine], block: _Measure, number: int) -> bool:
    """Whether a deeper line goes on with a paragraph whose first line hangs out, and does not begin a new one."""
    above, below = paragraph[-1], block.lines[number]
    if len(paragraph) > 1:
        return False
    if above.inner > above.left + 0.3 * below.size:
        return abs(below.left - above.inner) < below.size
    after = block.lines[number + 1] if number + 1 < len(block.lines) else None
    deep = after is not None and abs(after.left - below.left) <= DEEPER * below.size
    return deep or is_open(above, below)
