"""PDF by pypdf: text as it lies on the pages, less the lines that every page repeats at its edges."""

import io
import re
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.extract import Extract, Facts, iso_date, phrase

EDGE = 2  # lines at the top and at the foot of a page where running heads and page numbers stand
_PROGRAM_TITLE = re.compile(
    r"^(?:microsoft (?:word|powerpoint)\b.*|untitled.*|sans titre.*|document\d*"
    r"|.*\.(?:docx?|odt|rtf|indd|qxp|pdf|tex|pptx?|html?))$",
    re.IGNORECASE,
)
_PROGRAM_AUTHOR = re.compile(
    r"^(?:admin\w*|(?:windows )?user|utilisateur|owner|propri[ée]taire|unknown|inconnu|root|pc)$", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?i)^\W*(?:page\s*)?\d{1,4}(?:\s*(?:/|sur|of|de)\s*\d{1,4})?\W*$")


def read_pdf(data: bytes, config: ReadConfig) -> Extract:
    """The text of a PDF and what its information says. Raises InputError E108, E109, E112 or E113."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError("E108", "It is encrypted. Save a copy without a password.")
        pages, failed = _pages(reader, config)
        information = reader.metadata
    except pypdf.errors.DependencyError as error:
        raise InputError("E108", "It is encrypted. Save a copy without a password.") from error
    except pypdf.errors.LimitReachedError as error:
        raise InputError("E109", f"It would unpack beyond all measure ({error}). Print it to a new PDF.") from error
    lines, dropped = without_running_lines([page.split("\n") for page in pages])
    text = "\n".join(lines)
    if not any(map(str.isalnum, text)):
        raise InputError("E112", "It has no text, only pictures of pages. Run OCR on it, for instance with ocrmypdf.")
    counts = (("W112", dropped), ("W117", failed))
    findings = tuple((code, str(count)) for code, count in counts if count)
    return Extract(text, wrapped=True, facts=_facts(information), findings=findings)


def _pages(reader: Any, config: ReadConfig) -> tuple[list[str], int]:
    """The text of each page, and how many could not be read. Raises the failure of the last page where all fail.

    pypdf bounds what it unpacks and parses for one page; time and the number of pages are bounded here.
    """
    deadline = time.monotonic() + config.max_seconds
    texts: list[str] = []
    failures: list[Exception] = []
    for number, page in enumerate(reader.pages, 1):
        if number > config.max_pages or time.monotonic() > deadline:
            where = f"page {number:,} of {len(reader.pages):,}"
            advice = "Split it, or raise read.max_pages and read.max_seconds."
            raise InputError("E113", f"Reading it stopped at {where}. {advice}")
        try:
            texts.append(page.extract_text() or "")
        except Exception as error:  # noqa: BLE001 (pypdf fails in many ways; one bad page must not cost the others)
            failures.append(error)
    if failures and not texts:
        raise failures[-1]
    return texts, len(failures)


def without_running_lines(pages: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """The lines of all pages, less page numbers and what three pages and half of all have at an edge."""
    filled = [[line.strip() for line in page if line.strip()] for page in pages]
    seen = Counter(key for page in filled for key in {_NUMBER.sub("#", line) for line in _edges(page)})
    often = {key for key, count in seen.items() if count >= max(3, len(filled) / 2)}
    kept = [[line for place, line in enumerate(page) if not _is_running(page, place, often)] for page in filled]
    dropped = sum(map(len, filled)) - sum(map(len, kept))
    return [line for page in kept for line in page], dropped


def _edges(page: Sequence[str]) -> list[str]:
    return [*page[:EDGE], *page[max(EDGE, len(page) - EDGE) :]]


def _is_running(page: Sequence[str], place: int, often: set[str]) -> bool:
    at_edge = place < EDGE or place >= len(page) - EDGE
    outermost = place in (0, len(page) - 1) and len(page) > 1
    line = page[place]
    return (at_edge and _NUMBER.sub("#", line) in often) or (outermost and bool(_PAGE_NUMBER.match(line)))


def _facts(information: Any) -> Facts:
    """Title, author and day of making, where a person and not a program wrote them."""
    if not information:
        return Facts()
    title = phrase(information.get("/Title"))
    author = phrase(information.get("/Author"))
    return Facts(
        title=title if title and not _PROGRAM_TITLE.match(title) else None,
        author=author if author and not _PROGRAM_AUTHOR.match(author) else None,
        date=iso_date(information.get("/CreationDate")),
    )
