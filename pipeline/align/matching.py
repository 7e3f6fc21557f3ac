"""How texts on two sides find each other: nearest neighbours, margins, mutual matches, chains.

Whatever looks for counterparts begins here: sentences of two texts, sentences of two sets, passages, documents.

*Margin* is the ratio margin of Artetxe & Schwenk (2019), here and everywhere else: the similarity of a pair over the
mean similarity of either to its nearest neighbours opposite, so that a text near to everything draws nothing. At 1 a
pair is no nearer than its surroundings.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.align.band import Ints
from pipeline.align.sharing import Sharing
from pipeline.embedding.embed import Floats

CELLS = 8_000_000  # similarities held at once: 32 MB, and as much again while they are sorted
TILE = 1024  # rows and columns compared at once where both sides ask
FEW = 16  # a tile of which more than this share is nearer than what came before is sorted whole
BLOCK = 4096  # pairs multiplied at once
ROUNDS = 12  # in which pairs are taken best first, all that can be at once; after them one by one
CROWD = 4  # neighbours whose mean similarity tells how crowded a place is
CLOSE = 2e-6  # similarity that each text in between counts, where equal texts are told apart by where they stand
FLOOR = 0.3  # similarity of neighbours that is expected anywhere; in small sets there may be none so near
# Chains of matches.
GAP = 8  # sentences without a counterpart, on either side, that a chain goes on over
BEFORE = 40  # matches looked back at for the one that a chain goes on from
# Anchors of long texts.
EXACT = 4000**2  # comparisons that are made without windows
SAMPLE = 1500  # sentences of each side
SLACK = 4  # steps of the rough path to either side
TELLING = 1.1  # margin from which a pair of the sample may be a step
SHARED = 256  # sentences that look at the same stretch of the other side

Stretch: TypeAlias = tuple[int, int]
Comparable: TypeAlias = Floats | NDArray[np.int16]


class Neighbours(NamedTuple):
    """The k nearest of each of n vectors, best first: ``indices`` opposite, cosine ``similarities``; (n, k)."""

    indices: Ints
    similarities: Floats

    def of(self, rows: slice | Ints) -> "Neighbours":
        """Those of some of the vectors."""
        return Neighbours(self.indices[rows], self.similarities[rows])


class Match(NamedTuple):
    """Texts ``i`` of the left and ``j`` of the right side that choose each other."""

    i: int
    j: int
    similarity: float

    @property
    def places(self) -> tuple[int, int]:
        """``i`` and ``j``."""
        return self.i, self.j


class Anchors(NamedTuple):
    """An increasing chain of likely 1:1 pairs (k, 2) with their ``similarities`` and ``margins`` (k,).

    ``nearest`` (n,), (m,) are the similarities of every sentence of either side to the nearest one opposite.
    """

    pairs: Ints
    similarities: Floats
    margins: Floats
    nearest: tuple[Floats, Floats]

    def within(self, rows: slice, cols: slice) -> "Anchors":
        """Those in a chunk of both texts, with places in it."""
        span = slice(*np.searchsorted(self.pairs[:, 0], (rows.start, rows.stop)))
        columns = self.pairs[span, 1]
        inside = (columns >= cols.start) & (columns < cols.stop)
        pairs = self.pairs[span][inside] - (rows.start, cols.start)
        nearest = self.nearest[0][rows], self.nearest[1][cols]
        return Anchors(pairs, self.similarities[span][inside], self.margins[span][inside], nearest)


class Windows(NamedTuple):
    """For each sentence, the first one opposite that it may face, and the one after the last; (n,), never falling."""

    lo: Ints
    hi: Ints

    def turned(self, size: int) -> "Windows":
        """The same for the ``size`` sentences opposite."""
        indices = np.arange(size)
        lo = np.searchsorted(self.hi, indices, side="right")
        hi = np.maximum(np.searchsorted(self.lo, indices, side="right"), lo)
        return Windows(lo, hi)


class Tile(NamedTuple):
    """Some vectors (n, d), (m, d) of either side, the ``k`` nearest of which are looked for on the other.

    Nothing is that is no more similar than ``left_least`` (n,) and ``right_least`` (m,).
    """

    left: Comparable
    right: Comparable
    left_least: Floats
    right_least: Floats
    k: tuple[int, int]


class Nearer(NamedTuple):
    """Rows of a tile (r,) for which it holds something near, and the ``neighbours`` (r, up to k) that it holds."""

    rows: Ints
    neighbours: Neighbours


# Nearest neighbours


def nearest(queries: Floats, targets: Floats, k: int) -> Neighbours:
    """The nearest of ``targets`` (m, d) for each of ``queries`` (n, d), unit vectors; k at most m."""
    k, block = min(k, len(targets)), max(1, CELLS // max(1, len(targets)))
    indices = np.zeros((len(queries), k), dtype=np.intp)
    values = np.zeros((len(queries), k), dtype=np.float32)
    for start in range(0, len(queries) if k else 0, block):
        rows = slice(start, start + block)
        indices[rows], values[rows] = _top(queries[rows] @ targets.T, k)
    return Neighbours(indices, values)


def nearest_both(
    left: Comparable,
    right: Comparable,
    k: int,
    progress: Callable[[int], None] = lambda rows: None,
    share: Sharing | None = None,
) -> tuple[Neighbours, Neighbours]:
    """``nearest`` of ``left`` among ``right`` and of ``right`` among ``left``, each product computed once.

    Takes the time of n * m * d multiplications and memory for one tile beside the result. Among vectors of equal
    similarity the first are chosen, in their order. Vectors may be of whole numbers: then it is the same whoever does
    the work. ``progress`` is told how many of ``left`` are done.
    """
    forth, back = _unfilled(len(left), min(k, len(right))), _unfilled(len(right), min(k, len(left)))
    places = [(i, j) for i in range(0, len(left), TILE) for j in range(0, len(right), TILE)]
    tiles = (
        Tile(
            left[i : i + TILE].copy(),
            right[j : j + TILE].copy(),
            forth.similarities[i : i + TILE, -1].copy(),
            back.similarities[j : j + TILE, -1].copy(),
            (forth.indices.shape[1], back.indices.shape[1]),
        )
        for i, j in places
    )
    compared = share(compare_tile, tiles, len(places)) if share else (compare_tile(None, tile) for tile in tiles)
    for (i, j), (ahead, again) in zip(places, compared, strict=True):
        _improve(forth.of(slice(i, i + TILE)), ahead, j)
        _improve(back.of(slice(j, j + TILE)), again, i)
        progress(min(i + TILE, len(left)))
    return forth, back


def compare_tile(_: object, tile: Tile) -> tuple[Nearer, Nearer]:
    """What is nearer than the least that is looked for: to each left vector, and to each right one."""
    similar = _wide(tile.left) @ _wide(tile.right).T
    return _nearer(similar, tile.left_least, tile.k[0]), _nearer(similar.T, tile.right_least, tile.k[1])


def products(x: Floats, y: Floats, rows: Ints, columns: Ints) -> Floats:
    """Scalar products (pairs,) of some rows of ``x`` (n, d) with some of ``y`` (m, d)."""
    out = np.zeros(len(rows), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        block = slice(start, start + BLOCK)
        out[block] = np.einsum("kd,kd->k", x[rows[block]], y[columns[block]])
    return out


# Margins


def crowding(similarities: Floats, k: int = CROWD) -> Floats:
    """Mean similarity (n,) of the k nearest (n, up to k): those that a small set lacks count as FLOOR, as do lower."""
    near = np.full((len(similarities), k), FLOOR, dtype=np.float32)
    near[:, : similarities.shape[1]] = np.maximum(similarities[:, :k], FLOOR)
    out: Floats = near.mean(axis=1)
    return out


def margin(similarity: Floats, left: Floats, right: Floats) -> Floats:
    """Ratio margin of pairs, from their similarity and the ``crowding`` of either member; arrays that broadcast."""
    out: Floats = 2 * similarity / (left + right)
    return out


# Mutual matches


def mutual_nearest(
    left: Floats, right: Floats, least: float, places: tuple[Sequence[int], Sequence[int]] | None = None
) -> list[Match]:
    """Texts that choose each other and are similar enough, from vectors (n, d), (m, d), in the left side's order.

    Of several that are equally near the first is chosen, or, where the ``places`` (n,), (m,) of the texts in one
    document are told, the one that stands closest: an answer that comes again and again faces its neighbour.
    Memory for a block of similarities, whatever n and m.
    """
    forth, near = np.zeros(len(left), np.intp), np.zeros(len(left), np.float32)
    back, best = np.zeros(len(right), np.intp), np.full(len(right), -np.inf, np.float32)
    block = max(1, CELLS // 2 // max(1, len(right)))
    for start in range(0, len(left), block):
        rows = slice(start, min(len(left), start + block))
        similar = left[rows] @ right.T
        if places is not None:
            similar -= CLOSE * np.abs(np.subtract.outer(places[0][rows], places[1])).astype(np.float32)
        forth[rows], near[rows] = similar.argmax(axis=1), similar.max(axis=1)
        highest = similar.max(axis=0)
        back = np.where(highest > best, rows.start + similar.argmax(axis=0), back)
        best = np.maximum(highest, best)
    both = np.flatnonzero((back[forth] == np.arange(len(left))) & (near >= least))
    return [Match(int(i), int(forth[i]), float(near[i])) for i in both]


def neighbour_pairs(forth: Neighbours, back: Neighbours, mutual: bool) -> tuple[Ints, Ints]:
    """Pairs (rows, columns), in order, of which either is among the nearest of the other; with ``mutual``, both are."""
    width = len(back.indices)
    ahead = np.arange(len(forth.indices))[:, None] * width + forth.indices
    again = back.indices * width + np.arange(width)[:, None]
    return np.divmod(np.intersect1d(ahead, again) if mutual else np.union1d(ahead, again), width)


def mutual_best(rows: Ints, columns: Ints, scores: ArrayLike) -> Ints:
    """The places of the pairs that are the best for both of their members."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    best = [order[np.unique(side[order], return_index=True)[1]] for side in (rows, columns)]
    return np.intersect1d(best[0], best[1])


