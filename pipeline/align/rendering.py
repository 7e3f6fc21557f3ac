"""How much of one sentence another one renders, word by word.

``coverage`` tells which part of the words has a counterpart; whether a pair is a translation also depends on how much
that is: three words of four prove little, nine of twelve prove much, and one rare name left over speaks against it.
Rarity is information here (negative log frequency), in tens, so that sums can be weighed by a logistic regression.
"""

import numpy as np

from pipeline.align.coverage import Words
from pipeline.align.neighbours import Places
from pipeline.embedding.embed import Floats

MEASURES = ("rendered", "lost", "found")
RAREST = 7.5  # a rarer word counts no more, so that large sets are judged as small ones


def rendered(left: Words, right: Words, rows: Places, columns: Places) -> Floats:
    """MEASURES (pairs, 3) of pairs of texts, each of the side for which it is worse.

    The share of all rarity that has a counterpart (0..1), the rarity without one, and the rarity that has one.
    """
    rarity = [np.minimum(side.rarity, RAREST) for side in (left, right)]
    out = np.zeros((len(rows), len(MEASURES)), dtype=np.float32)
    for k, (i, j) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        ours, theirs = left.places[i], right.places[j]
        similar = _similar(left, right, i, j)
        sides = (
            _measured(similar.max(axis=1, initial=0), rarity[0][ours]),
            _measured(similar.max(axis=0, initial=0), rarity[1][theirs]),
        )
        out[k] = [worse(values) for worse, values in zip((min, max, min), zip(*sides, strict=True), strict=True)]
    return out


def _similar(left: Words, right: Words, i: int, j: int) -> Floats:
    """Cosines (n, m) of the words of two texts; 1 for those written alike, 0 for other numbers."""
    ours, theirs = left.places[i], right.places[j]
    similar: Floats = left.vectors[ours] @ right.vectors[theirs].T
    stems = left.stems[ours][:, None], right.stems[theirs]
    similar[(stems[0] < 0) | (stems[1] < 0)] = 0
    similar[stems[0] == stems[1]] = 1
    return similar


def _measured(best: Floats, rarity: Floats) -> tuple[float, float, float]:
    """Share, lost and found of one side. A text without words is half rendered."""
    total, found = float(rarity.sum()) / 10, float(best @ rarity) / 10
    return (found / total, total - found, found) if total else (0.5, 0.0, 0.0)
