"""Fits the score of mined passages to the fitting half: ``python -m benchmarks.fit_passages [--without M] [--write]``.

A logistic function of two measures, of the pairs that are taken when they are taken best first, which depends on it in
turn: so it is fitted a few times over. ``--write`` writes ``pipeline/align/passages.toml``. The spread of whole
corpora is taken from the held-back half: on what was fitted to, it would look too small.
"""

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibrating import calibration_error, fit_logistic, fit_spread
from benchmarks.comparable import DATA, HALVES, SEEDS, Corpus, corpora
from benchmarks.floors import DEV, absent
from benchmarks.passport import Value, data_digest, write
from pipeline.align import passages
from pipeline.align.band import Ints
from pipeline.align.matching import best_first
from pipeline.align.passages import MEASURES
from pipeline.calibration import Array, Logistic, adapted
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder, Floats

ROUNDS = 5
STRENGTH = 30.0  # a corpus's own share of counterparts weighs as much as this many texts: chosen, not fitted


class Example(NamedTuple):
    """The pairs of a corpus, their measures, whether each is right, and how many texts the smaller side has."""

    corpus: Corpus
    pairs: Ints
    measures: Floats
    right: Array
    size: int

    def of(self, indices: NDArray[np.intp]) -> "Example":
        """Some of the pairs."""
        return Example(self.corpus, self.pairs[indices], self.measures[indices], self.right[indices], self.size)


def main() -> int:
    """Fit and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", choices=MEASURES, help="as if this measure were not there")
    parser.add_argument("--write", action="store_true", help=f"write the weights down, with a strength of {STRENGTH:g}")
    options = parser.parse_args()
    without = options.without
    if absent(DEV / "align"):
        return 0
    columns = [k for k, name in enumerate(MEASURES) if name != without]
    embedder = use.load()
    fitted, held_back = (
        [_thinned(example(corpus, embedder), columns) for corpus in corpora(half) if corpus.left and corpus.right]
        for half in HALVES
    )
    odds, usual = fit(fitted)
    named = odds.named([MEASURES[k] for k in columns])
    print(", ".join(f"{name} {weight:.2f}" for name, weight in named.items()), f"usual {usual:.2f}", sep="; ")
    for strength in (3.0, 10.0, STRENGTH, 100.0, 1e9):
        sets = [scored(sample, odds, usual, strength) for sample in held_back]
        scores, right = (np.concatenate(column) for column in zip(*sets, strict=True))
        error, spread = calibration_error(scores, right), fit_spread(sets)
        loss = _loss(held_back, odds, usual, strength)
        print(f"strength {strength:g}: log loss {_loss(fitted, odds, usual, strength):.1f} where fitted, ", end="")
        print(f"{loss:.1f} held back; spread {spread:.1f}; calibration error {error:.3f}")
        if strength == STRENGTH and options.write and not without:
            tables = {
                "odds": {name: round(weight, 2) for name, weight in named.items()},
                "corpus": {"usual": round(usual, 2), "strength": STRENGTH, "spread": round(spread, 1)},
            }
            print(write("align/passages.toml", tables, _passport(loss, error)))
    return 0


def _passport(loss: float, error: float) -> dict[str, Value]:
    data = f"benchmarks/data/passages and seeds, {data_digest(DATA, SEEDS)}; ../shared/dev/align/fr-en.clean, "
    return {
        "command": "python -m benchmarks.fit_passages --write",
        "data": data + data_digest("align/fr-en.clean"),
        "held_back": {"log loss": round(loss, 1), "calibration error": round(error, 3)},
    }


def example(corpus: Corpus, embedder: Embedder) -> Example:
    """What the miner sees of a corpus."""
    sides = passages.lines(corpus.left), passages.lines(corpus.right)
    pairs, measures, _ = passages.measure(sides, corpus.known, embedder)
    links = corpus.links
    right = [(sides[0][i].key, sides[1][j].key) in links for i, j in pairs.tolist()]
    return Example(corpus, pairs, measures, np.array(right, dtype=np.float64), min(len(side) for side in sides))


def fit(examples: Sequence[Example]) -> tuple[Logistic, float]:
    """The odds, and the share of texts on the smaller side that have a counterpart."""
    mutual = list(examples)
    for _ in range(ROUNDS):
        measures = np.concatenate([sample.measures for sample in mutual])
        right = np.concatenate([sample.right for sample in mutual])
        odds = fit_logistic(measures, right)
        mutual = [sample.of(best_first(*sample.pairs.T, odds(sample.measures))) for sample in examples]
    return odds, sum(float(sample.right.sum()) for sample in mutual) / sum(sample.size for sample in mutual)


def scored(sample: Example, odds: Logistic, usual: float, strength: float, least: float = 0.1) -> tuple[Array, Array]:
    """Scores of the pairs that are taken, from ``least`` on, and whether they are right."""
    mutual = sample.of(best_first(*sample.pairs.T, odds(sample.measures)))
    scores = adapted(odds(mutual.measures), usual, strength, sample.size)
    return scores[scores >= least], mutual.right[scores >= least]


def _loss(examples: Sequence[Example], odds: Logistic, usual: float, strength: float) -> float:
    total = 0.0
    for sample in examples:
        scores, right = scored(sample, odds, usual, strength, 0)
        p = np.clip(scores, 1e-4, 1 - 1e-4)
        total -= float((right * np.log(p) + (1 - right) * np.log(1 - p)).sum())
    return total


def _thinned(sample: Example, columns: Sequence[int]) -> Example:
    return sample._replace(measures=sample.measures[:, list(columns)])


if __name__ == "__main__":
    raise SystemExit(main())
