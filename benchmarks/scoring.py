"""Beads in files, and what the benchmarks of alignment print. How beads are scored: ``pipeline.evaluation.gold``."""

import argparse
import ast
from collections.abc import Callable
from pathlib import Path

from benchmarks.floors import DEFAULT, DEV, absent, check
from pipeline.evaluation.gold import Pairing, Score


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
