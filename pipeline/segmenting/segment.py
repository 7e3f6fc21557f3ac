"""Document -> blocks with roles -> segments, each an exact slice of the text.

A block is a line. Its role is decided from its words (``residue.TABLE``), its place (head or foot of the document) and
its neighbours, because a line such as ``Total`` is residue beside a share button and text anywhere else. What cannot be
shown to be something else stays body: losing a sentence is worse than keeping a button.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from pipeline.config import SegmentConfig, settings
from pipeline.provenance import sign
from pipeline.records import UNKNOWN, Block, Document, Role, Segment, Segmentation, Signature
from pipeline.segmenting import residue, sentences
from pipeline.segmenting.residue import Strength

LONG = 100  # characters: a line this long that ends with a stop is a paragraph
EDGE = 10  # lines: the head and the foot are never longer than this, where paragraphs do not end them sooner
COMPANY = 2  # lines: how near residue must stand to count as company
HEADLINE = 200  # characters
HEADING = 120
FOOT_SHARE = 0.35  # of the characters: what follows a comment form is the page's own only if it is not more than this
SAMPLE = 1_000  # characters read to choose the sentence rules

_SEPARATOR = re.compile(r"[\s*\-–—_=~#•·.+⁂◆◇■□●○★☆❖]+")
_MARKDOWN = re.compile(r"#{1,6}\s+\S")
_FINAL_STOP = re.compile(r"[.!?…:;,]['\"”’»)\]\s]*\Z")
_FULL_STOP = re.compile(r"[.;,:…]['\"”’»)\]\s]*\Z")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SLASH = re.compile(r"\s+[/|]\s+")
LanguageOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A non-empty line: its place in the text, and the kind of residue that its words look like."""

    start: int
    end: int
    text: str
    kind: residue.Residue | None
    role: Role = "body"

    @property
    def paragraph(self) -> bool:
        """Whether it is long and ends like a sentence (or is very long)."""
        size = self.end - self.start
        return self.kind is None and size >= LONG and (size >= 2 * LONG or bool(_FINAL_STOP.search(self.text[-8:])))


def segment(documents: Iterable[Document], language_of: LanguageOf, config: SegmentConfig) -> Iterator[Segmentation]:
    """The blocks and segments of each document, in the order of its text.

    ``language_of`` maps a text to a BCP 47 code (``und`` where it cannot tell) and chooses the sentence rules. Titles
    are one segment each, separators have none, and a sentence longer than ``config.max_chars`` is cut at
    clause marks, so that every character of a block that is not white space lies in exactly one segment. The one
    exception is the slash between the two halves of a headline in two languages, which become two segments.
    """
    for document in documents:
        main = language_of(document.text[:SAMPLE])
        found = blocks(document, language_of)
        segments = [one for block in found for one in _segments(document.text, block, (language_of, main), config)]
        yield Segmentation(found[0].document if found else document.key, found, tuple(segments))


def blocks(document: Document, language_of: LanguageOf) -> tuple[Block, ...]:
    """Every line that is not empty, with its role: title, heading, body, boilerplate or separator."""
    lines = _lines(document.text)
    for step in (_separators, _sure, _foot, _residue):
        lines = step(lines)
    lines = _headings(_titles(lines, document.title or "", language_of))
    key = document.key  # a hash of the whole text
    return tuple(Block(key, line.role, line.start, line.end) for line in lines)


def signature(config: SegmentConfig) -> Signature:
    """What a segmentation depends on."""
    return sign("segment", "enregard+nupunkt", settings(config))


def _segments(whole: str, block: Block, languages: tuple[LanguageOf, str], config: SegmentConfig) -> list[Segment]:
    if block.role == "separator":
        return []
    text = whole[block.start : block.end]
    language_of, main = languages
    spans = _halves(text, language_of) if block.role != "boilerplate" else []
    if not spans and block.role == "title":
        spans = [(0, len(text))]
    elif not spans:
        language = language_of(text[:SAMPLE]) if len(text) > HEADLINE else main
        spans = sentences.split(text, main if language == "und" else language)
    key = block.key
    cut = [piece for span in spans for piece in sentences.shorten(text, span, config.max_chars)]
    return [
        Segment(block.document, key, block.role, block.start + start, block.start + end, text[start:end])
        for start, end in cut
    ]


def _halves(text: str, language_of: LanguageOf) -> list[tuple[int, int]]:
    """The two halves of a headline that is given in two languages, ``Un pont / A bridge``; else nothing."""
    if len(text) > 2 * HEADLINE or _FULL_STOP.search(text[-8:]):
        return []
    slashes = list(_SLASH.finditer(text))
    if len(slashes) != 1:
        return []
    spans = [(0, slashes[0].start()), (slashes[0].end(), len(text))]
    halves = [text[slice(*span)] for span in spans]
    wordy = all(len(_WORD.findall(half)) >= 2 for half in halves)
    return spans if wordy and len({language_of(half) for half in halves} - {UNKNOWN}) == 2 else []


def _lines(text: str) -> list[Line]:
    found = []
    for match in re.finditer(r"[^\n]+", text):
        if span := sentences.trim(text, *match.span()):
            line = text[slice(*span)]
            found.append(Line(*span, line, residue.kind(line)))
    return found


def _separators(lines: list[Line]) -> list[Line]:
    return [replace(line, role="separator", kind=None) if _SEPARATOR.fullmatch(line.text) else line for line in lines]


