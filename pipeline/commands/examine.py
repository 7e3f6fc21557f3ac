"""The command that looks at the machine."""

import os

import click

from db.place import Place
from pipeline.commands import doctor
from pipeline.commands.common import CORPUS, print_line
from pipeline.config import Config


@click.command("doctor")
@CORPUS
@click.pass_obj
def examine(config: Config, corpus: Place) -> None:
    """Say what is present, what is missing, and the command that mends it."""
    checks = list(doctor.examine(config, corpus, os.environ))
    for check in checks:
        print_line(f"{'ok     ' if check.good else 'MISSING'} {check.what}: {check.found}")
        if check.mend:
            print_line(f"        {check.mend}")
    if not all(check.good or not check.needed for check in checks):
        raise click.exceptions.Exit(1)
