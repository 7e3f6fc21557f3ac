"""What commands share: types of parameters, and where they read and write."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from pipeline.errors import UsageError

SKIPPED = 3  # exit status: done, but for some inputs
ADVICE = "Is the disk full, or does another program hold the corpus?"  # where the database fails
WIDE = 200  # columns where there is no terminal
PATH = click.Path(path_type=Path, dir_okay=False)
FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
CORPUS = click.option("--corpus", type=PATH, default=Path("db/corpus.sqlite"), show_default=True, help="The corpus.")
OUTPUT = click.option("--output", type=PATH, help="Write here, not to standard output.")


def read_bytes(file: Path) -> bytes:
    """A file, or standard input for ``-``."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def read_lines(file: Path) -> Iterator[str]:
    """Lines of UTF-8 text, cut at ``\\n`` alone, so that line numbers stay what they were."""
    try:
        text = read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 ({error.reason} at byte {error.start}). Convert it first.") from error
    yield from (line.removesuffix("\r") for line in text.removesuffix("\n").split("\n") if text)


@contextmanager
def writing(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or ``path``: a file is written beside and moved there when it is whole."""
    if path is None:
        yield sys.stdout
        return
    target = path.resolve()  # a link stays, and leads to the new file
    if target.exists() and not target.is_file():  # a device or a pipe
        with target.open("w", encoding="utf-8", newline="") as out:
            yield out
        return
    partial = target.with_name(f".{target.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as out:
            yield out
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
