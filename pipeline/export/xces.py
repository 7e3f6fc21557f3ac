"""Pairs as XCES: a file of sentences for each text and a ``cesAlign`` for each two languages, as OPUS has them.

Ide, Bonhomme and Romary (2000) for the format; Tiedemann (2012) for OPUS, whose tools read it.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from lxml import etree

from pipeline.export.linked import (
    LinkedTexts,
    SentenceLink,
    Span,
    TextKey,
    TextSentence,
    file_name,
    language_code,
    name_of,
    paragraphs,
)
from pipeline.export.markup import element, written
from pipeline.records import HUMAN

START = '<?xml version="1.0" encoding="utf-8"?>\n'
ALIGNMENT = f'{START}<!DOCTYPE cesAlign PUBLIC "-//CES//DTD XML cesAlign//EN" "">\n<cesAlign version="1.0">\n'


def write_xces(linked: LinkedTexts, folder: Path) -> None:
    """A folder for each language, with its texts, and ``en-fr.xml`` for each two languages."""
    paths = {
        text: f"{language_code(text.language)}/{file_name(text, about)}.xml" for text, about in linked.texts.items()
    }
    for text, path in paths.items():
        (folder / path).parent.mkdir(exist_ok=True)
        with (folder / path).open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(_text(linked, text))
    with ExitStack() as stack:
        alignments: dict[str, TextIO] = {}
        for pair in linked.pairs:
            sides = sorted((pair.left, pair.right), key=lambda text: language_code(text.language))
            name = "-".join(language_code(text.language) for text in sides)
            if name not in alignments:
                file = folder / f"{name}.xml"
                opened: TextIO = stack.enter_context(file.open("w", encoding="utf-8", newline="\n"))
                alignments[name] = opened
                alignments[name].write(ALIGNMENT)
            links = linked.links(pair)
            alignments[name].writelines(_group(links, (sides[0], sides[1]), paths, sides[0] != pair.left))
        for alignment in alignments.values():
            alignment.write("</cesAlign>\n")


def _text(linked: LinkedTexts, text: TextKey) -> Iterator[str]:
    about = linked.texts[text]
    described = {"title": about.title, "author": about.author, "date": about.date, "outlet": about.outlet}
    described |= {"url": about.url, "licence": about.licence, "path": about.path, "document": about.id}
    described |= {"origin": text.origin}
    head = element("head", {})
    for name, value in described.items():
        if value:
            head.append(element("meta", {"name": name}, value))
    yield START + f'<text lang="{language_code(text.language)}">\n{written(head)}\n<body>\n'
    for number, (role, sentences) in enumerate(paragraphs(linked.sentences(text)), 1):
        node = element("p", {"id": f"p{number}", "type": role})
        node.text = node.tail = "\n"
        node.extend(map(_sentence, sentences))
        yield written(node) + "\n"
    yield "</body>\n</text>\n"


def _sentence(sentence: TextSentence) -> etree._Element:
    node = element("s", {"id": sentence.id}, sentence.text)
    node.tail = "\n"
    if sentence.origin != HUMAN:
        node.set("origin", sentence.origin)
    if sentence.reviewer:
        for name, value in element("s", {"corrected": sentence.reviewer}).items():
            node.set(name, value)
    return node


def _group(
    links: Iterator[SentenceLink], sides: tuple[TextKey, TextKey], paths: Mapping[TextKey, str], turned: bool
) -> Iterator[str]:
    yield f'<linkGrp targType="s" fromDoc="{paths[sides[0]]}" toDoc="{paths[sides[1]]}">\n'
    for link in links:
        facing = (link.right, link.left) if turned else (link.left, link.right)
        about = {
            "id": f"a{link.pair}",
            "xtargets": ";".join(map(_names, facing)),
            "certainty": None if link.score is None else f"{link.score:.4f}",
            "kind": link.kind,
            "verdict": link.verdict,
            "reviewer": link.reviewer,
            "made-by": link.made_by,
        }
        yield written(element("link", {name: value for name, value in about.items() if value})) + "\n"
    yield "</linkGrp>\n"


def _names(spans: tuple[Span, ...]) -> str:
    return " ".join(map(name_of, spans))
