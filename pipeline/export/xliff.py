"""Pairs as XLIFF 2.1 (OASIS, 2018): a file for each pair of documents, a unit for each pair of texts.

Where a pair comes from stands in the metadata module; what a reviewer wrote, and the notes of an imported unit, are
notes.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from pipeline.export.markup import clean, element, written
from pipeline.export.selection import ExportPair, facts

CORE = "urn:oasis:names:tc:xliff:document:2.0"
METADATA = "urn:oasis:names:tc:xliff:metadata:2.0"
STATES = {"accept": "reviewed", "correct": "reviewed"}


def as_xliff(pairs: Iterable[ExportPair], languages: tuple[str, str]) -> Iterator[str]:
    """The file, a unit at a time. All pairs are in ``languages``: XLIFF names them once, at the top."""
    source, target = map(quoteattr, languages)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<xliff xmlns="{CORE}" xmlns:mda="{METADATA}" version="2.1" srcLang={source} trgLang={target} '
    yield 'xml:space="preserve">\n'
    number = 0
    for number, (paths, group) in enumerate(groupby(pairs, key=_paths), 1):
        yield f'<file id="f{number}" original={quoteattr(clean(" = ".join(paths)))}>\n'
        yield from (_unit(pair) + "\n" for pair in group)
        yield "</file>\n"
    if not number:
        yield '<file id="f1"><unit id="none"><segment><source/></segment></unit></file>\n'
    yield "</xliff>\n"


def _paths(pair: ExportPair) -> tuple[str, ...]:
    paths = pair.left.path, pair.right.path
    return paths[:1] if paths[0] == paths[1] else paths


def _unit(pair: ExportPair) -> str:
    """A unit as text; its names are those of the root, so that none is declared again."""
    node = element("unit", {"id": pair.id})
    node.append(_metadata(pair))
    notes = list(_notes(pair))
    if notes:
        etree.SubElement(node, "notes").extend(notes)
    segment = etree.SubElement(node, "segment", state=_state(pair))
    segment.append(element("source", {}, pair.left.text))
    segment.append(element("target", {}, pair.right.text))
    return written(node)


def _state(pair: ExportPair) -> str:
    if pair.verdict in STATES:
        return STATES[pair.verdict]
    return "initial" if pair.right.origin.startswith("mt:") else "translated"


def _metadata(pair: ExportPair) -> etree._Element:
    """Metadata with a plain name: it stands inside text whose root declares the prefix."""
    values = facts(pair) | {"left-document": pair.left.path, "right-document": pair.right.path}
    values |= {"left-origin": pair.left.origin, "right-origin": pair.right.origin}
    values.pop("comment", None)
    node = etree.Element(f"{{{METADATA}}}metadata", nsmap={"mda": METADATA})
    group = etree.SubElement(node, f"{{{METADATA}}}metaGroup", category="enregard")
    for name, value in [*values.items(), *_properties(pair)]:
        etree.SubElement(group, f"{{{METADATA}}}meta", type=clean(name)).text = clean(value)
    return node


def _properties(pair: ExportPair) -> Iterator[tuple[str, str]]:
    """What an imported unit says of itself, but for its notes."""
    stored = pair.attributes or {}
    yield from stored.get("attributes", {}).items()
    for tag, attributes, text in _listed(stored):
        if tag == "prop":
            yield attributes.get("type", "property"), text


def _notes(pair: ExportPair) -> Iterator[etree._Element]:
    if pair.comment:
        yield element("note", {"category": "comment"}, pair.comment)
    for tag, _, text in _listed(pair.attributes or {}):
        if tag == "note" and text:
            yield element("note", {}, text)


def _listed(stored: Any) -> Sequence[Sequence[Any]]:
    about: Sequence[Sequence[Any]] = stored.get("about", ())
    return about
