"""The corpus in Datasette, for those who look around before they ask."""

import socket

import click

from db.place import DatabaseServer, Place
from pipeline.commands.common import CORPUS, allow_connections, tell
from pipeline.commands.view import View
from pipeline.errors import UsageError
from pipeline.search import datasette, sql
from pipeline.search import metadata as about
from pipeline.search.views import view_columns


@click.command()
@CORPUS
@click.option("--port", type=click.IntRange(1024, 65535), default=8001, show_default=True, help="Where it listens.")
def browse(corpus: Place, port: int) -> None:
    """Open the corpus in Datasette, in your browser: read-only, on this machine alone. `make browse` installs it."""
    if isinstance(corpus, DatabaseServer):
        raise UsageError(f"{corpus}: Datasette reads files alone. Make one with `enregard copy`, and open that.")
    with View(corpus, None, None).reading():
        pass  # is it a corpus, and of this version?
    if not _free(port):
        raise UsageError(f"port {port} is taken, perhaps by another `enregard browse`. Choose another with --port.")
    allow_connections()
    door = datasette.Door(port)
    tell(f"Open {door.address(about.NAME)}   (Ctrl-C stops it)")
    metadata = about.metadata(view_columns(), sql.recipes())
    datasette.serve(corpus.resolve(), metadata, about.SETTINGS, about.NAME, door)


def _free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((datasette.HOST, port))
        except OSError:
            return False
    return True
