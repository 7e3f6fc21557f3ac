"""OpenDocument texts and slides (.odt, .odp): paragraphs in order, then notes; no deletions, comments and contents."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.config import ReadConfig
from pipeline.reading.extract import Extract, Facts, Passage, iso_date, marked, phrase
from pipeline.reading.tree import raised
from pipeline.reading.zipped import member, opened
from pipeline.records import Markup

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FORMAT = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
UNREAD = (
    f"{TEXT}tracked-changes",
    f"{TEXT}table-of-content",
    f"{TEXT}note-citation",
    f"{TEXT}hidden-text",
    f"{OFFICE}annotation",
)
NAMED: Mapping[str, Markup] = {
    "title": "title",
    "caption": "caption",
    "illustration": "caption",
    "preformatted text": "code",
    "quotations": "quotation",
}

_SPACES = re.compile(r"[ \t\r\n]+")


def read_opendocument(data: bytes, config: ReadConfig) -> Extract:
    """The text of a document, and what its metadata say."""
    with opened(data, config) as archive:
        content = member(archive, "content.xml", config)
        facts = _facts(member(archive, "meta.xml", config)) if "meta.xml" in archive.namelist() else Facts()
    styles = {style.get(f"{STYLE}name", ""): style for style in content.iter(f"{STYLE}style")}
    body = content.find(f"{OFFICE}body")
    paragraphs = list(_paragraphs(body)) if body is not None else []
    notes = [node for node in paragraphs if _is_note(node)]
    ordered = [*(node for node in paragraphs if node not in set(notes)), *notes]
    text, marks = marked(_passage(node, styles) for node in ordered)
    return Extract(text, facts=facts, marks=marks)


def _paragraphs(body: Any) -> Iterator[Any]:
    """Paragraphs and headings, also those in boxes and notes that stand in others; nothing of what is not read."""
    pending = [body]
    while pending:
        node = pending.pop()
        if node.tag in PARAGRAPHS:
            yield node
        if node.tag not in UNREAD:
            pending.extend(reversed(node))


def _is_note(node: Any) -> bool:
    return any(above.tag == f"{TEXT}note-body" for above in node.iterancestors())


def _passage(node: Any, styles: Mapping[str, Any]) -> Passage:
    """The text of a paragraph, and what its style says that it is."""
    pieces: list[str] = []
    _collect(node, styles, pieces)
    text = "".join(pieces)
    if node.tag == f"{TEXT}h":
        return " ".join(text.split()), "heading"
    return text.strip(), _markup(node.get(f"{TEXT}style-name", ""), styles)


def _collect(node: Any, styles: Mapping[str, Any], pieces: list[str]) -> None:
    """Add the texts under ``node``, up to the paragraphs in it; libxml2 bounds how deep they lie."""
    pieces.append(_SPACES.sub(" ", node.text or ""))
    for child in node:
        if not isinstance(child.tag, str):
            pass
        elif child.tag == f"{TEXT}s":
            pieces.append(" ")
        elif child.tag in (f"{TEXT}tab", f"{TEXT}line-break"):
            pieces.append("\t" if child.tag == f"{TEXT}tab" else "\n")
        elif child.tag not in (*UNREAD, *PARAGRAPHS, f"{TEXT}note"):
            inside: list[str] = []
            _collect(child, styles, inside)
            before, text = "".join(pieces), "".join(inside)
            is_raised = _is_raised(child.get(f"{TEXT}style-name", ""), styles) and before.strip()
            pieces.append(raised(text.strip(), before) if is_raised else text)
        pieces.append(_SPACES.sub(" ", child.tail or ""))


def _markup(name: str, styles: Mapping[str, Any]) -> Markup | None:
    """What a style or the one that it is based on is called; names write a space as ``_20_``."""
    passed: set[str] = set()
    while name and name not in passed:
        passed.add(name)
        if markup := NAMED.get(name.replace("_20_", " ").lower()):
            return markup
        name = styles[name].get(f"{STYLE}parent-style-name", "") if name in styles else ""
    return None


def _is_raised(name: str, styles: Mapping[str, Any]) -> bool:
    properties = styles[name].find(f"{STYLE}text-properties") if name in styles else None
    return properties is not None and properties.get(f"{STYLE}text-position", "").startswith(("super", "33%"))


def _facts(meta: Any) -> Facts:
    def first(*names: str) -> str | None:
        nodes = (meta.find(f".//{{*}}{name}") for name in names)
        return next((phrase(node.text) for node in nodes if node is not None and node.text), None)

    return Facts(
        title=first("title"),
        author=first("initial-creator", "creator"),
        date=iso_date((first("creation-date", "date") or "")[:10]),
    )
