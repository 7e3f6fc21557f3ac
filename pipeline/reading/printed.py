"""The text of printed pages: paragraphs that run on over columns and pages, headings, and notes where they belong."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.reading.extract import Passage
from pipeline.reading.glyphs import Stretch
from pipeline.reading.paragraphs import ENDS_SENTENCE, STARTS_ANEW, PrintedLine, is_open, paragraphs, same_size
from pipeline.reading.reading_order import read_columns
from pipeline.reading.unwrap import find_words, join

SMALLER = 0.93  # times the size of the text, from which lines at the foot of a column are notes
LARGER = 1.15  # times the size of the text, from which a short paragraph is a heading
HEADING = 200  # characters
SHORT = 3  # lines; in so short a column a paragraph of one line does not run on
_NOTE = re.compile(r"[(\[]?(?:\d{1,3}|[*†‡]{1,3}|[a-z])[.)\]]?\s")


@dataclass(slots=True)
class _Paragraph:
    """Lines of one paragraph, with the edges and the number of lines of the column that they stand in."""

    lines: list[PrintedLine]
    left: float
    right: float
    height: int
    note: bool = False

    @property
    def indent(self) -> float:
        """Ems from the edge of the column to the first line."""
        return (self.lines[0].left - self.left) / self.lines[0].size


@dataclass(slots=True)
class _Flow:
    """The text of a document as it runs on over columns and pages, and the notes that wait for its next halt."""

    indented: bool
    body: list[_Paragraph] = field(default_factory=list)
    notes: list[_Paragraph] = field(default_factory=list)

    def add(self, paragraph: _Paragraph, begins: bool) -> None:
        """One more paragraph; one that ``begins`` a column may be the rest of the last one of another."""
        if paragraph.note:
            self.notes.append(paragraph)
        elif begins and self.body and _runs_on(self.body[-1], paragraph, self.indented):
            self.body[-1].lines += paragraph.lines
        else:
            self.halt()
            self.body.append(paragraph)

    def halt(self) -> None:
        """Let the notes follow the text that they belong to."""
        if self.notes and self.body:
            self.body[-1:] = [self.body[-1], *self.notes]
            self.notes = []


def printed_passages(pages: Sequence[Sequence[Stretch]]) -> tuple[list[Passage], int]:
    """The paragraphs of a document in reading order, with their headings marked; and how many line ends went."""
    columns = [column for page in pages for column in read_columns(page)]
    size = _body_size(columns)
    divided = [list(_divided(column, size)) for column in columns]
    flow = _Flow(_is_indented([paragraph for column in divided for paragraph in column]))
    for column in divided:
        for index, paragraph in enumerate(column):
            flow.add(paragraph, begins=index == 0)
    flow.halt()
    body = [*flow.body, *flow.notes]
    words = find_words(line.text for column in columns for line in column)
    passages: list[Passage] = [(_text(paragraph, words), _markup(paragraph, size)) for paragraph in body]
    return passages, sum(len(column) for column in columns) - len(body)


def _body_size(columns: Sequence[Sequence[PrintedLine]]) -> float:
    """The size in points that most letters are set in."""
    letters = Counter[float]()
    for column in columns:
        for line in column:
            letters[round(line.size, 1)] += len(line.text)
    return max(letters, key=lambda size: (letters[size], size), default=10.0)


def _divided(column: Sequence[PrintedLine], size: float) -> Iterator[_Paragraph]:
    """The paragraphs of a column, those of its foot that are notes marked."""
    left, right = min(line.left for line in column), max(line.right for line in column)
    foot = len(column)
    while foot and column[foot - 1].size < SMALLER * size:
        foot -= 1
    foot = next((n for n in range(foot, len(column)) if _NOTE.match(column[n].text)), len(column))
    pieces = [(False, column[:foot]), *((True, note) for note in _notes(column[foot:]))]
    for note, lines in pieces:
        for paragraph in paragraphs(lines) if lines else ():
            yield _Paragraph(paragraph, left, right, len(column), note)


def _notes(lines: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    """The lines of each note: a new one begins with a label that is no smaller number than the one before."""
    notes: list[list[PrintedLine]] = []
    last = 0
    for line in lines:
        label = _NOTE.match(line.text)
        digits = re.sub(r"\D", "", label[0]) if label else ""
        if not notes or (label and (not digits or last <= int(digits) <= last + 2)):
            notes.append([])
            last = int(digits) if digits else last
        notes[-1].append(line)
    return notes


def _is_indented(body: Sequence[_Paragraph]) -> bool:
    """Whether paragraphs show by the indent of their first line, so that one without goes on with another."""
    longer = [paragraph for paragraph in body if len(paragraph.lines) > 2]
    return sum(paragraph.indent > 0.5 for paragraph in longer) * 2 > len(longer)


def _runs_on(before: _Paragraph, after: _Paragraph, indented: bool) -> bool:
    """Whether the first paragraph of a column is the rest of the last one of the column or page before."""
    above, below = before.lines[-1], after.lines[0]
    widths = before.right - before.left, after.right - after.left
    if not same_size(above, below) or above.bold != below.bold or STARTS_ANEW.match(below.text) or before.height < 2:
        return False
    full = above.right + 0.25 * above.size + below.first > before.right - 0.4 * above.size
    longer = len(before.lines) > 1 or before.height > SHORT
    if is_open(above, below):
        return full or longer
    alike = min(widths) > 0.85 * max(widths) or len(after.lines) == 1
    if not (full and longer and alike):
        return False
    return after.indent < 0.5 if indented else not ENDS_SENTENCE.search(above.text)


def _text(paragraph: _Paragraph, words: frozenset[str]) -> str:
    return join([line.text for line in paragraph.lines], words)


def _markup(paragraph: _Paragraph, size: float) -> Any:
    """A heading, where the type is larger than the text's, or all of it is bold and no sentence."""
    text = " ".join(line.text for line in paragraph.lines)
    larger = all(line.size > LARGER * size for line in paragraph.lines)
    bold = all(line.bold for line in paragraph.lines) and not ENDS_SENTENCE.search(text)
    short = len(text) <= HEADING and any(map(str.isalpha, text))
    return "heading" if short and (larger or bold) else None
