"""The nearest texts of two sets, kept from run to run: after a change only what it touches is compared.

A text is known by a hash of itself. Its neighbours are looked for anew where it is new or one of them is gone; all
others are compared with what has come to the other side, and with nothing else. Vectors are compared in whole numbers,
whose sums are exact, and of equally near texts those with the least hashes are taken: so the outcome is that of a run
from nothing.
"""

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.align.band import Ints
from pipeline.align.candidates import GRAIN, Hashes
from pipeline.align.matching import Neighbours, nearest_both
from pipeline.align.results import Results, result_key
from pipeline.embedding.embed import Embedder, Features, Floats, encode
from pipeline.records import Signature

BLOCK = 4_096  # texts read at once
GRAINS, KNOWN = "grains", "neighbours"  # kinds of results
SIDES = (b"left", b"right")


class Hashed(NamedTuple):
    """Texts of one side by their hashes (n,), all different, with their vectors (n, d) in GRAIN steps to 1."""

    hashes: Hashes
    grains: NDArray[np.int16]

    def within(self, rows: Ints) -> "Hashed":
        """Some of them."""
        return Hashed(self.hashes[rows], self.grains[rows])


class KnownNeighbours(NamedTuple):
    """The hashes (n,) of texts, and of their neighbours (n, k), nearest first, with the products of their grains."""

    hashes: Hashes
    neighbours: Hashes
    products: Floats


def nearest_kept(left: Hashed, right: Hashed, k: int, results: Results, stamp: bytes) -> tuple[Neighbours, Neighbours]:
    """The nearest of the right texts for each of the left, and the reverse.

    ``stamp`` says how vectors are made: results hold no more than the hashes of the texts.
    """
    orders = [np.argsort(side.hashes) for side in (left, right)]
    x, y = (side.within(order) for side, order in zip((left, right), orders, strict=True))
    known = [side for name in SIDES if (side := _load(results, result_key(stamp, name)))]
    sizes = [len(hashes) for hashes in (x.hashes, y.hashes, *(side.hashes for side in known))]
    if len(known) < len(SIDES) or min(sizes) < 2 * k:
        both = nearest_both(x.grains, y.grains, k)
    else:
        both = _updated(x, y, known[0], known[1].hashes), _updated(y, x, known[1], known[0].hashes)
    _save(results, stamp, (x, y), both)
    return _unsorted(both[0], orders[0], orders[1]), _unsorted(both[1], orders[1], orders[0])


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


def read_grains(texts: Sequence[str], keys: Sequence[bytes], embedder: Apart, results: Results) -> NDArray[np.int16]:
    """The vectors (n, d) of texts, none empty, in GRAIN steps to 1; they are kept under ``keys``."""
    rows: list[NDArray[np.int16]] = []
    for start in range(0, len(texts), BLOCK):
        block = keys[start : start + BLOCK]
        recalled = results.find_results(GRAINS, set(block))
        unread = {key: text for key, text in zip(block, texts[start:], strict=False) if key not in recalled}
        if unread:
            vectors = np.rint(GRAIN * encode(embedder, list(unread.values()))).astype(np.int16)
            fresh = {key: vector.tobytes() for key, vector in zip(unread, vectors, strict=True)}
            results.save_results(GRAINS, fresh)
            recalled |= fresh
        rows.append(np.frombuffer(b"".join(recalled[key] for key in block), dtype=np.int16).reshape(len(block), -1))
    return np.concatenate(rows)


def _updated(queries: Hashed, targets: Hashed, known: KnownNeighbours, targets_before: Hashes) -> Neighbours:
    """The nearest of ``targets`` for each of ``queries``, with the help of what was ``known`` of ``targets_before``."""
    k = known.neighbours.shape[1]
    indices, products = np.zeros((len(queries.hashes), k), np.intp), np.zeros((len(queries.hashes), k), np.float32)
    rows_before, standing = _found(queries.hashes, known.hashes)
    columns, present = _found(known.neighbours[rows_before], targets.hashes)
    standing &= present.all(axis=1)
    settled, open_rows = np.flatnonzero(standing), np.flatnonzero(~standing)
    indices[settled], products[settled] = columns[settled], known.products[rows_before[settled]]
    fresh = np.flatnonzero(~_found(targets.hashes, targets_before)[1])
    if len(fresh):
        near, _ = nearest_both(queries.grains[settled], targets.grains[fresh], k)
        merged = np.concatenate([indices[settled], fresh[near.indices]], axis=1)
        values = np.concatenate([products[settled], near.similarities], axis=1)
        indices[settled], products[settled] = _first(merged, values, k)
    if len(open_rows):
        indices[open_rows], products[open_rows] = nearest_both(queries.grains[open_rows], targets.grains, k)[0]
    return Neighbours(indices, products)


def _first(indices: Ints, products: Floats, k: int) -> Neighbours:
    """The k nearest of each row; of those equally near the first."""
    order = np.lexsort((indices, -products), axis=1)[:, :k]
    return Neighbours(np.take_along_axis(indices, order, axis=1), np.take_along_axis(products, order, axis=1))


def _found(hashes: Hashes, among: Hashes) -> tuple[Ints, NDArray[np.bool_]]:
    """Where each hash stands ``among`` others, which are sorted, and whether it does."""
    rows = np.minimum(np.searchsorted(among, hashes), len(among) - 1)
    return rows, among[rows] == hashes


def _unsorted(near: Neighbours, queries: Ints, targets: Ints) -> Neighbours:
    """Neighbours of texts that were put in order, in the order that they had; products become cosines."""
    indices, similarities = np.empty_like(near.indices), np.empty_like(near.similarities)
    indices[queries], similarities[queries] = targets[near.indices], near.similarities / np.float32(GRAIN**2)
    return Neighbours(indices, similarities)


def _load(results: Results, key: bytes) -> KnownNeighbours | None:
    data = results.find_results(KNOWN, [key]).get(key)
    if data is None:
        return None
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return KnownNeighbours(arrays["hashes"], arrays["neighbours"], arrays["products"])


def _save(results: Results, stamp: bytes, sides: tuple[Hashed, Hashed], both: tuple[Neighbours, Neighbours]) -> None:
    rows: dict[bytes, bytes] = {}
    for name, queries, targets, near in zip(SIDES, sides, sides[::-1], both, strict=True):
        file = io.BytesIO()
        hashes = targets.hashes[near.indices]
        np.savez(file, hashes=queries.hashes, neighbours=hashes, products=near.similarities)
        rows[result_key(stamp, name)] = file.getvalue()
    results.drop_results(KNOWN, ())
    results.save_results(KNOWN, rows)
