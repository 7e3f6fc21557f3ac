"""Documents that translate each other, under meaningless names: ``python -m benchmarks.pair [--check]``."""

import sys
from pathlib import Path

import py3langid

from benchmarks.scoring import main, read_lines
from pipeline.align.pairs import Item, pair
from pipeline.config import AlignConfig
from pipeline.embedding import use
from pipeline.evaluation.gold import Score, score

SHORT = 150  # documents on a side with a counterpart, and as many without


def measure(folder: Path) -> dict[str, Score]:
    """Pairs graded as translations, against gold; then the same of documents of one to three sentences."""
    items = [_item(path) for path in sorted(folder.glob("d*.txt"))]
    gold = {tuple(sorted(line.split("\t"))) for line in read_lines(folder / "gold.tsv")}
    scores = {"pair.f1": _score(items, gold)}
    for size in (1, 2, 3):
        scores[f"pair.short{size}"] = _score(*_short(folder.parent / "mine", size))
    return scores


def _score(items: list[Item], gold: set[tuple[str, ...]]) -> Score:
    pairs = pair(items, (), use.load(), AlignConfig())
    translations = {tuple(sorted((match.left, match.right))) for match in pairs if match.grade == "translation"}
    return score(len(translations & gold), len(translations), len(gold))


def _item(path: Path) -> Item:
    texts = tuple(line for line in read_lines(path) if line.strip())
    return Item(path.name, py3langid.classify(" ".join(texts))[0], texts)


def _short(folder: Path, size: int) -> tuple[list[Item], set[tuple[str, ...]]]:
    """Documents of ``size`` sentences each, of which half have no counterpart."""
    gold = [tuple(line.split("\t")) for line in read_lines(folder / "gold.tsv")]
    sides = []
    for column, (code, name) in enumerate((("fr", "left.fr"), ("en", "right.en"))):
        paired = [row[column] for row in gold]
        unpaired = [line for line in read_lines(folder / name) if line not in set(paired)]
        sides.append([*_documents(paired, size, f"{code}+", code), *_documents(unpaired, size, f"{code}-", code)])
    gold_pairs: set[tuple[str, ...]] = {(f"en+{k}", f"fr+{k}") for k in range(min(SHORT, len(gold) // size))}
    return [*sides[0], *sides[1]], gold_pairs


def _documents(lines: list[str], size: int, name: str, code: str) -> list[Item]:
    count = min(SHORT, len(lines) // size)
    return [Item(f"{name}{k}", code, tuple(lines[k * size : (k + 1) * size])) for k in range(count)]


if __name__ == "__main__":
    sys.exit(main("pair", measure))
