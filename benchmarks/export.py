"""How long exports and imports take, and how much memory: ``python -m benchmarks.export [--pairs 10000 1000000]``.

Made-up pairs are put into the real tables (``benchmarks.search_corpus``), half of them bitext, half machine
translations, and exported in every format, machine text too; the TMX file is then imported into an empty corpus, if it
holds no more than ``--imports`` pairs. Each is a process of its own, whose peak is what the operating system says.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.search_corpus import make
from pipeline.config import PROJECT

CAREFUL = ("tmx", "xliff", "moses", "vertical", "tei", "xces")  # leave machine text out unless it is asked for
FORMATS = ("tmx", "xliff", "tsv", "jsonl", "moses", "html", "hf", "vertical", "tei", "xces", "parquet")
MOST = 200  # MB, whatever the number of pairs
# MB, of which SQLite has 128 for its pages, the embedder and language identification 250; pyarrow takes 110; verticals
# keep where each sentence stands, a kilobyte a pair with its link.
LIMITS = {"import": 700, "parquet": 400, "vertical": 400}
CHILD = """
import resource, sys, time
from pipeline.cli import main
sys.argv[0] = "enregard"
begun = time.perf_counter()
status = main()
print(status, time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> int:
    """Prints a table; 1 if anything takes too much memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--check", nargs="?", const="", help="fail where too much memory is taken")
    parser.add_argument("--formats", nargs="+", default=FORMATS, choices=FORMATS)
    parser.add_argument("--imports", type=int, default=100_000, help="import no file of more pairs")
    arguments = parser.parse_args()
    large = set()
    print(f"{'pairs':>9}  {'':10}{'seconds':>9}{'pairs/s':>10}{'peak MB':>9}{'file MB':>9}")
    for pairs in arguments.pairs:
        for name, seconds, peak, size in measured(pairs, arguments.formats, arguments.imports):
            large |= {name} if peak > LIMITS.get(name, MOST) else set()
            print(f"{pairs:9,}  {name:10}{seconds:9.1f}{pairs / seconds:10,.0f}{peak:9.0f}{size:9.0f}", flush=True)
    if large:
        print(f"too much memory: {', '.join(sorted(large))}", file=sys.stderr)
    return int(arguments.check is not None and bool(large))


def measured(pairs: int, formats: Sequence[str], imports: int) -> Iterator[tuple[str, float, float, float]]:
    """(what, seconds, peak MB, MB written) of each export, and of an import."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus, memory, copy = folder / "c.sqlite", folder / "tmx" / "out", folder / "memory.tmx"
        make(corpus, pairs)
        for form in formats:
            (folder / form).mkdir()
            machine = ("--machine",) if form in CAREFUL else ()
            yield (
                form,
                *timed("export", "--format", form, *machine, "--output", folder / form / "out", corpus),
                size(folder / form),
            )
        if memory.exists() and pairs <= imports:
            memory.rename(copy)
            yield "import", *timed("import", copy, folder / "d.sqlite"), size(folder / "d.sqlite")
            yield "same again", *timed("import", copy, folder / "d.sqlite"), 0


def timed(*command: object) -> tuple[float, float]:
    """Seconds and peak MB of one command on a corpus, which is the last argument."""
    *arguments, corpus = map(str, command)
    process = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments, "--corpus", corpus],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    status, seconds, peak = process.stdout.split()
    if status != "0":
        raise RuntimeError(process.stderr)
    return float(seconds), float(peak)


def size(path: Path) -> float:
    """MB of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
