"""Texts to unit vectors, and vectors of runs of consecutive sentences without encoding the runs again.

An embedder works in two steps: ``features`` reads the texts (slow) and gives, for each, the sum of its tokens'
features; ``vectors`` turns such sums into unit vectors (fast). Sums add up, so the vector of three sentences read as
one text comes from three sums and what changes at the two joints. (Vecalign, Thompson & Koehn 2019, encodes each run.)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Signature

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """What an embedder keeps of n texts: ``sums`` (n, d) of token features and ``counts`` (n,) of tokens, float32.

    ``joints`` holds n - 1 rows: what is to be added when text i + 1 follows text i in the same run.
    """

    sums: Floats
    counts: Floats
    joints: "Features | None" = None

    def __len__(self) -> int:
        return len(self.counts)

    def within(self, texts: slice) -> "Features":
        """The features of some consecutive texts."""
        joints = self.joints and self.joints.within(slice(texts.start, max(texts.start, texts.stop - 1)))
        return Features(self.sums[texts], self.counts[texts], joints)


class Embedder(Protocol):
    """What the aligners ask of an embedding model."""

    @property
    def signature(self) -> Signature:
        """How its vectors are made (stage ``embed``); cheap, the model need not be loaded."""

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        """Read ``texts``, one row for each; with ``joined``, as consecutive texts that ``runs`` may put together."""

    def vectors(self, features: Features) -> Floats:
        """Unit vectors (n, dim) of texts from their features."""


def encode(embedder: Embedder, texts: Sequence[str]) -> Floats:
    """Unit vectors (n, dim) of ``texts``."""
    return embedder.vectors(embedder.features(texts))


def encode_in_blocks(
    embedder: Embedder, texts: Sequence[str], block: int, progress: Callable[[int], None] = lambda _: None
) -> Floats:
    """Unit vectors (n, dim) of ``texts``; what the embedder needs besides is held for ``block`` texts at a time.

    Without a text (0, dim) still, so that nothing opposite is near. ``progress`` is told how many are done.
    """
    vectors: list[Floats] = []
    for start in range(0, len(texts), block):
        vectors.append(encode(embedder, texts[start : start + block]))
        progress(min(start + block, len(texts)))
    return np.concatenate(vectors) if vectors else encode(embedder, ["a"])[:0]


def runs(embedder: Embedder, features: Features, max_run: int) -> list[Floats]:
    """Vectors of all runs of 1 to ``max_run`` consecutive texts.

    Item k - 1 holds the runs of k texts: row i is of texts i to i + k - 1, so it has n - k + 1 rows (or none).
    Without ``features.joints`` the runs are as if their texts were read apart.
    """
    by_length = [features]
    for length in range(1, max_run):
        by_length.append(_longer(by_length[-1], features, length))
    return [embedder.vectors(run) for run in by_length]


def _longer(run: Features, texts: Features, length: int) -> Features:
    """Features of runs of ``length + 1`` texts from those of ``length`` texts."""
    n = max(0, len(texts) - length)
    sums, counts = run.sums[:n] + texts.sums[length:], run.counts[:n] + texts.counts[length:]
    if texts.joints is not None:
        joints = slice(length - 1, length - 1 + n)
        sums, counts = sums + texts.joints.sums[joints], counts + texts.joints.counts[joints]
    return Features(sums, counts)
