"""Facing pairs as links between the sentences of whole texts, for formats that keep texts and alignment apart.

A document is one text, or as many as it has languages that something faces. What a machine made of a document is a text
of its own. Pairs are taken once, in their order; what is known of a link waits in a file without a name.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, TypeAlias

from sqlalchemy import Connection

from db import queries_export as queries
from db.queries_export import About, Member
from pipeline.export.selection import ExportPair, PairSide, base
from pipeline.records import HUMAN

Span: TypeAlias = tuple[int, int]  # characters of the document
_UNNAMED = re.compile(r"[^A-Za-z0-9._]+")
_LANGUAGE = re.compile(r"[a-z]{2,8}")


class TextKey(NamedTuple):
    """A text: the part of a document that is in ``language``, or what ``origin`` made of it in that language."""

    document: str
    language: str
    origin: str = HUMAN


@dataclass(frozen=True, slots=True)
class TextSentence:
    """A sentence, or several that a reviewer's correction joined; ``uncorrected`` is what it said before."""

    span: Span
    text: str
    role: str
    block: str
    origin: str = HUMAN
    uncorrected: str | None = None
    reviewer: str | None = None

    @property
    def id(self) -> str:
        """Its name within the text, as XML takes it."""
        return name_of(self.span)


@dataclass(frozen=True, slots=True)
class SentenceLink:
    """Sentences that face each other, with what is known of the pair."""

    left: tuple[Span, ...]
    right: tuple[Span, ...]
    pair: str
    kind: str
    score: float | None
    made_by: str
    verdict: str | None
    reviewer: str | None


@dataclass(frozen=True, slots=True)
class LinkedPair:
    """Two texts and where their links wait."""

    left: TextKey
    right: TextKey
    offset: int
    links: int


@dataclass(frozen=True, slots=True)
class _Correction:
    """What a reviewer wrote in the place of all that stood at ``spans``."""

    spans: tuple[Span, ...]
    text: str
    uncorrected: str
    reviewer: str | None


