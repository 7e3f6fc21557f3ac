"""What a second process brings, stage by stage: ``python -m benchmarks.workers [--documents 300] [--workers 1 2]``.

Builds a corpus of ``growth_corpus`` from nothing with each number of processes in turn, so many ``--rounds``, and shows
the best time of each stage, how many times as fast it is as with the first number, and processor seconds of the whole.
Ratios mean something on a machine that does nothing else. Fails where two of the corpora differ in a single digit.
"""

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from benchmarks.growth_corpus import make
from db import models
from db.engine import read_corpus
from pipeline.config import PROJECT

LEDGER = {"run", "stage", "signature", "queue_entry"}  # tables that tell when and how, and an order


class TimedBuild(NamedTuple):
    """Seconds of each stage and of the whole, processor seconds, and every row of the corpus."""

    stages: Mapping[str, float]
    seconds: float
    processor: float
    rows: Mapping[str, Sequence[str]]


def timed(seeds: Path, folder: Path, workers: int) -> TimedBuild:
    """One build from nothing, in a process of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        corpus, settings = Path(name) / "corpus.sqlite", Path(name) / "settings.toml"
        settings.write_text('[translate]\nengine = "none"\n', "utf-8")
        words = ("--config", settings, "build", seeds, "--corpus", corpus, "--workers", workers)
        command = [sys.executable, "-m", "pipeline", *map(str, words)]
        begun, used = time.perf_counter(), _processor()
        subprocess.run(command, check=True, cwd=PROJECT, capture_output=True)
        seconds, processor = time.perf_counter() - begun, _processor() - used
        with closing(sqlite3.connect(corpus)) as connection:
            (summary,) = connection.execute("SELECT summary FROM run").fetchone()
        return TimedBuild(json.loads(summary)["seconds"], seconds, processor, read_rows(corpus))


def read_rows(corpus: Path) -> dict[str, list[str]]:
    """Every row of every table to the last digit, but for the ledger, the times and the numbers of rows."""
    rows = {}
    with read_corpus(corpus) as connection:
        for table in models.Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in ("run_id", "docid")]
            if table.name not in LEDGER:
                rows[table.name] = sorted(map(repr, connection.execute(select(*columns))))
    return rows


def _processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def show(builds: Mapping[int, Sequence[TimedBuild]]) -> None:
    """The table."""
    first, *_ = builds
    print("stage      " + "".join(f"{workers:>9} ×" for workers in builds) + "   times as fast")
    for stage in builds[first][0].stages:
        _show_line(stage, [min(build.stages[stage] for build in some) for some in builds.values()])
    _show_line("whole", [min(build.seconds for build in some) for some in builds.values()])
    _show_line("processor", [min(build.processor for build in some) for some in builds.values()])


def _show_line(label: str, seconds: Sequence[float]) -> None:
    ratios = [f"{seconds[0] / value:.2f}" for value in seconds[1:] if value >= 0.1]
    print(f"{label:11}" + "".join(f"{value:9.2f} s" for value in seconds) + f"   {' '.join(ratios)}")


def main() -> int:
    """Prints the table; 1 where the corpora differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    builds: dict[int, list[TimedBuild]] = {workers: [] for workers in arguments.workers}
    with tempfile.TemporaryDirectory() as name:
        seeds = make(Path(name) / "seeds", arguments.documents)
        for _ in range(arguments.rounds):
            for workers, some in builds.items():
                some.append(timed(seeds, Path(name), workers))
    show(builds)
    corpora = [build.rows for some in builds.values() for build in some]
    differing = {table for rows in corpora for table in rows if rows[table] != corpora[0][table]}
    print(f"the corpora differ in: {', '.join(sorted(differing))}" if differing else "the corpora are the same")
    return int(bool(differing))


if __name__ == "__main__":
    raise SystemExit(main())
