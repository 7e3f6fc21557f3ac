"""The reading order of a page: columns one after the other, tables row by row, and the lines of each.

Columns are found by recursive cuts (Nagy & Seth 1984): a gutter is the left edge that most lines stand to either side
of. Lines that run across it, such as headings, divide the page into bands, each with columns of its own.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipeline.reading.glyphs import Stretch, Word
from pipeline.reading.paragraphs import PrintedLine

GUTTER = 0.6  # ems of white between two columns, in most lines
NARROWEST = 0.15  # ems of white between two columns, in every line
FEW, WIDE = 4, 1.2  # in fewer lines, ems of white in every line: words stand below each other by chance
ALIGNED = 0.5  # share of the lines of a second column that begin at its left edge
CANDIDATES = 12  # left edges that are tried as the beginning of a column
SAME = 1.5  # points between edges or baselines that are one
LABEL_GAP = 4.0  # ems between the label of an item and its text
DEEPEST = 12  # columns within columns
ROWS = 0.6  # share of the cells in a row of a table that begin together
LABEL = re.compile(
    r"[-–—•◦▪●■○*·✓]|[(\[]?(?:\d{1,3}|[a-zA-Z]|[ivxlcIVXLC]{1,5}|[A-Z]\d{1,2})[.)°\]]?|\d{1,2}(?:\.\d{1,2})+\.?"
)
_NOTE_CALL = re.compile(r"[\d*†‡]{1,3}(?:[,-]\d{1,3})?")
_BEFORE_A_CALL = re.compile(r"(?:[^\W\d]{3}|[»”\"’.,;:!?)])$")


def read_columns(stretches: Sequence[Stretch]) -> Iterator[list[PrintedLine]]:
    """The lines of a page, one list for each column or cell, in reading order; what stands sideways comes last."""
    yield from _region(_labelled([stretch for stretch in stretches if stretch.upright]), DEEPEST)
    sideways = [stretch for stretch in stretches if not stretch.upright]
    if sideways:
        yield [PrintedLine(_sideways(sideways), 0, 0, 0, sideways[0].size, 0, 0)]


def read_lines(stretches: Sequence[Stretch]) -> list[PrintedLine]:
    """The lines of one column from top to bottom; raised numbers are part of the line that they stand on."""
    rows: list[list[Stretch]] = []
    for stretch in sorted(stretches, key=lambda stretch: -stretch.baseline):
        row = next((row for row in reversed(rows[-3:]) if _stands_on(stretch, row)), None)
        if row is None:
            rows.append([stretch])
        else:
            row.append(stretch)
    return [_line(sorted(row, key=lambda stretch: stretch.left)) for row in rows]


def _sideways(stretches: Sequence[Stretch]) -> str:
    """What runs up or down a page, where each letter has a baseline of its own."""
    text = stretches[0].text
    for before, stretch in pairwise(stretches):
        near = abs(stretch.baseline - before.baseline) + abs(stretch.left - before.left) < before.size
        text += stretch.text if near else f" {stretch.text}"
    return text


def _labelled(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Labels of items that stand apart from their text are joined with it."""
    joined: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda stretch: (-round(stretch.baseline), stretch.left)):
        before = joined[-1] if joined else None
        if before and _is_label_of(before, stretch):
            joined[-1] = _joined(before, stretch)
        else:
            joined.append(stretch)
    return joined


def _is_label_of(label: Stretch, text: Stretch) -> bool:
    near = 0 <= text.left - label.right <= LABEL_GAP * text.size
    level = abs(label.baseline - text.baseline) < 0.2 * text.size
    return near and level and bool(LABEL.fullmatch(label.text))


def _joined(left: Stretch, right: Stretch) -> Stretch:
    moved = [word._replace(offset=word.offset + len(left.text) + 1) for word in right.words]
    text, words = f"{left.text} {right.text}", [*left.words, *moved]
    return Stretch(text, left.left, right.right, right.baseline, right.size, left.bold and right.bold, True, words)


def _region(stretches: list[Stretch], depth: int) -> Iterator[list[PrintedLine]]:
    """The columns of a part of the page."""
    cut = _best_gutter(stretches) if depth and len(stretches) >= 4 else None
    if cut is None:
        if stretches:
            yield read_lines(stretches)
        return
    for side_by_side, members in _bands(_divided(stretches, cut), cut):
        if side_by_side:
            for cell in _cells(members, cut):
                yield from _region(cell, depth - 1)
        else:
            yield from _region(members, depth - 1)