@dataclass
class _Corrections:
    """The corrections of one text, and for each sentence that one of them joined to others the first of these."""

    of: dict[Span, _Correction] = field(default_factory=dict)
    first: dict[Span, Span] = field(default_factory=dict)

    def add(self, correction: _Correction) -> None:
        """Keep a correction, unless there is an earlier one of a part of it."""
        if not self.first.keys() & correction.spans:
            self.of[correction.spans[0]] = correction
            self.first |= dict.fromkeys(correction.spans, correction.spans[0])

    def applied(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """``spans`` with the first of those that were joined in their place."""
        return tuple(dict.fromkeys(self.first.get(span, span) for span in spans))


class LinkedTexts:
    """The texts that ``pairs`` link, and their links.

    ``roles`` are those of the sentences that stand in a text. Use it as a context, and iterate over links and sentences
    only when all pairs have been taken (``read``). The files in which things wait are gone at the end.
    """

    def __init__(self, connection: Connection, roles: frozenset[str]) -> None:
        self.connection = connection
        self.roles = roles
        self.texts: dict[TextKey, About] = {}
        self.pairs: list[LinkedPair] = []
        self._links = _Waiting()
        self._written_by_machine = _Waiting()
        self._machine_texts: dict[TextKey, tuple[int, int]] = {}
        self._corrections: dict[TextKey, _Corrections] = {}
        self._elsewhere: dict[tuple[str, Span], str] = {}  # what faces something in another language than its own
        self._origins: dict[tuple[str, Span], str] = {}  # of segments that an import says a machine wrote

    def __enter__(self) -> "LinkedTexts":
        return self

    def __exit__(self, *_: object) -> None:
        self._links.close()
        self._written_by_machine.close()

    def read(self, pairs: Iterable[ExportPair]) -> None:
        """Take all pairs: those with one document on the left follow one another."""
        for _, of_document in groupby(pairs, key=lambda pair: pair.left.about.id):
            links: dict[tuple[TextKey, TextKey], list[SentenceLink]] = {}
            machine: dict[TextKey, list[TextSentence]] = {}
            for pair in of_document:
                left, right = (self._place(pair, side, machine) for side in ("left", "right"))
                link = SentenceLink(left[1], right[1], pair.id, pair.kind, pair.score, *_judgement(pair))
                links.setdefault((left[0], right[0]), []).append(link)
            for (left_text, right_text), linked in links.items():
                linked.sort(key=lambda link: (link.left, link.right))
                self.pairs.append(LinkedPair(left_text, right_text, self._links.add(map(_packed, linked)), len(linked)))
            for text, sentences in machine.items():
                sentences.sort(key=lambda sentence: sentence.span)
                rows = (_row(sentence) for sentence in sentences)
                self._machine_texts[text] = self._written_by_machine.add(rows), len(sentences)

    def links(self, pair: LinkedPair) -> Iterator[SentenceLink]:
        """The links between two texts, in the order of the left one."""
        left, right = (self._corrections.get(text, _Corrections()) for text in (pair.left, pair.right))
        linked_before: set[tuple[tuple[Span, ...], tuple[Span, ...]]] = set()
        for row in self._links.read(pair.offset, pair.links):
            link = SentenceLink(_spans(row[0]), _spans(row[1]), *row[2:])
            link = replace(link, left=left.applied(link.left), right=right.applied(link.right))
            if (link.left, link.right) not in linked_before:
                linked_before.add((link.left, link.right))
                yield link

    def sentences(self, text: TextKey) -> Iterator[TextSentence]:
        """The sentences of a text in their order, corrections in their place."""
        corrections = self._corrections.get(text, _Corrections())
        for sentence in self._uncorrected(text):
            correction = corrections.of.get(sentence.span)
            if correction:
                yield replace(
                    sentence,
                    text=correction.text,
                    uncorrected=correction.uncorrected,
                    reviewer=correction.reviewer,
                )
            elif sentence.span not in corrections.first:
                yield sentence

    def _uncorrected(self, text: TextKey) -> Iterator[TextSentence]:
        if text in self._machine_texts:
            for row in self._written_by_machine.read(*self._machine_texts[text]):
                yield TextSentence(_spans([row[0]])[0], *row[1:])
            return
        main = base(self.texts[text].main_language)
        for segment in queries.iter_segments(self.connection, text.document):
            span = segment.start_offset, segment.end_offset
            language = self._elsewhere.get((text.document, span)) or base(segment.language or main)
            placed = language if TextKey(text.document, language) in self.texts else main
            if placed == text.language and segment.role in self.roles:
                origin = self._origins.get((text.document, span), HUMAN)
                yield TextSentence(span, segment.text, segment.role, segment.block_id, origin)

    def _place(
        self, pair: ExportPair, name: str, machine: dict[TextKey, list[TextSentence]]
    ) -> tuple[TextKey, tuple[Span, ...]]:
        """The text and the sentences of a side; what a machine wrote is added to ``machine``."""
        side: PairSide = getattr(pair, name)
        text = TextKey(side.about.id, base(side.language), HUMAN if side.members else side.origin)
        self.texts.setdefault(text, side.about)
        if not side.members:
            return text, self._machine_sentence(pair, name, machine.setdefault(text, []))
        spans = tuple((member.start_offset, member.end_offset) for member in side.members)
        for member, span in zip(side.members, spans, strict=True):
            if base(member.language or side.about.main_language) != text.language:
                self._elsewhere[text.document, span] = text.language
            if side.origin != HUMAN:
                self._origins[text.document, span] = side.origin
        if pair.corrected in {name, "both"}:
            correction = _Correction(spans, side.text, _uncorrected(pair, name), pair.reviewer)
            self._corrections.setdefault(text, _Corrections()).add(correction)
        return text, spans

    def _machine_sentence(self, pair: ExportPair, name: str, sentences: list[TextSentence]) -> tuple[Span, ...]:
        """Where a machine's sentence stands: at that which it translates."""
        side: PairSide = getattr(pair, name)
        across: Sequence[Member] = (pair.right if name == "left" else pair.left).members
        span = across[0].start_offset, across[-1].end_offset
        before = _uncorrected(pair, name) if pair.corrected in {name, "both"} else None
        reviewer = pair.reviewer if before else None
        if all(sentence.span != span for sentence in sentences[-1:]):
            about = (across[0].role, across[0].block_id, side.origin, before, reviewer)
            sentences.append(TextSentence(span, side.text, *about))
        return (span,)


def name_of(span: Span) -> str:
    """The name of the sentence at ``span``.

    >>> name_of((12, 40))
    's12-40'
    """
    return f"s{span[0]}-{span[1]}"


def file_name(text: TextKey, about: About) -> str:
    """A name for the file of a text, without an ending: plain letters, unlike that of any other text."""
    pieces = [_plain(about.path.rpartition("/")[2])[:60], text.document]
    return "-".join(filter(None, [*pieces, "" if text.origin == HUMAN else _plain(text.origin)[:60]]))


def language_code(language: str) -> str:
    """A code that XML and the names of files take.

    >>> language_code("fr"), language_code('fr"><x>')
    ('fr', 'und')
    """
    return language if _LANGUAGE.fullmatch(language) else "und"


def paragraphs(sentences: Iterable[TextSentence]) -> Iterator[tuple[str, list[TextSentence]]]:
    """The role and the sentences of each block of a text."""
    for _, together in groupby(sentences, key=lambda sentence: sentence.block):
        listed = list(together)
        yield listed[0].role, listed


def _plain(text: str) -> str:
    ascii_letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _UNNAMED.sub("-", ascii_letters).strip("-.")


def _uncorrected(pair: ExportPair, name: str) -> str:
    """What a corrected side said before."""
    text = pair.uncorrected_left if name == "left" and pair.corrected == "both" else pair.uncorrected
    return text or ""


def _judgement(pair: ExportPair) -> tuple[str, str | None, str | None]:
    return pair.made_by, pair.verdict, pair.reviewer


def _packed(link: SentenceLink) -> list[Any]:
    about = [link.pair, link.kind, link.score, link.made_by, link.verdict, link.reviewer]
    return [link.left, link.right, *about]


def _row(sentence: TextSentence) -> list[Any]:
    about = [sentence.origin, sentence.uncorrected, sentence.reviewer]
    return [sentence.span, sentence.text, sentence.role, sentence.block, *about]


def _spans(listed: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in listed)


class _Waiting:
    """Rows that wait in a file, to be read again by the place where they were put."""

    def __init__(self) -> None:
        self.file: IO[bytes] = TemporaryFile()  # noqa: SIM115 -- closed by close()

    def add(self, rows: Iterable[Any]) -> int:
        """Put rows at the end, and give their place."""
        offset = self.file.seek(0, 2)
        for row in rows:
            self.file.write(json.dumps(row).encode() + b"\n")
        return offset

    def read(self, offset: int, count: int) -> Iterator[Any]:
        """The rows from a place on. Others may be read in between."""
        for _ in range(count):
            self.file.seek(offset)
            line = self.file.readline()
            offset += len(line)
            yield json.loads(line)

    def close(self) -> None:
        """Let the file go."""
        self.file.close()
