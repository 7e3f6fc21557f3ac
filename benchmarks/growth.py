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
from collections.abc import Iterator, Sequence
from itertools import islice
from math import log10
from pathlib import Path
from typing import NamedTuple

from benchmarks.floors import DEV, HERE, absent
from benchmarks.texts import Lines, facing, written

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
PLOT = HERE.parent / "docs" / "growth.svg"
MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # in units of ru_maxrss
WIDTH, HEIGHT, LEFT, TOP = 360, 240, 60, 30


class Run(NamedTuple):
    """One alignment of texts of ``size`` sentences each."""

    size: int
    seconds: float
    megabytes: float


class Panel(NamedTuple):
    """What one of the two plots shows, and the powers of ten that its axis spans."""

    title: str
    low: int
    high: int
    values: Sequence[float]


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


def drawn(runs: Sequence[Run]) -> str:
    """Seconds and megabytes over sentences as SVG; both axes are logarithmic, the dashed line is proportional."""
    panels = [
        Panel("seconds", 0, 3, [run.seconds for run in runs]),
        Panel("peak memory, MB", 2, 4, [run.megabytes for run in runs]),
    ]
    shapes = [shape for k, panel in enumerate(panels) for shape in _panel(panel, runs, LEFT + k * (WIDTH + LEFT + 20))]
    size = f'width="{2 * (WIDTH + LEFT) + 60}" height="{HEIGHT + TOP + 60}"'
    style = 'font-family="sans-serif" font-size="12" fill="#333"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>', *shapes, "</svg>", ""])


def _panel(panel: Panel, runs: Sequence[Run], x: int) -> Iterator[str]:
    def place(size: float, value: float) -> tuple[float, float]:
        across = (log10(size) - log10(SIZES[0])) / (log10(SIZES[-1]) - log10(SIZES[0]))
        up = (log10(value) - panel.low) / (panel.high - panel.low)
        return round(x + WIDTH * across, 1), round(TOP + HEIGHT * (1 - up), 1)

    yield f'<text x="{x}" y="{TOP - 12}">{panel.title}</text>'
    for power in range(panel.low, panel.high + 1):
        y = place(SIZES[0], 10**power)[1]
        yield f'<path d="M{x} {y}h{WIDTH}" stroke="#ddd"/>'
        yield f'<text x="{x - 6}" y="{y + 4}" text-anchor="end">{10**power:,}</text>'
    for size in SIZES:
        across, y = place(size, 10**panel.low)
        yield f'<text x="{across}" y="{y + 18}" text-anchor="middle">{size:,}</text>'
    yield f'<text x="{x + WIDTH / 2}" y="{TOP + HEIGHT + 40}" text-anchor="middle">sentences on each side</text>'
    yield _line([place(run.size, panel.values[-1] * run.size / runs[-1].size) for run in runs], 'stroke-dasharray="4"')
    points = [place(run.size, value) for run, value in zip(runs, panel.values, strict=True)]
    yield _line(points, 'stroke-width="2"')
    yield from (f'<circle cx="{a}" cy="{b}" r="4" fill="#2563a8"/>' for a, b in points)


def _line(points: Sequence[tuple[float, float]], look: str) -> str:
    inside = " ".join(f"{a},{b}" for a, b in points if b <= TOP + HEIGHT)
    return f'<polyline points="{inside}" fill="none" stroke="#2563a8" {look}/>'


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
    options.plot.write_text(drawn(runs), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
