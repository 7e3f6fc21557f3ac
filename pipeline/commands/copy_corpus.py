"""The command that moves a corpus between a file and a server."""

import sys

import click
from rich.console import Console

from db.place import Place
from pipeline.commands.bars import Bars
from pipeline.commands.common import PLACE, WIDE, tell
from pipeline.corpus.transfer import copy


@click.command("copy")
@click.argument("source", metavar="FROM", type=PLACE)
@click.argument("target", metavar="TO", type=PLACE)
def copy_corpus(source: Place, target: Place) -> None:
    """Copy the corpus FROM, verdicts and all, to TO, where there is nothing yet.

    Each is a file, or the URL of a database on a PostgreSQL server. The copy is whole, or there is none.
    """
    with Bars(Console(stderr=True, width=None if sys.stderr.isatty() else WIDE)) as bars:
        rows = copy(source, target, bars)
    tell(f"{target}: {rows:,} rows copied.")
