"""What passages are mined in: the texts of a document in one language, in order, and those of a side without copies."""

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.align.hash_rows import Hashes, HashRows, Ints, hash_rows, joined
from pipeline.align.lexical import word_hashes
from pipeline.align.results import result_key
from pipeline.align.shingles import meetings, shingles, similarity
from pipeline.batches import batched
from pipeline.embedding.embed import Embedder
from pipeline.records import UNKNOWN, Segment

WORDS = 4  # of a segment that is worth mining
GAP = 4  # characters between two segments; more, and something that is no text stands between
COPY = 0.9  # likeness from which two texts of one side count as one
FEWEST, LEAST = 8, 0.15  # shingles, and share of the shorter's, that two texts have in common to be compared
READ = 200  # documents read at once
HELD = 50_000_000  # characters of texts held
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


class StreamOutline(NamedTuple):
    """What mining remembers of the n texts of a stream: no text, but hashes of what is compared.

    ``stretches`` and ``texts`` (n,) are those of the stream, ``letters`` (n,) hashes of its letters and digits, 0 where
    there are none; ``shingles`` are those of each text, changed by its digits, and ``words`` hashes of its words.
    """

    document: str
    language: str
    content: bytes
    stretches: Hashes
    texts: Hashes
    letters: Hashes
    shingles: HashRows
    words: HashRows


def outlined(stream: Stream) -> StreamOutline:
    """The outline of a stream."""
    keys = [result_key(text.encode("utf-8", "surrogatepass")) for text in stream.texts]
    return StreamOutline(
        stream.document,
        stream.language,
        result_key(*keys),
        np.array(stream.stretches, dtype=np.uint64),
        np.array([int.from_bytes(key[:8], "big") for key in keys], dtype=np.uint64),
        np.array([_letters(text) for text in stream.texts], dtype=np.uint64),
        hash_rows([shingles(text) ^ _digits(text) for text in stream.texts]),
        hash_rows([word_hashes(text) for text in stream.texts]),
    )


def outline_stream(_: Embedder, stream: Stream) -> StreamOutline:
    """The same, as work that may be shared out."""
    return outlined(stream)


def packed(outlines: Sequence[StreamOutline]) -> bytes:
    """Outlines of one document as bytes, but for its key."""
    head = [
        (each.language, each.content.hex(), len(each.texts), len(each.shingles.values), len(each.words.values))
        for each in outlines
    ]
    arrays = [array.astype(np.uint64).tobytes() for each in outlines for array in _arrays(each)]
    return b"".join([json.dumps(head).encode(), b"\n", *arrays])


def unpacked(document: str, data: bytes) -> list[StreamOutline]:
    """What ``packed`` gave for this document."""
    head, _, rest = data.partition(b"\n")
    numbers = np.frombuffer(rest, dtype=np.uint64)
    outlines = []
    for language, content, count, shingled, worded in json.loads(head):
        ends = list(accumulate((count,) * 5 + (shingled, worded), initial=0))
        plain = [numbers[begin:end] for begin, end in pairwise(ends)]
        numbers = numbers[ends[-1] :]
        both = [HashRows(plain[k], plain[k - 2].astype(np.int64)) for k in (5, 6)]
        known = (document, language, bytes.fromhex(content), plain[0], plain[1], plain[2])
        outlines.append(StreamOutline(*known, both[0], both[1]))
    return outlines


def _arrays(outline: StreamOutline) -> tuple[NDArray[np.uint64] | Ints, ...]:
    both = outline.shingles, outline.words
    counts, values = [part.counts for part in both], [part.values for part in both]
    return outline.stretches, outline.texts, outline.letters, *counts, *values


class Library:
    """Streams by document and language, read some at a time; of those asked for last some are held."""

    def __init__(self, read: Callable[[Sequence[str]], Mapping[tuple[str, str], Stream]]) -> None:
        self._read = read
        self._held: OrderedDict[tuple[str, str], Stream] = OrderedDict()
        self._letters = 0

    def streams(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Stream]:
        """The streams of these documents and languages."""
        wanted = dict.fromkeys(names)
        out = {name: self._held[name] for name in wanted if name in self._held}
        for name in out:
            self._held.move_to_end(name)
        for batch in batched(sorted({document for document, language in wanted.keys() - out.keys()}), READ):
            for name, stream in self._read(batch).items():
                self._hold(name, stream)
                if name in wanted:
                    out[name] = stream
        return out

    def _hold(self, name: tuple[str, str], stream: Stream) -> None:
        if name in self._held:
            self._letters -= _letters_in(self._held.pop(name))
        self._held[name] = stream
        self._letters += _letters_in(stream)
        while self._letters > HELD and len(self._held) > 1:
            self._letters -= _letters_in(self._held.popitem(last=False)[1])


