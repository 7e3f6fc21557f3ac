"""Pages that are pictures: which ones of a PDF are, what is recognised on them, and picture files as documents."""

import struct
from collections.abc import Sequence
from itertools import islice
from math import sqrt
from typing import Any

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.extract import Extract, marked
from pipeline.reading.glyphs import Stretch
from pipeline.reading.printed import printed_passages
from pipeline.reading.recognition import (
    MEND,
    RecognizedPage,
    find_recognizer,
    missing_packages,
    recognize,
    with_even_sizes,
)
from pipeline.reading.running import without_running_rows

DOTS = 300  # an inch: what Tesseract is made for
MOST_DOTS = 40_000_000  # of a page
STAMPS = 200  # letters: a page with fewer beside a large picture is a scan with stamps or a running line on it
COVERED = 0.4  # of the page: a picture that large may be the page
SENSELESS = 0.3  # of the characters: where so many stand for no letter, the picture says more than the text
MOST_NAMED = 10  # doubtful words
TIFF = (b"II*\0", b"MM\0*")


class Scanner:
    """Recognises the pages of one document that are pictures, and counts what it does."""

    def __init__(self, config: ReadConfig) -> None:
        self.config = config
        self._recognizer = find_recognizer(config)
        self._pages: dict[int, RecognizedPage] = {}
        self._senseless: set[int] = set()
        self._unread = 0  # pages that are pictures
        self._failure: InputError | None = None

    @property
    def encoding(self) -> str:
        """What made the characters of pictures, such as ``tesseract-5.3.0 fra+eng``; empty where none were."""
        return str(self._recognizer)[:32] if any(page.stretches for page in self._pages.values()) else ""

    def look(self, page: Any, number: int, written: Sequence[Stretch]) -> None:
        """Recognise a page (a PdfPage) where it is a picture; ``written`` is the text that it has."""
        senseless = _is_senseless(written)
        if not senseless and not _is_picture(page, written):
            return
        if self._recognizer is None:
            self._unread += not senseless
            return
        try:
            picture, dots = _drawn(page)
            self._pages[number] = recognize(picture, self._recognizer, self.config, dots)
        except InputError as error:
            self._unread += 1
            self._failure = error
        if senseless and number in self._pages:
            self._senseless.add(number)

    def read(self, picture: bytes, number: int) -> None:
        """Recognise page ``number`` of a picture file. Raises InputError E107 without Tesseract, or its failure."""
        if self._recognizer is None:
            raise InputError("E107", f"It is a picture. {self._mend()}, or remove it.")
        self._pages[number] = recognize(picture, self._recognizer, self.config, number=number)

    def completed(self, pages: Sequence[Sequence[Stretch]]) -> list[list[Stretch]]:
        """``pages`` with what was recognised: all of it on a page without text, else what stands beside the text."""
        recognized = with_even_sizes([page.stretches for page in self._pages.values()])
        whole = [list(page) for page in pages]
        for number, stretches in zip(self._pages, recognized, strict=True):
            written = [] if number in self._senseless else whole[number]
            beside = [stretch for stretch in stretches if not any(_covers(text, stretch) for text in written)]
            whole[number] = [*written, *beside]
        return whole

    def findings(self) -> list[tuple[str, str]]:
        """W125, which pages were recognised and by what; W126, doubtful words; W127, pages that were not."""
        pages = {number: page for number, page in self._pages.items() if page.stretches}
        doubtful = [f"{word} (page {number + 1})" for number, page in pages.items() for word in page.doubtful]
        findings = []
        if pages:
            findings.append(("W125", f"{len(pages)}: {self._recognizer}"))
        if doubtful:
            words = sum(page.words for page in pages.values())
            more = ", ..." if len(doubtful) > MOST_NAMED else ""
            findings.append(("W126", f"{len(doubtful)} of {words}: {', '.join(islice(doubtful, MOST_NAMED))}{more}"))
        if self._unread:
            findings.append(("W127", str(self._unread)))
        return findings

    def reason(self) -> str:
        """Why a document has no text, and what to do."""
        if self._failure:
            return self._failure.reason
        if self._recognizer is None:
            return f"It has no text, only pictures of pages. {self._mend()}."
        return "It has no text, and none is recognised on its pages. Remove it, or scan it with 300 dots an inch."

    def _mend(self) -> str:
        if not self.config.ocr:
            return "Set read.ocr = true to have it recognised"
        return f"{MEND} (`apt install {' '.join(missing_packages(self.config))}`)"


