"""Pairs as TMX 1.4b (LISA OSCAR, 2005), unit by unit.

Where a pair comes from stands in ``prop`` elements of types ``x-...``. A unit that was imported and not judged is
written as it was read: attributes, notes, properties, markup and variants in further languages included.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from pipeline import VERSION
from pipeline.export.markup import clean, element, restored, written
from pipeline.export.pairs import Pair, Side, facts

START = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4">\n'
VERDICT = ("verdict", "reviewer", "comment", "corrected", "uncorrected")
HEADER = {
    "creationtool": "enregard",
    "creationtoolversion": VERSION,
    "segtype": "sentence",
    "o-tmf": "enregard",
    "adminlang": "en",
    "srclang": "*all*",
    "datatype": "plaintext",
}


def as_tmx(pairs: Iterable[Pair], header: Mapping[str, Any] | None = None) -> Iterator[str]:
    """The file, a unit at a time. ``header`` is that of the TMX file that all pairs were imported from."""
    yield START
    yield written(_header(header)) + "\n<body>\n"
    for one in pairs:
        yield written(_imported(one) if _is_tmx(one) else _unit(one)) + "\n"
    yield "</body>\n</tmx>\n"


def _header(header: Mapping[str, Any] | None) -> etree._Element:
    if header is None:
        return element("header", HEADER)
    made = element("header", header.get("attributes", {}))
    made.extend(_about(header.get("about", ())))
    return made


def _about(listed: Sequence[Sequence[Any]]) -> Iterator[etree._Element]:
    """Notes, properties and user-defined encodings: (tag, attributes, text), the last as markup."""
    for tag, attributes, text in listed:
        yield restored("r", text)[0] if tag == "ude" else element(tag, attributes, text)


def _unit(one: Pair) -> etree._Element:
    made = element("tu", {"tuid": one.id, "srclang": one.left.language})
    kept = one.attributes or {}
    made.extend(_about([row for row in kept.get("about", ()) if row[0] in {"note", "prop"}]))
    made.extend(_props(facts(one) | kept.get("attributes", {})))
    made.extend(_variant(side) for side in (one.left, one.right))
    return made


def _variant(side: Side) -> etree._Element:
    made = element("tuv", {"xml:lang": side.language})
    title = {"title": side.about.title} if side.about.title else {}
    made.extend(_props({"document": side.path, **title, "origin": side.origin}))
    etree.SubElement(made, "seg").text = clean(side.text)
    return made


def _props(named: Mapping[str, str]) -> Iterator[etree._Element]:
    for name, value in named.items():
        yield element("prop", {"type": f"x-{name}"}, value)


def _is_tmx(one: Pair) -> bool:
    return bool(one.attributes and "variants" in one.attributes)


def _imported(one: Pair) -> etree._Element:
    """The unit that was read; a verdict is added, in the place of an earlier one."""
    kept: Mapping[str, Any] = one.attributes or {}
    verdict = {name: value for name, value in facts(one).items() if one.verdict and name in VERDICT}
    types = {f"x-{name}" for name in verdict}
    about = [row for row in kept["about"] if row[0] != "prop" or row[1].get("type") not in types]
    made = element("tu", kept["attributes"])
    made.extend(_about(about))
    made.extend(_props(verdict))
    for variant in kept["variants"]:
        made.append(_kept_variant(one, variant))
    return made


def _kept_variant(one: Pair, variant: Mapping[str, Any]) -> etree._Element:
    made = element("tuv", variant["attributes"])
    made.extend(_about(variant["about"]))
    side = variant.get("side", "")
    if "markup" in variant and not (side and side == one.corrected):
        made.append(restored("seg", variant["markup"]))
    else:
        sides = {"left": one.left.text, "right": one.right.text}
        etree.SubElement(made, "seg").text = clean(sides.get(side, variant.get("text", "")))
    return made
