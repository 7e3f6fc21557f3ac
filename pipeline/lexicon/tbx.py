"""A lexicon as TBX-Basic: TermBase eXchange, ISO 30042:2019 (version 3), in the style that names data categories.

No library that is kept up writes it (``tbxtools`` of 2025 reads version 2 alone), so it is written with lxml. What the
corpus knows of an entry that TBX-Basic has no category for (how often, how surely) stands in a note.
"""

from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from pipeline import VERSION
from pipeline.export.markup import clean, element, written
from pipeline.lexicon.counting import LexiconEntry

NAMESPACE = "urn:iso:std:iso:30042:ed-2"
_START = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<tbx type="TBX-Basic" style="dca" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2">\n'
    "<tbxHeader><fileDesc><titleStmt><title>{title}</title></titleStmt><sourceDesc><p>Extracted from aligned texts by "
    "enregard {version}; not reviewed.</p></sourceDesc></fileDesc></tbxHeader>\n<text><body>\n"
)
_END = "</body></text>\n</tbx>\n"
Texts = Mapping[str, tuple[str, str]]


def as_tbx(entries: Iterable[LexiconEntry], languages: tuple[str, str], title: str, texts: Texts) -> Iterator[str]:
    """The file, an entry at a time. ``texts`` gives both sides of the pairs that are examples."""
    yield _START.format(title=written(element("x", {}, title))[3:-4], version=VERSION)
    for number, entry in enumerate(entries, 1):
        yield written(_concept(number, entry, languages, texts)) + "\n"
    yield _END


def _concept(number: int, entry: LexiconEntry, languages: tuple[str, str], texts: Texts) -> etree._Element:
    concept = element("conceptEntry", {"id": f"c{number}"})
    concept.append(element("note", {}, _said(entry)))
    examples = texts.get(entry.examples[0], ("", "")) if entry.examples else ("", "")
    for language, term, example in zip(languages, (entry.source, entry.target), examples, strict=True):
        section = etree.SubElement(concept, "langSec")
        section.set("{http://www.w3.org/XML/1998/namespace}lang", language)
        section.append(_term(term, example))
    return concept


def _term(term: str, example: str) -> etree._Element:
    section = element("termSec", {})
    etree.SubElement(section, "term").text = clean(term)
    if example:
        section.append(element("descrip", {"type": "context"}, example))
    return section


def _said(entry: LexiconEntry) -> str:
    shares = f"{entry.source_share:.0%} of the source term, {entry.target_share:.0%} of the target term"
    return f"Face each other {entry.times} times ({shares}); log-likelihood {entry.g2:.1f}."
