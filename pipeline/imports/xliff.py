"""XLIFF 1.2 and 2.x: every translated unit (segment, in 2.x), with its notes and metadata."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.imports.markup import attributes, elements, flat, has_entity, local
from pipeline.imports.units import Bad, Contents, Header, ImportRequest, Text, Unit, origin, unit


def read_xliff(request: ImportRequest) -> Contents:
    """The units of an XLIFF file. Raises InputError for XML that is unsound or unsafe."""
    begun = False
    for element in elements(request.path, ("unit", "trans-unit")):
        if not begun:
            yield Header({"attributes": attributes(element.getroottree().getroot())})
            begun = True
        yield from _version_2(element, request) if local(element) == "unit" else (_version_1(element, request),)


def _version_2(element: etree._Element, request: ImportRequest) -> Iterator[Unit | Bad]:
    root = element.getroottree().getroot()
    languages = root.get("srcLang", "und"), root.get("trgLang", "und")
    about = [*_metadata(element), *_notes(element)]
    for segment in _children(element, "segment"):
        stated = attributes(element) | {f"segment-{name}": value for name, value in attributes(segment).items()}
        yield _unit(segment, languages, request, {"attributes": stated, "about": about})


def _version_1(element: etree._Element, request: ImportRequest) -> Unit | Bad:
    file = next((above for above in element.iterancestors() if local(above) == "file"), element)
    languages = file.get("source-language", "und"), file.get("target-language", "und")
    stated = attributes(element) | {
        f"file-{name}": value for name, value in attributes(file).items() if name == "original"
    }
    return _unit(element, languages, request, {"attributes": stated, "about": _notes(element)})


def _unit(
    element: etree._Element, languages: tuple[str, str], request: ImportRequest, stored: dict[str, Any]
) -> Unit | Bad:
    if has_entity(element):
        return Bad(element.sourceline or 0, "it names an entity that nothing declares")
    texts: dict[str, Text] = {}
    origins = {row[1]["type"]: row[2] for row in stored["about"] if row[0] == "prop"}
    sides = (("source", "left-origin", languages[0]), ("target", "right-origin", languages[1]))
    for name, text_of_side, stated in sides:
        for child in _children(element, name):
            language = attributes(child).get("xml:lang", stated)
            texts.setdefault(request.side(language), Text(flat(child), language, origin(origins.get(text_of_side))))
    return unit(element.sourceline or 0, (texts.get("left"), texts.get("right")), request, stored)


def _metadata(element: etree._Element) -> list[list[Any]]:
    """Every ``meta`` of the metadata module."""
    listed = (meta for child in _children(element, "metadata") for meta in child.iter("{*}meta"))
    return [["prop", {"type": meta.get("type", "meta")}, "".join(meta.itertext())] for meta in listed]


def _notes(element: etree._Element) -> list[list[Any]]:
    """Notes of the unit, which XLIFF 2 puts into an element of their own."""
    listed = [
        *_children(element, "note"),
        *(note for group in _children(element, "notes") for note in _children(group, "note")),
    ]
    return [["note", attributes(note), "".join(note.itertext())] for note in listed]


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if local(child) == name)
