"""E-books (.epub): the chapters in the order of the spine, each once, without lists of contents."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.language.knowledge import words_of_all
from pipeline.reading.extract import Extract, Facts, Passage, iso_date, marked, phrase
from pipeline.reading.tree import Tree, walk
from pipeline.reading.zipped import member, opened

FONT_SCRAMBLERS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
LINKED = 0.8  # of the characters: a chapter with so many in links is a list of contents
FEWEST_LINKS = 5  # lines with links, in such a list
FEWEST_NAMED = 2  # the same below a heading that says what it is


def read_epub(data: bytes, config: ReadConfig) -> Extract:
    """The text of an e-book, and what its package says. Raises InputError E108 for one that is locked."""
    with opened(data, config) as archive:
        _refuse_locked(archive)
        container = member(archive, "META-INF/container.xml", config)
        roots = [node.get("full-path", "") for node in container.iter("{*}rootfile")]
        if not roots or roots[0] not in archive.namelist():
            raise InputError("E110", "The e-book has no table of its parts. Get a whole copy of the file.")
        package = member(archive, roots[0], config)
        names = list(dict.fromkeys(_spine(package, posixpath.dirname(roots[0]))))
        chapters = [_chapter(archive, name, config) for name in names]
    passages: list[Passage] = []
    for chapter in chapters:
        if chapter is not None and not _is_contents(chapter):
            passages += [("", None)] if passages else []
            passages += [(line.text, line.markup) for line in chapter.lines]
    missing = sum(chapter is None for chapter in chapters)
    contents = sum(chapter is not None and _is_contents(chapter) for chapter in chapters)
    counts = (("W115", f"{missing} of {len(chapters)} chapters", missing), ("W120", str(contents), contents))
    text, marks = marked(passages)
    findings = tuple((code, value) for code, value, count in counts if count)
    return Extract(text, facts=_package_facts(package), findings=findings, marks=marks)


def _refuse_locked(archive: zipfile.ZipFile) -> None:
    if "META-INF/encryption.xml" not in archive.namelist():
        return
    algorithms = re.findall(
        r'EncryptionMethod[^>]*Algorithm="([^"]+)"', archive.read("META-INF/encryption.xml").decode("latin-1")
    )
    if any(algorithm not in FONT_SCRAMBLERS for algorithm in algorithms):
        raise InputError("E108", "It is locked by a digital lock. Use a copy without one.")


def _spine(package: Any, folder: str) -> Iterator[str]:
    """Names of the chapters' files inside the archive; a name that leads out of it finds nothing there."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        href = unquote(item.get("href", "") if item is not None else "").partition("#")[0]
        yield posixpath.normpath(posixpath.join(folder, href))


def _chapter(archive: zipfile.ZipFile, name: str, config: ReadConfig) -> Tree | None:
    """The lines of one chapter, or None where the archive has no such part."""
    return walk(member(archive, name, config)) if name in archive.namelist() else None


def _is_contents(chapter: Tree) -> bool:
    """Whether nearly all of it but its headings is links, as in the list of chapters."""
    linked = [line.linked for line in chapter.lines if line.linked]
    fewest = FEWEST_NAMED if any(_heads_contents(line.text) for line in chapter.lines[:3]) else FEWEST_LINKS
    letters = sum(len(line.text) for line in chapter.lines if line.markup != "heading" or line.linked)
    named = sum(len(line.text) for line in chapter.lines if _heads_contents(line.text))
    return len(linked) >= fewest and sum(linked) > LINKED * (letters - named)


def _package_facts(package: Any) -> Facts:
    def first(name: str) -> str | None:
        node = package.find(".//{http://purl.org/dc/elements/1.1/}" + name)
        return phrase("".join(node.itertext()), 2000) if node is not None else None

    source = first("source") or first("identifier") or ""
    return Facts(
        title=first("title"),
        date=iso_date(first("date")),
        outlet=first("publisher"),
        author=first("creator"),
        url=source if source.startswith(("http://", "https://")) else None,
        licence=first("rights"),
    )


def _heads_contents(line: str) -> bool:
    """Whether a line says that a list of chapters follows."""
    return line.strip().lower() in words_of_all("books", "contents")
