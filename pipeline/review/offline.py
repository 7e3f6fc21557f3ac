"""The review without a server: one self-contained page a document pair, for a colleague who installs nothing.

The page has the same pairs, marks, filters and keys. It loads nothing and sends nothing: decisions stay in the browser
until they are saved as a file, which ``exchange`` lays over the corpus. Re-cutting needs the server.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import quote

from jinja2 import Environment
from sqlalchemy import Connection

from db import queries_review as queries
from pipeline import VERSION, templating
from pipeline.batches import batched
from pipeline.corpus.layout import is_report
from pipeline.errors import UsageError
from pipeline.outfiles import replacing_file
from pipeline.report import page as report
from pipeline.report.paged import file_name
from pipeline.review import assets
from pipeline.review.card import Card, card, readings
from pipeline.review.exchange import FORMAT
from pipeline.review.exchange import VERSION as FORMAT_VERSION
from pipeline.review.linker import WordLink
from pipeline.wording import Wording

Linker = Callable[[Sequence[tuple[str, str]]], Sequence[Sequence[WordLink]]]
Reading = Callable[[], AbstractContextManager[Connection]]
AT_ONCE = 200  # pairs that are read through one connection, and linked together
UNTYPED = SimpleNamespace(correction=None, left_correction=None, comment=None)  # nothing was typed before


class Offline(NamedTuple):
    """A page to be written: two documents that face each other (or one itself), or one with its translation."""

    name: str
    titles: tuple[str, ...]
    pairs: Sequence[str]
    machine: bool


class Shown(NamedTuple):
    """A pair on the page. ``texts`` are exactly those of the corpus; ``links`` is an address that holds the links."""

    card: Card
    texts: str
    newest_verdict: int
    links: str | None


def write(reading: Reading, folder: Path, language: str = "en", linker: Linker | None = None) -> list[Offline]:
    """Write a page for each document pair and each translated document into ``folder``, and an index; the pages.

    ``reading`` opens the corpus, again and again: a connection lasts for some seconds only. Word links are left out
    without a ``linker``, which is asked for many pairs at a time. Raises UsageError where a page would take the place
    of a file that is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with reading() as connection:
        pages = list(find_pages(connection))
        codes = list(queries.find_finding_codes(connection))
    for name in (*(page.name for page in pages), "index.html"):
        if os.path.lexists(folder / name) and not is_report(folder / name):
            raise UsageError(f"{folder / name}: that is no page of this program. Name a new or an empty folder.")
    for page in pages:
        _save(folder / page.name, render(page, codes, _shown(reading, page.pairs, linker), language))
    _save(folder / "index.html", _index(pages, language))
    return pages


def find_pages(connection: Connection) -> Iterator[Offline]:
    """The pages of a corpus: its document pairs, the best first, then its translated documents."""
    for pair in queries.find_document_pairs(connection):
        names = [pair.left_title or pair.left_path or pair.left_document_id]
        if pair.left_document_id != pair.right_document_id:
            names.append(pair.right_title or pair.right_path or pair.right_document_id)
        pairs = queries.find_faced(connection, pair=pair.id)
        if pairs:
            yield Offline(file_name(names[0], pair.id), tuple(names), pairs, machine=False)
    for document in queries.find_choices(connection):
        pairs = queries.find_faced(connection, document=document.id)
        if pairs:
            name = document.title or document.path or document.id
            yield Offline(file_name(name, f"mt-{document.id}"), (name,), pairs, machine=True)


def render(page: Offline, codes: Sequence[str], cards: Iterable[Shown], language: str) -> Iterator[str]:
    """The page, in parts. ``codes`` are the findings that can be asked for."""
    words = Wording(language)
    return (
        _environment()
        .get_template("offline.html.j2")
        .generate(
            **_frame(words),
            page=page,
            file=page.name.removesuffix(".html"),
            script=assets.script() + own("offline.js"),
            cards=cards,
            verdicts=queries.QUEUE_VERDICTS,
            codes=codes,
            format=FORMAT,
            format_version=FORMAT_VERSION,
            typed=UNTYPED,
        )
    )


@lru_cache(maxsize=2)
def own(name: str) -> str:
    """What these pages add to the style or the script of the review."""
    return (assets.FOLDER / "static" / name).read_text("utf-8")


def _index(pages: Sequence[Offline], language: str) -> Iterable[str]:
    return _environment().get_template("offline_index.html.j2").generate(**_frame(Wording(language)), pages=pages)


def _frame(words: Wording) -> dict[str, Any]:
    return {"t": words, "style": assets.style() + own("offline.css"), "version": VERSION}


def _shown(reading: Reading, pairs: Sequence[str], linker: Linker | None) -> Iterator[Shown]:
    for keys in batched(pairs, AT_ONCE):
        with reading() as connection:
            loaded = [queries.get_pair_view(connection, key) for key in keys]
        views = [view for view in loaded if view is not None]
        links = map(_address, linker([readings(view) for view in views])) if linker else [None] * len(views)
        yield from map(_shown_pair, views, links)


def _shown_pair(view: queries.PairView, links: str | None) -> Shown:
    texts = (view.alignment.left_text, view.alignment.right_text)
    pair_card = card(view._replace(contexts={}, documents={}), "", "")
    return Shown(pair_card, json.dumps(texts), view.history[-1].id if view.history else 0, links)


def _address(links: Sequence[WordLink]) -> str:
    """An address that the script can fetch without asking anybody."""
    return "data:application/json," + quote(json.dumps([word_link._asdict() for word_link in links]))


def _save(target: Path, parts: Iterable[str]) -> None:
    """A page is whole or not there."""
    with replacing_file(target, newline="\n") as out:
        out.writelines(parts)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = templating.environment(*assets.TEMPLATES)
    environment.filters.update(report.FILTERS)
    return environment
