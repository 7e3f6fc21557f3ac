"""Documents that translate each other, under meaningless names: ``python -m benchmarks.pair [--check]``."""

import sys
from pathlib import Path

import py3langid  # type: ignore[import-untyped]

from benchmarks.scoring import Score, main, read_lines, score
from pipeline.align.pairs import Item, pair
from pipeline.config import AlignConfig
from pipeline.engines import use


def measure(folder: Path) -> dict[str, Score]:
    """Pairs graded as translations, against gold."""
    items = [_item(path) for path in sorted(folder.glob("d*.txt"))]
    gold = {tuple(sorted(line.split("\t"))) for line in read_lines(folder / "gold.tsv")}
    pairs = pair(items, (), use.load(), AlignConfig())
    found = {tuple(sorted((one.left, one.right))) for one in pairs if one.grade == "translation"}
    return {"pair.f1": score(len(found & gold), len(found), len(gold))}


def _item(path: Path) -> Item:
    texts = tuple(line for line in read_lines(path) if line.strip())
    return Item(path.name, py3langid.classify(" ".join(texts))[0], texts)


if __name__ == "__main__":
    sys.exit(main("pair", measure))
