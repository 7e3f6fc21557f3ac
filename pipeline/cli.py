"""The command line: one small function a subcommand, and the only place that prints.

Exit status: 0 done, 1 the work failed, 2 the call was wrong, 3 some inputs were skipped (each named with its reason).
Data goes to standard output (or ``--output``), everything else to standard error.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console
from rich.text import Text
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from db.engine import CorpusError, read_corpus
from pipeline import beads, console, doctor, filters, inspection, report, run
from pipeline import config as configuration
from pipeline.config import Config
from pipeline.engines import choose, download, packages
from pipeline.errors import EngineError, EnregardError, NotFoundError, StoreError, UsageError

SKIPPED = 3
LONG = 5_000  # lines from which mining shows its progress
WIDE = 200  # columns where there is no terminal
PATH = click.Path(path_type=Path, dir_okay=False)
FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")


@dataclass(frozen=True, slots=True)
class View:
    """Where a command reads the corpus, and where and how it shows what it found."""

    corpus: Path
    output: Path | None
    form: str | None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection to the corpus."""
        try:
            with read_corpus(self.corpus) as connection:
                yield connection
        except CorpusError as error:
            raise StoreError(str(error)) from error

    def guard(self) -> None:
        """Refuse to write over the corpus."""
        if self.output and self.output.resolve() == self.corpus.resolve():
            raise UsageError(f"{self.output}: that is the corpus itself. Name another file with --output.")

    def rows(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Rows as a table on a terminal; as JSON or CSV where asked for; else with tabs."""
        self.guard()
        if self.form or self.output or not sys.stdout.isatty():
            with _output(self.output) as out:
                console.write_rows(names, rows, self.form or "tsv", out)
        else:
            Console().print(console.table(names, rows))

    def facts(self, facts: Mapping[str, Any]) -> None:
        """Names and values, or JSON where asked for."""
        self.guard()
        with _output(self.output) as out:
            console.write_facts(facts, self.form, out)


def viewing(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of a View, and the View as its first argument."""

    @click.option("--corpus", type=PATH, default=Path("db/corpus.sqlite"), show_default=True, help="The corpus.")
    @click.option("--output", type=PATH, help="Write here, not to standard output.")
    @click.option("--json", "form", flag_value="json", help="As JSON.")
    @click.option("--csv", "form", flag_value="csv", help="As comma-separated values.")
    @wraps(command)
    def wrapped(corpus: Path, output: Path | None, form: str | None, **rest: Any) -> None:
        command(View(corpus, output, form), **rest)

    return wrapped


output_option = click.option("--output", type=PATH, help="Write here, not to standard output.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(run.VERSION, prog_name="enregard")
@click.option("--config", "path", type=PATH, help="Settings (default: enregard.toml, if there).")
@click.pass_context
def cli(context: click.Context, path: Path | None) -> None:
    """Turn a folder of French, English and mixed documents into one bilingual corpus, offline."""
    context.obj = configuration.load(path)


# The corpus


@cli.command()
@click.argument("seeds", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--corpus", type=PATH, default=Path("db/corpus.sqlite"), show_default=True, help="The corpus.")
@click.pass_obj
def build(config: Config, seeds: Path, corpus: Path) -> None:
    """Build the corpus from SEEDS (a folder, a file, or - for standard input), or bring it up to date."""
    if str(seeds) != "-" and not seeds.exists():
        raise NotFoundError(f"{seeds}: no such file or folder. Name the folder that holds your documents.")
    errors = Console(stderr=True, width=None if sys.stderr.isatty() else WIDE)
    with console.Bars(errors) as bars:
        outcome = run.build(seeds, corpus, config, bars, os.environ)
    with View(corpus, None, None).reading() as connection:
        summary = inspection.summarise(connection, outcome)
    for part in console.summary(summary):
        errors.print(part, highlight=False, soft_wrap=isinstance(part, Text))
    if summary.skips:
        raise click.exceptions.Exit(SKIPPED)


@cli.command()
@click.argument("sql", required=False)
@click.option("--recipe", help="Run one of the named queries.")
@click.option("--recipes", is_flag=True, help="List the named queries.")
@click.option("--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="At most so many rows.")
@viewing
def query(view: View, sql: str | None, recipe: str | None, recipes: bool, limit: int) -> None:
    """Run read-only SQL against the corpus."""
    if recipes:
        view.rows(("name", "what for"), [(name, purpose) for name, (purpose, _) in inspection.recipes().items()])
        return
    statement = inspection.recipe(recipe) if recipe else sql
    if not statement:
        raise UsageError("give an SQL query, or --recipe NAME (--recipes lists them).")
    with view.reading() as connection:
        names, rows, more = inspection.run_sql(connection, statement, limit)
    view.rows(names, rows)
    if more:
        click.echo(f"Only the first {limit} rows are shown; --limit shows more.", err=True)


@cli.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--lang", help="Only hits in this language.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many hits.")
@viewing
def search(view: View, words: Sequence[str], lang: str | None, limit: int) -> None:
    """Search the corpus for WORDS, in both languages; accents and case do not matter.

    Words, "phrases", prefix*, a NEAR b, AND, OR and NOT are understood. Each hit comes with what faces it.
    """
    with view.reading() as connection:
        hits = inspection.search(connection, " ".join(words), limit, lang)
    if view.form or view.output or not sys.stdout.isatty():
        rows = [(one.id, one.path, one.language, one.origin, console.plain(one.marked), one.facing) for one in hits]
        view.rows(("id", "path", "language", "origin", "text", "facing"), rows)
    else:
        Console().print(*console.hits(hits), sep="\n")
    click.echo(f"{len(hits)} hits." if hits else "Nothing found.", err=True)


@cli.command()
@click.argument("name", metavar="ID")
@click.option("--words", is_flag=True, help="Which words of an alignment translate each other.")
@viewing
def show(view: View, name: str, words: bool) -> None:
    """Show an alignment with its score and evidence, or a document in English. The beginning of the id is enough."""
    with view.reading() as connection:
        facts = inspection.show(connection, name)
    if words:
        facts = inspection.with_words(facts, name, filters.link)
    if words and not (view.form or view.output) and sys.stdout.isatty():
        Console().print(*console.facing(facts["left"], facts["right"], facts["words"]), sep="\n")
        facts = {one: value for one, value in facts.items() if one not in {"left", "right", "words"}}
    view.facts(facts)


@cli.command()
@click.argument("name", metavar="ID")
@viewing
def why(view: View, name: str) -> None:
    """Print the chain that made a row: source file and offsets, run, engine, model, settings."""
    with view.reading() as connection:
        chain = inspection.why(connection, name)
    view.facts(chain)


@cli.command("report")
@click.option("--corpus", type=PATH, default=Path("db/corpus.sqlite"), show_default=True, help="The corpus.")
@output_option
def write_report(corpus: Path, output: Path | None) -> None:
    """Write the corpus as one self-contained HTML page, documents side by side."""
    view = View(corpus, output, None)
    view.guard()
    with view.reading() as connection, _output(output) as out:
        for part in report.render(connection):
            out.write(part)
    if output:
        click.echo(f"{output}: open it in a browser.", err=True)


# The stages, as filters


@cli.command()
@FILE
@output_option
@click.pass_obj
def detect(config: Config, file: Path, output: Path | None) -> None:
    """One segment a line in; language, confidence and text out, with tabs."""
    with _output(output) as out:
        for language, line in filters.detect(_lines(file), config):
            out.write(f"{language.code}\t{language.confidence:.3f}\t{line}\n")


@cli.command()
@FILE
@click.option("--lang", help="Language of the document (default: detected block by block).")
@output_option
@click.pass_obj
def segment(config: Config, file: Path, lang: str | None, output: Path | None) -> None:
    """A document in, one sentence a line out."""
    with _output(output) as out:
        out.writelines(f"{line}\n" for line in filters.segment(_bytes(file), str(file), lang, config))


@cli.command()
@FILE
@click.option("--from", "source", default="fr", show_default=True, help="Language of the lines.")
@click.option("--to", "target", default="en", show_default=True, help="Language to translate into.")
@click.option("--engine", type=click.Choice(choose.ENGINES), help="Default: the best that is at hand.")
@output_option
@click.pass_obj
def translate(config: Config, file: Path, source: str, target: str, engine: str | None, output: Path | None) -> None:  # noqa: PLR0913, PLR0917 -- one a flag
    """One sentence a line in, one translation a line out."""
    changes = {"source": source, "target": target} | ({"engine": engine} if engine else {})
    chosen = configuration.overlay(config, {"translate": changes}, "the command line")
    with _output(output) as out:
        out.writelines(f"{one}\n" for one in filters.translate(_lines(file), chosen, os.environ))


@cli.command()
@click.argument("left", type=PATH)
@click.argument("right", type=PATH)
@click.option("--format", "form", type=click.Choice(sorted(beads.FORMATS)), default="beads", show_default=True)
@click.option("--words", is_flag=True, help="With --format jsonl: which words of each bead translate each other.")
@output_option
@click.pass_obj
def align(config: Config, left: Path, right: Path, form: str, words: bool, output: Path | None) -> None:  # noqa: PLR0913, PLR0917 -- one a flag
    """Align two files, one sentence a line, that translate each other."""
    if words and form != "jsonl":
        raise UsageError("only --format jsonl has room for word links. Add it, or leave out --words.")
    sides = list(_lines(left)), list(_lines(right))
    found = filters.align(*sides, config)
    links = filters.link(beads.texts(found, *sides)) if words else None
    with _output(output) as out:
        out.writelines(beads.as_jsonl(found, *sides, links) if words else beads.FORMATS[form](found, *sides))


@cli.command()
@click.argument("left", type=PATH)
@click.argument("right", type=PATH)
@output_option
@click.pass_obj
def mine(config: Config, left: Path, right: Path, output: Path | None) -> None:
    """Find the pairs that translate each other in two unordered files; score, left and right out, best first."""
    sides = list(_lines(left)), list(_lines(right))
    with console.Bars(Console(stderr=True, quiet=len(sides[0]) + len(sides[1]) < LONG)) as bars:
        found = filters.mine(*sides, config, lambda *seen: bars(run.Event(*seen)))
    with _output(output) as out:
        for one in found:
            out.write(f"{one.score:.4f}\t{sides[0][one.left]}\t{sides[1][one.right]}\n")


# Engines


@cli.group()
def model() -> None:
    """List, install, verify and remove translation packages."""


@model.command("list")
@click.pass_obj
def list_packages(config: Config) -> None:
    """The packages that are installed, and the one that translates."""
    found = packages.installed(config.data, os.environ)
    for one in found:
        click.echo(f"{one.key}\t{one.source}-{one.target}\t{one.version}\t{one.path}")
    click.echo(_engine_line(config), err=True)


@model.command()
@click.argument("file", type=PATH, required=False)
@click.pass_obj
def install(config: Config, file: Path | None) -> None:
    """Install FILE; without one, ARGOS_PACKAGE, a package in models/, or the official one, downloaded and verified."""
    made = packages.install(file, config.data) if file else _obtain(config)
    click.echo(f"{made.key} ({made.source}-{made.target} {made.version}) is installed in {made.path}.", err=True)


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
    problems = [line for one in packages.installed(config.data) for line in packages.verify(one)]
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


@cli.command("doctor")
@click.option("--corpus", type=PATH, default=Path("db/corpus.sqlite"), show_default=True, help="The corpus.")
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


def main() -> int:
    """Run the command line; returns the exit status."""
    try:
        status = _status(cli.main(standalone_mode=False))
        sys.stdout.flush()  # while it can still be said that nobody reads any more
        return status
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except DatabaseError as error:
        click.echo(
            f"enregard: the database says: {error.orig}. Is the disk full, or does another program hold the corpus?",
            err=True,
        )
    except EnregardError as error:
        click.echo(f"enregard: {error}", err=True)
        return 2 if isinstance(error, UsageError) else 1
    except (KeyboardInterrupt, click.Abort):
        click.echo("enregard: stopped. What was finished is kept; the same command goes on from there.", err=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read our output has had enough
    except OSError as error:
        click.echo(
            f"enregard: {error.filename or 'system'}: {error.strerror}. Check the path and its rights.", err=True
        )
    return 1


def _status(result: object) -> int:
    return result if isinstance(result, int) else 0


def _obtain(config: Config) -> packages.Package:
    with console.Bars(Console(stderr=True)) as bars:
        return download.obtain(config, os.environ, lambda done, total: bars(run.Event("download", done, total)))


def _engine_line(config: Config) -> str:
    engine = choose.choose(config, os.environ)
    return f"Translating with {engine.signature}." if engine else "No translation engine. `make model` gets one."


def _bytes(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _lines(file: Path) -> Iterator[str]:
    """Lines of UTF-8 text, cut at ``\\n`` alone, so that line numbers stay what they were."""
    try:
        text = _bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 ({error.reason} at byte {error.start}). Convert it first.") from error
    yield from (line.removesuffix("\r") for line in text.removesuffix("\n").split("\n") if text)


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or ``path``: written beside and moved there when it is whole."""
    if path is None:
        yield sys.stdout
        return
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as out:
            yield out
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
