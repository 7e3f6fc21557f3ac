"""Commands for translation packages."""

import os
from pathlib import Path

import click
from rich.console import Console

from pipeline.commands.bars import Bars
from pipeline.commands.common import PATH, SKIPPED, print_line, tell
from pipeline.config import Config
from pipeline.errors import EngineError
from pipeline.records import Event
from pipeline.translation import argos, choose, download, packages


@click.group()
def model() -> None:
    """List, install, verify and remove translation packages."""


@model.command("list")
@click.pass_obj
def list_packages(config: Config) -> None:
    """The packages that are installed, and the one that translates."""
    for package in packages.installed(config.data, os.environ):
        languages, figures = f"{package.source}-{package.target}", packages.measured(package) or "not measured"
        print_line(f"{package.key}\t{languages}\t{package.version}\t{package.path}\t{figures}")
    tell(_engine_line(config))


@model.command()
@click.argument("file", type=PATH, required=False)
@click.pass_obj
def install(config: Config, file: Path | None) -> None:
    """Install FILE; without one, ARGOS_PACKAGE, a package in models/, or the official one, downloaded and verified."""
    package = argos.install(file, config.data) if file else _obtain(config)
    tell(f"{package.key} ({package.source}-{package.target} {package.version}) is installed in {package.path}.")
    tell(_engine_line(config))


@model.command()
@click.pass_obj
def ensure(config: Config) -> None:
    """Have an engine: nothing is done if one is at hand; else the official package is fetched (status 3: in vain)."""
    if choose.choose(config, os.environ) is None:
        if config.translate.engine == "none":
            return
        tell("No translation engine yet: fetching the official Argos package ...")
        try:
            _obtain(config)
        except EngineError as error:
            tell(f"enregard: {error}")
            raise click.exceptions.Exit(SKIPPED) from error
        tell(_engine_line(config))


@model.command()
@click.pass_obj
def verify(config: Config) -> None:
    """Check every installed package, file by file."""
    problems = [line for package in packages.installed(config.data) for line in packages.verify(package)]
    for line in problems:
        tell(line)
    if problems:
        raise EngineError("at least one package is damaged.")
    tell("Every installed package is as it was installed.")


@model.command()
@click.argument("name")
@click.pass_obj
def remove(config: Config, name: str) -> None:
    """Remove an installed package."""
    tell(f"Removed {packages.remove(name, config.data).key}.")


def _obtain(config: Config) -> packages.Package:
    with Bars(Console(stderr=True)) as bars:
        return download.obtain(config, os.environ, lambda loaded, total: bars(Event("download", loaded, total)))


def _engine_line(config: Config) -> str:
    engine = choose.choose(config, os.environ)
    if engine is None:
        return "No translation engine. `make model` gets one."
    return f"Translating with {choose.described(engine, config)}."
