"""Time of one alignment, start-up included, beside other aligners: ``python -m benchmarks.speed [LEFT RIGHT]``.

Without files, two texts of 1,000 sentences are made from the development data. The others are Bertalign's method with
the same embedder (``benchmarks.rivals``) and hunalign, where it is installed. Each runs in a process of its own.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.floors import DEV, absent
from benchmarks.texts import facing, written

SENTENCES = 1000
FASTER = 8.0  # times, than Bertalign's method
OURS, RIVAL = "enregard align", "Bertalign's method"


def commands(left: str, right: str, folder: Path) -> dict[str, list[str]]:
    """What is to be run, by name."""
    by_name = {
        OURS: [sys.executable, "-m", "pipeline", "align", left, right],
        RIVAL: [sys.executable, "-m", "benchmarks.rivals", left, right],
    }
    if shutil.which("hunalign"):
        (folder / "empty.dic").touch()
        by_name["hunalign"] = ["hunalign", "-realign", str(folder / "empty.dic"), left, right]
    return by_name


def seconds(command: list[str], times: int) -> float:
    """The least of some runs: what the command takes when nothing else is in the way."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        durations.append(time.perf_counter() - start)
    return min(durations)


def main() -> int:
    """Print times, and how much faster than Bertalign's method; with ``--check``, 1 if that is not enough."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="two, with one sentence a line")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.files and absent(DEV):
        return 0
    with tempfile.TemporaryDirectory() as folder:
        left, right = options.files or written(facing(DEV, SENTENCES), Path(folder))
        durations = {}
        for name, command in commands(str(left), str(right), Path(folder)).items():
            durations[name] = seconds(command, options.times)
            print(f"{name:20s} {durations[name]:7.1f} s", flush=True)
    ratio = durations[RIVAL] / durations[OURS]
    print(f"{OURS} is {ratio:.1f} times as fast as {RIVAL}")
    return int(options.check and ratio < FASTER)


if __name__ == "__main__":
    raise SystemExit(main())
