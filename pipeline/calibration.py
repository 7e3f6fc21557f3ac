"""Scores that are probabilities: by logistic regression (Platt 1999 for the idea), and what a set of them promises.

They are corrected for a share of right items that differs from that of the data fitted to (Saerens, Latinne &
Decaestecker 2002). ``benchmarks/calibrating.py`` fits them and measures how far they can be trusted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.weights import Table, ordered

Array: TypeAlias = NDArray[np.float64]
EDGE = 1e-6  # from 0 and from 1; nothing is surer
STEPS = 50  # of any iteration
POINTS = 99  # quantiles that an integral is taken over


@dataclass(frozen=True, slots=True)
class Logistic:
    """Odds are exp(measures @ weights + constant)."""

    weights: tuple[float, ...]
    constant: float

    def __call__(self, measures: ArrayLike) -> Array:
        """Probabilities (n,) of measures (n, k)."""
        return chance(np.asarray(measures, dtype=np.float64) @ np.array(self.weights) + self.constant)

    def named(self, names: Sequence[str]) -> dict[str, float]:
        """The weights by the names of their measures, and the ``constant``: what ``logistic`` reads."""
        return dict(zip((*names, "constant"), (*self.weights, self.constant), strict=True))


def logistic(table: Table, names: Sequence[str]) -> Logistic:
    """The function whose weights and ``constant`` stand in a table, for measures in the order of ``names``."""
    *found, constant = ordered(table, (*names, "constant"))
    return Logistic(tuple(found), constant)


def vector(table: Table, names: Sequence[str]) -> NDArray[np.float32]:
    """The numbers (n,) of a table in the order of ``names``; nobody can write into them."""
    out = np.array(ordered(table, names), dtype=np.float32)
    out.setflags(write=False)
    return out


class Expected(NamedTuple):
    """Of ``total`` items ``right`` are expected to be right: a ``precision`` between ``low`` and ``high``."""

    total: int
    right: float
    precision: float
    low: float
    high: float


def chance(odds: ArrayLike) -> Array:
    """Probabilities of log odds."""
    out: Array = 1 / (1 + np.exp(-np.clip(np.asarray(odds, dtype=np.float64), -30, 30)))
    return out


def log_odds(chances: ArrayLike) -> Array:
    """Log odds of probabilities; those of 0 and 1 are bounded."""
    bounded = np.clip(np.asarray(chances, dtype=np.float64), EDGE, 1 - EDGE)
    out: Array = np.log(bounded / (1 - bounded))
    return out


def adapted(chances: ArrayLike, usual: float, strength: float, total: int | None = None) -> Array:
    """Probabilities for a set whose share of right items is its own, found by expectation and maximisation.

    ``usual`` is the share that ``chances`` (n,) assume, held on to as if ``strength`` items had shown it. Of ``total``
    items (n unless given) those not in ``chances`` are surely wrong.
    """
    odds = log_odds(chances)
    size = (len(odds) if total is None else max(total, len(odds))) + strength
    share = usual
    for _ in range(4 * STEPS):
        p = chance(odds + float(log_odds(share) - log_odds(usual)))
        before, share = share, (float(p.sum()) + strength * usual) / max(size, EDGE)
        if abs(share - before) < EDGE:
            break
    return chance(odds + float(log_odds(share) - log_odds(usual)))


def expected_precision(scores: ArrayLike, spread: float = 0.0, cover: float = 0.95) -> Expected:
    """What a set of scored items (n,) promises, with the interval that holds the true precision in ``cover`` of cases.

    Two things make it uncertain: items fall right or wrong (Poisson binomial, by its normal approximation), and all
    scores of a set may be off together, by a normal shift of their log odds with standard deviation ``spread``.
    """
    x = np.asarray(scores, dtype=np.float64)
    if not len(x):
        return Expected(0, 0.0, 0.0, 0.0, 0.0)
    normal = np.array([NormalDist().inv_cdf((k + 0.5) / POINTS) for k in range(POINTS)])
    counts = []
    for shift in spread * normal:
        p = chance(log_odds(x) + shift)
        counts.append(p.sum() + np.sqrt((p * (1 - p)).sum()) * normal)
    low, high = np.quantile(np.clip(np.concatenate(counts) / len(x), 0, 1), [(1 - cover) / 2, (1 + cover) / 2])
    return Expected(len(x), float(x.sum()), float(x.mean()), float(low), float(high))