def _best_gutter(stretches: Sequence[Stretch]) -> float | None:
    """Where a second column begins, or None: the left edge that most lines stand to either side of."""
    edges = Counter(round(stretch.left / 2) for stretch in stretches)
    best, gutter = 0, None
    for edge, count in edges.most_common(CANDIDATES):
        if count < 2:
            break
        cut = min(stretch.left for stretch in stretches if round(stretch.left / 2) == edge) - SAME / 2
        score = sum(_facing(members, cut) for beside, members in _bands(_divided(stretches, cut), cut) if beside)
        if score > best:
            best, gutter = score, cut
    return gutter


def _divided(stretches: Sequence[Stretch], cut: float) -> list[Stretch]:
    """Stretches that run across ``cut`` are divided where a word begins at it."""
    pieces: list[Stretch] = []
    for stretch in stretches:
        index = _word_at(stretch, cut) if stretch.left < cut < stretch.right else 0
        if not index:
            pieces.append(stretch)
            continue
        offset = stretch.words[index].offset
        moved = [word._replace(offset=word.offset - offset) for word in stretch.words[index:]]
        pieces.append(_piece(stretch, stretch.text[:offset].rstrip(), stretch.words[:index]))
        pieces.append(_piece(stretch, stretch.text[offset:], moved))
    return pieces


def _word_at(stretch: Stretch, cut: float) -> int:
    """The number of the word that begins at ``cut`` after a space, or 0; a label is not cut off."""
    for index, (before, word) in enumerate(pairwise(stretch.words), 1):
        if -0.1 <= word.left - cut <= 2 * SAME and word.left - before.right > 0.1 * stretch.size:
            return 0 if index == 1 and LABEL.fullmatch(stretch.text[: word.offset].strip()) else index
    return 0


def _piece(stretch: Stretch, text: str, words: list[Word]) -> Stretch:
    edges = words[0].left, words[-1].right
    return Stretch(text, *edges, stretch.baseline, stretch.size, stretch.bold, stretch.upright, words)


def _bands(stretches: Sequence[Stretch], cut: float) -> list[tuple[bool, list[Stretch]]]:
    """Bands from top to bottom: those with text on both sides of ``cut`` and none across it (True), and the others."""
    runs: list[tuple[bool, list[Stretch]]] = []
    for stretch in sorted(stretches, key=lambda stretch: (-stretch.baseline, stretch.left)):
        free = not stretch.left < cut < stretch.right
        if not runs or runs[-1][0] != free:
            runs.append((free, []))
        runs[-1][1].append(stretch)
    bands: list[tuple[bool, list[Stretch]]] = []
    for free, members in runs:
        beside = free and _facing(members, cut) > 0
        if bands and not beside and not bands[-1][0]:
            bands[-1][1].extend(members)
        else:
            bands.append((beside, members))
    return bands


def _facing(members: Sequence[Stretch], cut: float) -> int:
    """How many lines stand on the side of ``cut`` that has fewer, where there is a gutter; else 0."""
    left = [stretch for stretch in members if stretch.right <= cut]
    right = [stretch for stretch in members if stretch.left >= cut]
    ends, starts = (
        _outermost(left, lambda stretch: stretch.right, max),
        _outermost(right, lambda stretch: stretch.left, min),
    )
    fewer = min(len(ends), len(starts))
    if fewer < 2 or not _overlap(left, right):
        return 0
    size = median(stretch.size for stretch in members)
    white = min(starts.values()) - max(ends.values())
    level = sum(abs(start - cut) < 2 * SAME for start in starts.values()) >= ALIGNED * len(starts)
    if white < (WIDE if fewer < FEW else NARROWEST) * size or not level:
        return 0
    gaps = [starts[height] - ends[height] for height in starts.keys() & ends.keys()]
    return fewer if sum(gap >= GUTTER * size for gap in gaps) * 2 >= len(gaps) else 0


def _outermost(
    side: Sequence[Stretch], edge: Callable[[Stretch], float], choose: Callable[[Iterable[float]], float]
) -> dict[int, float]:
    """For each line of a side, by its height in points, the edge that faces the other side."""
    lines: dict[int, list[float]] = {}
    for stretch in side:
        lines.setdefault(round(stretch.baseline / SAME), []).append(edge(stretch))
    return {height: choose(edges) for height, edges in lines.items()}


