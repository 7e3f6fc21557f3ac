"""How long a build takes: the first, one with nothing to do, and one after a change to one document of many.

``python -m benchmarks.build [--documents 100]``. What a user would do otherwise is to build anew, so that is what the
others are compared with, in the same run. The documents are drawn from the sentences of seeds/; no engine translates.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.config import PROJECT, ReadConfig
from pipeline.reading.inputs import read
from pipeline.records import Reading

SENTENCES = 25


def main() -> int:
    """Prints a small table; 1 if a run with nothing to do takes two seconds or more."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--check", nargs="?", const="", help="fail where a run with nothing to do takes two seconds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = make(folder / "seeds", arguments.documents)
        first = timed(seeds, folder)
        again = min(timed(seeds, folder) for _ in range(3))
        (seeds / "0007.txt").write_text((seeds / "0008.txt").read_text("utf-8")[:900], "utf-8")
        changed = timed(seeds, folder)
    print(f"{'documents':28}{arguments.documents:8}")
    for label, seconds in (("first build", first), ("nothing to do", again), ("one document changed", changed)):
        print(f"{label:28}{seconds:8.2f} s   {first / seconds:6.1f} times as fast as building anew")
    return int(arguments.check is not None and again >= 2)


def make(folder: Path, count: int) -> Path:
    """``count`` documents of sentences drawn from seeds/, each in one language."""
    folder.mkdir()
    chance = random.Random(1)
    pools = [pool(code) for code in (".fr.", ".en.")]
    for number in range(count):
        lines = chance.sample(pools[number % 2], SENTENCES)
        numbered = [f"{line} ({number}.{position})" for position, line in enumerate(lines)]
        (folder / f"{number:04}.txt").write_text("\n\n".join(numbered), "utf-8")
    return folder


def pool(code: str) -> list[str]:
    """Lines of the documents in one language, at least SENTENCES of them."""
    french = code == ".fr."
    texts = [reading.document.text for reading in read(PROJECT / "seeds", ReadConfig()) if isinstance(reading, Reading)]
    lines = [line for text in texts for line in text.split("\n") if len(line) > 60]
    words = {" le ", " la ", " les ", " des ", " une "}
    return sorted({line for line in lines if (sum(word in line for word in words) >= 2) == french})


def timed(seeds: Path, folder: Path) -> float:
    """Seconds that one build takes as a whole process."""
    settings = folder / "settings.toml"
    settings.write_text('[translate]\nengine = "none"\n', "utf-8")
    words = ("--config", settings, "build", seeds, "--corpus", folder / "c.sqlite")
    command = [sys.executable, "-m", "pipeline", *map(str, words)]
    begun = time.perf_counter()
    subprocess.run(command, check=True, cwd=PROJECT, capture_output=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    raise SystemExit(main())
