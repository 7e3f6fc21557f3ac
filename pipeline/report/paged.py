"""A large corpus as an index and a page for each document, or for two that face each other; nothing is left out."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection

from pipeline.report import page as report
from pipeline.report.page import Options
from pipeline.wording import Wording

ALL = Options(documents=1_000_000, segments=50_000)
PASSAGES = "passages.html"
LONGEST = 60  # characters of a file's name


@dataclass(frozen=True, slots=True)
class PagePlaces:
    """How the index and the pages lead to each other: ``inward`` to the folder of pages, ``home`` from it."""

    inward: str = ""
    home: str = "index.html"


def write_pages(connection: Connection, folder: Path, index: TextIO, places: PagePlaces, options: Options = ALL) -> int:
    """Write the index into ``index`` and the pages into ``folder``, one document in memory at a time; how many pages.

    ``options.doubtful`` and ``title`` are as for one page.
    """
    frame, templates = report.overview(connection, options), report.environment(options)
    entries = [entry for entry in frame["entries"] if not entry.repeats]
    names = [file_name(report.title(entry.documents[0]), entry.documents[0].id) for entry in entries]
    files = {one.id: name for entry, name in zip(entries, names, strict=True) for one in entry.documents}
    contents = frame["contents"]
    outward = dict.fromkeys(contents.copies, places.home) | files
    leaf = templates.get_template("leaf.html.j2")
    shared = {
        **frame,
        "apart": False,
        "home": places.home,
        "contents": replace(contents, pages=outward, passages=PASSAGES),
    }
    for number, (entry, name) in enumerate(zip(entries, names, strict=True)):
        pieces = leaf.generate(
            **shared,
            name=report.title(entry.documents[0]),
            before=names[number - 1] if number else "",
            after=names[number + 1] if number + 1 < len(names) else "",
            edition=report.edition(connection, entry, options, shared["contents"]),
        )
        _write(folder / name, pieces)
    if frame["passages"] or frame["related"]:
        pieces = leaf.generate(
            **shared, name=Wording(options.language)("report_passages"), before="", after="", edition=None
        )
        _write(folder / PASSAGES, pieces)
    inward = {key: places.inward + name for key, name in files.items()}
    shown = replace(contents, pages=inward, passages=places.inward + PASSAGES)
    index.writelines(templates.get_template("index.html.j2").generate(**{**frame, "contents": shown}, apart=True))
    return len(names)


def file_name(title: str, key: str) -> str:
    """The name of a page's file: what every system takes.

    >>> file_name("Été à l'île: récit", "0123456789abcdef")
    'ete-a-l-ile-recit-01234567.html'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-") or "document"
    prefix, _, number = key.rpartition("-")
    return f"{slug}-{prefix + '-' if prefix else ''}{number[:8]}.html"


def _write(path: Path, pieces: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(pieces)
