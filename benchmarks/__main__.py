"""Runs every benchmark one after the other: ``python -m benchmarks [--check]``; with ``--check`` floors must hold."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
ALL = (
    *("gold", "pdf", "scan", "split", "detect", "translate", "align", "pair", "mine", "passages", "words", "export"),
    *("lemmas", "usability", "build"),
)


def main() -> int:
    """The number of benchmarks that failed."""
    failed = []
    for name in ALL:
        print(f"== {name}", flush=True)
        if subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]], cwd=FOLDER.parent, check=False
        ).returncode:
            failed.append(name)
    if failed:
        print(f"below their floors, or broken: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    raise SystemExit(main())
