"""The stages over two texts as commands: each can be used and measured alone, without a corpus."""

from pathlib import Path

import click
from rich.console import Console

from pipeline import beads
from pipeline.align import mine as mining
from pipeline.align import path
from pipeline.align.words import link_all
from pipeline.bars import Bars
from pipeline.commands.common import OUTPUT, PATH, read_lines, writing
from pipeline.config import Config
from pipeline.engines import use
from pipeline.errors import UsageError
from pipeline.records import Event

LONG = 5_000  # lines from which mining shows its progress


@click.command()
@click.argument("left", type=PATH)
@click.argument("right", type=PATH)
@click.option("--format", "form", type=click.Choice(sorted(beads.FORMATS)), default="beads", show_default=True)
@click.option("--words", is_flag=True, help="With --format jsonl: which words of each bead translate each other.")
@OUTPUT
@click.pass_obj
def align(config: Config, left: Path, right: Path, form: str, words: bool, output: Path | None) -> None:  # noqa: PLR0913, PLR0917 -- one a flag
    """Align two files, one sentence a line, that translate each other."""
    if words and form != "jsonl":
        raise UsageError("only --format jsonl has room for word links. Add it, or leave out --words.")
    sides = list(read_lines(left)), list(read_lines(right))
    found = path.align(*sides, use.load(), config.align)
    links = link_all(beads.texts(found, *sides), use.load()) if words else None
    with writing(output) as out:
        out.writelines(beads.as_jsonl(found, *sides, links) if words else beads.FORMATS[form](found, *sides))


@click.command()
@click.argument("left", type=PATH)
@click.argument("right", type=PATH)
@OUTPUT
@click.pass_obj
def mine(config: Config, left: Path, right: Path, output: Path | None) -> None:
    """Find the pairs that translate each other in two unordered files; score, left and right out, best first."""
    sides = list(read_lines(left)), list(read_lines(right))
    with Bars(Console(stderr=True, quiet=len(sides[0]) + len(sides[1]) < LONG)) as bars:
        found = mining.mine(*sides, use.load(), config.mine, lambda *seen: bars(Event(*seen)))
    with writing(output) as out:
        for one in found:
            out.write(f"{one.score:.4f}\t{sides[0][one.left]}\t{sides[1][one.right]}\n")
