"""Would the tests notice? One fault at a time in a copy of the project: ``python -m benchmarks.mutate [NUMBER ...]``.

``faults.toml`` lists 34 of them: numbers that decide, behaviour, architecture; 22 once passed every test. Each changes
one line and is tried against the tests that are named beside it, which must pass without it. Prints a Markdown table;
the exit status is 1 when a fault passes, or when a line to be changed is no longer there (mend ``faults.toml`` then).

Takes about ten minutes of one processor; ``--list`` only shows whether every line is there.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SKIPPED = shutil.ignore_patterns(".venv", ".git", ".data", "__pycache__", ".*_cache", "*.sqlite*", "run")
SECONDS = 900  # for the tests of one fault
FAULTS = Path(__file__).with_name("faults.toml")


@dataclass(frozen=True, slots=True)
class Fault:
    """A change of ``file``: the one place that fits ``pattern`` becomes ``replacement``; no pattern is its end."""

    number: int
    kind: str  # threshold, behaviour, architecture
    name: str
    file: str  # below pipeline/
    replacement: str
    tests: str  # modules of tests/, or tests in them: ``test_read::test_name``
    pattern: str = ""


def load_faults() -> list[Fault]:
    """All faults, in the order of their numbers."""
    return [Fault(**entry) for entry in tomllib.loads(FAULTS.read_text("utf-8"))["fault"]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a fault passes, or cannot be put in."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="faults (all)")
    parser.add_argument("--list", action="store_true", help="only look whether every line to be changed is there")
    parser.add_argument("--trust", action="store_true", help="do not look first whether the tests pass without a fault")
    options = parser.parse_args(arguments)
    faults = [fault for fault in load_faults() if not options.numbers or fault.number in options.numbers]
    if missing := [fault for fault in faults if not fits(fault)]:
        for fault in missing:
            print(f"fault {fault.number}: {fault.pattern!r} is not once in {fault.file}", file=sys.stderr)
        return 1
    return 0 if options.list else _run(faults, options.trust)


def fits(fault: Fault) -> bool:
    """Whether there is just one place for the fault."""
    path = _source(PROJECT, fault)
    if not path.exists():
        return False
    return not fault.pattern or len(re.findall(fault.pattern, path.read_text("utf-8"), re.M)) == 1


def put_in(fault: Fault, project: Path) -> None:
    """Change the file of a copy."""
    path = _source(project, fault)
    code = path.read_text("utf-8")
    changed = re.sub(fault.pattern, fault.replacement, code, flags=re.M) if fault.pattern else code + fault.replacement
    path.write_text(changed, "utf-8")


def _source(project: Path, fault: Fault) -> Path:
    return project / "pipeline" / fault.file


def _run(faults: Sequence[Fault], trust: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(PROJECT, copy, ignore=SKIPPED)
        (copy / ".venv").symlink_to(Path(sys.prefix))
        names = sorted({name for fault in faults for name in fault.tests.split()})
        if broken := [name for name in names if not trust and _fail(copy, name)]:
            print(f"fail without any fault: {', '.join(broken)}. Mend them first.", file=sys.stderr)
            return 1
        unnoticed = list(_table(faults, copy))
    return int(bool(unnoticed))


def _table(faults: Sequence[Fault], copy: Path) -> Iterator[Fault]:
    """Prints one row a fault and the sums; gives the faults that passed."""
    print("| # | kind | change | result | tests |\n|---|---|---|---|---|", flush=True)
    caught: Counter[str] = Counter()
    for fault in faults:
        original = _source(copy, fault).read_text("utf-8")
        put_in(fault, copy)
        noticed = any(_fail(copy, name) for name in fault.tests.split())
        _source(copy, fault).write_text(original, "utf-8")
        caught[fault.kind] += noticed
        result = "caught" if noticed else "**passed**"
        print(f"| {fault.number} | {fault.kind} | {fault.name} | {result} | {fault.tests} |", flush=True)
        if not noticed:
            yield fault
    for kind, number in Counter(fault.kind for fault in faults).items():
        print(f"\n{kind}: {caught[kind]} of {number} caught", end="")
    print()


def _fail(project: Path, test: str) -> bool:
    """Whether a test module, or a test of it, fails in a copy of the project."""
    module, *name = test.split("::")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "::".join([f"tests/{module}.py", *name])]
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(project)}
    try:
        process = subprocess.run(command, cwd=project, env=environ, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return True
    return process.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
