"""TMX 1.1 to 1.4b: units with all that is said of them, so that an export can write them as they were.

Texts are flattened (``markup.flat``); what stood in them as markup is kept beside.
"""

import re
from typing import Any

from lxml import etree

from pipeline.export.markup import written
from pipeline.imports.markup import attributes, bare, elements, flat, has_entity, inner, local
from pipeline.imports.units import Bad, Found, Header, Text, Unit, Wanted, origin, unit

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(T\d{6}Z)?")


def read_tmx(wanted: Wanted) -> Found:
    """The header and the units of a TMX file. Raises InputError for XML that is unsound or unsafe."""
    for one in elements(wanted.path, ("header", "tu")):
        yield _header(one) if local(one) == "header" else _unit(one, wanted)


def _header(one: etree._Element) -> Header:
    values = {"attributes": attributes(one), "about": _about(one)}
    day = _DATE.fullmatch(one.get("creationdate", ""))
    return Header(values, "-".join(day.group(1, 2, 3)) if day else None)


def _about(one: etree._Element) -> list[list[Any]]:
    """Notes, properties and encodings in their order: (tag, attributes, text); an encoding as markup."""
    found: list[list[Any]] = []
    for child in one:
        name = local(child)
        if name in {"note", "prop"}:
            found.append([name, attributes(child), "".join(child.itertext())])
        elif name == "ude" and not has_entity(child):
            found.append([name, {}, written(bare(child))])
    return found


def _unit(one: etree._Element, wanted: Wanted) -> Unit | Bad:
    line = one.sourceline or 0
    if has_entity(one):
        return Bad(line, "it names an entity that nothing declares")
    texts: dict[str, Text] = {}
    variants = [_variant(child, wanted, texts) for child in one if local(child) == "tuv"]
    kept = {"attributes": attributes(one), "about": _about(one), "variants": variants}
    return unit(line, (texts.get("left"), texts.get("right")), wanted, kept)


def _variant(one: etree._Element, wanted: Wanted, texts: dict[str, Text]) -> dict[str, Any]:
    """A variant as it is kept; the first in each of the wanted languages goes to ``texts``."""
    known = attributes(one)
    kept: dict[str, Any] = {"attributes": known, "about": _about(one)}
    segment = next((child for child in one if local(child) == "seg"), None)
    text = "" if segment is None else flat(segment)
    markup = None if segment is None else inner(segment)
    if markup is not None:
        kept["markup"] = markup
    language = known.get("xml:lang") or known.get("lang") or "und"
    side = wanted.side(language)
    if side and side not in texts:
        texts[side] = Text(text, language, origin(_property(kept["about"], "x-origin")))
        return {**kept, "side": side}
    return {**kept, "text": text}


def _property(about: list[list[Any]], name: str) -> str | None:
    return next((text for tag, named, text in about if tag == "prop" and named.get("type") == name), None)
