"""Which documents may face each other: those near in mean vector.

All that is held of a document is its *outline*: a hash of its texts, and one of each text without numbers and marks.
Mean vectors are kept from run to run, so only the texts of documents that are new, or whose sentences have become more
or less common, are read.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.align.matching import nearest_both
from pipeline.align.results import recall, result_key
from pipeline.align.sharing import Equipment
from pipeline.align.spilled import SpilledVectors
from pipeline.batches import batched
from pipeline.embedding.embed import Floats, encode
from pipeline.records import Signature

COMMON = 3  # documents of one side that a sentence may stand in; in more, it is boilerplate and no evidence
CANDIDATES = 10  # documents looked at for each, in each direction
GRAIN = 4_000  # steps to 1 in which mean vectors are compared: sums of their products are exact in 32-bit floats
READ = 20  # documents whose texts are asked for at once
_NO_LETTER = re.compile(r"[\W\d_]+")  # boilerplate differs in numbers and marks

Hashes: TypeAlias = NDArray[np.uint64]


class Outline(NamedTuple):
    """A document's text in one ``language`` as far as pairing remembers it.

    ``content`` is a hash of the texts, ``bare`` (texts,) one of each text without numbers and marks.
    """

    key: str
    language: str
    content: bytes
    bare: Hashes


class Remembered(NamedTuple):
    """A document as pairing remembers it: its text in each language that it may face others in.

    ``within`` is the share of its segments that stand in passages which translate each other within it, in 0..1.
    """

    outlines: tuple[Outline, ...]
    within: float = 0.0

    def packed(self) -> bytes:
        """All of it but the key of the document."""
        rows = [(each.language, each.content.hex(), each.bare.tobytes().hex()) for each in self.outlines]
        return json.dumps([self.within, rows]).encode()


def unpacked(key: str, data: bytes) -> Remembered:
    """What ``Remembered.packed`` gave for the document with this key."""
    within, rows = json.loads(data)
    outlines = (
        Outline(key, language, bytes.fromhex(content), np.frombuffer(bytes.fromhex(bare), dtype=np.uint64))
        for language, content, bare in rows
    )
    return Remembered(tuple(outlines), within)


class Weighted(NamedTuple):
    """An outline, how much each of its texts counts (texts,), and a key that changes with either."""

    outline: Outline
    weights: Floats
    key: bytes


class Reader:
    """Vectors of outlines' texts, read when they are first asked for and kept in a file.

    ``texts`` gives the texts of each of some outlines. What is made of vectors is kept in ``results``, and others may
    ``share`` the work (``sharing.Equipment``).
    """

    def __init__(
        self,
        equipment: Equipment,
        texts: Callable[[Sequence[Outline]], Sequence[Sequence[str]]],
    ) -> None:
        self.embedder = equipment.embedder
        self.results = equipment.results
        self.share = equipment.share
        self._texts = texts
        self._held = SpilledVectors(equipment.scratch)

    def vectors(self, outline: Outline) -> Floats:
        """Unit vectors (texts, d)."""
        document = outline.key, outline.language
        if document not in self._held:
            (texts,) = self._texts([outline])
            self._held[document] = encode(self.embedder, texts)
        return self._held[document]

    def read_ahead(self, outlines: Iterable[Outline]) -> None:
        """Read what will be asked for next."""
        by_name = {(outline.key, outline.language): outline for outline in outlines}
        unread = {name: outline for name, outline in by_name.items() if name not in self._held}
        texts = chain.from_iterable(map(self._texts, batched(unread.values(), READ)))
        for name, vectors in zip(unread, self.share(encode, texts, len(unread)), strict=True):
            self._held[name] = vectors


def outline(key: str, language: str, texts: Sequence[str]) -> Outline:
    """The outline of a document's texts in one language."""
    content = result_key(*(text.encode("utf-8", "surrogatepass") for text in texts))
    return Outline(key, language, content, np.array([_bare(text) for text in texts], dtype=np.uint64))


def weigh(outlines: Sequence[Outline]) -> list[Weighted]:
    """How much the texts of one side's documents count: the less, the more documents hold it.

    What stands in more than COMMON counts for nothing.
    """
    once = [np.unique(document.bare) for document in outlines]
    kinds, spread = np.unique(np.concatenate([np.empty(0, np.uint64), *once]), return_counts=True)
    shares = np.where(spread <= COMMON, 1 / spread, 0).astype(np.float32)
    weights = [shares[np.searchsorted(kinds, document.bare)] for document in outlines]
    return [
        Weighted(document, weight, result_key(document.content, weight.tobytes()))
        for document, weight in zip(outlines, weights, strict=True)
    ]


def find_candidates(
    left: Sequence[Weighted], right: Sequence[Weighted], reader: Reader, method: Signature
) -> set[tuple[int, int]]:
    """Places of documents of which either is among the CANDIDATES of the other that are nearest in mean vector.

    Of documents that are equally near the first are taken. ``method`` is how pairs are made.
    """
    both = [*left, *right]
    keys = [result_key(method.key.encode(), document.key) for document in both]

    def make(rows: Sequence[int]) -> Iterator[Floats]:
        reader.read_ahead(both[row].outline for row in rows)
        return (_mean(both[row], reader) for row in rows)

    means = recall(reader.results, "mean", keys, make, np.float32)
    grains = np.rint(GRAIN * means)
    forth, back = (near.indices.tolist() for near in nearest_both(grains[: len(left)], grains[len(left) :], CANDIDATES))
    return {(i, j) for i, row in enumerate(forth) for j in row} | {(i, j) for j, row in enumerate(back) for i in row}


def _mean(document: Weighted, reader: Reader) -> Floats:
    """The direction (d,) of a document's mean vector."""
    mean: Floats = document.weights @ reader.vectors(document.outline)
    return mean / np.float32(max(float(np.linalg.norm(mean)), 1e-9))


def _bare(text: str) -> int:
    letters = _NO_LETTER.sub("", text.casefold()).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(letters, digest_size=8).digest(), "big")
