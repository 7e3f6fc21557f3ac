"""How far scores of machine translations can be trusted on sentences that no weight was fitted to.

``python -m benchmarks.usability [--check [FLOORS]]``: each engine at hand translates 600 sentences of the kinds that
``fit_usability`` draws from, none of them among those that it drew; their scores are those that a corpus would hold.
Figures by engine: one less the expected calibration error, and the area under the curve. Then, for texts of one kind,
the calibration error before and after ``VERDICTS`` verdicts on them, which shift the scores of the others (median).
"""

import argparse
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibrating import calibration_error
from benchmarks.fit_usability import MT, ReferencedSentence, area, draw_sentences, engines, translate
from benchmarks.floors import DEFAULT, absent, check
from pipeline.calibration import chance, log_odds
from pipeline.embedding import use
from pipeline.translation.usability import ScoredVerdict, shift, usable

FITTED = 4_000  # the most sentences that anything was fitted to or looked at
DRAWN, SEED = 2_000, 14
COUNT = 600
VERDICTS, DRAWS = 50, 20


def main() -> int:
    """How many figures are below a floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", nargs="?", const=DEFAULT, type=Path, metavar="FLOORS")
    options = parser.parse_args()
    if absent(MT):
        return 0
    sentences = fresh_sentences()
    figures: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        for engine in engines((), Path(folder)):
            attempts, right = translate(engine, sentences)
            scores = usable(attempts, use.load())[0].astype(np.float64)
            name = f"usability.{engine.signature.engine}"
            figures[f"{name}.calibration"] = 1 - calibration_error(scores, right)
            figures[f"{name}.auc"] = area(scores, right)
            for kind, rows in (("news", slice(0, COUNT // 2)), ("other texts", slice(COUNT // 2, COUNT))):
                before, after = np.median([heeded(scores[rows], right[rows], draw) for draw in range(DRAWS)], axis=0)
                print(f"{name}, {kind}: calibration error {before:.3f}, after {VERDICTS} verdicts {after:.3f}")
    for label, figure in figures.items():
        print(f"{label:32s} {figure:.4f}")
    return check(figures, options.check) if options.check else 0


def heeded(scores: NDArray[np.float64], right: NDArray[np.bool_], seed: int) -> tuple[float, float]:
    """The calibration error on what was not judged, before the verdicts and after; scores and truth (n,)."""
    judged = np.zeros(len(scores), dtype=bool)
    judged[Random(seed).sample(range(len(scores)), VERDICTS)] = True
    odds = log_odds(scores)
    moved = shift([ScoredVerdict(each, bool(usable)) for each, usable in zip(odds[judged], right[judged], strict=True)])
    rest, truth = odds[~judged], right[~judged]
    return calibration_error(chance(rest), truth), calibration_error(chance(rest + moved), truth)


def fresh_sentences() -> list[ReferencedSentence]:
    """Half news, half other kinds, none among what was drawn for fitting."""
    fitted = {sentence.source for count in (FITTED // 2, FITTED) for sentence in draw_sentences(count)}
    fresh = [sentence for sentence in draw_sentences(DRAWN, SEED) if sentence.source not in fitted]
    kinds = [[sentence for sentence in fresh if (sentence.kind == "news") == news] for news in (True, False)]
    return [sentence for kind in kinds for sentence in Random(SEED).sample(kind, COUNT // 2)]


if __name__ == "__main__":
    raise SystemExit(main())
