"""Text out of pictures of pages by Debian's Tesseract, where it is installed: stretches and where they stand.

Tesseract gives its words with their boxes and how sure it is of each (hOCR, Breuel 2007). Pages that lie on their side
or are a little askew are turned upright, so that their lines, columns and paragraphs are found as those of any PDF.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import median
from typing import Any, NamedTuple

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.glyphs import Stretch, Word
from pipeline.reading.outside import run_program
from pipeline.reading.zipped import xml

PROGRAM = "tesseract"
MEND = "`make ocr` installs what reads pictures of pages"
UNSURE = 50  # of 100: a word of which Tesseract is less sure is doubtful
CREDIBLE, CREDIBLE_LETTERS = 60, 3  # a word that counts as text: how sure, and how many letters
FEWEST = 2  # such words on a page; a photograph gives none, or one
STRAY = 0.3  # share of the words that count as text; on a photograph few do
JITTER = 0.15  # of the leading of a paragraph: so far may a line be off
APART = 1.5  # ems between two words of a line, from which they belong to different stretches: justified lines have gaps
POINTS = 10.0  # the size that the text of a picture is given, whose scale nobody knows
_DESCENDING = re.compile(r"[gjpqyçþ,;()\[\]{}|/@§&$Q_µ]")
_CONFUSED = {"|": "I", "ler": "1er"}  # what is no word of either language, and what it is
_BAR = re.compile(r"^\|(?=['’]?[a-zà-ÿ]|['’]$)")  # for an l
_ELIDED = re.compile(r"(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)['’]", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Recognizer:
    """Tesseract as it is installed, with the languages that it is asked for."""

    program: str
    version: str
    languages: tuple[str, ...]

    def __str__(self) -> str:
        """Such as ``tesseract-5.3.0 fra+eng``."""
        return f"{PROGRAM}-{self.version} {'+'.join(self.languages)}"


class RecognizedPage(NamedTuple):
    """What stands on a picture of a page: stretches, the number of words, and those that are doubtful."""

    stretches: list[Stretch]
    words: int = 0
    doubtful: tuple[str, ...] = ()


class _Box(NamedTuple):
    """Pixels from the upper left corner of a page that stands upright."""

    left: float
    top: float
    right: float
    bottom: float


class _Word(NamedTuple):
    text: str
    box: _Box
    sure: float


class _Line(NamedTuple):
    """``baseline`` is where it crosses the left edge of the page, in pixels from the top."""

    words: list[_Word]
    size: float
    angle: int
    slope: float
    baseline: float

    @property
    def middle(self) -> float:
        """Pixels from the left edge of the page."""
        return (self.words[0].box.left + self.words[-1].box.right) / 2


class _Frame(NamedTuple):
    """How a page lies: its slope, the points of a pixel, its height and the middle of its width in pixels."""

    slope: float
    unit: float
    height: float
    middle: float


def find_recognizer(config: ReadConfig) -> Recognizer | None:
    """Tesseract with the languages of ``read.ocr_languages``, or None where any of that is missing."""
    version, languages = _installed(os.environ.get("PATH"))
    whole = config.ocr and version and set(config.ocr_languages) <= languages
    return Recognizer(shutil.which(PROGRAM) or PROGRAM, version, config.ocr_languages) if whole else None


def missing_packages(config: ReadConfig) -> list[str]:
    """The Debian packages that recognition lacks."""
    version, languages = _installed(os.environ.get("PATH"))
    missing = sorted(set(config.ocr_languages) - languages)
    packages = [f"tesseract-ocr-{language.replace('_', '-').lower()}" for language in missing]
    return packages if version else ["tesseract-ocr", *packages]


@cache
def _installed(path: str | None) -> tuple[str, frozenset[str]]:
    """The version of the Tesseract on ``path`` and its languages; an empty version where there is none."""
    program = shutil.which(PROGRAM, path=path)
    if program is None:
        return "", frozenset()
    try:
        version = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=True)
        listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return "", frozenset()
    number = re.search(r"\d[\w.]*", (version.stdout or version.stderr).split("\n")[0])
    return (number[0] if number else "unknown"), frozenset(listed.stdout.split("\n")[1:])


def recognize(
    picture: bytes, recognizer: Recognizer, config: ReadConfig, dots: int = 0, number: int = 0
) -> RecognizedPage:
    """Page ``number`` of a picture with ``dots`` an inch (0: not known). Raises InputError E110 or E113."""
    command = [recognizer.program, "-", "-", "-l", "+".join(recognizer.languages), "--psm", "1"]
    command += ["--dpi", str(dots)] if dots else []
    output = run_program([*command, "-c", f"tessedit_page_number={number}", "hocr"], picture, config)
    page = next((item for item in xml(output).iter() if item.get("class") == "ocr_page"), None)
    if page is None:
        raise InputError("E110", "Tesseract finds no page in it. Get a whole copy of it.")
    return _page(page, dots)


def _page(page: Any, dots: int) -> RecognizedPage:
    _, _, width, height = _numbers(page, "bbox")
    lines = [line for line in _lines(page, width, height) if any(any(map(str.isalnum, w.text)) for w in line.words)]
    words = [word for line in lines for word in line.words]
    credible = [
        word for word in words if word.sure >= CREDIBLE and sum(map(str.isalpha, word.text)) >= CREDIBLE_LETTERS
    ]
    if len(credible) < max(FEWEST, STRAY * len(words)):
        return RecognizedPage([])
    angle = max((line.angle for line in lines), key=[line.angle for line in lines].count)
    slope = median(line.slope for line in lines)
    unit = 72 / dots if dots else POINTS / median(line.size for line in lines for _ in line.words)
    tall = height if angle % 180 == 0 else width
    frame = _Frame(slope, unit, tall, middle=(width + height - tall) / 2)
    stretches = [stretch for line in lines for stretch in _stretches(line, frame, line.angle == angle)]
    doubtful = tuple(word.text for word in words if word.sure < UNSURE)
    return RecognizedPage(stretches, len(words), doubtful)


def _lines(page: Any, width: float, height: float) -> Iterator[_Line]:
    """The lines of a page in the order in which Tesseract reads them, each turned upright."""
    for paragraph in (item for item in page.iter() if item.get("class") == "ocr_par"):
        yield from _evened([_line(item, width, height) for item in paragraph if any(map(_has_text, item))])


def _evened(lines: Sequence[_Line]) -> list[_Line]:
    """The lines of a paragraph with one size, slope and leading, where they nearly have: all are measured in pixels."""
    if not lines:
        return []
    usual = median(line.size for line in lines for word in line.words for _ in word.text)
    slope = median(line.slope for line in lines)
    levels = [line.baseline + (line.slope - slope) * line.middle for line in lines]
    leading = (levels[-1] - levels[0]) / max(len(levels) - 1, 1)
    even = [levels[0] + number * leading for number in range(len(levels))]
    is_even = all(abs(level - regular) < JITTER * leading for level, regular in zip(levels, even, strict=True))
    # the size of a short line depends on which letters stand on it
    sizes = [usual if 0.65 * usual < line.size < 1.35 * usual else line.size for line in lines]
    return [
        line._replace(size=size, slope=slope, baseline=level)
        for line, size, level in zip(lines, sizes, even if is_even else levels, strict=True)
    ]


def _has_text(item: Any) -> bool:
    return item.get("class") == "ocrx_word" and bool("".join(item.itertext()).strip())


def _line(item: Any, width: float, height: float) -> _Line:
    angle = int(next(iter(_numbers(item, "textangle")), 0)) % 360
    words = _joined(
        _Word(
            _as_written(" ".join("".join(word.itertext()).split())),
            _turned(_Box(*_numbers(word, "bbox")), angle, width, height),
            next(iter(_numbers(word, "x_wconf")), 0.0),
        )
        for word in item
        if _has_text(word)
    )
    size = max(next(iter(_numbers(item, "x_size")), 1.0), 1.0)
    if not _numbers(item, "baseline"):  # as on pages that are not upright
        return _Line(words, size, angle, 0.0, _foot(words, size))
    slope, offset = _numbers(item, "baseline")[:2]
    box = _Box(*_numbers(item, "bbox"))
    return _Line(words, size, angle, slope, box.bottom + offset - slope * box.left)


def _as_written(word: str) -> str:
    return _CONFUSED.get(word) or _BAR.sub("l", word)


def _joined(words: Iterable[_Word]) -> list[_Word]:
    """The words of a line, those with an elided vowel together with what they belong to."""
    joined: list[_Word] = []
    for word in words:
        if joined and _ELIDED.fullmatch(joined[-1].text) and word.text[0].isalpha():
            before = joined.pop()
            box = before.box._replace(right=word.box.right, bottom=max(before.box.bottom, word.box.bottom))
            joined.append(_Word(before.text + word.text, box, min(before.sure, word.sure)))
        else:
            joined.append(word)
    return joined


def _numbers(item: Any, name: str) -> list[float]:
    """The numbers of a property of hOCR, which stand in the title of an element."""
    for stated in str(item.get("title", "")).split(";"):
        if stated.split()[:1] == [name]:
            return [float(number) for number in _NUMBER.findall(stated)]
    return []


def _turned(box: _Box, angle: int, width: float, height: float) -> _Box:
    """A box on a page of ``width`` and ``height`` as it stands once the page is turned upright."""
    left, top, right, bottom = box
    if angle == 90:
        return _Box(height - bottom, left, height - top, right)
    if angle == 180:
        return _Box(width - right, height - bottom, width - left, height - top)
    if angle == 270:
        return _Box(top, width - right, bottom, width - left)
    return box


def _stretches(line: _Line, frame: _Frame, upright: bool) -> Iterator[Stretch]:
    """A line cut where wide gaps are; the page is turned about its middle by its slope, and measured in points."""
    height = frame.height - (line.baseline + (line.slope - frame.slope) * line.middle + frame.slope * frame.middle)
    size = round(frame.unit * line.size, 1)
    shift = frame.slope * (line.baseline - frame.height / 2)
    stretch: Stretch | None = None
    for word in line.words:
        left, right = (frame.unit * (edge + shift) for edge in (word.box.left, word.box.right))
        if stretch is None or left - stretch.right > APART * size:
            if stretch:
                yield stretch
            stretch = Stretch("", left, right, frame.unit * height, size, False, upright, [])
        stretch.text += " " if stretch.text else ""
        stretch.words.append(Word(len(stretch.text), left, right))
        stretch.text += word.text
        stretch.right = right
    if stretch:
        yield stretch


def _foot(words: Sequence[_Word], size: float) -> float:
    """Where the baseline of words is, by those without a tail."""
    standing = [word.box.bottom for word in words if not _DESCENDING.search(word.text)]
    return median(standing) if standing else max(word.box.bottom for word in words) - 0.2 * size


def with_even_sizes(pages: Sequence[Sequence[Stretch]]) -> list[list[Stretch]]:
    """The stretches of recognised pages with sizes made one that are nearly so: they are measured on the picture."""
    letters: dict[float, int] = {}
    for stretch in (stretch for page in pages for stretch in page):
        letters[stretch.size] = letters.get(stretch.size, 0) + len(stretch.text)
    standing: list[float] = []
    for size in sorted(letters, key=lambda size: -_near(size, letters)):
        if not any(_are_near(size, other) for other in standing):
            standing.append(size)
    return [[replace(stretch, size=_nearest(stretch.size, standing)) for stretch in page] for page in pages]


def _near(size: float, letters: dict[float, int]) -> float:
    return sum(count for other, count in letters.items() if abs(other - size) <= 0.04 * size)


def _are_near(size: float, other: float) -> bool:
    return abs(size - other) <= 0.12 * max(size, other)


def _nearest(size: float, standing: Sequence[float]) -> float:
    return min(standing, key=lambda other: abs(other - size))
