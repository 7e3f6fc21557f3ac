"""PDF by PDFium: paragraphs out of where the lines stand, less the lines that pages repeat at their edges."""

import re
from functools import cache
from typing import Any

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.language.knowledge import either, words_of_all
from pipeline.reading.extract import Extract, Facts, iso_date, marked, phrase
from pipeline.reading.glyphs import MOST_GLYPHS, Stretch, stretches
from pipeline.reading.printed import printed_passages
from pipeline.reading.running import without_running_rows
from pipeline.reading.scans import Scanner

PASSWORD, SECURITY = 4, 5  # what PDFium calls a missing password, and a protection that it does not know
_PROGRAM_TITLE = re.compile(
    r"microsoft (?:word|powerpoint)\b.*|document\d*|.*\.(?:docx?|odt|rtf|indd|qxp|pdf|tex|pptx?|html?)", re.IGNORECASE
)


def read_pdf(data: bytes, config: ReadConfig) -> Extract:
    """The text of a PDF and what its information says. Raises InputError E108, E109, E110, E112 or E113."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (PASSWORD, SECURITY):
            raise InputError("E108", "It is encrypted. Save a copy without a password.") from error
        raise InputError("E110", f"It is damaged ({error}). Get a whole copy of it.") from error
    scanner = Scanner(config)
    try:
        pages, failures = _pages(document, scanner)
        information = document.get_metadata_dict()
    finally:
        document.close()
    remaining, dropped = without_running_rows(scanner.completed(pages), bool(scanner.encoding))
    passages, joined = printed_passages(remaining)
    text, marks = marked(passages)
    if not any(map(str.isalnum, text)):
        raise InputError("E112", scanner.reason())
    counts = (("W112", dropped), ("W117", failures), ("W106", joined))
    findings = (*((code, str(count)) for code, count in counts if count), *scanner.findings())
    return Extract(text, encoding=scanner.encoding, facts=_facts(information), findings=findings, marks=marks)


def _pages(document: Any, scanner: Scanner) -> tuple[list[list[Stretch]], int]:
    """What stands on each page, and how many could not be read. Raises the failure of the last page where all fail."""
    if len(document) > scanner.config.max_pages:
        raise InputError("E113", f"It has {len(document):,} pages. Split it, or raise read.max_pages.")
    pages: list[list[Stretch]] = []
    failures: list[Exception] = []
    is_form = bool(document.get_formtype())
    if is_form:
        document.init_forms()
    for number in range(len(document)):
        try:
            if is_form:
                _fill_in(document[number])
            pages.append(_page(document[number], number, scanner))
        except (InputError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 (one bad page must not cost the others)
            failures.append(error)
            pages.append([])
    if len(failures) == len(pages):
        raise failures[-1] if failures else InputError("E110", "It has no pages. Get a whole copy of it.")
    return pages, len(failures)


def _fill_in(page: Any) -> None:
    """Make what stands in the fields of a form a part of its page, which has to be loaded anew."""
    import pypdfium2.raw as pdfium

    pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
    page.close()


def _page(page: Any, number: int, scanner: Scanner) -> list[Stretch]:
    """What is written on a page; the scanner looks at what is drawn there besides."""
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        if count > MOST_GLYPHS:
            raise InputError("E109", f"It has {count:,} characters on one page, as bombs do. Print it to a new PDF.")
        written = stretches(textpage, page.get_rotation())
        scanner.look(page, number, written)
        return written
    finally:
        textpage.close()
        page.close()


def _facts(information: dict[str, str]) -> Facts:
    """Title, author and day of making, where a person and not a program wrote them."""
    title = phrase(information.get("Title"))
    author = phrase(information.get("Author"))
    return Facts(
        title=title if title and not (_PROGRAM_TITLE.fullmatch(title) or _no("title").match(title)) else None,
        author=author if author and not _no("author").fullmatch(author) else None,
        date=iso_date(information.get("CreationDate")),
    )


@cache
def _no(fact: str) -> re.Pattern[str]:
    """What programs write where they know no title, or no author."""
    return re.compile(either(words_of_all("metadata", f"no_{fact}")), re.IGNORECASE)