def _sure(lines: list[Line]) -> list[Line]:
    """Lines whose words are enough."""
    return [
        replace(line, role="boilerplate") if line.kind and line.kind.strength is Strength.SURE else line
        for line in lines
    ]


def _residue(lines: list[Line]) -> list[Line]:
    """Lines whose words look like residue and whose place bears it out."""
    sure = {i for i, line in enumerate(lines) if line.role == "boilerplate"}
    edge = _edges(lines)
    for strength in (Strength.EDGE, Strength.WEAK):
        sure |= _accompanied(lines, sure, edge if strength is Strength.EDGE else frozenset(), strength)
    return [replace(line, role="boilerplate") if i in sure else line for i, line in enumerate(lines)]


def _accompanied(lines: Sequence[Line], sure: set[int], edge: frozenset[int], strength: Strength) -> set[int]:
    """Indices of lines of ``strength`` that stand at an edge or near residue, one leading to the next."""
    waiting = [i for i, line in enumerate(lines) if line.kind and line.kind.strength is strength]
    found = {i for i in waiting if i in edge}
    for order in (waiting, waiting[::-1]):
        for i in order:
            near = range(i - COMPANY, i + COMPANY + 1)
            if any(n != i and (n in sure or n in found) for n in near):
                found.add(i)
    return found


def _edges(lines: Sequence[Line]) -> frozenset[int]:
    """Indices of the head (up to the second paragraph) and of the foot (after the last one)."""
    paragraphs = [i for i, line in enumerate(lines) if line.paragraph and line.role == "body"]
    if not paragraphs:
        return frozenset()
    head = min(paragraphs[1] if len(paragraphs) > 1 else paragraphs[0], EDGE)
    foot = max(paragraphs[-1] + 1, len(lines) - EDGE)
    return frozenset(range(head)) | frozenset(range(foot, len(lines)))


def _foot(lines: list[Line]) -> list[Line]:
    """After a comment form, or a "read also" that begins a list of headlines, nothing belongs to the article."""
    size = max(1, lines[-1].end) if lines else 1
    for i, line in enumerate(lines):
        if line.role == "boilerplate" and line.kind and size - line.end <= FOOT_SHARE * size:
            rest = lines[i + 1 :]
            listed = line.kind.name == "read_also" and not any(_FULL_STOP.search(one.text[-8:]) for one in rest)
            if line.kind.name == "comment_form" or listed:
                return lines[: i + 1] + [replace(one, role=_unless_separator(one)) for one in rest]
    return lines


def _unless_separator(line: Line) -> Role:
    return line.role if line.role == "separator" else "boilerplate"


def _titles(lines: list[Line], title: str, language_of: LanguageOf) -> list[Line]:
    """The document's own title, or the headlines at the start (up to three, each in its language)."""
    given = [i for i, line in enumerate(lines[:EDGE]) if line.role == "body" and _same_title(line.text, title)]
    chosen = {given[0], *_beside(lines, given[0], language_of)} if given else _headlines(lines)
    return [replace(line, role="title") if i in chosen else line for i, line in enumerate(lines)]


def _beside(lines: Sequence[Line], at: int, language_of: LanguageOf) -> Iterator[int]:
    """Headlines directly above or below the title, of about its length, in another language than it."""
    title = lines[at].text
    own = language_of(title)
    for i in (at - 1, at + 1):
        line = lines[i] if 0 <= i < len(lines) else None
        if line and line.role == "body" and _headline(line.text) and len(_WORD.findall(line.text)) >= 3:
            alike = 0.5 <= len(line.text) / len(title) <= 2.0
            if alike and language_of(line.text) not in (own, UNKNOWN):
                yield i


def _headlines(lines: Sequence[Line]) -> set[int]:
    found: set[int] = set()
    for i, line in enumerate(lines[: EDGE + 3]):
        if line.role != "body":
            continue
        if line.paragraph or not _headline(line.text) or len(found) == 3:
            bears_out = line.paragraph or (bool(found) and _FINAL_STOP.search(line.text[-8:]) and len(line.text) > 40)
            return found if bears_out else set()
        found.add(i)
    return set()


def _headline(text: str) -> bool:
    return 2 <= len(text) <= HEADLINE and not _FULL_STOP.search(text[-8:]) and bool(_LETTER.search(text))


def _same_title(text: str, title: str) -> bool:
    """Whether a line is the known title, give or take case, marks and the name of a site after it."""
    left, right = (" ".join(re.findall(r"\w+", one.casefold())) for one in (text[:HEADLINE], title[:HEADLINE]))
    if not left or not right:
        return False
    begins = right.startswith(left + " ") and len(left) >= 0.5 * len(right)
    return left == right or begins or SequenceMatcher(None, left, right, autojunk=False).ratio() > 0.85


def _headings(lines: list[Line]) -> list[Line]:
    """Short lines without a stop between paragraphs."""
    return [
        replace(line, role="heading") if line.role == "body" and _heading(lines, i) else line
        for i, line in enumerate(lines)
    ]


def _heading(lines: Sequence[Line], i: int) -> bool:
    text = lines[i].text
    if _MARKDOWN.match(text) and len(text) <= HEADLINE:
        return True
    if not (2 <= len(text) <= HEADING and not _FULL_STOP.search(text[-8:]) and _LETTER.search(text)):
        return False
    if text[0].islower() or i + 1 >= len(lines) or i == 0:
        return False
    after, before = lines[i + 1], lines[i - 1]
    led = before.paragraph or before.role != "body"
    return led and after.role == "body" and after.paragraph and after.end - after.start > 1.5 * len(text)
