"""How long exports and imports take, and how much memory: ``python -m benchmarks.export [--pairs 10000 100000]``.

Made-up pairs are imported into the real tables from a TMX file, and exported from there in every format. Each is a
process of its own, whose peak is what the operating system says. Memory must not grow with the number of pairs.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.config import PROJECT

FORMATS = ("tmx", "xliff", "tsv", "jsonl", "moses", "html", "hf")
WORDS = 12  # of a sentence
ALLOWED = 1.25  # times the memory of the fewest pairs that the most may take, for --check
CHILD = """
import resource, sys, time
from pipeline.cli import main
sys.argv[0] = "enregard"
begun = time.perf_counter()
status = main()
print(status, time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> int:
    """Prints a table; 1 if memory grows with the number of pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--check", nargs="?", const="", help="fail where memory grows with the number of pairs")
    parser.add_argument("--formats", nargs="+", default=FORMATS, choices=FORMATS)
    arguments = parser.parse_args()
    peaks: dict[str, list[float]] = {}
    print(f"{'pairs':>9}  {'':10}{'seconds':>9}{'pairs/s':>10}{'peak MB':>9}{'file MB':>9}")
    for pairs in arguments.pairs:
        for name, seconds, peak, size in measured(pairs, arguments.formats):
            peaks.setdefault(name, []).append(peak)
            print(f"{pairs:9,}  {name:10}{seconds:9.1f}{pairs / seconds:10,.0f}{peak:9.0f}{size:9.0f}", flush=True)
    grown = [name for name, found in peaks.items() if max(found) > ALLOWED * found[0]]
    if grown:
        print(f"memory grows with the number of pairs: {', '.join(grown)}", file=sys.stderr)
    return int(arguments.check is not None and bool(grown))


def measured(pairs: int, formats: Sequence[str]) -> Iterator[tuple[str, float, float, float]]:
    """(what, seconds, peak MB, MB written) of an import and of each export."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus, memory = folder / "c.sqlite", folder / "memory.tmx"
        with memory.open("w", encoding="utf-8") as out:
            out.writelines(tmx(pairs))
        yield "import", *timed("import", memory, corpus), size(corpus)
        yield "same again", *timed("import", memory, corpus), 0
        for form in formats:
            (folder / form).mkdir()
            output = folder / form / "out"
            yield form, *timed("export", "--format", form, "--output", output, corpus), size(folder / form)


def tmx(pairs: int) -> Iterator[str]:
    """Sentences of made-up words, with an identifier and a property each."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghilmnoprstuéèà", k=chance.randint(2, 10))) for _ in range(20_000)]
    yield '<tmx version="1.4"><header creationtool="benchmark" srclang="fr"/><body>\n'
    for number in range(pairs):
        left, right = (" ".join(chance.choices(words, k=WORDS)) for _ in range(2))
        yield f'<tu tuid="{number}"><prop type="x-n">{number}</prop><tuv xml:lang="fr"><seg>{left}</seg></tuv>'
        yield f'<tuv xml:lang="en"><seg>{right}</seg></tuv></tu>\n'
    yield "</body></tmx>\n"


def timed(*command: object) -> tuple[float, float]:
    """Seconds and peak MB of one command on a corpus, which is the last argument."""
    *arguments, corpus = map(str, command)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments, "--corpus", corpus],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    status, seconds, peak = done.stdout.split()
    if status != "0":
        raise RuntimeError(done.stderr)
    return float(seconds), float(peak)


def size(path: Path) -> float:
    """MB of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files) / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
