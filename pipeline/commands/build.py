"""The command that makes a corpus."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from db.place import Place
from pipeline import run
from pipeline.commands import summary
from pipeline.commands.bars import Bars
from pipeline.commands.common import CORPUS, SKIPPED, WIDE
from pipeline.commands.database import database_errors, reading
from pipeline.config import Config
from pipeline.errors import NotFoundError


@click.command()
@click.argument("seeds", type=click.Path(path_type=Path, allow_dash=True))
@CORPUS
@click.option("--workers", type=click.IntRange(min=1), help="Processes that share the work (default: one a processor).")
@click.option(
    "--engine",
    metavar="dask|dask://HOST:PORT",
    help="Have Dask share the work: to processes of this machine, or to the workers of a scheduler (docs/cluster.md).",
)
@click.pass_obj
def build(config: Config, seeds: Path, corpus: Place, workers: int | None, engine: str | None) -> None:
    """Build the corpus from SEEDS (a folder, a file, or - for standard input), or bring it up to date."""
    if str(seeds) != "-" and not seeds.exists():
        raise NotFoundError(f"{seeds}: no such file or folder. Name the folder that holds your documents.")
    errors = Console(stderr=True, width=None if sys.stderr.isatty() else WIDE)
    with database_errors(), Bars(errors) as bars:
        config = replace(config, workers=workers or config.workers, cluster=engine or config.cluster)
        outcome = run.build(seeds, corpus, config, bars, os.environ)
    with reading(corpus) as connection:
        counts = summary.summarise(connection, outcome)
    for line in summary.render(counts):
        errors.print(line, highlight=False, soft_wrap=isinstance(line, Text))
    if counts.skips or counts.failures:
        raise click.exceptions.Exit(SKIPPED)