def best_first(rows: Ints, columns: Ints, scores: ArrayLike) -> Ints:
    """Places of pairs taken best first, none of which shares a member with an earlier one (competitive linking)."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    sides = rows[order], columns[order]
    linked = [np.zeros(int(side.max(initial=-1)) + 1, bool) for side in sides]
    taken, left = np.zeros(len(order), bool), np.arange(len(order))
    for _ in range(ROUNDS):  # of all at once that come before any other pair of either member
        best = np.ones(len(left), bool)
        for side, known in zip(sides, linked, strict=True):
            first = np.empty(len(known), np.intp)
            first[side[left[::-1]]] = left[::-1]  # of several that are written to one place the last stays
            best &= first[side[left]] == left
        taken[left[best]] = True
        for side, known in zip(sides, linked, strict=True):
            known[side[left[best]]] = True
        left = left[~(linked[0][sides[0][left]] | linked[1][sides[1][left]])]
    for k, i, j in zip(left.tolist(), sides[0][left].tolist(), sides[1][left].tolist(), strict=True):
        if not linked[0][i] and not linked[1][j]:
            taken[k] = linked[0][i] = linked[1][j] = True
    best_of_all: Ints = order[taken]
    return best_of_all


# Chains


def heaviest_chain(rows: Ints, columns: Ints, weights: Floats, size: int) -> Ints:
    """Of pairs sorted by row, with columns below ``size``, the places of the increasing chain of greatest weight.

    A Fenwick tree finds it in time that grows with n log m.
    """
    tree: list[tuple[float, int]] = [(0.0, -1)] * (size + 1)
    before: list[int] = []
    ends: list[tuple[int, float]] = []  # of the row at hand: it must not go on from itself
    row = -1
    for index, (i, j, weight) in enumerate(zip(rows.tolist(), columns.tolist(), weights.tolist(), strict=True)):
        if i != row:
            _settle(tree, ends, index)
            ends, row = [], i
        total, last = _greatest(tree, j)
        ends.append((j, total + weight))
        before.append(last)
    _settle(tree, ends, len(before))
    last, chain = _greatest(tree, size)[1], []
    while last >= 0:
        chain.append(last)
        last = before[last]
    return np.array(chain[::-1], dtype=np.intp)


def local_chains(matches: Sequence[Match]) -> list[list[Match]]:
    """Chains of ``matches`` (in the left text's order), most alike first, of which no two share a stretch.

    Each goes on in both texts with small gaps, and may stand anywhere (chaining as in whole-genome alignment, Delcher
    et al. 1999).
    """
    totals, before = _linked(matches)
    visited: set[int] = set()
    chains: list[list[Match]] = []
    covered: tuple[list[Stretch], list[Stretch]] = ([], [])
    for end in sorted(range(len(matches)), key=lambda k: (-totals[k], k)):
        chain: list[Match] = []
        link = end
        while link >= 0 and link not in visited:
            visited.add(link)
            chain.append(matches[link])
            link = before[link]
        stretches = [(chain[-1].places[side], chain[0].places[side]) for side in (0, 1)] if chain else []
        if chain and all(_free(spans, new) for spans, new in zip(covered, stretches, strict=True)):
            chains.append(chain[::-1])
            for spans, new in zip(covered, stretches, strict=True):
                insort(spans, new)
    return chains


def longest_increase(values: Sequence[int]) -> int:
    """The length of the longest increasing subsequence (patience sorting)."""
    piles: list[int] = []
    for value in values:
        pile = bisect_left(piles, value)
        piles[pile : pile + 1] = [value]
    return len(piles)


# Anchors of two texts


def find_anchors(left: Floats, right: Floats, counts: tuple[Floats, Floats]) -> Anchors:
    """The chain of likely pairs through two texts with the greatest sum of what their margins are above 1.

    ``left`` (n, d) and ``right`` (m, d) are unit vectors, neither empty; ``counts`` (n,) and (m,) are of tokens. Long
    texts look for neighbours in windows, so that time grows with their length and not with its square.
    """
    if len(left) * len(right) <= EXACT:
        forth, back = nearest(left, right, CROWD), nearest(right, left, CROWD)
    else:
        windows = search_windows(left, right, counts)
        forth, back = _windowed(left, right, windows), _windowed(right, left, windows.turned(len(right)))
    margins = _margins(forth, back)
    rows, ranks = np.nonzero(margins > 1)
    columns = forth.indices[rows, ranks]
    chain = heaviest_chain(rows, columns, margins[rows, ranks] - 1, len(right))
    rows, ranks = rows[chain], ranks[chain]
    pairs = np.stack([rows, forth.indices[rows, ranks]], axis=1)
    best = forth.similarities[:, 0], back.similarities[:, 0]
    return Anchors(pairs, forth.similarities[rows, ranks], margins[rows, ranks], best)


def search_windows(left: Floats, right: Floats, counts: tuple[Floats, Floats]) -> Windows:
    """For each left sentence, the stretch of the right side where its counterpart is, if it has one.

    The longest sentence of each of SAMPLE stretches is compared with all of the other side; the heaviest chain of these
    pairs is a rough path; a sentence looks from SLACK steps before it on that path to as many after it. (Vecalign,
    Thompson & Koehn 2019, finds its rough path in means of neighbouring vectors, which blur the places where a passage
    was added or left out.)
    """
    rows, cols = (_longest(side) for side in counts)
    forth, back = nearest(left[rows], right, CROWD), nearest(right, left[rows], CROWD)
    ours = rows.repeat(forth.indices.shape[1]), forth.indices.ravel(), _margins(forth, back).ravel()
    forth, back = nearest(right[cols], left, CROWD), nearest(left, right[cols], CROWD)
    theirs = forth.indices.ravel(), cols.repeat(forth.indices.shape[1]), _margins(forth, back).ravel()
    i, j = (np.concatenate([ours[side], theirs[side]]) for side in (0, 1))
    margins = np.concatenate([ours[2], theirs[2]])
    telling = np.flatnonzero(margins >= TELLING)
    telling = telling[np.lexsort((j[telling], i[telling]))]
    i, j, margins = i[telling], j[telling], margins[telling]
    chain = heaviest_chain(i, j, margins - 1, len(right))
    path = np.stack([i[chain], j[chain]], axis=1)
    steps = np.array([*[(-1, 0)] * SLACK, *path, *[(len(left), len(right) - 1)] * SLACK], dtype=np.intp)
    indices = np.arange(len(left))
    lo = steps[np.searchsorted(steps[:, 0], indices, side="right") - SLACK, 1]
    hi = steps[np.searchsorted(steps[:, 0], indices, side="left") + SLACK - 1, 1] + 1
    return Windows(lo, hi)


def _windowed(queries: Floats, targets: Floats, windows: Windows) -> Neighbours:
    """The nearest of ``targets`` for each of ``queries``, in windows that SHARED neighbours look at together."""
    k = min(CROWD, len(targets))
    indices, values = np.zeros((len(queries), k), np.intp), np.zeros((len(queries), k), np.float32)
    for start in range(0, len(queries), SHARED):
        rows = slice(start, min(start + SHARED, len(queries)))
        first = min(int(windows.lo[start]), len(targets) - k)
        last = max(int(windows.hi[rows.stop - 1]), first + k)
        near = nearest(queries[rows], targets[first:last], k)
        indices[rows], values[rows] = near.indices + first, near.similarities
    return Neighbours(indices, values)


def _margins(forth: Neighbours, back: Neighbours) -> Floats:
    """The margins (n, k) of the neighbours of one side, from those of both."""
    return margin(forth.similarities, crowding(forth.similarities)[:, None], crowding(back.similarities)[forth.indices])


def _longest(counts: Floats) -> Ints:
    """The place of the longest text in each of SAMPLE stretches."""
    bounds = np.unique(np.linspace(0, len(counts), SAMPLE + 1).astype(np.intp))
    return np.array([a + int(counts[a:b].argmax()) for a, b in pairwise(bounds)], dtype=np.intp)


def _unfilled(count: int, k: int) -> Neighbours:
    return Neighbours(np.zeros((count, k), dtype=np.intp), np.full((count, k), -np.inf, dtype=np.float32))


def _wide(vectors: Comparable) -> Floats:
    return vectors.astype(np.float32, copy=False)


def _top(similar: Floats, k: int) -> Neighbours:
    """The places of the k largest in each row, and their values, largest first."""
    indices = np.argpartition(-similar, k - 1, axis=1)[:, :k]
    return _best(Neighbours(indices, np.take_along_axis(similar, indices, axis=1)), k)


def _best(near: Neighbours, k: int) -> Neighbours:
    order = np.argsort(-near.similarities, axis=1, kind="stable")[:, :k]
    similarities = np.take_along_axis(near.similarities, order, axis=1)
    return Neighbours(np.take_along_axis(near.indices, order, axis=1), similarities)


def _nearer(similar: Floats, least: Floats, k: int) -> Nearer:
    """The k most similar (n, m) of each row that are above the ``least`` (n,) of the row.

    After the first tiles few are: then only the rows concerned are sorted.
    """
    nearer = similar > least[:, None]
    if k < similar.shape[1] and np.count_nonzero(nearer) * FEW > nearer.size:
        nearer &= similar >= np.partition(similar, -k, axis=1)[:, -k, None]
    fresh, rows = _ragged(similar, nearer)
    return Nearer(rows, _best(fresh, k))


def _improve(near: Neighbours, nearer: Nearer, first: int) -> None:
    """Put into ``near``, in place, what is nearer among vectors ``first`` and following."""
    fresh, old = nearer.neighbours, near.of(nearer.rows)
    indices = np.concatenate([old.indices, fresh.indices + first], axis=1)
    similarities = np.concatenate([old.similarities, fresh.similarities], axis=1)
    best = _best(Neighbours(indices, similarities), near.indices.shape[1])
    near.indices[nearer.rows], near.similarities[nearer.rows] = best


def _ragged(similar: Floats, nearer: NDArray[np.bool_]) -> tuple[Neighbours, Ints]:
    """The cells that are ``nearer`` as a table, shorter rows filled up with nothing, and the rows that have any."""
    if nearer.flags.c_contiguous:
        lines, columns = np.divmod(np.flatnonzero(nearer), nearer.shape[1])
    else:
        columns, lines = np.divmod(np.flatnonzero(nearer.T), nearer.shape[0])
        order = np.argsort(lines, kind="stable")
        lines, columns = lines[order], columns[order]
    rows, starts, counts = np.unique(lines, return_index=True, return_counts=True)
    fresh = _unfilled(len(rows), int(counts.max(initial=0)))
    line, rank = np.repeat(np.arange(len(rows)), counts), np.arange(len(lines)) - np.repeat(starts, counts)
    fresh.indices[line, rank] = columns
    fresh.similarities[line, rank] = similar[lines, columns]
    return fresh, rows


def _greatest(tree: list[tuple[float, int]], count: int) -> tuple[float, int]:
    """The greatest entry among the first ``count``."""
    best = (0.0, -1)
    while count:
        best = max(best, tree[count])
        count -= count & -count
    return best


def _settle(tree: list[tuple[float, int]], ends: list[tuple[int, float]], count: int) -> None:
    """Enter the last pairs of ``count``: their columns and the sums of the chains that end with them."""
    for index, (j, total) in enumerate(ends, count - len(ends)):
        node, entry = j + 1, (total, index)
        while node < len(tree):
            tree[node] = max(tree[node], entry)
            node += node & -node


def _linked(matches: Sequence[Match]) -> tuple[list[float], list[int]]:
    """For each match the similarities of the best chain that ends with it, summed, and the match before it or -1."""
    totals, before = [match.similarity for match in matches], [-1] * len(matches)
    for k, match in enumerate(matches):
        for earlier in range(max(0, k - BEFORE), k):
            i, j, _ = matches[earlier]
            near = match.i - i <= GAP + 1 and 0 < match.j - j <= GAP + 1
            if near and totals[earlier] + match.similarity > totals[k]:
                totals[k], before[k] = totals[earlier] + match.similarity, earlier
    return totals, before


def _free(spans: Sequence[Stretch], new: Stretch) -> bool:
    """Whether a stretch (first, last) touches none of ``spans``, which are apart and in order."""
    after = bisect_left(spans, new)
    return (not after or spans[after - 1][1] < new[0]) and (after == len(spans) or new[1] < spans[after][0])
