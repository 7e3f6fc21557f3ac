"""What passages are mined in: the texts of a document in one language, in order, and those of a side without copies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.align import duplicates
from pipeline.records import UNKNOWN, Segment

WORDS = 4  # of a segment that is worth mining
GAP = 4  # characters between two segments; more, and something that is no text stands between
COPY = 0.9  # likeness from which two texts of one side count as one
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Stream:
    """The texts of one document in one language, in order, with the keys of their segments.

    A passage goes on from one text to the next only where both have the same number in ``stretches``.
    """

    document: str
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    stretches: tuple[int, ...]
    language: str = UNKNOWN


def stream(document: str, segments: Sequence[Segment], language: str) -> Stream:
    """The segments of a document in one language; a passage does not go on across a gap, a heading or a switch."""
    minable, numbers, number = [], [], 0
    for before, segment in zip([None, *segments], segments, strict=False):
        if before and not _goes_on(before, segment):
            number += 1
        if segment.code == language and len(segment.text.split()) >= WORDS:
            minable.append(segment)
            numbers.append(number)
    keys, texts = tuple(segment.key for segment in minable), tuple(segment.text for segment in minable)
    return Stream(document, keys, texts, tuple(numbers), language)


def _goes_on(before: Segment, segment: Segment) -> bool:
    near = segment.start - before.end <= GAP
    return near and (segment.role, segment.code) == (before.role, before.code)


class MinedLine(NamedTuple):
    """One text of a side."""

    document: str
    key: str
    text: str
    stretch: tuple[str, int, int]  # equal where one line follows another
    language: str = UNKNOWN


def lines(streams: Sequence[Stream]) -> list[MinedLine]:
    """All texts of a side that have a letter or digit, without repetitions."""
    copies = _copies([text for stream in streams for text in stream.texts])
    out, index = [], 0
    for stream in streams:
        dropped = 0
        for key, text, number in zip(stream.keys, stream.texts, stream.stretches, strict=True):
            if index in copies:
                dropped += 1
            else:
                where = (stream.document, number, dropped)
                out.append(MinedLine(stream.document, key, text, where, stream.language))
            index += 1
    return out


def _copies(texts: Sequence[str]) -> set[int]:
    """Places of texts that say nothing, or again what an earlier one says in nearly the same words and figures."""
    first: dict[str, int] = {"": -1}
    bare = [_NO_LETTER_OR_DIGIT.sub("", text.casefold()) for text in texts]
    copies = {index for index, letters in enumerate(bare) if first.setdefault(letters, index) != index}
    distinct = {str(index): text for index, text in enumerate(texts) if index not in copies}
    for left, right, _ in duplicates.near_duplicates(distinct, COPY):
        earlier, later = sorted((int(left), int(right)))
        if earlier not in copies and _digits(texts[earlier]) == _digits(texts[later]):
            copies.add(later)
    return copies


def _digits(text: str) -> list[str]:
    return [char for char in text if char.isdigit()]
