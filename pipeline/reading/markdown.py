"""Markdown by markdown-it-py, as the page that it stands for; and the front matter as facts."""

import re
from collections.abc import Iterator, Sequence
from textwrap import dedent
from typing import Any

from pipeline.reading.extract import Extract, Facts, Passage, headed, marked, phrase
from pipeline.reading.facts import named, named_facts
from pipeline.reading.front import TEMPLATE_TAG, split_front
from pipeline.reading.tree import passages

DEEPEST = 40  # marks of quotes and lists before a line; more are read as so many
WIDEST = 80  # spaces before a line, the same
NESTING = 170  # open elements, beyond which the library drops text: more than DEEPEST and WIDEST allow
ITALICS = ("em", "i", "small")

_PREFIX = re.compile(r"[ \t]*(?:(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)*")
_PREFIX_MARK = re.compile(r"[ \t]*(?:>|[-+*]|\d{1,9}[.)])[ \t]*")
_ATTRIBUTES = re.compile(r"(?<!`)\{::?[^{}\n`]{0,300}\}")  # of kramdown
_HEADING_ATTRIBUTES = re.compile(r"[ \t]*\{[#.][^{}\n]{0,200}\}[ \t]*$")  # of pandoc
_CAPTION = re.compile(r"""\b(?:caption|title|alt)=(?:"([^"]*)"|'([^']*)'|“([^”]*)”)""")
_NOTE_THEN_ADDRESS = re.compile(r"^(\[\^[^\]\n]+\]:.*)\n(?=\[[^\]\n]+\]:\s)", re.MULTILINE)
_TAG = re.compile(r"(<!--.*?-->|</?[a-zA-Z][^<>]*>)", re.DOTALL)
_RAW = re.compile(r"<(/?)(?:pre|script|style|code|textarea|svg|math)\b", re.IGNORECASE)
_SIGNS = re.compile(r"[*_`#\[\]>~-]")
_OPENING = re.compile(
    r"<(/?)(?:div|section|article|table|ul|ol|center|details|figure|aside|header|footer|main)\b", re.I
)


def read_markdown(text: str, limit: int) -> Extract:
    """Text without markup. Over ``limit`` characters it is taken as plain text, marks and all."""
    matter, body = split_front(text)
    facts = named_facts(matter)
    language = str(named(matter, "language") or "")
    languages = (language,) if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2})?", language) else ()
    if len(body) > limit:
        findings = (("W114", "markup left in the text"),)
        return Extract(body, wrapped=True, facts=facts, languages=languages, findings=findings)
    page, title = _rendered(body)
    joined, marks = marked(headed(page, facts.title))
    return Extract(joined, facts=facts if facts.title else _titled(facts, title), languages=languages, marks=marks)


def _titled(facts: Facts, title: str | None) -> Facts:
    return Facts(title, facts.date, facts.outlet, facts.author, facts.url, facts.licence)


def _rendered(body: str) -> tuple[list[Passage], str | None]:
    """The passages of the page that Markdown stands for, and the first heading of the first rank."""
    from lxml import html

    parser = _parser()
    tokens = parser.parse(_NOTE_THEN_ADDRESS.sub(r"\1\n\n", "\n".join(map(_bounded, body.split("\n")))))
    page = parser.renderer.render(list(_with_markdown_inside(tokens, parser)), parser.options, {})
    if not page.strip():
        return [], None
    tree = html.document_fromstring(
        f"<body>{page}</body>".replace("\0", ""), parser=html.HTMLParser(no_network=True, huge_tree=True)
    )
    _mark_captions(tree)
    title = tree.find(".//h1")
    return list(passages(tree, pictures=True)), phrase(title.text_content()) if title is not None else None


