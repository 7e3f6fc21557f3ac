"""The learning curve of a run as a picture: ``python -m training.curve --run DIR --output FILE.svg`` (matplotlib)."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

PHASES = {"both": "both directions", "forward": "French to English"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws the picture; 1 when the run has no log."""
    options = _options(arguments)
    try:
        notes = [json.loads(line) for line in (options.run / "log.jsonl").read_text("utf-8").splitlines()]
    except (OSError, ValueError) as error:
        print(f"{options.run}: no log there ({error}). Train first.", file=sys.stderr)
        return 1
    drawn(notes).savefig(options.output)
    return 0


def curves(notes: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[float, float]]]:
    """Minutes and development loss of each model.

    >>> curves([{"phase": "start"}, {"phase": "forward", "minutes": 2.0, "development_loss": 3.1}])
    {'forward': [(2.0, 3.1)]}
    """
    series: dict[str, list[tuple[float, float]]] = {}
    for note in notes:
        if "development_loss" in note:
            series.setdefault(note["phase"], []).append((note["minutes"], note["development_loss"]))
    return series


def drawn(notes: Sequence[Mapping[str, Any]]) -> Figure:
    """Development loss over the minutes, a line for each model."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for phase, points in curves(notes).items():
        axes.plot(*zip(*points, strict=True), marker="o", label=PHASES.get(phase, phase))
    axes.set_xlabel("minutes of training")
    axes.set_ylabel("loss of a token, newstest2013")
    axes.legend()
    return figure


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Draws the learning curve.")
    parser.add_argument("--run", type=Path, default=Path("training/run"))
    parser.add_argument("--output", type=Path, default=Path("docs/training.svg"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
