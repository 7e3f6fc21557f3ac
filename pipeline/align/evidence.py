"""Two lists of sentences face to face: which choose each other, in what order, and in which sections.

Sentences that are nearest to each other in both directions count as counterparts. A section is a chain of counterparts
that goes on in both texts with small gaps; where sections stand in another order, or a text is followed by its
translation, each chain is one of them (chaining as in whole-genome alignment, Delcher et al. 1999).
"""

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from pipeline.embedding.embed import Floats

Stretch: TypeAlias = tuple[int, int]

STEP = 3  # sentences further that the next counterpart stands, where an order goes on
GAP = 8  # sentences without a counterpart, on either side, that a section goes on over
CELLS = 4_000_000  # similarities held at once: 16 MB
BEFORE = 40  # counterparts looked back at for the one that a section goes on from


@dataclass(frozen=True, slots=True)
class Evidence:
    """How two texts face each other, in 0..1 where nothing else is said.

    ``left`` and ``right`` are the parts of their sentences that choose each other, ``order`` the part of those in the
    same order, ``local_order`` how often the next one follows soon, ``similarity`` theirs and ``margin`` what it is
    above the next best, ``topic`` that of the whole texts. ``matches`` is how many sentences choose each other, and
    ``ahead`` (-1..1) what ``topic`` is above that of the best other text that either could face instead.
    """

    left: float
    right: float
    order: float
    similarity: float
    margin: float
    topic: float
    matches: int = 0
    local_order: float = 0.0
    ahead: float = 0.0

    @property
    def score(self) -> float:
        """The part of both texts that translates the other, in order."""
        return max(self.order, self.local_order) * (self.left + self.right) / 2


class Match(NamedTuple):
    """Sentences ``i`` of the left and ``j`` of the right text that choose each other."""

    i: int
    j: int
    similarity: float

    @property
    def places(self) -> tuple[int, int]:
        """``i`` and ``j``."""
        return self.i, self.j


def compare(left: Floats, right: Floats, least: float, weights: tuple[Floats, Floats] | None = None) -> Evidence:
    """Evidence from the unit vectors (n, d), (m, d) of the sentences of two texts, neither empty.

    Counterparts have a cosine of ``least`` at least. ``weights`` (n,), (m,) say how much each sentence counts.
    """
    u, v = weights or (np.ones(len(left), np.float32), np.ones(len(right), np.float32))
    x, y = u @ left, v @ right
    topic = max(0.0, float(x @ y / max(float(np.linalg.norm(x) * np.linalg.norm(y)), 1e-9)))
    matches = [one for one in chosen(left, right, least) if u[one.i] > 0 and v[one.j] > 0]
    if not matches:
        return Evidence(0, 0, 0, 0, 0, topic)
    value = float(np.mean([one.similarity for one in matches]))
    rivals = _second(left[[one.i for one in matches]], right) if len(right) > 1 else np.zeros(1, np.float32)
    places = [one.j for one in matches]
    return Evidence(
        float(u[[one.i for one in matches]].sum() / u.sum()),
        float(v[places].sum() / v.sum()),
        longest_increase(places) / len(matches),
        value,
        value - float(np.mean(rivals)),
        topic,
        len(matches),
        float(np.mean([0 < b - a <= STEP for a, b in pairwise(places)])) if len(places) > 1 else 1.0,
    )


def chosen(left: Floats, right: Floats, least: float) -> list[Match]:
    """Sentences that choose each other and are similar enough, from vectors (n, d), (m, d), in the left text's order.

    Of several that are equally near the first is chosen. Memory for a block of similarities, whatever n and m.
    """
    there, near = np.zeros(len(left), np.intp), np.zeros(len(left), np.float32)
    back, nearest = np.zeros(len(right), np.intp), np.full(len(right), -np.inf, np.float32)
    for rows in _blocks(len(left), len(right)):
        similar = left[rows] @ right.T
        there[rows], near[rows] = similar.argmax(axis=1), similar.max(axis=1)
        best = similar.max(axis=0)
        back = np.where(best > nearest, rows.start + similar.argmax(axis=0), back)
        nearest = np.maximum(best, nearest)
    both = np.flatnonzero((back[there] == np.arange(len(left))) & (near >= least))
    return [Match(int(i), int(there[i]), float(near[i])) for i in both]


def _second(these: Floats, those: Floats) -> Floats:
    """The second best similarity (n,) of each of ``these`` (n, d) to ``those`` (m, d), m at least 2."""
    parts = [np.partition(these[rows] @ those.T, -2, axis=1)[:, -2] for rows in _blocks(len(these), len(those))]
    out: Floats = np.concatenate(parts)
    return out


def _blocks(count: int, width: int) -> Iterator[slice]:
    """Slices of ``count`` rows of ``width`` cells each, CELLS together at most."""
    size = max(1, CELLS // max(1, width))
    for start in range(0, count, size):
        yield slice(start, min(count, start + size))


def chains(matches: Sequence[Match]) -> list[list[Match]]:
    """Sections, most alike first: chains of ``matches`` (in the left text's order) of which no two share a stretch."""
    totals, before = _linked(matches)
    used: set[int] = set()
    found: list[list[Match]] = []
    taken: tuple[list[Stretch], list[Stretch]] = ([], [])
    for end in sorted(range(len(matches)), key=lambda k: (-totals[k], k)):
        chain: list[Match] = []
        place = end
        while place >= 0 and place not in used:
            used.add(place)
            chain.append(matches[place])
            place = before[place]
        stretches = [(chain[-1].places[side], chain[0].places[side]) for side in (0, 1)] if chain else []
        if chain and all(_free(some, one) for some, one in zip(taken, stretches, strict=True)):
            found.append(chain[::-1])
            for some, one in zip(taken, stretches, strict=True):
                insort(some, one)
    return found


def _linked(matches: Sequence[Match]) -> tuple[list[float], list[int]]:
    """For each match the similarities of the best chain that ends with it, summed, and the match before it or -1."""
    totals, before = [one.similarity for one in matches], [-1] * len(matches)
    for k, one in enumerate(matches):
        for earlier in range(max(0, k - BEFORE), k):
            i, j, _ = matches[earlier]
            near = one.i - i <= GAP + 1 and 0 < one.j - j <= GAP + 1
            if near and totals[earlier] + one.similarity > totals[k]:
                totals[k], before[k] = totals[earlier] + one.similarity, earlier
    return totals, before


def _free(taken: Sequence[Stretch], one: Stretch) -> bool:
    """Whether a stretch (first, last) touches none of ``taken``, which are apart and in order."""
    place = bisect_left(taken, one)
    return (not place or taken[place - 1][1] < one[0]) and (place == len(taken) or one[1] < taken[place][0])


def longest_increase(values: Sequence[int]) -> int:
    """The length of the longest increasing subsequence (patience sorting)."""
    piles: list[int] = []
    for value in values:
        place = bisect_left(piles, value)
        piles[place : place + 1] = [value]
    return len(piles)
