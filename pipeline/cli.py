"""The command line: one small function a subcommand, and the only place that prints.

Exit status: 0 done, 1 the work failed, 2 the call was wrong, 3 some inputs were skipped (each named with its reason).
Data goes to standard output (or ``--output``), everything else to standard error.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console

from db.engine import CorpusError, read_corpus
from pipeline import config as configuration
from pipeline import console, inspection, run
from pipeline.config import Config
from pipeline.errors import EnregardError, NotFoundError, StoreError, UsageError

SKIPPED = 3
ROWS = 1000

corpus_option = click.option(
    "--corpus",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("db/corpus.sqlite"),
    show_default=True,
    help="The corpus.",
)
output_option = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write here, not to standard output."
)
json_option = click.option("--json", "form", flag_value="json", help="A JSON list of objects.")
csv_option = click.option("--csv", "form", flag_value="csv", help="Comma-separated values with a header.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(run.VERSION, prog_name="enregard")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings (default: enregard.toml, if there).")
@click.pass_context
def cli(context: click.Context, path: Path | None) -> None:
    """Turn a folder of French, English and mixed documents into one bilingual corpus, offline."""
    context.obj = configuration.load(path)


@cli.command()
@click.argument("seeds", type=click.Path(path_type=Path))
@corpus_option
@click.pass_obj
def build(config: Config, seeds: Path, corpus: Path) -> None:
    """Build the corpus from SEEDS (a folder, a file, or - for standard input), or bring it up to date."""
    if str(seeds) != "-" and not seeds.exists():
        raise NotFoundError(f"{seeds}: no such file or folder. Name the folder that holds your documents.")
    errors = Console(stderr=True)
    with console.Bars(errors) as bars:
        outcome = run.build(seeds, corpus, config, bars, os.environ)
    with _reading(corpus) as connection:
        skips = inspection.skips(connection)
        for block in inspection.summary(connection, outcome):
            errors.print(block, highlight=False)
    if skips:
        raise click.exceptions.Exit(SKIPPED)


@cli.command()
@click.argument("sql", required=False)
@click.option("--recipe", help="One of the named queries; without a name that exists, lists them.")
@click.option("--limit", default=ROWS, show_default=True, help="At most so many rows.")
@json_option
@csv_option
@corpus_option
@output_option
def query(sql: str | None, recipe: str | None, limit: int, form: str | None, corpus: Path, output: Path | None) -> None:
    """Run read-only SQL against the corpus."""
    statement = inspection.recipe(recipe) if recipe else sql
    if not statement:
        raise UsageError("give an SQL query, or --recipe NAME. Recipes: " + ", ".join(inspection.recipes()))
    with _reading(corpus) as connection:
        names, rows, more = inspection.run_sql(connection, statement, limit)
    _show_rows(names, rows, form, output)
    if more:
        click.echo(f"Only the first {limit} rows are shown: more with --limit.", err=True)


@cli.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--lang", help="Only hits in this language.")
@click.option("--limit", default=50, show_default=True, help="At most so many hits.")
@json_option
@csv_option
@corpus_option
@output_option
def search(
    words: Sequence[str], lang: str | None, limit: int, form: str | None, corpus: Path, output: Path | None
) -> None:
    """Search the corpus for WORDS, in both languages; accents and case do not matter.

    Words, "phrases", prefix*, AND, OR, NOT and NEAR(a b, 5) are understood.
    """
    with _reading(corpus) as connection:
        hits = inspection.search(connection, " ".join(words), limit, lang)
    if form or output or not sys.stdout.isatty():
        rows = [(one.id, one.path, one.language, one.origin, console.plain(one.marked), one.facing) for one in hits]
        _show_rows(("id", "path", "language", "origin", "text", "facing"), rows, form, output)
        return
    shown = Console()
    for one in hits:
        shown.print(f"[dim]{one.path}  {one.language}  {one.origin}  {one.id}[/]", highlight=False)
        shown.print(console.hit(one.marked))
        if one.facing:
            shown.print("  = ", one.facing, style="italic", markup=False, highlight=False)
    click.echo(f"{len(hits)} hits" if hits else "Nothing found.", err=True)


@cli.command()
@click.argument("name")
@json_option
@corpus_option
@output_option
def show(name: str, form: str | None, corpus: Path, output: Path | None) -> None:
    """Show an alignment with its score and evidence, or a document in English, by id (its beginning is enough)."""
    with _reading(corpus) as connection:
        shown = inspection.show(connection, name)
    _show_facts(shown, form, output)


@cli.command()
@click.argument("name")
@json_option
@corpus_option
@output_option
def why(name: str, form: str | None, corpus: Path, output: Path | None) -> None:
    """Print the chain that made a row: run, engine, model, settings, source file and offsets."""
    with _reading(corpus) as connection:
        chain = inspection.why(connection, name)
    _show_facts(chain, form, output)


def main() -> int:
    """Run the command line; returns the exit status."""
    try:
        status = cli.main(standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except UsageError as error:
        click.echo(f"enregard: {error}", err=True)
        return 2
    except EnregardError as error:
        click.echo(f"enregard: {error}", err=True)
        return 1
    except (KeyboardInterrupt, click.Abort):
        click.echo("enregard: stopped. What was finished is kept; the same command goes on from there.", err=True)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0
