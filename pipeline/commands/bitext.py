"""The stages over two texts as commands: each can be used and measured alone, without a corpus."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from pipeline.align import mine as mining
from pipeline.align import path
from pipeline.align.words import link_all
from pipeline.commands import beads
from pipeline.commands.anchors import delimiters, parse
from pipeline.commands.bars import Bars
from pipeline.commands.common import OUTPUT, PATH, read_lines, writing
from pipeline.config import Config
from pipeline.embedding import use
from pipeline.errors import UsageError
from pipeline.harmless import defuse
from pipeline.language import identify
from pipeline.records import Event

LOOKED_AT = 200  # lines that tell the language of a file
LONG = 5_000  # lines from which mining shows its progress


@click.command()
@click.argument("left", type=PATH)
@click.argument("right", type=PATH)
@click.option(
    "--format", "form", type=click.Choice(sorted([*beads.FORMATS, "tmx"])), default="beads", show_default=True
)
@click.option("--anchors", type=PATH, help="File of beads that are right, as --format beads writes them.")
@click.option("--words", is_flag=True, help="With --format jsonl: which words of each bead translate each other.")
@click.option("--left-lang", help="With --format tmx: language of LEFT (default: detected).")
@click.option("--right-lang", help="With --format tmx: language of RIGHT (default: detected).")
@OUTPUT
@click.pass_obj
def align(  # noqa: PLR0913, PLR0917 -- one a flag
    config: Config,
    left: Path,
    right: Path,
    form: str,
    anchors: Path | None,
    words: bool,
    left_lang: str | None,
    right_lang: str | None,
    output: Path | None,
) -> None:
    """Align two files, one sentence a line, that translate each other. Lines .EOA cut both texts where they stand."""
    if (left_lang or right_lang) and form != "tmx":
        raise UsageError("only --format tmx says the languages. Add it, or leave out --left-lang and --right-lang.")
    if words and form != "jsonl":
        raise UsageError("only --format jsonl has room for word links. Add it, or leave out --words.")
    sides = list(read_lines(left)), list(read_lines(right))
    cuts = delimiters(*sides)
    bound = parse(read_lines(anchors), (len(sides[0]), len(sides[1])), str(anchors)) if anchors else []
    aligned = [
        bead
        for bead in path.align(*sides, use.load(), config.align, [*bound, *cuts])
        if (bead.left, bead.right) not in cuts
    ]
    links = link_all(beads.texts(aligned, *sides), use.load()) if words else None
    with writing(output) as out:
        if form == "tmx":
            languages = left_lang or _language(sides[0], config), right_lang or _language(sides[1], config)
            out.writelines(beads.as_tmx(aligned, *sides, languages))
        elif links is not None:
            out.writelines(beads.as_jsonl(aligned, *sides, links))
        else:
            out.writelines(beads.FORMATS[form](aligned, *sides))


def _language(lines: Sequence[str], config: Config) -> str:
    """The language of most of the first lines."""
    return identify.language_of(identify.load(config.detect))("\n".join(lines[:LOOKED_AT]))


@click.command()
@click.argument("left", type=PATH)
@click.argument("right", type=PATH)
@OUTPUT
@click.pass_obj
def mine(config: Config, left: Path, right: Path, output: Path | None) -> None:
    """Find the pairs that translate each other in two unordered files; score, left and right out, best first."""
    sides = list(read_lines(left)), list(read_lines(right))
    with Bars(Console(stderr=True, quiet=len(sides[0]) + len(sides[1]) < LONG)) as bars:
        mined = mining.mine(*sides, use.load(), config.mine, lambda *step: bars(Event(*step)))
    with writing(output) as out:
        for pair in mined:
            out.write(f"{pair.score:.4f}\t{defuse(sides[0][pair.left])}\t{defuse(sides[1][pair.right])}\n")
