"""The review page, the sample that says how good a corpus is, and reviewing by people who install nothing."""

import webbrowser
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import click

from db.place import Place
from db.vocabulary import KINDS
from pipeline.commands.common import CORPUS, PATH, SKIPPED, allow_connections, tell
from pipeline.commands.database import database_errors, open_existing, reading
from pipeline.commands.view import View
from pipeline.errors import UsageError
from pipeline.review import exchange, offline, sample, server
from pipeline.review.exchange import Refused
from pipeline.review.linker import Linker
from pipeline.review.server import ServerAddress
from pipeline.wording import LANGUAGES

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
def review(corpus: Place, **options: Any) -> int | None:
    """Judge the pairs of a corpus in a browser.

    Without --sample, --html or --import, this serves the review page: on this machine, for this machine alone.
    """
    work = [name for name in ("size", "folder", "file") if options[name] is not None]
    if len(work) > 1:
        raise UsageError("--sample, --html and --import are three different things. Give one of them.")
    does: Callable[..., int | None] = {"size": _sample, "folder": _write, "file": _import}[work[0]] if work else _serve
    return does(corpus, options)


def _serve(corpus: Place, options: dict[str, Any]) -> None:
    """Serve until Ctrl-C."""
    allow_connections()
    address = ServerAddress(options["host"], options["port"], options["password_file"])
    running = server.listen(server.open_site(corpus, address), address)
    with suppress(KeyboardInterrupt):
        tell(f"Reviewing {corpus} at {running.url} (Ctrl-C stops)")
        if server.has_display() and not options["no_browser"]:
            webbrowser.open(running.url)
        running.run()
    running.close()
    tell("Stopped. Every verdict is in the corpus.")


def _sample(corpus: Place, options: dict[str, Any]) -> None:
    """Precision of a random sample, by kind and score."""
    view = View(corpus, None, options["form"])
    with reading(corpus) as connection:
        measured = sample.measure(connection, options["size"], options["seed"], options["kind"], options["reviewer"])
    view.rows(sample.NAMES, measured.rows)
    tell(sample.advice(measured, options["kind"]))


def _write(corpus: Place, options: dict[str, Any]) -> None:
    """A page a document pair, for somebody who installs nothing."""
    pages = offline.write(
        partial(reading, corpus), options["folder"], options["language"], Linker().many if options["words"] else None
    )
    tell(f"{options['folder']}: {len(pages)} pages and an index. Decisions come back with --import FILE.")


def _import(corpus: Place, options: dict[str, Any]) -> int:
    """Decisions that were made on such a page; status 3 where some were not laid over."""
    if options["file"].exists() and not options["file"].is_file():
        raise UsageError(f"{options['file']}: is no file.")
    sheet = exchange.parse(options["file"].read_bytes())
    with database_errors():
        laid = exchange.lay(open_existing(corpus), sheet, options["dry_run"])
    for refused in laid.refused:
        tell(f"not laid over: {_why(refused)}")
    would = "would be laid over" if options["dry_run"] else "laid over"
    tell(f"{sheet.reviewer}: {laid.applied} {would}, {laid.known} known, {len(laid.refused)} not.")
    return SKIPPED if laid.refused else 0


def _why(refused: Refused) -> str:
    verdict = f"{refused.decision.verdict} on “{refused.decision.left[:60]}”"
    if refused.reason == "unknown":
        return f"{verdict}: the corpus does not have these two texts"
    return (
        f"{verdict}: judged here since: {', '.join(refused.others)}"
        if refused.others
        else f"{verdict}: {refused.reason}"
    )
