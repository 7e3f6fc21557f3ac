"""Passages mined in documents that do not translate each other: ``python -m benchmarks.passages [--check] [--fit]``.

On the held-back half (``benchmarks.comparable``), which no weight was fitted to. A passage is right when it shares a
sentence with a known one on both sides. Precision and recall are at the configuration's threshold; the calibration
error is of the scores from 0.1 on. With 95 % intervals: from whole events, articles and pairs drawn anew. What is
related is right when its two sides tell at least of the same event, as the articles are labelled.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.calibrating import calibration_error, reliability
from benchmarks.comparable import Corpus, corpora
from benchmarks.floors import DEFAULT, check
from pipeline.align.passages import Passage, expected, find_passages, least_shown
from pipeline.calibration import Array
from pipeline.config import MineConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder
from pipeline.evaluation.gold import Score, score

LEAST = 0.1  # score from which calibration is measured
DRAWS = 500
KINDS = {
    "comparable": ("comparable", "event"),
    "nothing": ("nothing", "bare"),
    "news": ("news",),
    "seeds": ("seeds",),
}


class Result(NamedTuple):
    """What was mined in one corpus: scores, whether each is right, and which of the known passages were met.

    ``related``: (all, right ones, of those that say the same, known ones, known ones that are met as related or as
    passages).
    """

    kind: str
    scores: Array
    right: Array
    met: Array
    related: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)

    def from_(self, least: float) -> "Result":
        """Only the scores from ``least`` on."""
        above = self.scores >= least
        return self._replace(scores=self.scores[above], right=self.right[above])


def main() -> int:
    """How many figures are below a floor."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", nargs="?", const=DEFAULT, type=Path, metavar="FLOORS", help="F1 must not be below")
    parser.add_argument("--fit", action="store_true", help="measure on the fitting half")
    options = parser.parse_args()
    embedder = use.load()
    results = [
        mined(corpus, embedder) for corpus in corpora("fit" if options.fit else "held") if corpus.left and corpus.right
    ]
    figures: dict[str, float] = {}
    for name, kinds in {**KINDS, "all": sum(KINDS.values(), ())}.items():
        group = [result for result in results if result.kind in kinds]
        if group:
            figures |= _report(name, group)
    _related(results)
    _bins([result for result in results if result.kind != "news"], "all but news")
    _bins(results, "all")
    return check(figures, options.check) if options.check else 0


def mined(corpus: Corpus, embedder: Embedder) -> Result:
    """Mine a corpus, down to LEAST."""
    config = MineConfig()
    low = MineConfig(config.max_sentences, config.neighbours, config.threshold, LEAST, 0.0)
    mined_passages = [
        passage
        for passage in find_passages(corpus.left, corpus.right, corpus.known, embedder, low)
        if passage.kind == "passage"
    ]
    links = corpus.links
    right = [any((i, j) in links for i in passage.left for j in passage.right) for passage in mined_passages]
    met = [_met(unit, mined_passages, config.passage_threshold) for unit in corpus.gold]
    scores = np.array([passage.score for passage in mined_passages], dtype=np.float64)
    related = _related_counts(corpus, find_passages(corpus.left, corpus.right, corpus.known, embedder, config))
    return Result(corpus.kind, scores, np.array(right, dtype=np.float64), np.array(met, dtype=np.float64), related)


def _related_counts(corpus: Corpus, shown: Sequence[Passage]) -> tuple[int, int, int, int, int]:
    pairs = [(passage.left[0], passage.right[0]) for passage in shown if passage.kind == "related"]
    same = sum(pair in corpus.links for pair in pairs)
    right = same + sum(pair in corpus.related_links for pair in pairs)
    met = sum(_met(unit, shown, 0.0) for unit in corpus.related)
    return len(pairs), right, same, len(corpus.related), met


