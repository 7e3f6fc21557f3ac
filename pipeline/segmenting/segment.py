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
from pipeline.records import UNKNOWN, Block, Document, Mark, Markup, Role, Segment, Segmentation, Signature
from pipeline.segmenting import residue, sentences
from pipeline.segmenting.residue import Strength

LONG = 100  # characters: a line this long that ends with a stop is a paragraph
EDGE = 10  # lines: the head and the foot are never longer than this, where paragraphs do not end them sooner
COMPANY = 2  # lines: how near residue must stand to count as company
HEADLINE = 200  # characters
HEADING = 120
FOOT_SHARE = 0.35  # of the characters: what follows a comment form is the page's own only if it is not more than this
WRAPPING = 0.45  # of the characters: a library's notice before or after a book is not longer
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
class RoledLine:
    """A non-empty line: its place in the text, the kind of residue that its words look like, and the file's markup."""

    start: int
    end: int
    text: str
    kind: residue.Residue | None
    markup: Markup | None = None
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
        lines = blocks(document, language_of)
        segments = [cut for block in lines for cut in _segments(document.text, block, (language_of, main), config)]
        yield Segmentation(lines[0].document if lines else document.key, lines, tuple(segments))


def blocks(document: Document, language_of: LanguageOf) -> tuple[Block, ...]:
    """Every line that is not empty, with its role: what the file's markup says, or what words and place tell."""
    lines = _lines(document.text, document.marks)
    for step in (_separators, _marked, _wrapped, _sure, _foot, _residue):
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
    spans = _halves(text, language_of) if block.role not in ("boilerplate", "code") else []
    if not spans and block.role in ("title", "code"):
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


def _lines(text: str, marks: Sequence[Mark]) -> list[RoledLine]:
    lines = []
    ahead = iter(marks)
    mark = next(ahead, None)
    for match in re.finditer(r"[^\n]+", text):
        if span := sentences.trim(text, *match.span()):
            while mark and mark.end <= span[0]:
                mark = next(ahead, None)
            markup = mark.markup if mark and mark.start <= span[0] else None
            line = text[slice(*span)]
            lines.append(RoledLine(*span, line, _kind(line, markup), markup))
    return lines


def _separators(lines: list[RoledLine]) -> list[RoledLine]:
    return [replace(line, role="separator", kind=None) if _SEPARATOR.fullmatch(line.text) else line for line in lines]


def _kind(line: str, markup: Markup | None) -> residue.Residue | None:
    """The kind of a line; what the file marks as text is no code, whatever it looks like."""
    kind = residue.kind(line) if markup != "code" else None
    return None if kind and kind.role == "code" and markup in ("title", "heading", "caption") else kind


def _marked(lines: list[RoledLine]) -> list[RoledLine]:
    """What the file itself marks as code or as a caption."""
    roles: dict[Markup | None, Role] = {"code": "code", "caption": "caption"}
    return [replace(line, role=roles.get(line.markup, line.role)) for line in lines]


def _wrapped(lines: list[RoledLine]) -> list[RoledLine]:
    """What a library puts before and after a book: all up to its mark of the start, all from its mark of the end."""
    size = max(1, lines[-1].end) if lines else 1
    starts = [i for i, line in enumerate(lines) if line.end <= WRAPPING * size and residue.ends_head(line.text)]
    ends = [i for i, line in enumerate(lines) if line.start >= (1 - WRAPPING) * size and residue.begins_foot(line.text)]
    first, last = starts[-1] if starts else -1, ends[0] if ends else len(lines)
    return [
        replace(line, role=_unless_separator(line), kind=None) if i <= first or i >= last else line
        for i, line in enumerate(lines)
    ]


def _sure(lines: list[RoledLine]) -> list[RoledLine]:
    """Lines whose words are enough."""
    return [
        replace(line, role=line.kind.role)
        if line.kind and line.kind.strength is Strength.SURE and line.role in ("body", "caption")
        else line
        for line in lines
    ]


def _residue(lines: list[RoledLine]) -> list[RoledLine]:
    """Lines whose words look like residue and whose place bears it out."""
    sure = {i for i, line in enumerate(lines) if line.role == "boilerplate"}
    edge = _edges(lines)
    for strength in (Strength.EDGE, Strength.WEAK):
        sure |= _accompanied(lines, sure, edge if strength is Strength.EDGE else frozenset(), strength)
    return [
        replace(line, role=line.kind.role if line.kind else "boilerplate")
        if i in sure and line.role == "body"
        else line
        for i, line in enumerate(lines)
    ]


def _accompanied(lines: Sequence[RoledLine], sure: set[int], edge: frozenset[int], strength: Strength) -> set[int]:
    """Indices of lines of ``strength`` that stand at an edge or near residue, one leading to the next."""
    waiting = [i for i, line in enumerate(lines) if line.kind and line.kind.strength is strength]
    residual = {i for i in waiting if i in edge}
    for order in (waiting, waiting[::-1]):
        for i in order:
            near = range(i - COMPANY, i + COMPANY + 1)
            if any(n != i and (n in sure or n in residual) for n in near):
                residual.add(i)
    return residual


