"""The review page, and what belongs to it."""

import webbrowser
from pathlib import Path

import click

from pipeline.commands.common import CORPUS, PATH
from pipeline.review import server
from pipeline.review.server import Place


@click.command()
@CORPUS
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), help=f"Port (default: {server.PORT}, or the next that is free).")
@click.option("--password-file", type=PATH, help="Password on its first line; needed for a --host that others reach.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def review(corpus: Path, host: str, port: int | None, password_file: Path | None, no_browser: bool) -> None:
    """Judge the pairs of a corpus in a browser: a server on this machine, for this machine alone."""
    place = Place(host, port, password_file)
    serve(corpus, place, browser=not no_browser and server.has_display())


def serve(corpus: Path, place: Place, browser: bool) -> None:
    """Serve until Ctrl-C."""
    running = server.listen(server.open_site(corpus, place), place)
    click.echo(f"Reviewing {corpus} at {running.url} (Ctrl-C stops)", err=True)
    if browser:
        webbrowser.open(running.url)
    running.run()
    click.echo("Stopped. Every verdict is in the corpus.", err=True)
