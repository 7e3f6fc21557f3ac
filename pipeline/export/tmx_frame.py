"""The frame of a TMX 1.4b file (LISA OSCAR, 2005), and pairs that stand in no corpus as its units."""

from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from pipeline import VERSION
from pipeline.export.markup import clean, element, written

START = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4">\n'
HEADER = {
    "creationtool": "enregard",
    "creationtoolversion": VERSION,
    "segtype": "sentence",
    "o-tmf": "enregard",
    "adminlang": "en",
    "srclang": "*all*",
    "datatype": "plaintext",
}


def scored_tmx(pairs: Iterable[tuple[float, str, str]], languages: tuple[str, str]) -> Iterator[str]:
    """The file of pairs (score, left text, right text); the left language is the source."""
    header = element("header", HEADER | {"o-tmf": "lines", "srclang": languages[0]})
    return tmx_file(header, (_unit(score, (left, right), languages) for score, left, right in pairs))


def tmx_file(header: etree._Element, units: Iterable[etree._Element]) -> Iterator[str]:
    """The file, a unit at a time."""
    yield START
    yield written(header) + "\n<body>\n"
    for unit in units:
        yield written(unit) + "\n"
    yield "</body>\n</tmx>\n"


def properties(named: Mapping[str, str]) -> Iterator[etree._Element]:
    """What is said of a unit or of a side, as ``prop`` elements of types ``x-...``."""
    for name, value in named.items():
        yield element("prop", {"type": f"x-{name}"}, value)


def _unit(score: float, texts: tuple[str, str], languages: tuple[str, str]) -> etree._Element:
    node = element("tu", {})
    node.extend(properties({"score": f"{score:.4f}"}))
    for language, text in zip(languages, texts, strict=True):
        variant = element("tuv", {"xml:lang": language})
        etree.SubElement(variant, "seg").text = clean(text)
        node.append(variant)
    return node
