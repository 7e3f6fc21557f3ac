"""Learning curves as a picture: ``python -m training.curve --run DIR --output FILE.svg`` (matplotlib)."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

PHASES = {"both": "both directions", "forward": "French to English"}
HIGHEST = 7.0  # a loss above it is of the first steps, in which nothing is learned yet
Points = list[tuple[float, float]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws the picture; 1 when a run has no log."""
    options = _options(arguments)
    series: dict[str, Points] = {}
    for run in options.run or [Path("training/run")]:
        try:
            notes = [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]
        except (OSError, ValueError) as error:
            print(f"{run}: no log there ({error}). Train first.", file=sys.stderr)
            return 1
        series |= {f"{run.name}: {PHASES.get(name, name)}": points for name, points in curves(notes).items()}
    drawn(series).savefig(options.output)
    return 0


def curves(notes: Sequence[Mapping[str, Any]]) -> dict[str, Points]:
    """Million English tokens seen and development loss of each phase, which goes on where the one before it ended.

    >>> of_both = {"phase": "both", "seen": 2_000_000, "development_loss": 3.5}
    >>> curves([{"phase": "start"}, of_both, {"phase": "forward", "seen": 1_000_000, "development_loss": 3.1}])
    {'both': [(2.0, 3.5)], 'forward': [(3.0, 3.1)]}
    """
    series: dict[str, Points] = {}
    before = 0.0
    for note in notes:
        if "development_loss" in note:
            if note["phase"] not in series:
                before = max((seen for points in series.values() for seen, _ in points), default=0.0)
            point = (round(before + note["seen"] / 1e6, 3), note["development_loss"])
            series.setdefault(note["phase"], []).append(point)
    return series


def drawn(series: Mapping[str, Points]) -> Figure:
    """Development loss over the tokens seen, a line for each phase of each run."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for name, points in series.items():
        learned = [point for point in points if point[1] < HIGHEST]
        axes.plot(*zip(*learned, strict=True), marker="o", label=name)
    axes.set_xscale("log")
    axes.set_xlabel("million English tokens seen")
    axes.set_ylabel("loss of a token, newstest2013")
    axes.legend()
    return figure


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Draws learning curves.")
    parser.add_argument("--run", type=Path, action="append", help="folder with a log; once for each run")
    parser.add_argument("--output", type=Path, default=Path("docs/training.png"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
