"""An alignment of two line files as text: beads, TSV, JSON Lines or TMX."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

from lxml import etree

from pipeline import VERSION
from pipeline.align.words import Link, described
from pipeline.harmless import defuse
from pipeline.records import Bead

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML cannot hold, escaped or not.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
Writer = Callable[[Sequence[Bead], Sequence[str], Sequence[str]], Iterator[str]]


def as_beads(beads: Sequence[Bead], _left: Sequence[str], _right: Sequence[str]) -> Iterator[str]:
    """``[0]:[0, 1]:0.93`` a line: zero-based indices, an empty list for an insertion or deletion, the score."""
    yield from (f"{list(bead.left)}:{list(bead.right)}:{bead.score:.4f}\n" for bead in beads)


def as_tsv(beads: Sequence[Bead], left: Sequence[str], right: Sequence[str]) -> Iterator[str]:
    """Score, left and right text, with tabs; tabs inside a text become spaces."""
    for bead in beads:
        sides = (_text(bead.left, left), _text(bead.right, right))
        yield "\t".join([f"{bead.score:.4f}", *(defuse(side.replace("\t", " ")) for side in sides)]) + "\n"


def as_jsonl(
    beads: Sequence[Bead], left: Sequence[str], right: Sequence[str], links: Sequence[Sequence[Link]] | None = None
) -> Iterator[str]:
    """One object a line, with indices, texts, score and the evidence for it; and ``links`` of words, where given."""
    for number, bead in enumerate(beads):
        record = {
            "left": list(bead.left),
            "right": list(bead.right),
            "left_text": _text(bead.left, left),
            "right_text": _text(bead.right, right),
            "score": bead.score,
            "features": dict(bead.features),
        }
        if links is not None:
            record["words"] = described(_text(bead.left, left), _text(bead.right, right), links[number])
        yield json.dumps(record, ensure_ascii=False) + "\n"


def as_tmx(
    beads: Sequence[Bead], left: Sequence[str], right: Sequence[str], languages: tuple[str, str]
) -> Iterator[str]:
    """TMX 1.4: one unit a bead that has both sides. ``languages`` are the BCP 47 codes of the two files."""
    header = {
        "creationtool": "enregard",
        "creationtoolversion": VERSION,
        "segtype": "sentence",
        "o-tmf": "lines",
        "adminlang": "en",
        "srclang": languages[0],
        "datatype": "plaintext",
    }
    target = BytesIO()
    with etree.xmlfile(target, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("tmx", version="1.4"):
            file.write(etree.Element("header", header), "\n")
            with file.element("body"):
                for bead in beads:
                    if bead.left and bead.right:
                        sides = _text(bead.left, left), _text(bead.right, right)
                        file.write(_unit(bead.score, sides, languages), "\n")
    yield target.getvalue().decode("utf-8") + "\n"


FORMATS: dict[str, Writer] = {"beads": as_beads, "tsv": as_tsv, "jsonl": as_jsonl}


def texts(beads: Sequence[Bead], left: Sequence[str], right: Sequence[str]) -> list[tuple[str, str]]:
    """The left and right text of each bead; its word links count characters in them."""
    return [(_text(bead.left, left), _text(bead.right, right)) for bead in beads]


def _text(indices: Sequence[int], lines: Sequence[str]) -> str:
    return " ".join(lines[index] for index in indices)


def _unit(score: float, sides: tuple[str, str], languages: tuple[str, str]) -> etree._Element:
    unit = etree.Element("tu")
    etree.SubElement(unit, "prop", type="score").text = f"{score:.4f}"
    for side, language in zip(sides, languages, strict=True):
        variant = etree.SubElement(unit, "tuv", {XML_LANG: language})
        etree.SubElement(variant, "seg").text = _FORBIDDEN.sub("\ufffd", side)
    return unit
