"""How time and memory of an alignment grow: ``python -m benchmarks.growth [--sizes N ...] [--files LEFT RIGHT]``.

Aligns texts of these sizes, each in a process of its own, start-up included; prints a table and draws ``--plot`` (by
default ``docs/growth.svg``). The texts are made from the development data, or are the first lines of two files.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.floors import DEV, HERE, absent
from benchmarks.plots import Panel, draw_growth
from benchmarks.texts import Lines, facing, written

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
PLOT = HERE.parent / "docs" / "growth.svg"
MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # in units of ru_maxrss


class Run(NamedTuple):
    """One alignment of texts of ``size`` sentences each."""

    size: int
    seconds: float
    megabytes: float


def measured(size: int, files: Sequence[Path], folder: Path) -> Run:
    """Align and measure the process."""
    left, right = written(_first(files, size) if files else facing(DEV, size), folder)
    command = [sys.executable, "-m", "pipeline", "align", str(left), str(right), "--output", os.devnull]
    start = time.perf_counter()
    with subprocess.Popen(command) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"aligning {size} sentences failed")
    return Run(size, time.perf_counter() - start, usage.ru_maxrss / MEGABYTE)


def _first(files: Sequence[Path], count: int) -> Lines:
    left, right = ([line.rstrip("\r\n") for line in islice(file.open(encoding="utf-8"), count)] for file in files)
    return left, right


def main() -> int:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--files", type=Path, nargs=2, default=())
    parser.add_argument("--plot", type=Path, default=PLOT)
    options = parser.parse_args()
    if not options.files and absent(DEV):
        return 0
    runs = []
    print("sentences  seconds       MB")
    with tempfile.TemporaryDirectory() as folder:
        for size in sorted(options.sizes):
            runs.append(measured(size, options.files, Path(folder)))
            print(f"{size:9,d} {runs[-1].seconds:8.1f} {runs[-1].megabytes:8.0f}", flush=True)
    seconds, memory = ([(run.size, run[place]) for run in runs] for place in (1, 2))
    panels = Panel("seconds", {"": seconds}), Panel("peak memory, MB", {"": memory})
    draw_growth(panels, "sentences on each side", options.plot)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