def read_picture(data: bytes, config: ReadConfig) -> Extract:
    """The text on a picture, or on each page of a TIFF. Raises InputError E107, E110, E112 or E113."""
    scanner = Scanner(config)
    count = _count_pages(data) if data.startswith(TIFF) else 1
    if count > config.max_pages:
        raise InputError("E113", f"It has more than {config.max_pages:,} pages. Split it, or raise read.max_pages.")
    for number in range(count):
        scanner.read(data, number)
    remaining, dropped = without_running_rows(scanner.completed([[]] * count), scanned=True)
    passages, joined = printed_passages(remaining)
    text, marks = marked(passages)
    if not any(map(str.isalnum, text)):
        raise InputError("E112", "No text is recognised on it. Remove it, or scan it with 300 dots an inch.")
    counts = [(code, str(number)) for code, number in (("W112", dropped), ("W106", joined)) if number]
    return Extract(text, encoding=scanner.encoding, findings=(*counts, *scanner.findings()), marks=marks)


def _count_pages(data: bytes) -> int:
    """How many pages a TIFF has: its directories are a chain. At least 1, however damaged it is."""
    order = "<" if data.startswith(TIFF[0]) else ">"
    seen: set[int] = set()
    try:
        offset = struct.unpack_from(f"{order}I", data, 4)[0]
        while offset and offset not in seen:
            seen.add(offset)
            entries = struct.unpack_from(f"{order}H", data, offset)[0]
            offset = struct.unpack_from(f"{order}I", data, offset + 2 + 12 * entries)[0]
    except struct.error:
        pass
    return max(len(seen), 1)


def _is_senseless(written: Sequence[Stretch]) -> bool:
    """Whether much of a text stands for no letter, as where a font does not say which letters it draws."""
    characters = "".join(stretch.text for stretch in written)
    lost = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < " " for c in characters)
    return len(characters) > STAMPS / 10 and lost > SENSELESS * len(characters)


def _is_picture(page: Any, written: Sequence[Stretch]) -> bool:
    """Whether a page has no text but something drawn on it, or little text and a large picture."""
    import pypdfium2.raw as pdfium

    letters = sum(map(str.isalnum, "".join(stretch.text for stretch in written)))
    if not letters:
        return next(iter(page.get_objects(max_depth=1)), None) is not None
    if letters >= STAMPS:
        return False
    width, height = page.get_size()
    boxes = [item.get_bounds() for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])]
    covered = sum(max(right - left, 0) * max(top - bottom, 0) for left, bottom, right, top in boxes)
    return bool(covered >= COVERED * width * height)


def _drawn(page: Any) -> tuple[bytes, int]:
    """A page as a picture in shades of grey (PGM), and its dots an inch."""
    width, height = page.get_size()
    dots = min(DOTS, int(72 * sqrt(MOST_DOTS / max(width * height, 1))))
    bitmap = page.render(scale=dots / 72, grayscale=True)
    try:
        rows = memoryview(bitmap.buffer).cast("B")
        step, across = bitmap.stride, bitmap.width
        body = b"".join(rows[row * step : row * step + across] for row in range(bitmap.height))
        return b"P5\n%d %d\n255\n%s" % (across, bitmap.height, body), dots
    finally:
        bitmap.close()


def _covers(text: Stretch, stretch: Stretch) -> bool:
    """Whether a text stands where a stretch was recognised."""
    across = min(text.right, stretch.right) - max(text.left, stretch.left)
    along = min(text.top, stretch.top) - max(text.bottom, stretch.bottom)
    return across > 0.5 * (stretch.right - stretch.left) and along > 0.5 * stretch.size
