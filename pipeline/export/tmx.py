"""Pairs as TMX 1.4b (LISA OSCAR, 2005), unit by unit.

Where a pair comes from stands in ``prop`` elements of types ``x-...``. A unit that was imported and not judged is
written as it was read: attributes, notes, properties, markup and variants in further languages included.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from lxml import etree

from pipeline.export.markup import clean, element, restored
from pipeline.export.selection import ExportPair, PairSide, facts
from pipeline.export.tmx_frame import HEADER, properties, tmx_file

VERDICT = ("verdict", "reviewer", "comment", "corrected", "uncorrected", "uncorrected-left")


def as_tmx(pairs: Iterable[ExportPair], header: Mapping[str, Any] | None = None) -> Iterator[str]:
    """The file, a unit at a time. ``header`` is that of the TMX file that all pairs were imported from."""
    return tmx_file(_header(header), (_imported(pair) if _is_tmx(pair) else _unit(pair) for pair in pairs))


def _header(header: Mapping[str, Any] | None) -> etree._Element:
    if header is None:
        return element("header", HEADER)
    node = element("header", header.get("attributes", {}))
    node.extend(_about(header.get("about", ())))
    return node


def _about(listed: Sequence[Sequence[Any]]) -> Iterator[etree._Element]:
    """Notes, properties and user-defined encodings: (tag, attributes, text), the last as markup."""
    for tag, attributes, text in listed:
        yield restored("r", text)[0] if tag == "ude" else element(tag, attributes, text)


def _unit(pair: ExportPair) -> etree._Element:
    node = element("tu", {"tuid": pair.id, "srclang": pair.left.language, **_dates(pair)})
    stored = pair.attributes or {}
    node.extend(_about([row for row in stored.get("about", ()) if row[0] in {"note", "prop"}]))
    node.extend(properties(facts(pair) | stored.get("attributes", {})))
    node.extend(_variant(side) for side in (pair.left, pair.right))
    return node


def _dates(pair: ExportPair) -> dict[str, str]:
    """When a unit was made and by what, and when and by whom it was judged, as translation memories have it."""
    dates = {"creationdate": _moment(pair.created), "creationid": pair.made_by}
    if pair.reviewer:
        dates |= {"changedate": _moment(pair.judged), "changeid": pair.reviewer}
    return {name: value for name, value in dates.items() if value}


def _moment(value: datetime | None) -> str:
    return f"{value:%Y%m%dT%H%M%SZ}" if value else ""


def _variant(side: PairSide) -> etree._Element:
    node = element("tuv", {"xml:lang": side.language})
    title = {"title": side.about.title} if side.about.title else {}
    places = {
        "segments": " ".join(member.id for member in side.members),
        "offsets": " ".join(f"{member.start_offset}-{member.end_offset}" for member in side.members),
    }
    stood = {name: value for name, value in places.items() if value}
    node.extend(properties({"document": side.path, **title, "origin": side.origin, **stood}))
    etree.SubElement(node, "seg").text = clean(side.text)
    return node


def _is_tmx(pair: ExportPair) -> bool:
    return bool(pair.attributes and "variants" in pair.attributes)


def _imported(pair: ExportPair) -> etree._Element:
    """The unit that was read; a verdict is added, in the place of an earlier one."""
    stored: Mapping[str, Any] = pair.attributes or {}
    verdict = {name: value for name, value in facts(pair).items() if pair.verdict and name in VERDICT}
    types = {f"x-{name}" for name in verdict}
    about = [row for row in stored["about"] if row[0] != "prop" or row[1].get("type") not in types]
    node = element("tu", stored["attributes"])
    node.extend(_about(about))
    node.extend(properties(verdict))
    for variant in stored["variants"]:
        node.append(_kept_variant(pair, variant))
    return node


def _kept_variant(pair: ExportPair, variant: Mapping[str, Any]) -> etree._Element:
    node = element("tuv", variant["attributes"])
    node.extend(_about(variant["about"]))
    side = variant.get("side", "")
    if "markup" in variant and not (side and pair.corrected in {side, "both"}):
        node.append(restored("seg", variant["markup"]))
    else:
        sides = {"left": pair.left.text, "right": pair.right.text}
        etree.SubElement(node, "seg").text = clean(sides.get(side, variant.get("text", "")))
    return node
