"""Files to documents: found, loaded, decoded, read by their kind, repaired, and joined with what is known of them.

Whatever a file holds, reading it gives documents or a Skip with a code and a reason: never an exception, never nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType

from pipeline.config import ReadConfig, settings
from pipeline.errors import InputError
from pipeline.provenance import sign
from pipeline.reading import formats, repair
from pipeline.reading.dating import Dating, dating
from pipeline.reading.extract import Extract, Passage, quiet
from pipeline.reading.files import check_size
from pipeline.reading.glued import described, glued_words
from pipeline.reading.manifest import Entry, Manifest, name_language
from pipeline.records import Document, Finding, Mark, Reading, Signature, Skip, Source

NO_HINTS: Mapping[str, tuple[str, ...]] = MappingProxyType({})

CODES: Mapping[str, str] = {
    "E101": "empty, or nothing but white space",
    "E102": "larger than read.max_bytes",
    "E103": "binary data",
    "E104": "no permission",
    "E105": "a broken link, or a link that leads in a circle",
    "E106": "not a file: a pipe, a device, a socket",
    "E107": "a kind of document that is not read here",
    "E108": "encrypted",
    "E109": "would unpack beyond all measure, or declares entities",
    "E110": "damaged",
    "E111": "no column of texts",
    "E112": "no text in it, only pictures",
    "E113": "reading it takes too long",
    "E114": "the file system failed",
    "E115": "folders nested too deeply, or a folder that was read already",
    "E116": "reading it takes too much memory",
    "E117": "the program that reads it broke down",
    "E118": "more text than read.max_text",
    "W112": "running heads and page numbers dropped (lines)",
    "W113": "no article found in a page, so all its text was taken",
    "W121": "quotation marks that close no cell of a table, taken as they are (cells)",
    "W122": "column of texts guessed by what is in it",
    "W123": "cells beyond the header of a table taken as part of the text (cells)",
    "E121": "texts in two languages side by side, to be imported as bitext",
    "W124": "found in the file's name or text, not in its metadata",
    "W119": "hidden text of a Word document left out (characters)",
    "W120": "lists of contents left out of an e-book (chapters)",
    "W118": "left out of a page as menus, notices and the like (share of its words)",
    "W125": "text recognised in pictures of pages (pages, and by what)",
    "W126": "words that were recognised with little certainty (how many of all, the first ones with their pages)",
    "W127": "pages that are pictures and were not recognised (pages)",
    "W114": "markup too large or too deep to be understood",
    "W130": "words glued together (places, the first ones with their offsets)",
    "W115": "chapters missing from an e-book",
    "W117": "pages of a PDF that could not be read",
    "W116": "read by its content, not by its extension, as",
}


def signature(config: ReadConfig) -> Signature:
    """What reading depends on: this code, the libraries that read and repair, and the settings."""
    return sign("read", "enregard", settings(config))


def read_bytes(
    data: bytes,
    name: str,
    config: ReadConfig,
    manifest: Manifest,
    siblings: Mapping[str, tuple[str, ...]] = NO_HINTS,  # of names to their counterparts in other languages
) -> Iterator[Reading | Skip]:
    """The documents that a file's bytes hold: one, or one a row of a table (``name#row``).

    Never raises on bad data, but for MemoryError. Neither time nor memory are bounded here (see ``confined``).
    """
    try:
        with quiet():
            check_size(data, config)
            media_type, rows = formats.extract(data, name, config)
            extracts = list(rows)
    except InputError as error:
        yield Skip(name, error.code, error.reason)
        return
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (a reader of foreign formats may fail in any way)
        yield Skip(name, "E110", f"It is damaged ({type(error).__name__}: {_brief(error)}). Get a whole copy of it.")
        return
    source = Source(name, sha256(data).hexdigest(), len(data), media_type)
    for row, extract in extracts:
        path = f"{name}#{row}" if row else name
        if isinstance(extract, InputError):
            yield Skip(path, extract.code, extract.reason)
        else:
            about = manifest.entry(path)
            of_row = replace(source, path=path, encoding=extract.encoding)
            yield _reading(extract, of_row, about, siblings.get(name, ()))
    if not extracts:
        yield Skip(name, "E101", "It is a table without rows. Remove it, or fill it.")


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _reading(extract: Extract, source: Source, about: Entry, siblings: tuple[str, ...]) -> Reading | Skip:
    """A document out of what a reader found, repaired; what the manifest says of it goes first."""
    text, marks, repairs = _repaired(extract)
    if not text:
        return Skip(source.path, "E101", "It has no text. Remove it, or fill it.")
    facts = extract.facts
    date, outlet = about.date or facts.date, about.outlet or _clean(facts.outlet)
    dated = dating(source.path, text) if date is None else Dating()
    document = Document(
        text,
        title=about.title or _clean(facts.title),
        date=date or dated.date,
        outlet=outlet or dated.outlet,
        author=about.author or _clean(facts.author),
        url=about.url or facts.url,
        licence=about.licence or _clean(facts.licence),
        marks=marks,
    )
    named = name_language(source.path)
    findings = [*extract.findings, *repairs, *_glued(document)]
    if dated.date:
        facts_found = "date, outlet" if dated.outlet and outlet is None else "date"
        findings.append(("W124", f"{facts_found}: {dated.place}"))
    return Reading(
        source,
        document,
        tuple(Finding(code, document.key, value) for code, value in findings),
        about.languages or extract.languages or ((named,) if named else ()),
        about.translation_of or siblings,
    )


def _glued(document: Document) -> list[tuple[str, str]]:
    """The finding of words glued together; code is written so."""
    code = [range(mark.start, mark.end) for mark in document.marks if mark.markup == "code"]
    gluings = [glued for glued in glued_words(document.text) if not any(glued.start in stretch for stretch in code)]
    return [("W130", described(gluings))] if gluings else []


def _repaired(extract: Extract) -> tuple[str, tuple[Mark, ...], list[tuple[str, str]]]:
    """The text repaired stretch by stretch, so that each mark stays where it was; and the count of each repair."""
    lines: list[str] = []
    marks: list[Mark] = []
    counts: Counter[str] = Counter()
    size = ends = 0
    for text, markup in _stretches(extract):
        repaired, repairs = repair.repair(
            text.strip("\n") if extract.marks else text, extract.wrapped and markup is None
        )
        counts.update({code: int(count) for code, count in repairs})
        if not repaired:
            continue
        if lines:
            lines.append("\n\n" if ends + _ends(text[: len(text) - len(text.lstrip())]) > 1 else "\n")
            size += len(lines[-1])
        ends = _ends(text[len(text.rstrip()) :])
        if markup:
            marks.append(Mark(size, size + len(repaired), markup))
        lines.append(repaired)
        size += len(repaired)
    return "".join(lines), tuple(marks), [(code, str(count)) for code, count in counts.items()]


def _ends(space: str) -> int:
    return space.count("\n")


def _stretches(extract: Extract) -> Iterator[Passage]:
    """The text cut where marks begin and end; a document without marks is one stretch."""
    end = 0
    for mark in extract.marks:
        if extract.text[end : mark.start].strip():
            yield extract.text[end : mark.start], None
            end = mark.start
        yield extract.text[end : mark.end], mark.markup
        end = mark.end
    if not extract.marks or extract.text[end:].strip():
        yield extract.text[end:], None


def _clean(fact: str | None) -> str | None:
    """A fact repaired as the text is."""
    return (repair.repair(fact, wrapped=False).text or None) if fact else None
