"""What a corpus costs as it grows: ``python -m benchmarks.growth_builds [--sizes 300 1000 ...]``.

Builds corpora of these many documents (``growth_corpus``) without translation, in processes of their own: from nothing,
again after a sentence was added to one document, and again with nothing to do. Writes down processor seconds, wall
clock and the greatest memory of all processes together, with mapped files and without (``growth_builds.json``), and
draws ``docs/building.svg`` of what is written there. ``--keep FOLDER`` keeps documents and corpora.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks import growth_corpus
from benchmarks.floors import HERE
from benchmarks.plots import Panel, draw_growth

MEASURED = HERE / "growth_builds.json"
PLOT = HERE.parent / "docs" / "building.svg"
SIZES = (300, 1_000)
SENTENCE = "\n\nUne phrase qui ne se trouvait pas encore dans ce document, pour 77 euros.\n"
LOOKED_AT = 0.2  # seconds between two looks at the memory
MEMORY = ("Pss", "Pss_Anon")  # all; what is in no file
KINDS = ("from nothing", "one document changed", "nothing to do")


class BuildCost(NamedTuple):
    """What one run took; seconds of all processes together, and their memory at its greatest.

    ``held`` is that without what the system may take back at any time: files in memory. None in what is older.
    """

    documents: int
    kind: str
    processor: float
    wall: float
    megabytes: float
    held: float | None = None


def measure_size(count: int, folder: Path, workers: int) -> Iterator[BuildCost]:
    """The three runs over a corpus of ``count`` documents."""
    documents = growth_corpus.make(folder / f"documents{count}", count)
    settings = folder / "enregard.toml"
    settings.write_text('[translate]\nengine = "none"\n', "utf-8")
    command = [sys.executable, "-m", "pipeline", "--config", str(settings), "build", str(documents)]
    command += ["--corpus", str(folder / f"corpus{count}" / "corpus.sqlite"), "--workers", str(workers)]
    for kind in KINDS:
        if kind == KINDS[1]:
            changed = min(documents.iterdir())
            changed.write_text(changed.read_text("utf-8") + SENTENCE, "utf-8")
        yield measure_run(command, count, kind)


def measure_run(command: Sequence[str], count: int, kind: str) -> BuildCost:
    """Run a command, and look at the memory of its processes while it lasts."""
    begun, peaks = time.perf_counter(), dict.fromkeys(MEMORY, 0)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            looked_at = list(map(_memory, _processes(process.pid)))
            peaks = {kind: max(peak, sum(memory[kind] for memory in looked_at)) for kind, peak in peaks.items()}
            time.sleep(LOOKED_AT)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    wall = time.perf_counter() - begun
    megabytes = (round(peak / 2**10) for peak in peaks.values())
    return BuildCost(count, kind, round(usage.ru_utime + usage.ru_stime, 1), round(wall, 1), *megabytes)


def _processes(root: int) -> Iterator[int]:
    """A process and all that it has started."""
    yield root
    with suppress(OSError):
        for thread in Path(f"/proc/{root}/task").iterdir():
            for child in (thread / "children").read_text("ascii").split():
                yield from _processes(int(child))


def _memory(process: int) -> dict[str, int]:
    """Kilobytes of a process by MEMORY, its share of what several have in common; 0 where the system does not tell."""
    memory = dict.fromkeys(MEMORY, 0)
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines():
            kind, _, amount = line.partition(":")
            if kind in MEMORY:
                memory[kind] = int(amount.split()[0])
    return memory


def draw(costs: Sequence[BuildCost]) -> None:
    """Processor seconds and megabytes over documents."""
    by_kind = {kind: sorted(cost for cost in costs if cost.kind == kind) for kind in KINDS}
    processor = {kind: [(run.documents, run.processor) for run in runs] for kind, runs in by_kind.items()}
    memory = {kind: [(run.documents, run.megabytes) for run in runs] for kind, runs in by_kind.items()}
    panels = Panel("processor seconds, all processes", processor), Panel("peak memory, MB", memory)
    draw_growth(panels, "documents of 30 sentences", PLOT)


def write_down(costs: Sequence[BuildCost]) -> list[BuildCost]:
    """Add costs to those that were measured before, which they replace; all of them."""
    before = [BuildCost(**cost) for cost in json.loads(MEASURED.read_text("utf-8"))] if MEASURED.is_file() else []
    by_run = {(cost.documents, cost.kind): cost for cost in (*before, *costs)}
    out = [by_run[name] for name in sorted(by_run)]
    MEASURED.write_text(json.dumps([cost._asdict() for cost in out], indent=1) + "\n", "utf-8")
    return out


def main() -> None:
    """Measure, print, write down and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--workers", type=int, default=0, help="as for build")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    costs = []
    print("documents  run                    processor s   wall s      MB    held")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for count in options.sizes:
            for cost in measure_size(count, folder, options.workers or len(os.sched_getaffinity(0))):
                costs.append(cost)
                memory = f"{cost.megabytes:7.0f} {cost.held or 0:7.0f}"
                print(f"{count:9,d}  {cost.kind:20} {cost.processor:12.1f} {cost.wall:8.1f} {memory}", flush=True)
    draw(write_down(costs))


if __name__ == "__main__":
    main()
