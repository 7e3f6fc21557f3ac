"""Fits the score of mined passages to the fitting half: ``python -m benchmarks.fit_passages [--without M] [--write]``.

A logistic function of the measures, of the pairs that are taken when they are taken best first, which depends on it in
turn: so it is fitted a few times over; another one tells which pairs tell at least of the same event. ``--write``
writes ``pipeline/align/passages.toml``. The spread of whole corpora is taken from the held-back half: on what was
fitted to, it would look too small.
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
from pipeline.align.results import Forgetful
from pipeline.align.sharing import Equipment, unshared
from pipeline.align.streams import mined_side
from pipeline.calibration import Array, Logistic, adapted
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder, Floats

ROUNDS = 5
STRENGTH = 30.0  # a corpus's own share of counterparts weighs as much as this many texts: chosen, not fitted


class Example(NamedTuple):
    """The pairs of a corpus, their measures, whether each is right, and how many texts the smaller side has.

    ``related``: whether it is right or tells of the same event.
    """

    corpus: Corpus
    pairs: Ints
    measures: Floats
    right: Array
    related: Array
    size: int

    def of(self, indices: NDArray[np.intp]) -> "Example":
        """Some of the pairs."""
        return self._replace(
            pairs=self.pairs[indices],
            measures=self.measures[indices],
            right=self.right[indices],
            related=self.related[indices],
        )

    def lax(self) -> "Example":
        """The pairs as if those that tell of the same event were right."""
        return self._replace(right=self.related)


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
    related_odds, usual_related = fit([sample.lax() for sample in fitted])
    named, related_named = (
        {name: round(weight, 2) for name, weight in function.named([MEASURES[k] for k in columns]).items()}
        for function in (odds, related_odds)
    )
    print(
        f"the same: {named}; usual {usual:.2f}", f"the same event: {related_named}; usual {usual_related:.2f}", sep="\n"
    )
    for strength in (3.0, 10.0, STRENGTH, 100.0, 1e9):
        sets = [scored(sample, odds, usual, strength) for sample in held_back]
        scores, right = (np.concatenate(column) for column in zip(*sets, strict=True))
        error, spread = calibration_error(scores, right), fit_spread(sets)
        loss = _loss(held_back, odds, usual, strength)
        print(f"strength {strength:g}: log loss {_loss(fitted, odds, usual, strength):.1f} where fitted, ", end="")
        print(f"{loss:.1f} held back; spread {spread:.1f}; calibration error {error:.3f}")
        if strength == STRENGTH and options.write and not without:
            tables = {
                "odds": named,
                "related_odds": related_named,
                "corpus": {
                    "usual": round(usual, 2),
                    "usual_related": round(usual_related, 2),
                    "strength": STRENGTH,
                    "spread": round(spread, 1),
                },
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
    sides = mined_side(corpus.left), mined_side(corpus.right)
    pairs, measures, _ = passages.measure(sides, corpus.known, Equipment(embedder, Forgetful(), unshared(embedder)))
    left, right = (lines.lines(range(len(lines))) for lines in sides)
    keys = [(left[i].key, right[j].key) for i, j in pairs.tolist()]
    right_ones, related = (
        np.array([pair in links for pair in keys], dtype=np.float64)
        for links in (corpus.links, corpus.links | corpus.related_links)
    )
    return Example(corpus, pairs, measures, right_ones, related, min(map(len, sides)))


def fit(examples: Sequence[Example]) -> tuple[Logistic, float]:
    """The odds, and the share of texts on the smaller side that have a counterpart."""
    mutual = list(examples)
    for _ in range(ROUNDS):
        measures = np.concatenate([sample.measures for sample in mutual])
        right = np.concatenate([sample.right for sample in mutual])
        odds = fit_logistic(measures, right)
        mutual = [_mutual(sample, odds) for sample in examples]
    return odds, sum(float(sample.right.sum()) for sample in mutual) / sum(sample.size for sample in mutual)


def scored(sample: Example, odds: Logistic, usual: float, strength: float, least: float = 0.1) -> tuple[Array, Array]:
    """Scores of the pairs that are taken, from ``least`` on, and whether they are right."""
    mutual = _mutual(sample, odds)
    scores = adapted(odds(mutual.measures), usual, strength, sample.size)
    return scores[scores >= least], mutual.right[scores >= least]


def _mutual(sample: Example, odds: Logistic) -> Example:
    """Only the pairs that are taken."""
    return sample.of(best_first(sample.pairs[:, 0], sample.pairs[:, 1], odds(sample.measures)))


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
