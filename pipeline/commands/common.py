"""What commands share: types of parameters, and where they read and write."""

import math
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, cast

import click

from db.place import DatabaseServer, Place, parse_place
from pipeline.corpus.layout import guard_any
from pipeline.errors import UsageError
from pipeline.harmless import printable
from pipeline.outfiles import replacing_files

SKIPPED = 3  # exit status: done, but for some inputs
ADVICE = "Is the disk full, or does another program hold the corpus?"  # where the database fails
WIDE = 200  # columns where there is no terminal
CONNECTIONS = 4_096  # that a server may have open
PATH = click.Path(path_type=Path, dir_okay=False)
FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")


class Number(click.FloatRange):
    """A number in a range; ``nan`` is in none, and ``inf`` is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. Raises BadParameter for what is none."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number that can be used.", param, ctx)
        return number


class PlaceOfCorpus(click.ParamType[Place]):
    """A file, or the URL of a database on a PostgreSQL server."""

    name = "file or postgresql://…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """Where the corpus is. Raises BadParameter for a folder."""
        if isinstance(value, Path | DatabaseServer):
            return value
        corpus = parse_place(str(value))
        return corpus if isinstance(corpus, DatabaseServer) else PATH.convert(value, param, ctx)


PLACE = PlaceOfCorpus()
CORPUS = click.option("--corpus", type=PLACE, default=Path("db/corpus.sqlite"), show_default=True, help="The corpus.")


def named_output(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """Where to write; None for standard output, which ``-`` names too."""
    return None if path == Path("-") else path


OUTPUT = click.option("--output", type=PATH, callback=named_output, help="Write here, not to standard output.")


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
    """Standard output, or ``path``: a file takes its place when it is whole. A terminal gets nothing that steers it."""
    if path is not None:
        with writing_files([path]) as [out]:
            yield out
    elif sys.stdout.isatty():
        yield cast(TextIO, _Terminal(sys.stdout))
    else:
        yield sys.stdout


@contextmanager
def writing_files(paths: Sequence[Path]) -> Iterator[list[TextIO]]:
    """Files that belong together and take their places when all are whole."""
    for path in paths:
        guard_any(path)
    with replacing_files(paths) as outs:
        yield outs


def allow_connections() -> None:
    """Let this process have as many files open as the system lets it, up to CONNECTIONS: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Terminal:
    """A terminal that is written to, without what would steer it."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        """Write what can be shown."""
        return self._out.write(printable(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of the lines."""
        for line in lines:
            self.write(line)


def tell(message: str) -> None:
    """A message on standard error: the one way to say something, so that nothing steers the terminal."""
    click.echo(printable(message), err=True)


def print_line(line: str) -> None:
    """A line on standard output, for a person."""
    click.echo(printable(line))
