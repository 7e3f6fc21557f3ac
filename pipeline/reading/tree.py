"""Trees of HTML as lines: one for each block element, with what the element says that it is and where it stands.

Note calls go out, so that they are not glued to words; exponents become superscript digits; formulas are written in one
line. Tables have a line for each cell, lists one for each item, without bars and dashes of our own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.reading.extract import Passage
from pipeline.reading.formula import linear
from pipeline.reading.unwrap import unwrap
from pipeline.records import Markup

BLOCKS = frozenset(
    """address article aside blockquote body br button caption center dd details dialog div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html label legend li main menu nav ol optgroup option p
    pre search section select summary table tbody td textarea tfoot th thead title tr ul""".split()  # noqa: SIM905
)
SILENT = frozenset(["script", "style", "head", "template", "noscript", "svg", "math", "object", "iframe"])
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
CAPTIONS = frozenset(["figcaption", "caption"])
SEPARATOR = "* * * * *"
LONGEST_CALL = 5  # characters of a note call

_SPACES = re.compile(r"[ \t\r\n\f]+")
_NOTE_REFERENCE = re.compile(
    r"\b(?:noteref|footnote-?ref|fn-?ref|footnotecall|note-?call|appel-?(?:de-?)?note)\b", re.I
)
_BACK = re.compile(r"\b(?:doc-backlink|footnote-back(?:ref|link)?|reversefootnote|fn-?back|mw-cite-backlink)\b", re.I)
_PAGE_BREAK = re.compile(r"\b(?:doc-)?pagebreak\b", re.I)
_CONTENTS = re.compile(r"\b(?:toc|landmarks|page-list|doc-toc)\b", re.I)
_NOTE_ADDRESS = re.compile(r"#.{0,60}?(?:foot|end)?(?:note|fn|ftn|sdfootnote|edn|ref)[\w.:-]{0,40}\d*$", re.I)
_CALL = re.compile(r"[\[(]?\s*(?:\d{1,3}|[a-z]|[ivx]{1,4}|[*†‡§]{1,3})\s*[\])]?", re.I)
_PLAIN_CALL = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡§]{1,3})[\])]?(?:\s*[,;]\s*\d{1,3})*")
_EMPTY = re.compile(r" ?(?:\[\s*\]|\(\s*\))")  # what stood around a note call
_EXPONENT = re.compile(r"[-–−+]?\d{1,3}")
_POWERED = re.compile(r"(?:(?<![^\W\d_])[^\W\d_]{1,2}|(?<!\d)\d{1,3}|[)\]])$")  # what may be raised to a power
_RAISED = str.maketrans("0123456789-–−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻⁺")
_SENTENCE = re.compile(r"[^\W\d_]{2,}[,;]?(?: [^\W_]+(?:['’-][^\W_]+)*[,;:]?){4,}[.!?…»]")


@dataclass(slots=True)
class TextLine:
    """The text of a block, or of one of its lines: ``node`` is the place of its element in ``Tree.nodes``."""

    text: str
    markup: Markup | None
    node: int
    linked: int  # characters that lie in links


@dataclass(slots=True)
class Node:
    """A block element: where its parent stands (-1 for none), its name, and its attributes in one string to search."""

    parent: int
    name: str
    about: str
    hidden: bool = False


@dataclass(slots=True)
class Tree:
    """The block elements of a page, parents before children, and its lines in reading order."""

    nodes: list[Node] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)


def passages(tree: Any, pictures: bool = False) -> Iterator[Passage]:
    """All text of an lxml tree; ``pictures`` adds what stands for pictures that cannot be shown."""
    return ((line.text, line.markup) for line in walk(tree, pictures).lines)


def walk(tree: Any, pictures: bool = False) -> Tree:
    """The blocks and lines of an lxml tree, without recursion."""
    from lxml import etree

    state = _Walk(pictures, _panels(tree))
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event == "start":
            state.open(element, etree.QName(element).localname.lower())
        elif event == "end":
            state.close(element, etree.QName(element).localname.lower())
        else:
            state.text(element.tail)
    state.flush()
    return state.tree


@dataclass(slots=True)
class _Walk:
    """The state of one walk: what is open, and the pieces of the line that is being read."""

    pictures: bool
    panels: frozenset[str]
    tree: Tree = field(default_factory=Tree)
    open_nodes: list[int] = field(default_factory=lambda: [-1])
    kinds: list[Markup | None] = field(default_factory=lambda: [None])
    pieces: list[str] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)  # how many pieces there were when an element was opened
    silent: int = 0
    links: int = 0
    linked: int = 0
    preformatted: int = 0
    called: bool = False  # a note, from the line that is being read

    def open(self, element: Any, name: str) -> None:
        if self.silent or name in SILENT or _is_unread(element, name):
            self.silent += 1
            if name == "math" and self.silent == 1:
                self.pieces.append(element.get("alttext") or linear(element))
            return
        if name in BLOCKS:
            self._begin(element, name)
        elif name in ("sup", "a"):
            self.calls.append(len(self.pieces))
        self.links += name == "a"
        if self.pictures and name == "img":
            self.text(element.get("alt"))
        self.text(element.text)

    def close(self, element: Any, name: str) -> None:
        if self.silent:
            self.silent -= 1
        elif name in BLOCKS:
            self._end(name)
        elif name in ("sup", "a"):
            self.links -= name == "a"
            self._call(element, name, self.calls.pop())
        self.text(element.tail)

    def text(self, text: str | None) -> None:
        if text and not self.silent:
            piece = text if self.preformatted else _SPACES.sub(" ", text)
            self.pieces.append(piece)
            self.linked += len(piece) if self.links else 0

    def flush(self) -> None:
        """Make a line of what was read since the last one."""
        text = "".join(self.pieces)
        text = text.strip("\n").rstrip() if self.preformatted else " ".join(filter(None, text.split(" ")))
        text = _EMPTY.sub("", text) if self.called else text
        self.called = False
        if text.strip():
            markup = self.kinds[-1]
            if self.preformatted and markup is None:
                markup, text = _preformatted(text)
            self.tree.lines.append(TextLine(text, markup, self.open_nodes[-1], self.linked))
        self.pieces.clear()
        self.linked = 0

    def _begin(self, element: Any, name: str) -> None:
        if name == "br":
            self._break()
            return
        self.flush()
        about = " ".join(f"{key}={value}" for key, value in element.attrib.items() if key in ATTRIBUTES)
        self.tree.nodes.append(Node(self.open_nodes[-1], name, about, _is_hidden(element, self.panels)))
        self.open_nodes.append(len(self.tree.nodes) - 1)
        self.kinds.append(_markup(element, name) or self.kinds[-1])
        self.preformatted += name == "pre"
        if name == "hr":
            self.pieces.append(SEPARATOR)

    def _end(self, name: str) -> None:
        if name != "br":
            self.flush()
            self.open_nodes.pop()
            self.kinds.pop()
            self.preformatted -= name == "pre"

    def _break(self) -> None:
        if self.preformatted:
            self.pieces.append("\n")
        elif self.kinds[-1] == "heading":
            self.pieces.append(" ")
        else:
            self.flush()

    def _call(self, element: Any, name: str, since: int) -> None:
        """Put what may be a note call in its place: out, apart, or as an exponent."""
        if since > len(self.pieces):  # a line has ended within
            return
        before, text = "".join(self.pieces[:since]), "".join(self.pieces[since:])
        replacement = _raised(element, text, before) if name == "sup" else _link(element, text, before)
        if replacement != text:
            self.pieces[since:] = [replacement]
            self.called = self.called or not replacement


ATTRIBUTES = frozenset(["class", "id", "role", "aria-label", "type", "{http://www.idpf.org/2007/ops}type"])


def _about(element: Any) -> str:
    return " ".join(value for key, value in element.attrib.items() if key in ATTRIBUTES or key == "epub:type")


def _is_unread(element: Any, name: str) -> bool:
    """Whether it is no text: the number of a printed page, or the contents of an e-book as a list of links."""
    if name == "span":
        return bool(_PAGE_BREAK.search(_about(element)))
    return name == "nav" and bool(_CONTENTS.search(element.get("{http://www.idpf.org/2007/ops}type", "")))


def _panels(tree: Any) -> frozenset[str]:
    """Names of elements that a link or a control within the page leads to: hidden ones are shown on demand."""
    links = (link.get("href", "") for link in tree.iter("a"))
    controls = (element.get("aria-controls", "") for element in tree.iter("button", "a", "summary", "li", "h2", "h3"))
    return frozenset([*(link[1:] for link in links if link[:1] == "#"), *controls])


def _is_hidden(element: Any, panels: frozenset[str]) -> bool:
    if element.get("id", "") in panels and element.get("id"):
        return False
    style = element.get("style", "").replace(" ", "").lower()
    return "hidden" in element.attrib or "display:none" in style or "visibility:hidden" in style


def _markup(element: Any, name: str) -> Markup | None:
    if name in HEADINGS or element.get("role") == "heading":
        return "heading"
    if name in CAPTIONS:
        return "caption"
    if name == "blockquote" and (element.get("type") == "cite" or "gmail_quote" in element.get("class", "")):
        return "quotation"  # of the mail that is answered
    if name == "pre":
        inside = [child for child in element if isinstance(child.tag, str)]
        coded = len(inside) == 1 and inside[0].tag in ("code", "samp", "kbd") and not (element.text or "").strip()
        named = re.search(r"\b(?:code|highlight|source\w*|brush|language-\w+|lang-\w+|prettyprint)\b", _about(element))
        return "code" if coded or named else None
    return None


def _preformatted(text: str) -> tuple[Markup | None, str]:
    """Code, unless it holds sentences: mails, verse and old plain texts are put into ``pre``, too."""
    return (None, unwrap(text)[0]) if _SENTENCE.search(_SPACES.sub(" ", text)) else ("code", text)


def _raised(element: Any, text: str, before: str) -> str:
    """What a superscript is read as, after ``before``."""
    call = text.strip()
    if not before.strip():
        return f"{call} " if call else text  # the number of a note, before its text
    inside = element.find(".//{*}a") is not None or element.getparent().tag in ("a", "{http://www.w3.org/1999/xhtml}a")
    if len(call) <= LONGEST_CALL and ((inside and _CALL.fullmatch(call)) or _NOTE_REFERENCE.search(_about(element))):
        return ""
    return raised(call, before) if call else text


def raised(call: str, before: str) -> str:
    """A superscript that no link explains: an exponent after a number or a unit, else the call of a note, or letters.

    >>> raised("2", "12 m"), raised("1", "le bois"), raised("er", "le 1")
    ('²', '', 'er')
    """
    if _EXPONENT.fullmatch(call) and _POWERED.search(before):
        return call.translate(_RAISED)
    return "" if _PLAIN_CALL.fullmatch(call) else call


def _link(element: Any, text: str, before: str) -> str:
    """The text of a link, unless it leads to a note or back from one."""
    about, call, address = _about(element), text.strip(), element.get("href", "")
    if _BACK.search(about) or (call and call in "↩↩︎↑^⏎"):
        return ""
    glued = "#" in address and not before[-1:].isspace()
    leads = _NOTE_REFERENCE.search(about) or (_CALL.fullmatch(call) and (glued or _NOTE_ADDRESS.search(address)))
    return "" if before.strip() and len(call) <= LONGEST_CALL and leads else text
