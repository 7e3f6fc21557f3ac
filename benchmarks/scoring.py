"""Precision, recall and F1 of beads, and what the benchmarks of alignment print.

Strict counts a bead when both its sides are exactly right; lax when it shares a sentence with a right bead on both
sides. Insertions and deletions are left out, and all documents of a set count together.
"""

import argparse
import ast
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from benchmarks.floors import DEFAULT, DEV, absent, check

Pairing: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]


class Score(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


def score(right: float, proposed: int, expected: int, recalled: float | None = None) -> Score:
    """From counts of what is right among what was found, and what was recalled (by default the same) of what exists."""
    precision, recall = right / max(1, proposed), (right if recalled is None else recalled) / max(1, expected)
    return Score(precision, recall, 2 * precision * recall / max(1e-9, precision + recall))


def strict(documents: Iterable[tuple[Sequence[Pairing], Sequence[Pairing]]]) -> Score:
    """Over documents, each (found beads, right beads)."""
    pairs = [(_beads(beads), _beads(gold)) for beads, gold in documents]
    right = sum(len(beads & gold) for beads, gold in pairs)
    return score(right, sum(len(beads) for beads, _ in pairs), sum(len(gold) for _, gold in pairs))


def lax(documents: Iterable[tuple[Sequence[Pairing], Sequence[Pairing]]]) -> Score:
    """The same, when it is enough to touch a right bead on both sides."""
    pairs = [(_beads(beads), _beads(gold)) for beads, gold in documents]
    right = sum(_touching(beads, gold) for beads, gold in pairs)
    recalled = sum(_touching(gold, beads) for beads, gold in pairs)
    return score(right, sum(len(beads) for beads, _ in pairs), sum(len(gold) for _, gold in pairs), recalled)


def read_beads(path: Path) -> list[Pairing]:
    """Lines such as ``[0]:[0, 1]``, with or without a score behind them."""
    rows = [line.split(":") for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [(tuple(ast.literal_eval(row[0])), tuple(ast.literal_eval(row[1]))) for row in rows]


def read_lines(path: Path) -> list[str]:
    """The lines of a file, without their ends; the last may lack one."""
    return path.read_text("utf-8").removesuffix("\n").split("\n")


def main(folder: str, measure: Callable[[Path], dict[str, Score]]) -> int:
    """Measure on a folder of the development data and print; with ``--check``, how many figures are below a floor."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", nargs="?", const=DEFAULT, type=Path, metavar="FLOORS", help="F1 must not be below")
    options = parser.parse_args()
    if absent(DEV / folder):
        return 0
    rows = measure(DEV / folder)
    print(f"{'':32s} precision  recall      F1")
    for name, figures in rows.items():
        print(f"{name:32s} {figures.precision:9.4f} {figures.recall:7.4f} {figures.f1:7.4f}")
    return check({name: figures.f1 for name, figures in rows.items()}, options.check) if options.check else 0


def _beads(pairings: Sequence[Pairing]) -> set[Pairing]:
    return {(tuple(left), tuple(right)) for left, right in pairings if left and right}


def _touching(proposed: set[Pairing], expected: set[Pairing]) -> int:
    links = {(i, j) for left, right in expected for i in left for j in right}
    return sum(any((i, j) in links for i in left for j in right) for left, right in proposed)
