"""What stands where on a page of a PDF, by PDFium: stretches of text on one baseline, with their edges and size."""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any, NamedTuple

APART = 0.6  # ems between two glyphs on one baseline, from which they belong to different stretches
SPACE = 0.3  # ems without a glyph that stand for a space where the file has none
RAISED = 0.12  # ems; glyphs nearer than that are on one baseline
MOST_GLYPHS = 500_000  # of a page: the densest page of a newspaper has 50,000
HYPHENS = {0x02: "-", 0xAD: "-", 0xFFFE: "-", 0x2010: "-", 0x2011: "-"}  # PDFium writes 2 for the hyphen at a line end
LIGATURES = {0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi", 0x1F: "ffl"}  # of fonts of TeX that name no letters
_BOLD = re.compile(rb"(?i)bold|black|heavy|(?:cm|lm|sf|ec)\w*bx\d*$")


class Word(NamedTuple):
    """A word of a stretch: where it begins in the text, and its edges in points."""

    offset: int
    left: float
    right: float


@dataclass(slots=True)
class Stretch:
    """Text on one baseline without wide gaps; lengths in points from the lower left corner of the page as it is shown.

    ``upright`` is false for text that runs up or down the page.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    bold: bool
    upright: bool
    words: list[Word]

    @property
    def top(self) -> float:
        """Where tall letters end."""
        return self.baseline + 0.75 * self.size

    @property
    def bottom(self) -> float:
        """Where letters with a tail end."""
        return self.baseline - 0.25 * self.size


class _Glyph(NamedTuple):
    number: int
    character: str
    left: float
    right: float
    baseline: float
    points: float  # the size of its font, before the page's own scale


def stretches(textpage: Any, rotation: int) -> list[Stretch]:
    """The stretches of a page (a PdfTextPage, turned by ``rotation`` degrees) in the order in which they are drawn."""
    collected: list[Stretch] = []
    before: _Glyph | None = None
    spaced = True
    for glyph in _glyphs(textpage, rotation):
        if glyph.character.isspace() or glyph.character == "\0":
            spaced = True
            continue
        if before is None or glyph.points != before.points or not _goes_on(collected[-1], glyph, before):
            collected.append(_begun(textpage, glyph, rotation))
            spaced = True
        _append(collected[-1], glyph, spaced)
        spaced, before = False, glyph
    return collected


def _glyphs(textpage: Any, rotation: int) -> Iterator[_Glyph]:
    """The glyphs of a page in the order in which they are drawn, the page turned upright."""
    import pypdfium2.raw as pdfium

    page = textpage.raw
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    by_x, by_y, by_box = ctypes.byref(x), ctypes.byref(y), ctypes.byref(box)
    for number in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(page, number)
        pdfium.FPDFText_GetCharOrigin(page, number, by_x, by_y)
        pdfium.FPDFText_GetLooseCharBox(page, number, by_box)
        left, right, baseline = x.value, box.right, y.value
        if rotation == 90:
            left, right, baseline = y.value, box.top, -x.value
        elif rotation == 180:
            left, right, baseline = -x.value, -box.left, -y.value
        elif rotation == 270:
            left, right, baseline = -y.value, -box.bottom, x.value
        yield _Glyph(number, _character(code), left, right, baseline, pdfium.FPDFText_GetFontSize(page, number))


def _character(code: int) -> str:
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return "\ufffd"
    return HYPHENS.get(code) or LIGATURES.get(code) or chr(code)


def _begun(textpage: Any, glyph: _Glyph, rotation: int) -> Stretch:
    """An empty stretch that begins at a glyph, with the size that it is drawn in."""
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    scale, upright = 1.0, True
    if pdfium.FPDFText_GetMatrix(textpage.raw, glyph.number, ctypes.byref(matrix)):
        along, across = (matrix.a, matrix.b) if rotation % 180 == 0 else (matrix.b, matrix.a)
        scale = sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c)) or 1.0
        upright = abs(along) >= abs(across)
    name = ctypes.create_string_buffer(80)
    pdfium.FPDFText_GetFontInfo(textpage.raw, glyph.number, name, 80, None)
    size = max(scale * glyph.points, 0.1)
    bold = bool(_BOLD.search(name.value))
    return Stretch("", glyph.left, glyph.right, glyph.baseline, size, bold, upright, [])


def _append(stretch: Stretch, glyph: _Glyph, spaced: bool) -> None:
    if spaced or glyph.left - stretch.right > SPACE * stretch.size:
        stretch.text += " " if stretch.text else ""
        stretch.words.append(Word(len(stretch.text), glyph.left, glyph.right))
    else:
        word = stretch.words[-1]
        stretch.words[-1] = word._replace(right=max(word.right, glyph.right))
    stretch.text += glyph.character
    stretch.right = max(stretch.right, glyph.right)


def _goes_on(stretch: Stretch, glyph: _Glyph, before: _Glyph) -> bool:
    """Whether a glyph belongs to the stretch under way; the letters of a ligature all begin where it does."""
    if abs(glyph.baseline - stretch.baseline) > RAISED * stretch.size:
        return False
    gap = glyph.left - stretch.right
    return gap <= APART * stretch.size and (gap >= -0.5 * stretch.size or glyph.left == before.left)
