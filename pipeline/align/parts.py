"""Long texts are cut where their counterparts are beyond doubt, and aligned part by part, to bound memory.

A cut goes through the middle of some consecutive sentences that face each other one to one, each by a clear margin:
every likely path passes there, so the parts give the beads that the whole would give.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pipeline.align.anchors import Survey, weights
from pipeline.align.band import Ints
from pipeline.embedding.embed import Floats

LENGTH = 1000  # sentences of both sides together that a part has at least
CHOICE = 400  # further ones among which its end is chosen
RUN = 4  # pairs in a row, half of them on each side of a cut
SURE = 0.15  # least margin of each


class Part(NamedTuple):
    """The sentences of a part on both sides."""

    rows: slice
    cols: slice


def parts(found: Survey, pairs: Sequence[tuple[int, int]]) -> list[Part]:
    """Consecutive parts of both texts, given the chain of the first pass; only the last may be short."""
    n, m = len(found.left_best), len(found.right_best)
    nodes = [(0, 0), *_cuts(np.array(pairs, dtype=np.intp).reshape(-1, 2), weights(found, pairs)), (n, m)]
    return [Part(slice(a, c), slice(b, d)) for (a, b), (c, d) in pairwise(nodes)]


def pairs_of(part: Part, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs of a part, with places in it."""
    first, last = (bisect_left(pairs, (place, -1)) for place in (part.rows.start, part.rows.stop))
    return [(i - part.rows.start, j - part.cols.start) for i, j in pairs[first:last]]


def _cuts(pairs: Ints, margins: Floats) -> list[tuple[int, int]]:
    """Nodes to cut at: in each stretch of CHOICE sentences, LENGTH after the last cut, the surest."""
    places, sure = _candidates(pairs, margins)
    along, cuts, last = pairs[places].sum(axis=1), [], 0
    while (first := int(np.searchsorted(along, last + LENGTH))) < len(places):
        past = max(first + 1, int(np.searchsorted(along, along[first] + CHOICE)))
        best = first + int(sure[first:past].argmax())
        cuts.append((int(pairs[places[best], 0]), int(pairs[places[best], 1])))
        last = int(along[best])
    return cuts


def _candidates(pairs: Ints, margins: Floats) -> tuple[Ints, Floats]:
    """Pairs before which one may cut, and the least margin of the RUN of pairs around each."""
    if len(pairs) < RUN:
        return np.zeros(0, np.intp), np.zeros(0, np.float32)
    straight = np.lib.stride_tricks.sliding_window_view(pairs, RUN, axis=0)
    least = np.lib.stride_tricks.sliding_window_view(margins, RUN).min(axis=1)
    unbroken = (straight[..., -1] - straight[..., 0] == RUN - 1).all(axis=1)
    starts = np.flatnonzero(unbroken & (least >= SURE))
    return starts + RUN // 2, least[starts]
