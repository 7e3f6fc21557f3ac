"""Pairs a line each: TSV with a header, JSON Lines, and the two files of Moses."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from pipeline.export.selection import ExportPair, PairSide
from pipeline.harmless import defuse

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


def as_tsv(pairs: Iterable[ExportPair]) -> Iterator[str]:
    """A header line, then a line a pair.

    Nothing is quoted: tabs and line ends in a text become spaces. No cell is a formula (``harmless.defuse``).
    """
    yield "\t".join(COLUMNS) + "\n"
    for pair in pairs:
        cells = record(pair)
        yield "\t".join(defuse(one_line(_cell(cells[name]))) for name in COLUMNS) + "\n"


def as_jsonl(pairs: Iterable[ExportPair]) -> Iterator[str]:
    """One object a line, texts as they are, with the links of their words."""
    for pair in pairs:
        yield json.dumps(record(pair) | {"links": pair.links}, ensure_ascii=False) + "\n"


def record(pair: ExportPair) -> dict[str, Any]:
    """All that is known of a pair."""
    return {
        "id": pair.id,
        "kind": pair.kind,
        "score": pair.score,
        "verdict": pair.verdict,
        "reviewer": pair.reviewer,
        "comment": pair.comment,
        "corrected": pair.corrected,
        "uncorrected": pair.uncorrected,
        "uncorrected_left": pair.uncorrected_left,
        "made_by": pair.made_by,
        **_side("left", pair.left),
        **_side("right", pair.right),
        "attributes": pair.attributes,
        "run": pair.run,
        "signature": pair.signature,
        "created": moment(pair.created),
        "judged": moment(pair.judged),
    }


def moment(value: datetime | None) -> str | None:
    """A moment in UTC as ISO 8601 has it."""
    return value.replace(tzinfo=UTC).isoformat(timespec="seconds") if value else None


def moses(pair: ExportPair) -> tuple[str, str]:
    """The left and the right line of a pair, each ended."""
    return one_line(pair.left.text).strip() + "\n", one_line(pair.right.text).strip() + "\n"


def _side(name: str, pair: PairSide) -> dict[str, Any]:
    return {
        f"{name}_language": pair.language,
        f"{name}_text": pair.text,
        f"{name}_origin": pair.origin,
        f"{name}_path": pair.path,
        f"{name}_title": pair.about.title,
        f"{name}_document": pair.about.id,
        f"{name}_segments": [member.id for member in pair.members],
        f"{name}_start": min((member.start_offset for member in pair.members), default=None),
        f"{name}_end": max((member.end_offset for member in pair.members), default=None),
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)
