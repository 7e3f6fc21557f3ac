"""Fit the weights of ``enregard mine`` on the development set: ``python -m benchmarks.fit_mine [--write]``.

Logistic regression over the candidates, with a little ridge. Prints the weights (``--write`` writes them to
``pipeline/align/mining.toml``) and, by cross-validation over sentences, the F1 at the threshold of the configuration
and the calibration of the scores of the pairs that choose each other.
"""

import argparse

import numpy as np

from benchmarks.calibrating import calibration_error, fit_logistic
from benchmarks.floors import DEV, absent
from benchmarks.passport import data_digest, write
from benchmarks.scoring import read_lines
from pipeline.align.matching import mutual_best
from pipeline.align.mine import MEASURES, Candidates, find_candidates
from pipeline.config import MineConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Floats

FOLDS, SEEDS = 5, 5


def main() -> int:
    """Print the weights and what they are worth."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="write them down, too")
    options = parser.parse_args()
    if absent(DEV / "mine"):
        return 0
    left, right = read_lines(DEV / "mine" / "left.fr"), read_lines(DEV / "mine" / "right.en")
    gold = {tuple(line.split("\t")) for line in read_lines(DEV / "mine" / "gold.tsv")}
    candidates = find_candidates(left, right, use.load(), MineConfig())
    pairs = zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)
    truth = np.array([(left[i], right[j]) in gold for i, j in pairs], dtype=np.float32)
    fitted = fit_logistic(candidates.measures, truth)
    odds = {name: round(weight, 2) for name, weight in fitted.named(MEASURES).items()}
    for name, weight in odds.items():
        print(f"{name:16s} {weight:8.2f}")
    rows = [_held_back(candidates, truth, len(gold), seed) for seed in range(SEEDS)]
    f1, error = np.mean(rows, axis=0).tolist()
    print(f"cross-validated: F1 {f1:.4f}, expected calibration error {error:.4f}")
    if options.write:
        facts = {
            "command": "python -m benchmarks.fit_mine --write",
            "data": f"../shared/dev/mine, {data_digest('mine')}",
        }
        held_back = {"F1": round(f1, 4), "calibration error": round(error, 4)}
        print(write("align/mining.toml", {"odds": odds}, {**facts, "held_back": held_back}))
    return 0


def _held_back(candidates: Candidates, truth: Floats, expected: int, seed: int) -> tuple[float, float]:
    """F1 and expected calibration error when each left sentence's candidates are judged by a fit without them."""
    folds = np.random.default_rng(seed).integers(0, FOLDS, candidates.left.max() + 1)[candidates.left]
    scores = np.zeros(len(truth))
    for fold in range(FOLDS):
        scores[folds == fold] = fit_logistic(candidates.measures[folds != fold], truth[folds != fold])(
            candidates.measures[folds == fold]
        )
    mutual = mutual_best(candidates.left, candidates.right, scores)
    mined = mutual[scores[mutual] >= MineConfig().threshold]
    f1 = 2 * float(truth[mined].sum()) / (len(mined) + expected)
    return f1, calibration_error(scores[mutual], truth[mutual])


if __name__ == "__main__":
    raise SystemExit(main())
