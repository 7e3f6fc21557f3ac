"""The command that writes a corpus as one page, or as an index and a page for each document."""

from pathlib import Path

import click
from sqlalchemy import Connection

from db.queries import count_totals
from pipeline.commands.common import CORPUS, tell, writing
from pipeline.commands.database import reading
from pipeline.corpus.layout import guard, guard_any
from pipeline.outfiles import replacing_folder
from pipeline.report import page
from pipeline.report.paged import PagePlaces, write_pages

INDEX = "index.html"


@click.command("report")
@CORPUS
@click.option(
    "--output",
    metavar="FILE or FOLDER/",
    help="Write here, not to standard output. A folder gets an index and a page for each document.",
)
def write_report(corpus: Path, output: str | None) -> None:
    """Write the corpus as self-contained HTML, documents side by side.

    It is one page; of more than 200 documents FILE is the index, and a folder beside it has a page for each.
    """
    if output in {None, "-"}:
        with reading(corpus) as connection, writing(None) as out:
            out.writelines(page.render(connection))
        return
    path = Path(str(output))
    guard(path, corpus)
    with reading(corpus) as connection:
        if str(output).endswith("/") or path.is_dir():
            written = _write_folder(connection, path)
        elif count_totals(connection)["documents"] > page.DEFAULTS.documents and (path.is_file() or not path.exists()):
            written = _write_beside(connection, path, corpus)
        else:
            with writing(path) as out:
                out.writelines(page.render(connection))
            written = str(path)
    tell(f"{written}: open it in a browser.")


def _write_folder(connection: Connection, path: Path) -> str:
    """All in one folder; what to open."""
    guard_any(path)
    with replacing_folder(path) as folder, (folder / INDEX).open("w", encoding="utf-8", newline="\n") as index:
        number = write_pages(connection, folder, index, PagePlaces())
    return f"{number:,} pages, and the index {path / INDEX}"


def _write_beside(connection: Connection, path: Path, corpus: Path) -> str:
    """An index with its pages in a folder beside it; what to open."""
    pages = path.with_name(f"{path.stem}-pages")
    guard(pages, corpus)
    guard_any(pages)
    with writing(path) as index, replacing_folder(pages) as folder:
        number = write_pages(connection, folder, index, PagePlaces(f"{pages.name}/", f"../{path.name}"))
    return f"{number:,} pages in {pages}/, and their index {path}"
