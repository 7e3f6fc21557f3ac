"""Fit the weights of ``enregard mine`` on the development set: ``python -m benchmarks.fit_mine``.

Logistic regression over the candidates, with a little ridge. Prints the weights that stand in
``pipeline/align/mine.py`` and, by cross-validation over sentences, the F1 at the threshold of the configuration and the
calibration of the scores of the pairs that choose each other.
"""

import numpy as np

from benchmarks.floors import DEV, absent
from benchmarks.scoring import read_lines
from pipeline.align.mine import MEASURES, Candidates, measured, mutual, probabilities
from pipeline.config import MineConfig
from pipeline.embed import Floats
from pipeline.engines import use

RIDGE, STEPS = 1.0, 30
FOLDS, SEEDS, BINS = 5, 5, 10


def main() -> int:
    """Print the weights and what they are worth."""
    if absent(DEV / "mine"):
        return 0
    left, right = read_lines(DEV / "mine" / "left.fr"), read_lines(DEV / "mine" / "right.en")
    gold = {tuple(line.split("\t")) for line in read_lines(DEV / "mine" / "gold.tsv")}
    found = measured(left, right, use.load(), MineConfig())
    pairs = zip(found.left.tolist(), found.right.tolist(), strict=True)
    truth = np.array([(left[i], right[j]) in gold for i, j in pairs], dtype=np.float32)
    for name, weight in zip((*MEASURES, "constant"), fit(found.measures, truth), strict=True):
        print(f"{name:16s} {weight:8.3f}")
    rows = [_held_back(found, truth, len(gold), seed) for seed in range(SEEDS)]
    print("cross-validated: F1 {:.4f}, expected calibration error {:.4f}".format(*np.mean(rows, axis=0)))
    return 0


def fit(measures: Floats, truth: Floats) -> Floats:
    """The weights and the constant that make ``truth`` (k,) likeliest, by Newton's method on scaled measures."""
    mean, spread = measures.mean(axis=0), measures.std(axis=0)
    x = np.column_stack([(measures - mean) / spread, np.ones(len(truth))])
    ridge = RIDGE * np.diag([1.0] * measures.shape[1] + [0.0])
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (truth - chance) - ridge @ weights
        weights += np.linalg.solve((x * (chance * (1 - chance))[:, None]).T @ x + ridge, slope)
    scaled = weights[:-1] / spread
    return np.append(scaled, weights[-1] - mean @ scaled).astype(np.float32)


def _held_back(found: Candidates, truth: Floats, wanted: int, seed: int) -> tuple[float, float]:
    """F1 and expected calibration error when each left sentence's candidates are judged by a fit without them."""
    folds = np.random.default_rng(seed).integers(0, FOLDS, found.left.max() + 1)[found.left]
    scores = np.zeros(len(truth), dtype=np.float32)
    for fold in range(FOLDS):
        weights = fit(found.measures[folds != fold], truth[folds != fold])
        scores[folds == fold] = probabilities(found.measures[folds == fold], weights)
    kept = mutual(found, scores)
    taken = kept[scores[kept] >= MineConfig().threshold]
    f1 = 2 * float(truth[taken].sum()) / (len(taken) + wanted)
    return f1, _error(scores[kept], truth[kept])


def _error(scores: Floats, truth: Floats) -> float:
    """Mean distance between score and truth over BINS of equal width, weighted by what they hold."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    return sum(abs(float((scores - truth)[bins == k].sum())) for k in range(BINS)) / len(scores)


if __name__ == "__main__":
    raise SystemExit(main())
