"""Which English pieces a French piece can lead to: a vocabulary mapping, with which CTranslate2 decodes faster.

The decoder then scores the pieces that the source makes likely and the commonest ones, not all of the vocabulary.
Lexical translation probabilities are those of IBM model 1 (Brown et al. 1993), learned from a sample of the bundle.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from training.bundle import Bitext
from training.ragged import kept

FILE = "vmap.txt"
COMMON, LIKELY, ROUNDS = 1_000, 40, 3
SAMPLE = 60_000  # pairs
CHUNK = 4_000  # pairs at once
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


class Table(NamedTuple):
    """Probabilities of target pieces given source pieces, where they have met: ``keys`` is source * size + target."""

    keys: Numbers
    chances: Floats
    size: int


def learned(bitext: Bitext, size: int, rounds: int = ROUNDS) -> Table:
    """Translation probabilities of ``size`` pieces, from the pairs of ``bitext``."""
    chunks = [range(start, min(start + CHUNK, len(bitext))) for start in range(0, len(bitext), CHUNK)]
    keys = np.unique(np.concatenate([np.unique(_links(bitext, chunk, size)[0]) for chunk in chunks]))
    chances = np.ones(len(keys))
    for _ in range(rounds):
        counts = np.zeros(len(keys))
        for chunk in chunks:
            links, words = _links(bitext, chunk, size)
            positions = np.searchsorted(keys, links)
            share = chances[positions] / np.bincount(words, chances[positions])[words]
            counts += np.bincount(positions, share, len(keys))
        chances = counts / np.bincount(keys // size, counts, size)[keys // size]
    return Table(keys, chances, size)


def sampled(bitext: Bitext, count: int) -> Bitext:
    """At most ``count`` pairs, drawn at random, always the same ones."""
    keep = np.zeros(len(bitext), dtype=np.bool_)
    keep[np.random.default_rng(0).permutation(len(bitext))[:count]] = True
    return Bitext(kept(bitext.french, keep), kept(bitext.english, keep))


def mapped(table: Table, english: Numbers, common: int = COMMON, likely: int = LIKELY) -> list[list[int]]:
    """For no source piece (first) and then for each one: the target pieces that it allows.

    ``english`` counts how often each piece occurs in English; the ``common`` commonest are always allowed.
    """
    always = np.argsort(-english, kind="stable")[:common]
    rows = [[int(piece) for piece in always]] + [[] for _ in range(table.size)]
    order = np.lexsort((-table.chances, table.keys // table.size))
    sources = table.keys[order] // table.size
    starts = np.searchsorted(sources, np.arange(table.size + 1))
    common_pieces = set(rows[0])
    for source in range(table.size):
        best = table.keys[order[starts[source] : starts[source + 1]]][:likely] % table.size
        rows[source + 1] = [int(piece) for piece in best if int(piece) not in common_pieces]
    return rows


def shown(mapping: Sequence[Sequence[int]], pieces: Sequence[str]) -> str:
    """The mapping as CTranslate2 reads it: a source piece, a tab, and the target pieces, a line each."""
    names = ["", *pieces]
    lines = (
        f"{names[n]}\t{' '.join(pieces[piece] for piece in allowed)}\n" for n, allowed in enumerate(mapping) if allowed
    )
    return "".join(lines)


def covered(mapping: Sequence[Sequence[int]], bitext: Bitext) -> float:
    """Part of the pieces of the English side that the mapping allows, given their French side."""
    total = allowed = 0
    always = set(mapping[0])
    for index in range(len(bitext)):
        may = always.union(*(mapping[piece + 1] for piece in bitext.french.text(index)))
        target = bitext.english.text(index)
        total, allowed = total + len(target), allowed + sum(piece in may for piece in target)
    return allowed / max(1, total)


def _links(bitext: Bitext, chunk: Sequence[int], size: int) -> tuple[Numbers, Numbers]:
    """Every source piece with every target piece of its pair, and to which target word (of the chunk) it belongs."""
    keys, words, before = [], [], 0
    for left, right in _sides(bitext, chunk):
        keys.append((left[None, :] * size + right[:, None]).ravel())
        words.append(np.repeat(np.arange(before, before + len(right)), len(left)))
        before += len(right)
    return np.concatenate(keys), np.concatenate(words)


def _sides(bitext: Bitext, chunk: Sequence[int]) -> Iterator[tuple[Numbers, Numbers]]:
    for index in chunk:
        french, english = (np.array(side.text(index), dtype=np.int64) for side in (bitext.french, bitext.english))
        if len(french) and len(english):
            yield np.unique(french), english
