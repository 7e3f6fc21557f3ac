"""Two facing texts as the lexicon counts them: their words by lemma, which of them are content, and their links."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from pipeline.align.words import Span, words
from pipeline.language import knowledge
from pipeline.language.lemmas import lemma

Key: TypeAlias = tuple[str, ...]  # a word or a phrase, each word by its lemma
LONGEST = 5  # words of a phrase
_BETWEEN = frozenset({" ", "\u00a0", "\u202f", "'", "’", "-", "‑", ""})  # what may stand between the words of a phrase


class LexiconPair(NamedTuple):
    """Two facing texts as the corpus has them, the first in the source language; ``links`` as it stores them."""

    id: str
    score: float
    source: str
    target: str
    links: Sequence[Sequence[int]]


@dataclass(frozen=True)
class WordLine:
    """The words of one text."""

    text: str
    language: str

    @cached_property
    def spans(self) -> list[Span]:
        """Where each word is, cut as for linking."""
        return words(self.text)

    @cached_property
    def lemmas(self) -> list[str]:
        """Each word by its lemma."""
        return [lemma(self.text[start:end], self.language) for start, end in self.spans]

    @cached_property
    def low(self) -> list[str]:
        """Each word in small letters."""
        return [self.text[start:end].lower().replace("’", "'") for start, end in self.spans]

    @cached_property
    def content(self) -> list[bool]:
        """Whether each is a content word: no function word, no number, no single letter."""
        function = knowledge.words("alignment", "function_words", self.language)
        return [len(word) > 1 and word not in function and not any(map(str.isdigit, word)) for word in self.low]

    @cached_property
    def edges(self) -> list[bool]:
        """Whether a term may begin or end with each: no preposition, no number, nothing that says how many or which."""
        frequent = knowledge.words("identification", "function_words", self.language)
        return [content and word not in frequent for content, word in zip(self.content, self.low, strict=True)]

    def key(self, start: int, end: int) -> Key:
        """The words from ``start`` to ``end`` by their lemmas."""
        return tuple(self.lemmas[start:end])

    def written(self, start: int, end: int) -> str:
        """The same as the text has them."""
        return self.text[self.spans[start][0] : self.spans[end - 1][1]]

    def is_phrase(self, start: int, end: int) -> bool:
        """Whether words stand together, with one at either end that a term may begin or end with."""
        return self.edges[start] and self.edges[end - 1] and end <= self._reach[start]

    def phrases(self) -> Iterator[tuple[int, int]]:
        """All phrases of at least two words, as (start, end)."""
        for start, begins in enumerate(self.edges):
            if begins:
                for end in range(start + 2, min(start + LONGEST, self._reach[start]) + 1):
                    if self.edges[end - 1]:
                        yield start, end

    @cached_property
    def _reach(self) -> list[int]:
        """For each word, how far words follow that may stand in a term, without a mark between."""
        inside = knowledge.words("terms", "inside", self.language)
        fits = [content or word in inside for content, word in zip(self.content, self.low, strict=True)]
        reach = list(range(1, len(self.spans) + 1))
        for number in range(len(self.spans) - 2, -1, -1):
            gap = self.text[self.spans[number][1] : self.spans[number + 1][0]]
            if gap in _BETWEEN and fits[number + 1]:
                reach[number] = reach[number + 1]
        return reach


@dataclass(frozen=True)
class LinkedText:
    """Two facing texts with the links of their words, as word numbers on either side."""

    pair: LexiconPair
    source: WordLine
    target: WordLine

    @cached_property
    def links(self) -> dict[int, int]:
        """Number of each linked word on the left to that on the right."""
        left, right = ({span: number for number, span in enumerate(line.spans)} for line in (self.source, self.target))
        spans = (((link[0], link[1]), (link[2], link[3])) for link in self.pair.links)
        return {left[span]: right[facing] for span, facing in spans if span in left and facing in right}

    def word_pairs(self) -> Iterator[tuple[int, int]]:
        """Numbers of the content words that are linked to each other."""
        for number, facing in self.links.items():
            if self.source.content[number] and self.target.content[facing]:
                yield number, facing

    def phrase_pairs(self) -> Iterator[tuple[int, int, int, int]]:
        """Phrases that face each other, as (start, end) on either side; one side has at least two words.

        Consistent with the links as phrase-based translation asks for (Koehn, Och and Marcu 2003): no word of one is
        linked to a word outside the other. Words without a link may stand at an end.
        """
        backwards = {facing: number for number, facing in self.links.items()}
        for start, end in self.source.phrases():
            facing = [self.links[number] for number in range(start, end) if number in self.links]
            if facing:
                first, last = min(facing), max(facing) + 1
                if self._faces(range(start, end), range(first, last), backwards):
                    yield start, end, first, last
        for first, last in self.target.phrases():
            numbers = {backwards[number] for number in range(first, last) if number in backwards}
            start = min(numbers, default=-1)
            if len(numbers) == 1 and self.source.is_phrase(start, start + 1):
                yield start, start + 1, first, last

    def _faces(self, words: range, facing: range, backwards: dict[int, int]) -> bool:
        return (
            len(facing) <= LONGEST
            and self.target.is_phrase(facing.start, facing.stop)
            and all(backwards.get(number, words.start) in words for number in facing)
        )


def linked_text(pair: LexiconPair, languages: tuple[str, str]) -> LinkedText:
    """A pair of texts in two languages, ready to be counted."""
    return LinkedText(pair, WordLine(pair.source, languages[0]), WordLine(pair.target, languages[1]))
