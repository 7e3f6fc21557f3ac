"""Commands for translation packages."""

import os
from pathlib import Path

import click
from rich.console import Console

from pipeline.commands.bars import Bars
from pipeline.commands.common import PATH, SKIPPED
from pipeline.config import Config
from pipeline.errors import EngineError
from pipeline.records import Event
from pipeline.translation import choose, download, packages


@click.group()
def model() -> None:
    """List, install, verify and remove translation packages."""


@model.command("list")
@click.pass_obj
def list_packages(config: Config) -> None:
    """The packages that are installed, and the one that translates."""
    installed = packages.installed(config.data, os.environ)
    for package in installed:
        click.echo(f"{package.key}\t{package.source}-{package.target}\t{package.version}\t{package.path}")
    click.echo(_engine_line(config), err=True)


@model.command()
@click.argument("file", type=PATH, required=False)
@click.pass_obj
def install(config: Config, file: Path | None) -> None:
    """Install FILE; without one, ARGOS_PACKAGE, a package in models/, or the official one, downloaded and verified."""
    package = packages.install(file, config.data) if file else _obtain(config)
    click.echo(
        f"{package.key} ({package.source}-{package.target} {package.version}) is installed in {package.path}.", err=True
    )


@model.command()
@click.pass_obj
def ensure(config: Config) -> None:
    """Have an engine: nothing is done if one is at hand; else the official package is fetched (status 3: in vain)."""
    if choose.choose(config, os.environ) is None:
        if config.translate.engine == "none":
            return
        click.echo("No translation engine yet: fetching the official Argos package ...", err=True)
        try:
            _obtain(config)
        except EngineError as error:
            click.echo(f"enregard: {error}", err=True)
            raise click.exceptions.Exit(SKIPPED) from error
        click.echo(_engine_line(config), err=True)


@model.command()
@click.pass_obj
def verify(config: Config) -> None:
    """Check every installed package, file by file."""
    problems = [line for package in packages.installed(config.data) for line in packages.verify(package)]
    for line in problems:
        click.echo(line, err=True)
    if problems:
        raise EngineError("at least one package is damaged.")
    click.echo("Every installed package is as it was installed.", err=True)


@model.command()
@click.argument("name")
@click.pass_obj
def remove(config: Config, name: str) -> None:
    """Remove an installed package."""
    click.echo(f"Removed {packages.remove(name, config.data).key}.", err=True)


def _obtain(config: Config) -> packages.Package:
    with Bars(Console(stderr=True)) as bars:
        return download.obtain(config, os.environ, lambda loaded, total: bars(Event("download", loaded, total)))


def _engine_line(config: Config) -> str:
    engine = choose.choose(config, os.environ)
    return f"Translating with {engine.signature}." if engine else "No translation engine. `make model` gets one."
