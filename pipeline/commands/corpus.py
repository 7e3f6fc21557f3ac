"""Commands that make a corpus, look into it and check what they need."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from pipeline import run
from pipeline.align.words import Link, link_all
from pipeline.commands import console, doctor, inspection
from pipeline.commands.bars import Bars
from pipeline.commands.common import CORPUS, OUTPUT, SKIPPED, WIDE, writing
from pipeline.commands.view import View, database_errors, viewing
from pipeline.config import Config
from pipeline.embedding import use
from pipeline.errors import NotFoundError
from pipeline.report import page as report


@click.command()
@click.argument("seeds", type=click.Path(path_type=Path, allow_dash=True))
@CORPUS
@click.pass_obj
def build(config: Config, seeds: Path, corpus: Path) -> None:
    """Build the corpus from SEEDS (a folder, a file, or - for standard input), or bring it up to date."""
    if str(seeds) != "-" and not seeds.exists():
        raise NotFoundError(f"{seeds}: no such file or folder. Name the folder that holds your documents.")
    errors = Console(stderr=True, width=None if sys.stderr.isatty() else WIDE)
    with database_errors(), Bars(errors) as bars:
        outcome = run.build(seeds, corpus, config, bars, os.environ)
    with View(corpus, None, None).reading() as connection:
        summary = inspection.summarise(connection, outcome)
    for part in console.summary(summary):
        errors.print(part, highlight=False, soft_wrap=isinstance(part, Text))
    if summary.skips or summary.failures:
        raise click.exceptions.Exit(SKIPPED)


@click.command()
@click.argument("name", metavar="ID")
@click.option("--words", is_flag=True, help="Which words of an alignment translate each other.")
@viewing
def show(view: View, name: str, words: bool) -> None:
    """Show an alignment with its score and evidence, or a document in English. The beginning of the id is enough."""
    with view.reading() as connection:
        facts = inspection.show(connection, name)
    if words:
        facts = inspection.with_words(facts, name, _links)
    if words and not (view.form or view.output) and sys.stdout.isatty():
        Console().print(*console.facing(facts["left"], facts["right"], facts["words"]), sep="\n")
        facts = {one: value for one, value in facts.items() if one not in {"left", "right", "words"}}
    view.facts(facts)


@click.command()
@click.argument("name", metavar="ID")
@viewing
def why(view: View, name: str) -> None:
    """Print the chain that made a row: source file and offsets, run, engine, model, settings."""
    with view.reading() as connection:
        chain = inspection.why(connection, name)
    view.facts(chain)


@click.command("report")
@CORPUS
@OUTPUT
def write_report(corpus: Path, output: Path | None) -> None:
    """Write the corpus as one self-contained HTML page, documents side by side."""
    view = View(corpus, output, None)
    view.guard()
    with view.reading() as connection, writing(output) as out:
        for part in report.render(connection):
            out.write(part)
    if output:
        click.echo(f"{output}: open it in a browser.", err=True)


@click.command("doctor")
@CORPUS
@click.pass_obj
def examine(config: Config, corpus: Path) -> None:
    """Say what is present, what is missing, and the command that mends it."""
    checks = list(doctor.examine(config, corpus, os.environ))
    for one in checks:
        click.echo(f"{'ok     ' if one.good else 'MISSING'} {one.what}: {one.found}")
        if one.mend:
            click.echo(f"        {one.mend}")
    if not all(one.good or not one.needed for one in checks):
        raise click.exceptions.Exit(1)


def _links(pairs: Sequence[tuple[str, str]]) -> list[tuple[Link, ...]]:
    return link_all(pairs, use.load())
