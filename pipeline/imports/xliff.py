"""XLIFF 1.2 and 2.x: every translated unit (segment, in 2.x), with its notes and metadata."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.imports.markup import attributes, elements, flat, has_entity, local
from pipeline.imports.units import Bad, Found, Header, Text, Unit, Wanted, origin, unit


def read_xliff(wanted: Wanted) -> Found:
    """The units of an XLIFF file. Raises InputError for XML that is unsound or unsafe."""
    begun = False
    for one in elements(wanted.path, ("unit", "trans-unit")):
        if not begun:
            yield Header({"attributes": attributes(one.getroottree().getroot())})
            begun = True
        yield from _version_2(one, wanted) if local(one) == "unit" else (_version_1(one, wanted),)


def _version_2(one: etree._Element, wanted: Wanted) -> Iterator[Unit | Bad]:
    root = one.getroottree().getroot()
    languages = root.get("srcLang", "und"), root.get("trgLang", "und")
    about = [*_metadata(one), *_notes(one)]
    for segment in _children(one, "segment"):
        known = attributes(one) | {f"segment-{name}": value for name, value in attributes(segment).items()}
        yield _unit(segment, languages, wanted, {"attributes": known, "about": about})


def _version_1(one: etree._Element, wanted: Wanted) -> Unit | Bad:
    file = next((above for above in one.iterancestors() if local(above) == "file"), one)
    languages = file.get("source-language", "und"), file.get("target-language", "und")
    known = attributes(one) | {f"file-{name}": value for name, value in attributes(file).items() if name == "original"}
    return _unit(one, languages, wanted, {"attributes": known, "about": _notes(one)})


def _unit(one: etree._Element, languages: tuple[str, str], wanted: Wanted, kept: dict[str, Any]) -> Unit | Bad:
    if has_entity(one):
        return Bad(one.sourceline or 0, "it names an entity that nothing declares")
    texts: dict[str, Text] = {}
    origins = {row[1]["type"]: row[2] for row in kept["about"] if row[0] == "prop"}
    sides = (("source", "left-origin", languages[0]), ("target", "right-origin", languages[1]))
    for name, said, stated in sides:
        for child in _children(one, name):
            language = attributes(child).get("xml:lang", stated)
            texts.setdefault(wanted.side(language), Text(flat(child), language, origin(origins.get(said))))
    return unit(one.sourceline or 0, (texts.get("left"), texts.get("right")), wanted, kept)


def _metadata(one: etree._Element) -> list[list[Any]]:
    """Every ``meta`` of the metadata module."""
    listed = (meta for child in _children(one, "metadata") for meta in child.iter("{*}meta"))
    return [["prop", {"type": meta.get("type", "meta")}, "".join(meta.itertext())] for meta in listed]


def _notes(one: etree._Element) -> list[list[Any]]:
    """Notes of the unit, which XLIFF 2 puts into an element of their own."""
    listed = [*_children(one, "note"), *(note for some in _children(one, "notes") for note in _children(some, "note"))]
    return [["note", attributes(note), "".join(note.itertext())] for note in listed]


def _children(one: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in one if local(child) == name)
