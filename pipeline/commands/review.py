"""The review page, the sample that says how good a corpus is, and reviewing by people who install nothing."""

import webbrowser
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import click

from db.vocabulary import KINDS
from pipeline.commands.common import CORPUS, PATH, SKIPPED
from pipeline.commands.database import database_errors, open_existing, reading
from pipeline.commands.view import View
from pipeline.errors import UsageError
from pipeline.review import exchange, offline, sample, server
from pipeline.review.exchange import Refused
from pipeline.review.linker import Linker
from pipeline.review.server import Place
from pipeline.review.wording import LANGUAGES

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@CORPUS
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), help=f"Port (default: {server.PORT}, or the next that is free).")
@click.option("--password-file", type=PATH, help="Password on its first line; needed for a --host that others reach.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--sample", "size", type=click.IntRange(min=1), help="Print the precision of a random sample of pairs.")
@click.option("--seed", type=click.IntRange(min=1), default=1, show_default=True, help="Of the sample.")
@click.option("--kind", type=click.Choice(KINDS), help="With --sample: pairs of this kind alone.")
@click.option("--reviewer", help="With --sample: count this reviewer's verdicts alone.")
@click.option("--json", "form", flag_value="json", help="With --sample: as JSON.")
@click.option("--csv", "form", flag_value="csv", help="With --sample: as comma-separated values.")
@click.option("--html", "folder", type=FOLDER, help="Write pages that need no server into a folder.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="With --html: of them.")
@click.option("--words", is_flag=True, help="With --html: word links, too (slower, larger).")
@click.option("--import", "file", type=PATH, help="Lay the decisions of such a page over the corpus.")
@click.option("--dry-run", is_flag=True, help="With --import: only say what would be done.")
def review(corpus: Path, **asked: Any) -> int | None:
    """Judge the pairs of a corpus in a browser.

    Without --sample, --html or --import, this serves the review page: on this machine, for this machine alone.
    """
    work = [name for name in ("size", "folder", "file") if asked[name] is not None]
    if len(work) > 1:
        raise UsageError("--sample, --html and --import are three different things. Give one of them.")
    does: Callable[..., int | None] = {"size": _sample, "folder": _write, "file": _import}[work[0]] if work else _serve
    return does(corpus, asked)


def _serve(corpus: Path, asked: dict[str, Any]) -> None:
    """Serve until Ctrl-C."""
    place = Place(asked["host"], asked["port"], asked["password_file"])
    running = server.listen(server.open_site(corpus, place), place)
    with suppress(KeyboardInterrupt):
        click.echo(f"Reviewing {corpus} at {running.url} (Ctrl-C stops)", err=True)
        if server.has_display() and not asked["no_browser"]:
            webbrowser.open(running.url)
        running.run()
    running.close()
    click.echo("Stopped. Every verdict is in the corpus.", err=True)


def _sample(corpus: Path, asked: dict[str, Any]) -> None:
    """Precision of a random sample, by kind and score."""
    view = View(corpus, None, asked["form"])
    with reading(corpus) as connection:
        found = sample.measure(connection, asked["size"], asked["seed"], asked["kind"], asked["reviewer"])
    view.rows(sample.NAMES, found.rows)
    click.echo(sample.advice(found, asked["kind"]), err=True)


def _write(corpus: Path, asked: dict[str, Any]) -> None:
    """A page a document pair, for somebody who installs nothing."""
    pages = offline.write(
        partial(reading, corpus), asked["folder"], asked["language"], Linker().many if asked["words"] else None
    )
    click.echo(f"{asked['folder']}: {len(pages)} pages and an index. Decisions come back with --import FILE.", err=True)


def _import(corpus: Path, asked: dict[str, Any]) -> int:
    """Decisions that were made on such a page; status 3 where some were not laid over."""
    sheet = exchange.parse(asked["file"].read_bytes())
    with database_errors():
        done = exchange.lay(open_existing(corpus), sheet, asked["dry_run"])
    for one in done.refused:
        click.echo(f"not laid over: {_why(one)}", err=True)
    would = "would be laid over" if asked["dry_run"] else "laid over"
    click.echo(f"{sheet.reviewer}: {done.applied} {would}, {done.known} known, {len(done.refused)} not.", err=True)
    return SKIPPED if done.refused else 0


def _why(one: Refused) -> str:
    said = f"{one.decision.verdict} on “{one.decision.left[:60]}”"
    if one.reason == "unknown":
        return f"{said}: the corpus does not have these two texts"
    return f"{said}: judged here since: {', '.join(one.others)}" if one.others else f"{said}: {one.reason}"
