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
from pipeline.export.pairs import Pair, facts

CORE = "urn:oasis:names:tc:xliff:document:2.0"
METADATA = "urn:oasis:names:tc:xliff:metadata:2.0"
STATES = {"accept": "reviewed", "correct": "reviewed"}


def as_xliff(pairs: Iterable[Pair], languages: tuple[str, str]) -> Iterator[str]:
    """The file, a unit at a time. All pairs are in ``languages``: XLIFF names them once, at the top."""
    source, target = map(quoteattr, languages)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<xliff xmlns="{CORE}" xmlns:mda="{METADATA}" version="2.1" srcLang={source} trgLang={target} '
    yield 'xml:space="preserve">\n'
    number = 0
    for number, (paths, some) in enumerate(groupby(pairs, key=_paths), 1):
        yield f'<file id="f{number}" original={quoteattr(clean(" = ".join(paths)))}>\n'
        yield from (_unit(one) + "\n" for one in some)
        yield "</file>\n"
    if not number:
        yield '<file id="f1"><unit id="none"><segment><source/></segment></unit></file>\n'
    yield "</xliff>\n"


def _paths(one: Pair) -> tuple[str, ...]:
    paths = one.left.path, one.right.path
    return paths[:1] if paths[0] == paths[1] else paths


def _unit(one: Pair) -> str:
    """A unit as text; its names are those of the root, so that none is declared again."""
    made = element("unit", {"id": one.id})
    made.append(_metadata(one))
    notes = list(_notes(one))
    if notes:
        etree.SubElement(made, "notes").extend(notes)
    segment = etree.SubElement(made, "segment", state=_state(one))
    segment.append(element("source", {}, one.left.text))
    segment.append(element("target", {}, one.right.text))
    return written(made)


def _state(one: Pair) -> str:
    if one.verdict in STATES:
        return STATES[one.verdict]
    return "initial" if one.right.origin.startswith("mt:") else "translated"


def _metadata(one: Pair) -> etree._Element:
    """Metadata with a plain name: it stands inside text whose root declares the prefix."""
    known = facts(one) | {"left-document": one.left.path, "right-document": one.right.path}
    known |= {"left-origin": one.left.origin, "right-origin": one.right.origin}
    known.pop("comment", None)
    made = etree.Element(f"{{{METADATA}}}metadata", nsmap={"mda": METADATA})
    group = etree.SubElement(made, f"{{{METADATA}}}metaGroup", category="enregard")
    for name, value in [*known.items(), *_properties(one)]:
        etree.SubElement(group, f"{{{METADATA}}}meta", type=clean(name)).text = clean(value)
    return made


def _properties(one: Pair) -> Iterator[tuple[str, str]]:
    """What an imported unit says of itself, but for its notes."""
    kept = one.attributes or {}
    yield from kept.get("attributes", {}).items()
    for tag, attributes, text in _listed(kept):
        if tag == "prop":
            yield attributes.get("type", "property"), text


def _notes(one: Pair) -> Iterator[etree._Element]:
    if one.comment:
        yield element("note", {"category": "comment"}, one.comment)
    for tag, _, text in _listed(one.attributes or {}):
        if tag == "note" and text:
            yield element("note", {}, text)


def _listed(kept: Any) -> Sequence[Sequence[Any]]:
    about: Sequence[Sequence[Any]] = kept.get("about", ())
    return about
