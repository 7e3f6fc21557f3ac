"""XLIFF 1.2 and 2.x: every translated unit (segment, in 2.x), with its notes and metadata."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from pipeline.imports.markup import attributes, bare, elements, flat, has_entity, local
from pipeline.imports.units import Bad, Contents, Header, ImportRequest, Text, Unit, origin, unit

# States of XLIFF 1.2 and 2 in which a target is no translation.
# "initial" is what XLIFF 2 takes where nothing is said: a target may well be there.
UNTRANSLATED = frozenset({"new", "needs-translation", "needs-l10n", "needs-adaptation"})


def read_xliff(request: ImportRequest) -> Contents:
    """The units of an XLIFF file. Raises InputError for XML that is unsound or unsafe."""
    begun = False
    for element in elements(request.path, ("unit", "trans-unit")):
        if not begun:
            yield Header({"attributes": attributes(element.getroottree().getroot())})
            begun = True
        yield from _version_2(element, request) if local(element) == "unit" else _version_1(element, request)


def _version_2(element: etree._Element, request: ImportRequest) -> Iterator[Unit | Bad]:
    root = element.getroottree().getroot()
    languages = root.get("srcLang", "und"), root.get("trgLang", "und")
    about = [*_metadata(element), *_notes(element)]
    for segment in _children(element, "segment"):
        stated = attributes(element) | {f"segment-{name}": value for name, value in attributes(segment).items()}
        yield _unit(segment, languages, request, {"attributes": stated, "about": about})


def _version_1(element: etree._Element, request: ImportRequest) -> Iterator[Unit | Bad]:
    """A unit of XLIFF 1.2, or each of its segments: the ``mrk`` of its segmented source and its target."""
    file = next((above for above in element.iterancestors() if local(above) == "file"), element)
    languages = file.get("source-language", "und"), file.get("target-language", "und")
    own = attributes(element) | {
        f"file-{name}": value for name, value in attributes(file).items() if name == "original"
    }
    facts = {"attributes": own, "about": _notes(element)}
    segmented = next(iter(_children(element, "seg-source")), None)
    target = next(iter(_children(element, "target")), None)
    if segmented is None or target is None or has_entity(element):
        yield _unit(element, languages, request, facts)
        return
    translated, states = _segments(target), _segment_states(element)
    for number, source in _segments(segmented).items():
        segment = etree.Element("segment")
        for name, content in (("source", source), ("target", translated.get(number))):
            if content is not None:
                side = etree.SubElement(segment, name, {"state": states.get(number, target.get("state", ""))})
                side.text, side.tail = content.text, None
                side.extend(bare(child) for child in content)
        about = facts | {"attributes": own | {"segment": number}}
        entry = _unit(segment, languages, request, about)
        yield (
            entry._replace(line=element.sourceline or 0)
            if isinstance(entry, Bad)
            else replace(entry, line=element.sourceline or 0)
        )


def _segments(element: etree._Element) -> dict[str, etree._Element]:
    """The segments of a source or a target by their number."""
    marks = (mark for mark in element.iter("{*}mrk") if mark.get("mtype") == "seg")
    return {mark.get("mid", str(position)): mark for position, mark in enumerate(marks)}


def _segment_states(element: etree._Element) -> dict[str, str]:
    """What Trados says of each segment (``sdl:seg`` with ``conf``), in the words of XLIFF."""
    return {
        seg.get("id", ""): {"Draft": "needs-review-translation", "RejectedTranslation": "needs-translation"}.get(
            seg.get("conf", ""), ""
        )
        for seg in element.iter("{*}seg")
        if seg.get("conf")
    }


def _unit(
    element: etree._Element, languages: tuple[str, str], request: ImportRequest, stored: dict[str, Any]
) -> Unit | Bad:
    if has_entity(element):
        return Bad(element.sourceline or 0, "it names an entity that nothing declares")
    if reason := _untranslated(element):
        return Bad(element.sourceline or 0, reason)
    texts: dict[str, Text] = {}
    origins = {row[1]["type"]: row[2] for row in stored["about"] if row[0] == "prop"}
    sides = (("source", "left-origin", languages[0]), ("target", "right-origin", languages[1]))
    for name, text_of_side, stated in sides:
        for child in _children(element, name):
            language = attributes(child).get("xml:lang", stated)
            texts.setdefault(request.side(language), Text(flat(child), language, origin(origins.get(text_of_side))))
    return unit(element.sourceline or 0, (texts.get("left"), texts.get("right")), request, stored)


def _untranslated(element: etree._Element) -> str:
    """Why a unit says of itself that it is not translated, or nothing."""
    targets = _children(element, "target")
    states = [target.get("state", "") for target in targets] + [element.get("state", "")]
    state = next((state for state in states if state in UNTRANSLATED), "")
    return f"its state is {state}: it is not translated yet" if state else ""


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