def _edges(lines: Sequence[RoledLine]) -> frozenset[int]:
    """Indices of the head (up to the second paragraph) and of the foot (after the last one)."""
    paragraphs = [i for i, line in enumerate(lines) if line.paragraph and line.role == "body"]
    if not paragraphs:
        return frozenset()
    head = min(paragraphs[1] if len(paragraphs) > 1 else paragraphs[0], EDGE)
    foot = max(paragraphs[-1] + 1, len(lines) - EDGE)
    return frozenset(range(head)) | frozenset(range(foot, len(lines)))


def _foot(lines: list[RoledLine]) -> list[RoledLine]:
    """After a comment form, or a "read also" that begins a list of headlines, nothing belongs to the article."""
    size = max(1, lines[-1].end) if lines else 1
    for i, line in enumerate(lines):
        if line.role == "boilerplate" and line.kind and size - line.end <= FOOT_SHARE * size:
            following = lines[i + 1 :]
            listed = line.kind.name == "read_also" and not any(
                _FULL_STOP.search(later.text[-8:]) for later in following
            )
            if line.kind.name == "comment_form" or listed:
                return lines[: i + 1] + [replace(later, role=_unless_separator(later)) for later in following]
    return lines


def _unless_separator(line: RoledLine) -> Role:
    return line.role if line.role == "separator" else "boilerplate"


def _titles(lines: list[RoledLine], title: str, language_of: LanguageOf) -> list[RoledLine]:
    """The document's own title, or the headlines at the start (up to three, each in its language)."""
    marked = [i for i, line in enumerate(lines) if line.role == "body" and line.markup == "title"]
    alike = [i for i, line in enumerate(lines[:EDGE]) if line.role == "body" and _same_title(line.text, title)]
    given = (marked or alike)[:1]
    chosen = {given[0], *_beside(lines, given[0], language_of)} if given else _headlines(lines)
    return [replace(line, role="title") if i in chosen else line for i, line in enumerate(lines)]


def _beside(lines: Sequence[RoledLine], at: int, language_of: LanguageOf) -> Iterator[int]:
    """Headlines directly above or below the title, of about its length, in another language than it."""
    title = lines[at].text
    own = language_of(title)
    for i in (at - 1, at + 1):
        line = lines[i] if 0 <= i < len(lines) else None
        if line and line.role == "body" and _headline(line.text) and len(_WORD.findall(line.text)) >= 3:
            alike = 0.5 <= len(line.text) / len(title) <= 2.0
            if alike and language_of(line.text) not in (own, UNKNOWN):
                yield i


def _headlines(lines: Sequence[RoledLine]) -> set[int]:
    headlines: set[int] = set()
    for i, line in enumerate(lines[: EDGE + 3]):
        if line.role != "body":
            continue
        if line.paragraph or not _headline(line.text) or len(headlines) == 3:
            bears_out = line.paragraph or (
                bool(headlines) and _FINAL_STOP.search(line.text[-8:]) and len(line.text) > 40
            )
            return headlines if bears_out else set()
        headlines.add(i)
    return set()


def _headline(text: str) -> bool:
    return 2 <= len(text) <= HEADLINE and not _FULL_STOP.search(text[-8:]) and bool(_LETTER.search(text))


def _same_title(text: str, title: str) -> bool:
    """Whether a line is the known title, give or take case, marks and the name of a site after it."""
    left, right = (" ".join(re.findall(r"\w+", line.casefold())) for line in (text[:HEADLINE], title[:HEADLINE]))
    if not left or not right:
        return False
    begins = right.startswith(left + " ") and len(left) >= 0.5 * len(right)
    return left == right or begins or SequenceMatcher(None, left, right, autojunk=False).ratio() > 0.85


def _headings(lines: list[RoledLine]) -> list[RoledLine]:
    """Short lines without a stop between paragraphs."""
    return [
        replace(line, role="heading") if line.role == "body" and _heading(lines, i) else line
        for i, line in enumerate(lines)
    ]


def _heading(lines: Sequence[RoledLine], i: int) -> bool:
    text = lines[i].text
    if lines[i].markup in ("heading", "title"):
        return True
    if _MARKDOWN.match(text) and len(text) <= HEADLINE:
        return True
    if not (2 <= len(text) <= HEADING and not _FULL_STOP.search(text[-8:]) and _LETTER.search(text)):
        return False
    if text[0].islower() or i + 1 >= len(lines) or i == 0:
        return False
    after, before = lines[i + 1], lines[i - 1]
    led = before.paragraph or before.role != "body"
    return led and after.role == "body" and after.paragraph and after.end - after.start > 1.5 * len(text)
