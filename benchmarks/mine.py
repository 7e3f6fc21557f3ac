"""Mining in two unordered sets, half without a counterpart: ``python -m benchmarks.mine [--check]``."""

import sys
from pathlib import Path

from benchmarks.scoring import main, read_lines
from pipeline.align.mine import mine
from pipeline.config import MineConfig
from pipeline.embedding import use
from pipeline.evaluation.gold import Score, score


def measure(folder: Path) -> dict[str, Score]:
    """Precision, recall and F1 at the threshold of the configuration."""
    left, right = read_lines(folder / "left.fr"), read_lines(folder / "right.en")
    gold = {tuple(line.split("\t")) for line in read_lines(folder / "gold.tsv")}
    mined = {(left[match.left], right[match.right]) for match in mine(left, right, use.load(), MineConfig())}
    return {"mine.f1": score(len(mined & gold), len(mined), len(gold))}


if __name__ == "__main__":
    sys.exit(main("mine", measure))
