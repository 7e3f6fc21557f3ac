"""Pairs a line each: TSV with a header, JSON Lines, and the two files of Moses."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.export.pairs import Pair, Side

COLUMNS = (
    "id",
    "kind",
    "score",
    "verdict",
    "reviewer",
    "left_language",
    "left_text",
    "right_language",
    "right_text",
    "left_origin",
    "right_origin",
    "left_path",
    "right_path",
    "corrected",
)
# Whatever any program takes for the end of a line or of a cell.
_ENDS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    r"""``text`` without tabs and line ends: each run of them is one space.

    >>> one_line("a\tb\r\nc")
    'a b c'
    """
    return _ENDS.sub(" ", text)


def as_tsv(pairs: Iterable[Pair]) -> Iterator[str]:
    """A header line, then a line a pair. Nothing is quoted: tabs and line ends in a text become spaces."""
    yield "\t".join(COLUMNS) + "\n"
    for one in pairs:
        cells = record(one)
        yield "\t".join(one_line(_cell(cells[name])) for name in COLUMNS) + "\n"


def as_jsonl(pairs: Iterable[Pair]) -> Iterator[str]:
    """One object a line, texts as they are."""
    for one in pairs:
        yield json.dumps(record(one), ensure_ascii=False) + "\n"


def record(one: Pair) -> dict[str, Any]:
    """All that is known of a pair."""
    return {
        "id": one.id,
        "kind": one.kind,
        "score": one.score,
        "verdict": one.verdict,
        "reviewer": one.reviewer,
        "comment": one.comment,
        "corrected": one.corrected,
        "uncorrected": one.uncorrected,
        "made_by": one.made_by,
        **_side("left", one.left),
        **_side("right", one.right),
        "attributes": one.attributes,
    }


def moses(one: Pair) -> tuple[str, str]:
    """The left and the right line of a pair, each ended."""
    return one_line(one.left.text).strip() + "\n", one_line(one.right.text).strip() + "\n"


def _side(name: str, one: Side) -> dict[str, Any]:
    return {
        f"{name}_language": one.language,
        f"{name}_text": one.text,
        f"{name}_origin": one.origin,
        f"{name}_path": one.path,
        f"{name}_title": one.about.title,
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)