def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.tasklists import tasklists_plugin

    parser = MarkdownIt("commonmark", {"maxNesting": NESTING}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(deflist_plugin).use(tasklists_plugin)
    parser.core.ruler.before("inline", "attributes", _without_attributes)
    parser.add_render_rule("footnote_block_open", lambda *_: "<section>")
    parser.add_render_rule("footnote_block_close", lambda *_: "</section>")
    return parser


def _bounded(line: str) -> str:
    """A line within no more quotes, lists and spaces than can be understood."""
    prefix = _PREFIX.match(line)
    if prefix is None or prefix.end() <= DEEPEST:
        return line
    levels = _PREFIX_MARK.findall(prefix[0])
    if len(levels) > DEEPEST:
        return "".join(levels[:DEEPEST]) + line[prefix.end() :]
    spaces = len(prefix[0]) - len(prefix[0].lstrip())
    return line[spaces - WIDEST :] if spaces > WIDEST else line


def _without_attributes(state: Any) -> None:
    """Classes and names that kramdown and pandoc give to elements are no text, nor are the tags of templates."""
    before = None
    for token in state.tokens:
        if token.type == "inline":
            token.content = TEMPLATE_TAG.sub(_caption_of, _ATTRIBUTES.sub("", token.content))
            if before is not None and before.type == "heading_open":
                token.content = _HEADING_ATTRIBUTES.sub("", token.content)
        before = token


def _caption_of(tag: re.Match[str]) -> str:
    """A picture in the place of a template's tag, where that has a caption; else nothing."""
    captions = dict.fromkeys("".join(groups) for groups in _CAPTION.findall(tag[1] or tag[2] or ""))
    escaped = (re.sub(r"([][])", r"\\\1", caption) for caption in captions if caption.strip())
    return " ".join(f"![{caption}](#)" for caption in escaped)


def _mark_captions(tree: Any) -> None:
    """What stands for a picture becomes its caption, where the picture stands alone or in a figure.

    A line in italics below a picture that is alone is one, too.
    """
    for picture in list(tree.iter("img")):
        texts = dict.fromkeys(filter(None, (picture.get("alt", "").strip(), picture.get("title", "").strip())))
        block = next((item for item in picture.iterancestors() if item.tag in ("p", "figure")), None)
        if block is None or not (block.tag == "figure" or _is_alone(block)):
            picture.set("alt", " ".join(texts))
            continue
        if block.tag == "p":
            block.tag = "figure"
            for line in [item for item in block if item.tag in ITALICS]:
                line.tag = "figcaption"
        picture.attrib.pop("alt", None)
        for text in reversed(texts):
            caption = picture.makeelement("figcaption")
            caption.text = text
            picture.addnext(caption)


def _is_alone(paragraph: Any) -> bool:
    """Whether a paragraph holds pictures, perhaps in links, and a caption in italics at most."""
    loose = [paragraph.text, *(child.tail for child in paragraph)]
    framed = (child.tag in ITALICS or child.tag == "img" or _holds_picture(child) for child in paragraph)
    return all(framed) and not any(text and text.strip() for text in loose)


def _holds_picture(child: Any) -> bool:
    return child.tag in ("a", "br", "picture") and not "".join(child.itertext()).strip()


def _with_markdown_inside(tokens: Sequence[Any], parser: Any) -> Iterator[Any]:
    """The tokens, with Markdown between the tags of HTML understood, and indented HTML within HTML as HTML."""
    unclosed = 0
    for token in tokens:
        if token.type == "code_block" and unclosed > 0 and token.content.lstrip().startswith("<"):
            token.type = "html_block"
        if token.type == "html_block":
            unclosed += sum(-1 if closing else 1 for closing in _OPENING.findall(token.content))
            token.content = "".join(_understood(token.content, parser))
        yield token


def _understood(content: str, parser: Any) -> Iterator[str]:
    """HTML with the Markdown between its tags rendered, but not within code."""
    raw = 0
    for piece in _TAG.split(content):
        if tag := _RAW.match(piece):
            raw += -1 if tag[1] else 1
        if raw > 0 or piece.startswith("<") or not _SIGNS.search(piece):
            yield piece
        elif "\n" in piece.strip():
            yield parser.render(dedent(piece))
        else:
            yield parser.renderInline(piece)
