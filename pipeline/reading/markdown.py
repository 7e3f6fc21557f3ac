"""Markdown by markdown-it-py: the text of its blocks, one line each, and the front matter as facts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.reading.extract import Extract, Facts, iso_date, phrase
from pipeline.reading.html import stripped

SEPARATOR = "* * * * *"
_FRONT = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.{0,20000}?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_PAIR = re.compile(r"^([A-Za-zéÉ_-]{1,40})[ \t]*[:=][ \t]*(.*)$", re.MULTILINE)
NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "titre", "headline"),
    "date": ("date", "published", "published_at", "pubdate", "publie_le", "date_publication"),
    "outlet": ("outlet", "publisher", "site", "journal", "media", "newspaper", "publication"),
    "author": ("author", "authors", "auteur", "auteurs", "byline"),
    "url": ("url", "link", "lien", "canonical", "permalink"),
    "licence": ("licence", "license", "rights", "droits"),
}


def named_facts(values: Mapping[str, object]) -> Facts:
    """Facts out of columns or keys, under the names that French and English exports use."""
    given = {str(key).strip().casefold().replace("é", "e"): value for key, value in values.items()}

    def first(fact: str) -> object:
        return next((given[name] for name in NAMES[fact] if given.get(name)), None)

    authors = first("author")
    url = phrase(first("url"), 2000)
    return Facts(
        title=phrase(first("title")),
        date=iso_date(first("date")),
        outlet=phrase(first("outlet")),
        author=phrase(", ".join(map(str, authors)) if isinstance(authors, list) else authors),
        url=url if url and "://" in url else None,
        licence=phrase(first("licence")),
    )


def read_markdown(text: str, limit: int) -> Extract:
    """Text without markup. Over ``limit`` characters it is taken as plain text, marks and all."""
    matter = _FRONT.match(text)
    facts = _front_facts(matter[2]) if matter else Facts()
    body = text[matter.end() :] if matter else text
    if len(body) > limit:
        return Extract(body, wrapped=True, facts=facts, findings=(("W114", "markup left in the text"),))
    lines, title = _rendered(body)
    return Extract("\n".join(lines), facts=facts if facts.title else _titled(facts, title))


def _front_facts(matter: str) -> Facts:
    pairs = {key: value.strip().strip("\"'[]") for key, value in _PAIR.findall(matter)}
    return named_facts(pairs)


def _titled(facts: Facts, title: str | None) -> Facts:
    return Facts(title, facts.date, facts.outlet, facts.author, facts.url, facts.licence)


def _rendered(body: str) -> tuple[list[str], str | None]:
    """The lines of all blocks, and the first heading of the first rank."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    lines: list[str] = []
    title: str | None = None
    for before, token in zip([None, *tokens], tokens, strict=False):
        text = _block(token)
        if text:
            lines.append(text)
        if title is None and before is not None and before.type == "heading_open" and before.tag == "h1":
            title = phrase(text)
    return lines, title


def _block(token: Any) -> str:
    if token.type == "inline":
        return _inline(token.children or [])
    if token.type == "hr":
        return SEPARATOR
    if token.type == "html_block":
        return stripped(token.content)
    return str(token.content).rstrip("\n") if token.type in ("fence", "code_block") else ""


def _inline(children: Iterable[Any]) -> str:
    """The words of a paragraph: links and emphasis give their text, pictures their description."""
    pieces: Sequence[str] = [
        " "
        if child.type == "softbreak"
        else "\n"
        if child.type == "hardbreak"
        else ""
        if child.type == "html_inline"
        else child.content
        for child in children
    ]
    return "".join(pieces).strip()