class MinedSide:
    """The lines that are mined on one side: texts of its streams that have a letter or digit, without repetitions.

    Of n lines ``documents`` (n,) are the places of their documents in ``names``, ``stretches`` (n,) are equal where one
    line follows another, ``texts`` (n,) hashes of their texts, and ``words`` those of their words; ``places`` (n,) are
    those in the streams that ``library`` reads. Of the streams ``sizes`` (streams,) are how many texts they have, and
    ``contents`` hashes of them.
    """

    def __init__(self, outlines: Sequence[StreamOutline], library: Library) -> None:
        sizes = np.array([len(each.texts) for each in outlines], dtype=np.int64)
        owners = np.repeat(np.arange(len(outlines)), sizes)
        copies = _copies(_all([each.letters for each in outlines]), joined([each.shingles for each in outlines]))
        stretches = _all([each.stretches for each in outlines])
        self.names = [(each.document, each.language) for each in outlines]
        rows = np.flatnonzero(~copies)
        self.documents = owners[rows]
        self.stretches = _numbered(owners, stretches, np.cumsum(copies))[rows]
        self.texts = _all([each.texts for each in outlines])[rows]
        self.words = joined([each.words for each in outlines]).within(rows)
        self.sizes = sizes
        self.contents = [outline.content for outline in outlines]
        self.places = (np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes))[rows]
        self.library = library

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def language(self) -> str:
        """That of its streams."""
        return self.names[0][1] if self.names else UNKNOWN

    def lines(self, rows: Iterable[int]) -> dict[int, "MinedLine"]:
        """Some of the lines."""
        wanted = list(rows)
        names = {row: self.names[self.documents[row]] for row in wanted}
        streams = self.library.streams(names.values())
        return {row: _line(streams[name], int(self.places[row])) for row, name in names.items()}


class MinedLine(NamedTuple):
    """One text of a side."""

    document: str
    key: str
    text: str
    language: str = UNKNOWN


def _letters_in(stream: Stream) -> int:
    return sum(map(len, stream.texts))


def mined_side(streams: Sequence[Stream]) -> MinedSide:
    """The lines of streams that are all at hand."""
    by_name = {(stream.document, stream.language): stream for stream in streams}
    return MinedSide([outlined(stream) for stream in streams], Library(lambda _: by_name))


def _line(stream: Stream, place: int) -> MinedLine:
    return MinedLine(stream.document, stream.keys[place], stream.texts[place], stream.language)


def _numbered(*columns: NDArray[Any]) -> Ints:
    """A number for each row (n,), other than that of the row before where any of the columns (n,) is."""
    other = np.zeros(len(columns[0]), bool)
    for column in columns:
        other[1:] |= column[1:] != column[:-1]
    numbers: Ints = np.cumsum(other)
    return numbers


def _copies(letters: Hashes, shingled: HashRows) -> NDArray[np.bool_]:
    """Which texts say nothing, or again what an earlier one says in nearly the same words and in the same figures."""
    copies = np.ones(len(letters), bool)
    copies[np.unique(letters, return_index=True)[1]] = False
    copies[letters == 0] = True
    rows = np.flatnonzero(~copies)
    distinct = shingled.within(rows)
    ends = np.cumsum(distinct.counts)
    for left, right in meetings(distinct, LEAST, FEWEST):
        earlier, later = rows[left], rows[right]
        if not copies[earlier] and not copies[later]:
            both = (distinct.values[ends[row] - distinct.counts[row] : ends[row]] for row in (left, right))
            copies[later] = similarity(*both) >= COPY
    return copies


def _all(parts: Sequence[Hashes]) -> Hashes:
    return np.concatenate([*parts, np.empty(0, np.uint64)])


def _letters(text: str) -> int:
    bare = _NO_LETTER_OR_DIGIT.sub("", text.casefold())
    return int.from_bytes(result_key(bare.encode("utf-8", "surrogatepass"))[:8], "big") | 1 if bare else 0


def _digits(text: str) -> np.uint64:
    """A hash of the digits of a text; 0 where it has none."""
    digits = "".join(char for char in text if char.isdigit())
    return np.uint64(int.from_bytes(result_key(digits.encode())[:8], "big") if digits else 0)
