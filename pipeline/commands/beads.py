"""An alignment of two line files as text: beads, TSV, JSON Lines or TMX."""

import json
from collections.abc import Callable, Iterator, Sequence

from pipeline.align.words import Link, described
from pipeline.export.tmx_frame import scored_tmx
from pipeline.harmless import defuse
from pipeline.records import Bead

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
    facing = (bead for bead in beads if bead.left and bead.right)
    return scored_tmx(((bead.score, _text(bead.left, left), _text(bead.right, right)) for bead in facing), languages)


FORMATS: dict[str, Writer] = {"beads": as_beads, "tsv": as_tsv, "jsonl": as_jsonl}


def texts(beads: Sequence[Bead], left: Sequence[str], right: Sequence[str]) -> list[tuple[str, str]]:
    """The left and right text of each bead; its word links count characters in them."""
    return [(_text(bead.left, left), _text(bead.right, right)) for bead in beads]


def _text(indices: Sequence[int], lines: Sequence[str]) -> str:
    return " ".join(lines[index] for index in indices)