def _overlap(left: Sequence[Stretch], right: Sequence[Stretch]) -> bool:
    """Whether two sides stand beside each other, and not one above the other."""
    spans = [(min(s.baseline for s in side), max(s.baseline for s in side)) for side in (left, right)]
    return spans[0][0] <= spans[1][1] and spans[1][0] <= spans[0][1]


def _cells(members: Sequence[Stretch], cut: float) -> Iterator[list[Stretch]]:
    """The two sides of a band, whole where they are columns of text, and row by row where they are a table."""
    sides = [s for s in members if s.right <= cut + SAME], [s for s in members if s.right > cut + SAME]
    borders = [float("inf"), *_rows(*sides), float("-inf")]
    for above, below in pairwise(borders):
        for side in sides:
            cell = [stretch for stretch in side if below < stretch.baseline <= above]
            if cell:
                yield cell


def _rows(left: Sequence[Stretch], right: Sequence[Stretch]) -> list[float]:
    """Heights between the rows of a table; none where the sides are columns of text."""
    starts = [_starts(read_lines(side)) for side in (left, right)]
    together = [height for height in starts[0] if any(abs(height - facing) < 2 * SAME for facing in starts[1])]
    if len(together) < 2 or len(together) < ROWS * max(map(len, starts)):
        return []
    return [height + 2 * SAME for height in together[1:]]


def _starts(column: Sequence[PrintedLine]) -> list[float]:
    """Baselines of the lines that begin a cell or a paragraph of a column."""
    prose = _is_prose(column)
    gaps = sorted(above.baseline - below.baseline for above, below in pairwise(column))
    leading = min(gaps[len(gaps) // 4], 1.6 * column[0].size) if gaps else column[0].size
    below_space = [b.baseline for a, b in pairwise(column) if not prose or a.baseline - b.baseline > 1.25 * leading]
    return [column[0].baseline, *below_space]


def _is_prose(column: Sequence[PrintedLine]) -> bool:
    """Whether most lines of a column are full, or go on in the next."""
    edge = max(line.right for line in column)
    going_on = sum(a.right + b.first + 0.3 * a.size > edge or b.text[0].islower() for a, b in pairwise(column))
    return len(column) > 1 and going_on * 2 >= len(column) - 1


def _stands_on(stretch: Stretch, row: Sequence[Stretch]) -> bool:
    """Whether a stretch belongs to a row: on its baseline or raised from it, and beside what is there."""
    main = max(row, key=lambda member: (member.size, len(member.text)))
    smaller = min(stretch.size, main.size)
    level = abs(stretch.baseline - main.baseline) < 0.15 * max(stretch.size, main.size)
    beside = min(stretch.top, main.top) - max(stretch.bottom, main.bottom) > 0.6 * smaller
    shared = (min(stretch.right, member.right) - max(stretch.left, member.left) for member in row)
    return (level or beside) and max(shared) <= 0.5 * smaller


def _line(row: Sequence[Stretch]) -> PrintedLine:
    """One line out of the stretches of a row, from left to right; calls of notes are left out of it."""
    main = max(row, key=lambda stretch: (len(stretch.text), stretch.size))
    text, right = "", row[0].left
    for stretch in row:
        raised = stretch.size < 0.85 * main.size and stretch.baseline - main.baseline > 0.1 * main.size
        if not (raised and _NOTE_CALL.fullmatch(stretch.text) and _BEFORE_A_CALL.search(text)):
            apart = stretch.left - right > NARROWEST * main.size or text[-1:].isspace()
            text += (" " if text and apart else "") + stretch.text + (" " if raised and not text else "")
        right = max(right, stretch.right)
    words = [word for stretch in row for word in stretch.words]
    labelled = len(words) > 1 and LABEL.fullmatch(text.split()[0])
    letters = sum(len(stretch.text) for stretch in row)
    return PrintedLine(
        " ".join(text.split()),
        left=row[0].left,
        right=right,
        baseline=main.baseline,
        size=main.size,
        first=words[0].right - words[0].left,
        inner=words[1].left if labelled else row[0].left,
        bold=sum(len(stretch.text) for stretch in row if stretch.bold) > 0.9 * letters,
    )
