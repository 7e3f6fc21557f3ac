"""TMX 1.1 to 1.4b: units with all that is said of them, so that an export can write them as they were.

Texts are flattened (``markup.flat``); what stood in them as markup is kept beside.
"""

import re
from typing import Any

from lxml import etree

from pipeline.export.markup import written
from pipeline.imports.markup import attributes, bare, elements, flat, has_entity, inner, local
from pipeline.imports.units import Bad, Contents, Header, ImportRequest, Text, Unit, origin, unit

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(T\d{6}Z)?")


def read_tmx(request: ImportRequest) -> Contents:
    """The header and the units of a TMX file. Raises InputError for XML that is unsound or unsafe."""
    for element in elements(request.path, ("header", "tu")):
        yield _header(element) if local(element) == "header" else _unit(element, request)


def _header(element: etree._Element) -> Header:
    values = {"attributes": attributes(element), "about": _about(element)}
    day = _DATE.fullmatch(element.get("creationdate", ""))
    return Header(values, "-".join(day.group(1, 2, 3)) if day else None)


def _about(element: etree._Element) -> list[list[Any]]:
    """Notes, properties and encodings in their order: (tag, attributes, text); an encoding as markup."""
    children: list[list[Any]] = []
    for child in element:
        name = local(child)
        if name in {"note", "prop"}:
            children.append([name, attributes(child), "".join(child.itertext())])
        elif name == "ude" and not has_entity(child):
            children.append([name, {}, written(bare(child))])
    return children


def _unit(element: etree._Element, request: ImportRequest) -> Unit | Bad:
    line = element.sourceline or 0
    if has_entity(element):
        return Bad(line, "it names an entity that nothing declares")
    texts: dict[str, Text] = {}
    variants = [_variant(child, request, texts) for child in element if local(child) == "tuv"]
    stored = {"attributes": attributes(element), "about": _about(element), "variants": variants}
    return unit(line, (texts.get("left"), texts.get("right")), request, stored)


def _variant(element: etree._Element, request: ImportRequest, texts: dict[str, Text]) -> dict[str, Any]:
    """A variant as it is kept; the first in each of the wanted languages goes to ``texts``."""
    stated = attributes(element)
    stored: dict[str, Any] = {"attributes": stated, "about": _about(element)}
    segment = next((child for child in element if local(child) == "seg"), None)
    text = "" if segment is None else flat(segment)
    markup = None if segment is None else inner(segment)
    if markup is not None:
        stored["markup"] = markup
    language = stated.get("xml:lang") or stated.get("lang") or "und"
    side = request.side(language)
    if side and side not in texts:
        texts[side] = Text(text, language, origin(_property(stored["about"], "x-origin")))
        return {**stored, "side": side}
    return {**stored, "text": text}


def _property(about: list[list[Any]], name: str) -> str | None:
    return next((text for tag, named, text in about if tag == "prop" and named.get("type") == name), None)
