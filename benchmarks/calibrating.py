"""Fitting probabilities and measuring how far they can be trusted.

Logistic regression with a ridge (Platt 1999 for the idea); expected calibration error over equal bins (Naeini et al.
2015).
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from matplotlib import pyplot
from numpy.typing import ArrayLike

from pipeline.calibration import EDGE, POINTS, STEPS, Logistic, chance, log_odds


class Bin(NamedTuple):
    """Items with scores from ``low`` to ``high``: how many, their mean score, and the share of them that is right."""

    low: float
    high: float
    size: int
    score: float
    right: float


def fit_logistic(
    measures: ArrayLike, right: ArrayLike, weights: ArrayLike | None = None, ridge: float = 1.0
) -> Logistic:
    """From measures (n, k) to whether an item is ``right`` (n,), by Newton's method.

    ``weights`` (n,) of the items are 1 unless given; ``ridge`` holds the weights of the standardised measures small.
    """
    x, y = np.asarray(measures, dtype=np.float64), np.asarray(right, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    centre, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    design = np.column_stack([(x - centre) / scale, np.ones(len(x))])
    penalty = np.diag([ridge] * x.shape[1] + [1e-6])
    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        p = chance(design @ beta)
        slope = design.T @ (w * (y - p)) - penalty @ beta
        step = np.linalg.solve((design * (w * p * (1 - p))[:, None]).T @ design + penalty, slope)
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    plain = beta[:-1] / scale
    return Logistic(tuple(plain.tolist()), float(beta[-1] - plain @ centre))


def reliability(scores: ArrayLike, right: ArrayLike, bins: int = 10) -> list[Bin]:
    """Items (n,) in equal bins of score; empty ones are left out."""
    x, y = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=np.float64)
    bin_of = np.minimum((x * bins).astype(np.intp), bins - 1)
    groups = ((k, bin_of == k) for k in np.unique(bin_of).tolist())
    return [
        Bin(k / bins, (k + 1) / bins, int(inside.sum()), float(x[inside].mean()), float(y[inside].mean()))
        for k, inside in groups
    ]


def calibration_error(scores: ArrayLike, right: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: mean distance of score and share of right items over bins, by their counts."""
    filled = reliability(scores, right, bins)
    return sum(bin_.size * abs(bin_.score - bin_.right) for bin_ in filled) / max(1, sum(bin_.size for bin_ in filled))


def fit_spread(sets: Sequence[tuple[ArrayLike, ArrayLike]], most: float = 4.0, ridge: float = 0.1) -> float:
    """The ``spread`` of ``expected_precision`` under which sets of (scores, right) are likeliest, by trying values."""
    normal = np.array([NormalDist().inv_cdf((k + 0.5) / POINTS) for k in range(POINTS)])
    samples = [(log_odds(scores), np.asarray(right, dtype=np.float64)) for scores, right in sets]

    def likelihood(spread: float) -> float:
        total = -ridge * spread
        for odds, right in samples:
            p = np.clip(chance(odds + spread * normal[:, None]), EDGE, 1 - EDGE)
            logs = (np.log(p) * right + np.log(1 - p) * (1 - right)).sum(axis=1)
            total += float(np.logaddexp.reduce(logs))
        return total

    return float(max(np.arange(0, most + 0.05, 0.1), key=lambda spread: likelihood(float(spread))))


def draw_reliability(scores: ArrayLike, right: ArrayLike, file: Path, subject: str) -> None:
    """The reliability diagram of ``subject`` as a picture: a bin a point, with how many items it holds."""
    figure, axes = pyplot.subplots(figsize=(5, 4.6))
    axes.plot([0, 1], [0, 1], color="#888", linewidth=1)
    for interval in reliability(scores, right):
        axes.scatter(interval.score, interval.right, s=20 + 2 * interval.size**0.5, color="C0")
        axes.annotate(
            str(interval.size),
            (interval.score, interval.right),
            xytext=(6, -10),
            textcoords="offset points",
            fontsize=8,
        )
    axes.set(
        xlabel="score", ylabel="right", title=f"{subject}: calibration error {calibration_error(scores, right):.3f}"
    )
    figure.tight_layout()
    figure.savefig(file, dpi=110)
