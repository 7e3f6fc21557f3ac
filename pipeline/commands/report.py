"""The command that writes a corpus as one page, or as an index and a page for each document."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import Connection

from db.place import Place
from db.queries import count_totals
from pipeline.commands.common import CORPUS, tell, writing
from pipeline.commands.database import reading
from pipeline.corpus.layout import guard, guard_any
from pipeline.outfiles import replacing_folder
from pipeline.report import page
from pipeline.report.paged import ALL, PagePlaces, write_pages
from pipeline.wording import LANGUAGES

INDEX = "index.html"


@click.command("report")
@CORPUS
@click.option(
    "--output",
    metavar="FILE or FOLDER/",
    help="Write here, not to standard output. A folder gets an index and a page for each document.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Of the page (default: that of the environment, as LANG names it)."
)
def write_report(corpus: Place, output: str | None, lang: str | None) -> None:
    """Write the corpus as self-contained HTML, documents side by side.

    It is one page; of more than 200 documents FILE is the index, and a folder beside it has a page for each.
    """
    language = lang or environment_language(os.environ)
    options = replace(page.DEFAULTS, language=language)
    if output in {None, "-"}:
        with reading(corpus) as connection, writing(None) as out:
            out.writelines(page.render(connection, options))
        return
    path = Path(str(output))
    guard(path, corpus)
    guard(path.with_name(f"{path.stem}-pages"), corpus)
    with reading(corpus) as connection:
        if str(output).endswith("/") or path.is_dir():
            written = _write_folder(connection, path, language)
        elif count_totals(connection)["documents"] > page.DEFAULTS.documents and (path.is_file() or not path.exists()):
            written = _write_beside(connection, path, language)
        else:
            with writing(path) as out:
                out.writelines(page.render(connection, options))
            written = str(path)
    tell(f"{written}: open it in a browser.")


def environment_language(variables: Mapping[str, str]) -> str:
    """The language that a user's environment asks for, if there are texts in it; else English.

    >>> environment_language({"LANG": "fr_CA.UTF-8"}), environment_language({"LANG": "C", "LC_ALL": ""})
    ('fr', 'en')
    """
    locale = next((variables[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if variables.get(name)), "")
    asked = locale.split("_")[0].split(".")[0]
    return asked if asked in LANGUAGES else "en"


def _write_folder(connection: Connection, path: Path, language: str) -> str:
    """All in one folder; what to open."""
    guard_any(path)
    with replacing_folder(path) as folder, (folder / INDEX).open("w", encoding="utf-8", newline="\n") as index:
        number = write_pages(connection, folder, index, PagePlaces(), replace(ALL, language=language))
    return f"{number:,} pages, and the index {path / INDEX}"


def _write_beside(connection: Connection, path: Path, language: str) -> str:
    """An index with its pages in a folder beside it; what to open."""
    pages = path.with_name(f"{path.stem}-pages")
    guard_any(pages)
    with writing(path) as index, replacing_folder(pages) as folder:
        number = write_pages(
            connection, folder, index, PagePlaces(f"{pages.name}/", f"../{path.name}"), replace(ALL, language=language)
        )
    return f"{number:,} pages in {pages}/, and their index {path}"
