"""PowerPoint presentations (.pptx): the paragraphs of each slide with its notes, in the order of the presentation."""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.extract import Extract, Facts, Passage, iso_date, marked, phrase
from pipeline.reading.formula import linear
from pipeline.reading.zipped import member, opened

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
TITLES = ("title", "ctrTitle")
RUNNING = ("sldNum", "dt", "ftr", "hdr", "sldImg")


def read_pptx(data: bytes, config: ReadConfig) -> Extract:
    """The text of a presentation, and what its properties say."""
    with opened(data, config) as archive:
        presentation = member(archive, "ppt/presentation.xml", config)
        targets = _links(archive, "ppt/presentation.xml", config)
        names = [targets.get(slide.get(LINK), ("", ""))[1] for slide in presentation.iter(f"{SLIDE}sldId")]
        if not any(name in archive.namelist() for name in names):
            raise InputError("E110", "The presentation has no slides. Get a whole copy of the file.")
        passages = [passage for name in names for passage in _slide(archive, name, config)]
        facts = Facts()
        if "docProps/core.xml" in archive.namelist():
            facts = _facts(member(archive, "docProps/core.xml", config))
    text, marks = marked(passages)
    return Extract(text, facts=facts, marks=marks)


def _links(archive: zipfile.ZipFile, name: str, config: ReadConfig) -> dict[str, tuple[str, str]]:
    """Where a part leads: id to the kind of the other part and its name in the archive."""
    folder, file = posixpath.split(name)
    listed = f"{folder}/_rels/{file}.rels"
    if listed not in archive.namelist():
        return {}
    return {
        link.get("Id", ""): (
            link.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join(folder, link.get("Target", ""))).lstrip("/"),
        )
        for link in member(archive, listed, config).iter("{*}Relationship")
    }


def _slide(archive: zipfile.ZipFile, name: str, config: ReadConfig) -> Iterator[Passage]:
    if name not in archive.namelist():
        return
    yield from _paragraphs(member(archive, name, config))
    for kind, notes in _links(archive, name, config).values():
        if kind == "notesSlide" and notes in archive.namelist():
            yield from _paragraphs(member(archive, notes, config))
    yield "", None


def _paragraphs(root: Any) -> Iterator[Passage]:
    """The paragraphs of a slide in order, those of tables and groups included; no dates, numbers and footers."""
    for node in root.iter(f"{DRAWING}p"):
        shape = next((above for above in node.iterancestors(f"{SLIDE}sp")), None)
        placeholder = shape.find(f"{SLIDE}nvSpPr/{SLIDE}nvPr/{SLIDE}ph") if shape is not None else None
        kind = placeholder.get("type", "") if placeholder is not None else ""
        text = "".join(_texts(node)).strip()
        if text and kind not in RUNNING:
            yield (" ".join(text.split()), "heading") if kind in TITLES else (text, None)


def _texts(node: Any) -> Iterator[str]:
    for child in node.iter(f"{DRAWING}t", f"{DRAWING}br", FORMULA):
        if child.tag == FORMULA:
            yield linear(child)
        else:
            yield "\n" if child.tag == f"{DRAWING}br" else child.text or ""


def _facts(core: Any) -> Facts:
    def first(name: str) -> str | None:
        node = core.find(f"{{*}}{name}")
        return phrase(node.text) if node is not None else None

    return Facts(title=first("title"), author=first("creator"), date=iso_date((first("created") or "")[:10]))
