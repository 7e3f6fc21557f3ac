"""Pairs as TEI P5 (Text Encoding Initiative, 2021): a document for each text, and their links in a stand-off document.

A sentence that a reviewer corrected is a ``choice`` of what it said (``sic``) and what it says now (``corr``). A link
names sentences of the one text, then those of the other; its ``type`` says how many of each, ``cert`` is its score.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TextIO

from lxml import etree

from db.queries_export import About
from pipeline import VERSION
from pipeline.export.linked import (
    LinkedPair,
    LinkedTexts,
    SentenceLink,
    TextKey,
    TextSentence,
    file_name,
    language_code,
    name_of,
    paragraphs,
)
from pipeline.export.markup import clean, element, written
from pipeline.records import HUMAN

NAMESPACE = "http://www.tei-c.org/ns/1.0"
FOLDER = "texts"
LINKS = "links.xml"
START = f'<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="{NAMESPACE}">\n'
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?")


class Register:
    """Names (of engines and reviewers, of verdicts) that links point to, each with an id of its own."""

    def __init__(self, beginning: str) -> None:
        self.beginning = beginning
        self.ids: dict[str, str] = {}

    def pointer(self, name: str) -> str:
        """``#`` and the id of a name."""
        return "#" + self.ids.setdefault(name, f"{self.beginning}{len(self.ids) + 1}")


def write_tei(linked: LinkedTexts, folder: Path, title: str) -> None:
    """``texts/`` and ``links.xml``."""
    (folder / FOLDER).mkdir()
    paths = {text: f"{FOLDER}/{_named(text, about)}" for text, about in linked.texts.items()}
    for text, about in linked.texts.items():
        with (folder / paths[text]).open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(_document(linked, text, about))
    with (folder / LINKS).open("w", encoding="utf-8", newline="\n") as out:
        _write_links(linked, paths, title, out)


def _named(text: TextKey, about: About) -> str:
    return f"{file_name(text, about)}-{language_code(text.language)}.xml"


def _document(linked: LinkedTexts, text: TextKey, about: About) -> Iterator[str]:
    language = language_code(text.language)
    yield START
    yield written(_header(about.title or about.path, about, text)) + "\n"
    yield f'<text xml:lang="{language}"><body>\n'
    empty = True
    for role, sentences in paragraphs(linked.sentences(text)):
        block = element("p", {}) if role == "body" else element("ab", {"type": role})
        for sentence in sentences:
            block.append(_sentence(sentence, text))
            block[-1].tail = " "
        block[-1].tail = None
        empty = False
        yield written(block) + "\n"
    yield "<p/>\n" if empty else ""
    yield "</body></text>\n</TEI>\n"


def _sentence(sentence: TextSentence, text: TextKey) -> etree._Element:
    node = element("s", {"xml:id": sentence.id}, None if sentence.reviewer else sentence.text)
    if sentence.origin != HUMAN and text.origin == HUMAN:
        node.set("type", "machine")
    if sentence.reviewer:
        choice = etree.SubElement(node, "choice")
        choice.append(element("sic", {}, sentence.uncorrected))
        choice.append(element("corr", {"n": sentence.reviewer}, sentence.text))
    return node


def _header(title: str, about: About | None, text: TextKey | None = None) -> etree._Element:
    """What a document says of itself."""
    node = etree.Element("teiHeader")
    description = etree.SubElement(node, "fileDesc")
    named = etree.SubElement(description, "titleStmt")
    named.append(element("title", {}, title))
    if about and about.author:
        named.append(element("author", {}, about.author))
    published = etree.SubElement(description, "publicationStmt")
    etree.SubElement(published, "p").text = clean((about and about.licence) or "Licence not stated.")
    source = etree.SubElement(description, "sourceDesc")
    source.append(_source(about) if about else element("p", {}, "Links between the texts beside this document."))
    encoding = etree.SubElement(node, "encodingDesc")
    encoding.append(element("p", {}, _provenance(text)))
    application = etree.SubElement(etree.SubElement(encoding, "appInfo"), "application")
    application.set("ident", "enregard")
    application.set("version", VERSION)
    etree.SubElement(application, "label").text = "En regard"
    if text:
        profile = etree.SubElement(etree.SubElement(node, "profileDesc"), "langUsage")
        etree.SubElement(profile, "language").set("ident", language_code(text.language))
    return node


