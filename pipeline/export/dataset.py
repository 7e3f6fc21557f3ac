"""A folder that the ``datasets`` library loads: JSON Lines in parts, and a card that is filled from the corpus.

The card's YAML names the columns with their types, because the library would otherwise guess them from the first rows.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline import VERSION
from pipeline.batches import batched
from pipeline.export.lines import record
from pipeline.export.selection import ExportPair, base

ROWS = 100_000  # in one file
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
SIDE_COLUMNS = ("language", "text", "origin", "path", "title", "document", "segments", "start", "end")
# Columns in their order; what is no text has its type beside it.
COLUMNS = (
    *("id", "kind", "score", "verdict", "reviewer", "comment", "corrected", "uncorrected", "uncorrected_left"),
    "made_by",
    *(f"left_{name}" for name in SIDE_COLUMNS),
    *(f"right_{name}" for name in SIDE_COLUMNS),
    *("attributes", "run", "signature", "created", "judged"),
)
MOMENT = {"dtype": "timestamp[s, tz=UTC]"}
TYPES = {"score": {"dtype": "float64"}, "created": MOMENT, "judged": MOMENT} | {
    f"{side}_{name}": kind
    for side in ("left", "right")
    for name, kind in (("segments", {"sequence": "string"}), ("start", {"dtype": "int64"}), ("end", {"dtype": "int64"}))
}
MEANINGS = {
    "translation": "a sentence and its machine translation",
    "bitext": "the same passage in two documents that translate each other, or in imported bitext",
    "passage": "the same said in two documents that do not translate each other",
    "related": "the same event told in two such documents, of which they say different things",
}


class DatasetCounts:
    """What the card says of the pairs, counted while they are written."""

    def __init__(self) -> None:
        self.pairs = 0
        self.bytes = 0
        self.kinds: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.made_by: Counter[str] = Counter()
        self.documents: dict[str, str | None] = {}

    def add(self, pair: ExportPair) -> None:
        """Count one pair."""
        self.pairs += 1
        self.kinds[pair.kind] += 1
        self.verdicts[pair.verdict or "not judged"] += 1
        self.made_by[f"{pair.kind}: {pair.made_by}"] += 1
        for side in (pair.left, pair.right):
            self.languages[base(side.language)] += 1
            self.documents[side.about.id] = side.about.licence


def write_dataset(pairs: Iterable[ExportPair], folder: Path, title: str) -> None:
    """``data/train-*.jsonl`` and ``README.md``."""
    (folder / "data").mkdir()
    counts = DatasetCounts()
    for number, batch in enumerate(batched(pairs, 1_000)):
        path = folder / "data" / f"train-{number * 1_000 // ROWS:05}.jsonl"
        with path.open("ab") as out:
            for pair in batch:
                counts.add(pair)
                counts.bytes += out.write(_line(pair).encode("utf-8", "replace"))
    (folder / "README.md").write_text(_card(counts, title), "utf-8")


def _line(pair: ExportPair) -> str:
    """One row: all that is known, but for what an imported file said in a shape of its own."""
    row = record(pair)
    row["attributes"] = json.dumps(pair.attributes, ensure_ascii=False) if pair.attributes else None
    return json.dumps(row, ensure_ascii=False) + "\n"


def _card(counts: DatasetCounts, title: str) -> str:
    """The card; each value of its YAML is written as JSON, which YAML understands."""
    head = [f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in _metadata(counts, title).items()]
    return f"---\n{''.join(head)}---\n\n" + "\n".join(_text(counts, title)) + "\n"


def _metadata(counts: DatasetCounts, title: str) -> dict[str, Any]:
    features = [{"name": name, **TYPES.get(name, {"dtype": "string"})} for name in COLUMNS]
    split = {"name": "train", "num_bytes": counts.bytes, "num_examples": counts.pairs}
    return {
        "pretty_name": title,
        "language": sorted(code for code in counts.languages if code != "und"),
        "license": _licence(counts),
        "task_categories": ["translation"],
        "multilinguality": ["translation"],
        "size_categories": [next((name for limit, name in SIZES if counts.pairs < limit), "n>1M")],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*.jsonl"}]}],
        "dataset_info": {"features": features, "splits": [split]},
    }


def _licence(counts: DatasetCounts) -> str:
    """The licence that all documents have, as the hub names it; ``unknown`` or ``other`` where there is no such one."""
    licences = set(counts.documents.values())
    if licences <= {None}:
        return "unknown"
    (only, *more) = licences
    return "other" if more or only is None else only.strip().lower().replace(" ", "-")


def _text(counts: DatasetCounts, title: str) -> Iterator[str]:
    yield f"# {title}\n"
    yield f"{counts.pairs:,} facing pairs from {len(counts.documents):,} documents.\n"
    yield from _table("Languages", ("language", "sides"), counts.languages)
    yield from _table("Kinds", ("kind", "pairs"), {f"{kind}: {MEANINGS[kind]}": n for kind, n in counts.kinds.items()})
    yield from _table("Verdicts of reviewers", ("verdict", "pairs"), counts.verdicts)
    licences = Counter(licence or "not stated" for licence in counts.documents.values())
    yield from _table("Licences of the documents", ("licence", "documents"), licences)
    yield "Each document has its own licence; where none is stated, ask its publisher before you pass texts on.\n"
    yield from _table("How it was made", ("kind and engine", "pairs"), counts.made_by)
    yield f"Written by En regard {VERSION}. A text that a machine wrote has an origin that begins with `mt:`. A text"
    yield "that a reviewer corrected stands in the place of the one in `uncorrected`. Scores are from 0 to 1 and mean"
    yield "different things for different kinds."


def _table(title: str, names: tuple[str, str], counts: "Counter[str] | dict[str, int]") -> Iterator[str]:
    yield f"## {title}\n\n| {names[0]} | {names[1]} |\n|---|---|"
    yield "\n".join(
        f"| {_cell(name)} | {n:,} |" for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
