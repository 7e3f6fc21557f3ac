"""Web pages: trafilatura says where the article is and what it is about; the text is read from the page itself.

No connection is ever opened: the page is parsed here and handed over as a tree.
"""

import re
from dataclasses import asdict, replace
from html import unescape
from typing import Any

from pipeline.errors import InputError
from pipeline.reading.article import Article
from pipeline.reading.extract import Extract, Facts, Passage, begins_with, headed, iso_date, marked, phrase
from pipeline.reading.facts import named_facts
from pipeline.reading.front import TEMPLATE_TAG, split_front
from pipeline.reading.tree import BLOCKS, SEPARATOR, passages, walk
from pipeline.records import Mark

MOST_TAGS = 100_000  # 20,000 links, each in its own element, take trafilatura three seconds, 140,000 take fifty
DEEPEST = 200  # libxml2 stops at 256 open elements and drops the rest
HIDDEN = (("<!--", "-->"), *((rf"<{tag}\b", rf"</{tag}\s*>") for tag in ("script", "style", "head")))
EMPTY_OR_UNCLOSED = """area base br col embed hr img input link meta source track wbr p li dt dd tr td th thead tbody
    option""".split()  # noqa: SIM905
WEIGHTS = dict.fromkeys(EMPTY_OR_UNCLOSED, 0) | {"table": 4, "ul": 2, "ol": 2, "dl": 2}
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{1,40})|<\?xml[^>]{0,100}encoding=["']([\w.:-]{1,40})""", re.I
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]{0,2000}?(/?)>")
_OTHER_TAG = re.compile(r"<[!?/][^<>]{0,2000}>")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


def declared_encoding(data: bytes) -> str:
    """What the page says its encoding is, or nothing."""
    found = _CHARSET.search(data, 0, 4096)
    return (found[1] or found[2]).decode("ascii") if found else ""


def read_html(text: str, limit: int) -> Extract:
    """The article of a page, with title, date, author, outlet, address and licence. ``limit`` is in characters.

    Raises InputError E109 for a page that declares entities, as bombs do and web pages do not.
    """
    refuse_entities(text)
    matter, text = split_front(text.replace("\0", ""))
    extract = _page(TEMPLATE_TAG.sub("", text) if matter else text, limit)
    return _with_facts(extract, named_facts(matter)) if matter else extract


def _with_facts(extract: Extract, facts: Facts) -> Extract:
    """A page with what its front matter says of it, which the page does not say itself."""
    filled = {name: value for name, value in asdict(facts).items() if value}
    extract = replace(extract, facts=replace(extract.facts, **filled))
    if facts.title is None or begins_with(facts.title, ((line, None) for line in extract.text.split("\n", 20))):
        return extract
    moved = len(facts.title) + 1
    marks = [replace(mark, start=mark.start + moved, end=mark.end + moved) for mark in extract.marks]
    return replace(extract, text=f"{facts.title}\n{extract.text}", marks=(Mark(0, moved - 1, "title"), *marks))


def _page(text: str, limit: int) -> Extract:
    if len(text) > limit or is_unruly(text):
        return Extract(stripped(text), findings=(("W114", "markup stripped without being understood"),))
    return _article(text)


def refuse_entities(text: str) -> None:
    """Raise InputError E109 where a document type declares entities."""
    if "<!ENTITY" in text[:100_000].upper():
        raise InputError("E109", "It declares entities, as XML bombs do. Remove the <!ENTITY> lines if you trust it.")


def is_unruly(text: str) -> bool:
    """Whether a page is nested too deeply to be made a tree, or has too many elements to be searched for an article.

    One pass over the tags. A table counts for its rows and cells, which may be left unclosed, and a list for its items.
    """
    deepest = now = count = 0
    for count, (closing, name, alone) in enumerate(_TAG.findall(text), 1):  # noqa: B007
        weight = 0 if alone else WEIGHTS.get(name.lower(), 1)
        now = max(0, now - weight) if closing else now + weight
        deepest = max(deepest, now)
    return deepest > DEEPEST or count > MOST_TAGS


def _article(text: str) -> Extract:
    from lxml import etree, html
    from trafilatura import bare_extraction

    try:
        root = html.document_fromstring(
            _DECLARATION.sub("", text), parser=html.HTMLParser(no_network=True, huge_tree=False)
        )
    except (etree.ParserError, ValueError):
        return Extract(stripped(text), findings=(("W114", "markup stripped without being understood"),))
    tree = walk(root)
    dates = {"original_date": True, "extensive_search": False}
    extracted: Any = bare_extraction(root, include_comments=False, with_metadata=True, date_extraction_params=dates)
    article = Article(tree, (extracted.text or "") if extracted is not None else "")
    lines = [(line.text, line.markup) for line in tree.lines if line.text != SEPARATOR]
    findings = [("W113", "no article found: all text of the page taken")]
    if article.size * 50 > sum(len(line) for line, _ in lines):  # else it is not the article that was extracted
        lines = headed(article.passages(), phrase(extracted.title))
        left_out = article.left_out()
        findings = [("W118", f"{left_out:.0%}")] if left_out >= 0.005 else []
    joined, marks = marked(lines)
    return Extract(joined, facts=_facts(extracted), findings=tuple(findings), marks=marks)


def _facts(extracted: Any) -> Facts:
    if extracted is None:
        return Facts()
    return Facts(
        title=phrase(extracted.title),
        date=iso_date(extracted.date),
        outlet=phrase(extracted.sitename),
        author=phrase(extracted.author),
        url=phrase(extracted.url, 2000),
        licence=phrase(extracted.license),
    )


def fragment(text: str) -> list[Passage]:
    """The passages of a piece of HTML, such as a cell of a table holds."""
    from lxml import etree, html

    try:
        tree = html.document_fromstring(f"<div>{text}</div>", parser=html.HTMLParser(no_network=True, huge_tree=False))
    except (etree.ParserError, ValueError):
        return [(stripped(text), None)]
    return [(stripped(text), None)] if is_unruly(text) else list(passages(tree))


def stripped(text: str) -> str:
    """The text of a page without its tags, in a few linear passes and at any depth."""
    for opening, closing in HIDDEN:
        text = _without(text, opening, closing)
    broken = _TAG.sub(lambda tag: "\n" if tag[2].lower() in BLOCKS else "", _SPACES.sub(" ", text))
    lines = (line.strip() for line in unescape(_OTHER_TAG.sub("", broken)).split("\n"))
    return "\n".join(line for line in lines if line)


def _without(text: str, opening: str, closing: str) -> str:
    """``text`` less everything from an opening to the next closing mark. What is never closed stays."""
    kept: list[str] = []
    end, start = 0, -1
    for mark in re.finditer(f"({opening})|{closing}", text, re.IGNORECASE):
        if mark[1] and start < 0:
            start = mark.start()
        elif not mark[1] and start >= 0:
            kept.append(text[end:start])
            end, start = mark.end(), -1
    return "".join(kept) + text[end:]
