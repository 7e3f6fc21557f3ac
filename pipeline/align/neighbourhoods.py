"""The nearest texts of two sets, kept from run to run: after a change only what it touches is compared.

A text is known by a hash of itself. Its neighbours are looked for anew where it is new or one of them is gone; all
others are compared with what has come to the other side, and with nothing else. Vectors are compared in whole numbers,
whose sums are exact, and of equally near texts those with the least hashes are taken: so the outcome is that of a run
from nothing.
"""

import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.align.band import Ints
from pipeline.align.candidates import Hashes
from pipeline.align.matching import Neighbours, nearest_both
from pipeline.align.results import Results, result_key
from pipeline.align.sharing import Equipment, Sharing
from pipeline.embedding.embed import Embedder, Features, Floats
from pipeline.records import Signature

BLOCK = 4_096  # texts read at once
NEIGHBOURS = "neighbours"  # kind of result, to which the two languages are added
SIDES = (b"left", b"right")
REMEMBERED = 20_000  # words, of 2 KB each


class Hashed(NamedTuple):
    """Texts of one side in a ``language`` by their hashes (n,), all different and in order, with their vectors (n, d).

    Vectors are in GRAIN steps to 1, and may lie in a file.
    """

    language: str
    hashes: Hashes
    grains: NDArray[np.int16]


class KnownNeighbours(NamedTuple):
    """The hashes (n,) of texts, and of their neighbours (n, k), nearest first, with the products of their grains."""

    hashes: Hashes
    neighbours: Hashes
    products: Floats


def nearest_kept(
    sides: tuple[Hashed, Hashed], k: int, equipment: Equipment, stamp: bytes
) -> tuple[Neighbours, Neighbours]:
    """The nearest of the right texts for each of the left, and the reverse, with the products of their grains.

    ``stamp`` says how vectors are made: results hold no more than the hashes of the texts.
    """
    (left, right), results = sides, equipment.results
    kind = f"{NEIGHBOURS} {left.language} {right.language}"
    before = [side for name in SIDES if (side := _load(results, kind, result_key(stamp, name)))]
    sizes = [len(hashes) for hashes in (left.hashes, right.hashes, *(side.hashes for side in before))]
    if len(before) < len(SIDES) or min(sizes) < 2 * k:
        both = nearest_both(left.grains, right.grains, k, share=equipment.share)
    else:
        both = (
            _updated(left, right, before[0], before[1].hashes, equipment.share),
            _updated(right, left, before[1], before[0].hashes, equipment.share),
        )
    results.drop_results(kind, ())
    results.save_results(kind, dict(_packed(stamp, (left, right), both)))
    return both


class Apart:
    """An embedder that makes the vector of each text by itself: a matrix product may round by its size."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def signature(self) -> Signature:
        """That of the embedder within."""
        return self._embedder.signature

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        """Those of the embedder within."""
        return self._embedder.features(texts, joined)

    def vectors(self, features: Features) -> Floats:
        """Unit vectors (n, dim)."""
        rows = [self._embedder.vectors(features.within(slice(row, row + 1))) for row in range(len(features))]
        return np.concatenate(rows) if rows else self._embedder.vectors(features)


class WordsApart(Apart):
    """The same for words, whose vectors are remembered, up to ``most``: most come again. They are its features, too."""

    def __init__(self, embedder: Embedder, most: int = REMEMBERED) -> None:
        super().__init__(embedder)
        self._most = most
        self._vectors: dict[str, Floats] = {}

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        """Vectors of words."""
        unread = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if len(self._vectors) + len(unread) > self._most:
            self._vectors, unread = {}, list(dict.fromkeys(texts))
        if unread:
            self._vectors.update(zip(unread, super().vectors(super().features(unread)), strict=True))
        return Features(np.stack([self._vectors[text] for text in texts]), np.ones(len(texts), np.float32))

    def vectors(self, features: Features) -> Floats:
        """Unit vectors (n, dim)."""
        return features.sums


def _updated(
    queries: Hashed, targets: Hashed, before: KnownNeighbours, targets_before: Hashes, share: Sharing
) -> Neighbours:
    """The nearest of ``targets`` for each of ``queries``, from what was known ``before``, of ``targets_before``."""
    k = before.neighbours.shape[1]
    indices, products = np.zeros((len(queries.hashes), k), np.intp), np.zeros((len(queries.hashes), k), np.float32)
    rows_before, standing = _found(queries.hashes, before.hashes)
    columns, present = _found(before.neighbours[rows_before], targets.hashes)
    standing &= present.all(axis=1)
    settled, open_rows = np.flatnonzero(standing), np.flatnonzero(~standing)
    indices[settled], products[settled] = columns[settled], before.products[rows_before[settled]]
    fresh = np.flatnonzero(~_found(targets.hashes, targets_before)[1])
    if len(fresh):
        near = nearest_both(queries.grains, targets.grains[fresh], k, share=share)[0].of(settled)
        merged = np.concatenate([indices[settled], fresh[near.indices]], axis=1)
        values = np.concatenate([products[settled], near.similarities], axis=1)
        indices[settled], products[settled] = _first(merged, values, k)
    if len(open_rows):
        anew, _ = nearest_both(queries.grains[open_rows], targets.grains, k, share=share)
        indices[open_rows], products[open_rows] = anew
    return Neighbours(indices, products)


def _first(indices: Ints, products: Floats, k: int) -> Neighbours:
    """The k nearest of each row; of those equally near the first."""
    order = np.lexsort((indices, -products), axis=1)[:, :k]
    return Neighbours(np.take_along_axis(indices, order, axis=1), np.take_along_axis(products, order, axis=1))


def _found(hashes: Hashes, among: Hashes) -> tuple[Ints, NDArray[np.bool_]]:
    """Where each hash stands ``among`` others, which are sorted, and whether it does."""
    rows = np.minimum(np.searchsorted(among, hashes), len(among) - 1)
    return rows, among[rows] == hashes


def _load(results: Results, kind: str, key: bytes) -> KnownNeighbours | None:
    data = results.find_results(kind, [key]).get(key)
    if data is None:
        return None
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return KnownNeighbours(arrays["hashes"], arrays["neighbours"], arrays["products"])


def _packed(
    stamp: bytes, sides: tuple[Hashed, Hashed], both: tuple[Neighbours, Neighbours]
) -> Iterator[tuple[bytes, bytes]]:
    for name, queries, targets, near in zip(SIDES, sides, sides[::-1], both, strict=True):
        file = io.BytesIO()
        hashes = targets.hashes[near.indices]
        np.savez(file, hashes=queries.hashes, neighbours=hashes, products=near.similarities)
        yield result_key(stamp, name), file.getvalue()
