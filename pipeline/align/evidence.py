"""Two lists of sentences face to face: which choose each other, in what order, and in which sections.

Sentences that are nearest to each other in both directions count as counterparts. A section is a chain of counterparts
that goes on in both texts with small gaps; where sections stand in another order, or a text is followed by its
translation, each chain is one of them (chaining as in whole-genome alignment, Delcher et al. 1999).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pipeline.embed import Floats

STEP = 3  # sentences further that the next counterpart stands, where an order goes on
GAP = 8  # sentences without a counterpart, on either side, that a section goes on over
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
    similar = left @ right.T
    matches = [one for one in chosen(similar, least) if u[one.i] > 0 and v[one.j] > 0]
    if not matches:
        return Evidence(0, 0, 0, 0, 0, topic)
    value = float(np.mean([one.similarity for one in matches]))
    rivals = [float(np.partition(similar[one.i], -2)[-2]) if len(right) > 1 else 0.0 for one in matches]
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


def chosen(similar: Floats, least: float) -> list[Match]:
    """Sentences that choose each other and are similar enough, from similarities (n, m), in the left text's order."""
    there, back = similar.argmax(axis=1).tolist(), similar.argmax(axis=0).tolist()
    return [Match(i, j, float(similar[i, j])) for i, j in enumerate(there) if back[j] == i and similar[i, j] >= least]


def chains(matches: Sequence[Match]) -> list[list[Match]]:
    """Sections, most alike first: chains of ``matches`` (in the left text's order) of which no two share a stretch."""
    totals, before = _linked(matches)
    used: set[int] = set()
    found: list[list[Match]] = []
    for end in sorted(range(len(matches)), key=lambda k: (-totals[k], k)):
        chain: list[Match] = []
        place = end
        while place >= 0 and place not in used:
            used.add(place)
            chain.append(matches[place])
            place = before[place]
        if chain and all(_apart(chain[::-1], other) for other in found):
            found.append(chain[::-1])
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


def _apart(one: Sequence[Match], other: Sequence[Match]) -> bool:
    """Whether two sections share no stretch of either text."""
    left = one[-1].i < other[0].i or other[-1].i < one[0].i
    return left and (one[-1].j < other[0].j or other[-1].j < one[0].j)


def longest_increase(values: Sequence[int]) -> int:
    """The length of the longest increasing subsequence (patience sorting)."""
    piles: list[int] = []
    for value in values:
        place = bisect_left(piles, value)
        piles[place : place + 1] = [value]
    return len(piles)
