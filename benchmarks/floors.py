"""Floors that figures must not fall below: ``benchmarks/floors.json`` (they only ever rise)."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
DEV = Path(os.environ.get("ENREGARD_DEV", HERE.parent.parent / "shared" / "dev"))
DEFAULT = HERE / "floors.json"


def check(figures: Mapping[str, float], floors: Path) -> int:
    """How many of the ``figures`` lie below the floor of the same name; each is named on standard error."""
    if not floors.exists():
        raise SystemExit(f"{floors}: not here. Name a file of floors, or restore benchmarks/floors.json.")
    limits = json.loads(floors.read_text("utf-8"))
    below = [name for name, value in figures.items() if value < limits.get(name, value)]
    for name in below:
        print(f"{name}: {figures[name]:.4f} is below its floor {limits[name]}", file=sys.stderr)
    return len(below)


def absent(folder: Path) -> bool:
    """Whether the development data is missing; says so.

    Raises SystemExit where ``CI`` is set: there a floor that was not measured counts as broken.
    """
    if folder.exists():
        return False
    message = f"{folder}: not here, nothing measured. Set ENREGARD_DEV to the folder of development data."
    if os.environ.get("CI"):
        raise SystemExit(message)
    print(message, file=sys.stderr)
    return True