def _related(results: Sequence[Result]) -> None:
    for kind in dict.fromkeys(result.kind for result in results):
        shown, right, same, known, met = np.sum([result.related for result in results if result.kind == kind], axis=0)
        print(f"related, {kind}: {shown}, {right} at least of the same event, {same} of them say the same;", end=" ")
        print(f"{met} of {known} that are known are in a pair")


def _met(unit: tuple[frozenset[str], frozenset[str]], mined_passages: Sequence[Passage], least: float) -> bool:
    return any(
        passage.score >= least and unit[0] & set(passage.left) and unit[1] & set(passage.right)
        for passage in mined_passages
    )


def _report(name: str, results: Sequence[Result]) -> dict[str, float]:
    """Print a paragraph on some results; the figures that have floors."""
    above = [result.from_(MineConfig().passage_threshold) for result in results]
    total = _score(above)
    promised = expected(np.concatenate([result.scores for result in above]).tolist())
    errors = _drawn(results, _error)
    print(f"{name}: {promised.total} mined, {promised.right:.1f} expected to be right ({promised.low:.2f} to", end="")
    print(f" {promised.high:.2f}), {sum(result.right.sum() for result in above):.0f} are; ", end="")
    print(f"calibration error {_error(results):.3f} ({errors[0]:.3f} to {errors[1]:.3f})")
    shown = [result.from_(least_shown(result.scores.tolist(), MineConfig())) for result in above]
    corpora_shown = sum(len(result.scores) > 0 for result in shown)
    print(f"  shown by default: {sum(len(result.scores) for result in shown)}, ", end="")
    print(f"{sum(result.right.sum() for result in shown):.0f} right, in {corpora_shown} of {len(shown)} corpora")
    if not any(len(result.met) for result in results):
        return {}
    intervals = [_drawn(above, lambda resampled, k=k: _score(resampled)[k]) for k in range(3)]  # type: ignore[misc]
    for label, value, (low, high) in zip(Score._fields, total, intervals, strict=True):
        print(f"  {label:9s} {value:.3f} ({low:.3f} to {high:.3f})")
    return {f"passages.{name}.f1": total.f1, f"passages.{name}.calibration": 1 - _error(results)}


def _score(results: Sequence[Result]) -> Score:
    proposed, known_units = sum(len(result.scores) for result in results), sum(len(result.met) for result in results)
    right, met = (
        sum(float(result.right.sum()) for result in results),
        sum(float(result.met.sum()) for result in results),
    )
    return score(right, proposed, known_units, met)


def _error(results: Sequence[Result]) -> float:
    return calibration_error(*_pooled(results))


def _pooled(results: Sequence[Result]) -> tuple[Array, Array]:
    return np.concatenate([result.scores for result in results]), np.concatenate([result.right for result in results])


def _drawn(results: Sequence[Result], measure: Callable[[Sequence[Result]], float]) -> tuple[float, float]:
    """95 % of a measure when corpora, and what is in them, are drawn again with replacement."""
    random = np.random.default_rng(0)
    values = []
    for _ in range(DRAWS):
        draw = random.integers(0, len(results), len(results))
        values.append(measure([_again(results[k], random) for k in draw]))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _again(result: Result, random: np.random.Generator) -> Result:
    items = (
        random.integers(0, len(result.scores), len(result.scores)) if len(result.scores) else np.zeros(0, dtype=np.intp)
    )
    units = random.integers(0, len(result.met), len(result.met)) if len(result.met) else np.zeros(0, dtype=np.intp)
    return Result(result.kind, result.scores[items], result.right[items], result.met[units])


def _bins(results: Sequence[Result], name: str) -> None:
    print(f"score       mined  mean score  right   ({name})")
    for interval in reliability(*_pooled(results)):
        span = f"{interval.low:.1f} to {interval.high:.1f}"
        print(f"{span}  {interval.size:5d}  {interval.score:10.3f}  {interval.right:.3f}")


if __name__ == "__main__":
    sys.exit(main())