def _source(about: About) -> etree._Element:
    node = etree.Element("bibl")
    for tag, value in (("title", about.title), ("author", about.author), ("publisher", about.outlet)):
        if value:
            node.append(element(tag, {}, value))
    if about.date:
        node.append(element("date", {"when": about.date} if _is_date(about.date) else {}, about.date))
    for kind, value in (("path", about.path), ("url", about.url), ("enregard", about.id)):
        if value:
            node.append(element("idno", {"type": kind}, value))
    return node


def _is_date(value: str) -> bool:
    """Whether a date can stand where TEI wants one: a year, a month or a day."""
    with suppress(ValueError):
        return bool(_DATE.fullmatch(value)) and (len(value) < 10 or bool(date.fromisoformat(value)))
    return False


def _provenance(text: TextKey | None) -> str:
    if text is None:
        return "Each link names sentences of the first text of its group, then those of the second."
    if text.origin == HUMAN:
        return "Sentences are named by the characters of the document where they begin and end."
    return f"Machine translation: {text.origin}. Sentences are named like those that they translate."


def _write_links(linked: LinkedTexts, paths: Mapping[TextKey, str], title: str, out: TextIO) -> None:
    makers, verdicts = Register("maker"), Register("verdict")
    out.write(START + written(_header(title, None)) + "\n<standOff>\n")
    for pair in linked.pairs:
        out.writelines(_group(linked, pair, paths, makers, verdicts))
    for person in (_names("listOrg", "org", "orgName", makers), _verdicts(verdicts)):
        if person is not None:
            out.write(written(person) + "\n")
    out.write("</standOff>\n</TEI>\n")


def _group(
    linked: LinkedTexts, pair: LinkedPair, paths: Mapping[TextKey, str], makers: Register, verdicts: Register
) -> Iterator[str]:
    left, right = paths[pair.left], paths[pair.right]
    yield f'<linkGrp type="alignment" corresp="{left} {right}">\n'
    for link in linked.links(pair):
        names = [
            *(f"{left}#{name_of(span)}" for span in link.left),
            *(f"{right}#{name_of(span)}" for span in link.right),
        ]
        node = element("link", {"xml:id": f"a{link.pair}", "type": f"{len(link.left)}:{len(link.right)}"})
        node.set("subtype", link.kind)
        node.set("target", " ".join(names))
        for name, value in _about(link, makers, verdicts).items():
            node.set(name, value)
        yield written(node) + "\n"
    yield "</linkGrp>\n"


def _about(link: SentenceLink, makers: Register, verdicts: Register) -> dict[str, str]:
    """What is known of a link, by the attribute that says it."""
    people = [makers.pointer(name) for name in (link.made_by, link.reviewer) if name]
    values = {
        "cert": None if link.score is None else f"{link.score:.4f}",
        "resp": " ".join(people),
        "ana": verdicts.pointer(link.verdict) if link.verdict else None,
    }
    return {name: value for name, value in values.items() if value}


def _names(outer: str, inner: str, name_tag: str, register: Register) -> etree._Element | None:
    node = etree.Element(outer)
    for name, key in register.ids.items():
        item = element(inner, {"xml:id": key})
        item.append(element(name_tag, {}, name))
        node.append(item)
    return node if register.ids else None


def _verdicts(register: Register) -> etree._Element | None:
    node = element("interpGrp", {"type": "verdict"})
    for name, key in register.ids.items():
        node.append(element("interp", {"xml:id": key}, name))
    return node if register.ids else None
