"""Fit how likely a machine translation is to be usable: ``python -m benchmarks.fit_usability [--write] [--plot FILE]``.

Every engine at hand (and each ``--package FILE``) translates sentences that people translated, too: half of them news
(newstest2013), half from the eight largest sources of the training data, so that no kind of text is forgotten. Usable
is what has a sentence chrF of 50. Prints the weights (``--write`` writes them to
``pipeline/translation/usability.toml``) and, held back by sentence, the calibration error and the reliability of the
scores, for each engine and each kind of text.
"""

import argparse
import lzma
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.chrf import CHRF

from benchmarks.calibrating import calibration_error, draw_reliability, fit_logistic, reliability
from benchmarks.floors import absent
from benchmarks.passport import data_digest, write
from benchmarks.scoring import read_lines
from pipeline.config import PROJECT, Config
from pipeline.embedding import use
from pipeline.errors import EngineError
from pipeline.translation import packages
from pipeline.translation.argos import Argos
from pipeline.translation.choose import choose
from pipeline.translation.quality import check_translation
from pipeline.translation.translate import Engine, in_order
from pipeline.translation.usability import MEASURES, USABLE, Attempt, measure

MT = Path(os.environ.get("ENREGARD_MT", PROJECT.parent / "shared" / "mt"))
FILES = ("newstest2013.fr", "newstest2013.en", "fr-en.train.tsv.xz")
SOURCES, FOLDS, SEED = 8, 5, 13
EXCLUDED = "wmt"  # sources that hold what the development data measures
SHORTEST = 3  # words of a sentence


class ReferencedSentence(NamedTuple):
    """A sentence with a person's translation, and the kind of text that it is from."""

    kind: str
    source: str
    reference: str


class EngineSample(NamedTuple):
    """What one engine made of the sentences: MEASURES (n, k), which are usable (n,), whose they are, and the texts."""

    engine: str
    measures: NDArray[np.float32]
    right: NDArray[np.bool_]
    texts: list[str]


def main() -> int:
    """Print the weights and what they are worth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=2_000)
    parser.add_argument("--package", type=Path, action="append", default=[], help="an Argos package to fit to as well")
    parser.add_argument("--write", action="store_true", help="write the weights down, too")
    parser.add_argument("--plot", type=Path, help="where to draw the reliability diagram")
    options = parser.parse_args()
    if absent(MT):
        return 0
    sentences = list(draw_sentences(options.sentences))
    with TemporaryDirectory() as folder:
        samples = [_sample(engine, sentences) for engine in engines(options.package, Path(folder))]
    measures, right = (np.concatenate(parts) for parts in zip(*(sample[1:3] for sample in samples), strict=True))
    folds = np.random.default_rng(SEED).integers(0, FOLDS, len(sentences))
    scores = _held_back(measures, right, np.tile(folds, len(samples)))
    fitted = fit_logistic(measures, right)
    for name, weight in fitted.named(MEASURES).items():
        print(f"{name:16s} {weight:8.2f}")
    figures = _report(samples, sentences, scores, right)
    for one, other in permutations(samples, 2):
        _second_opinion(one, other, folds)
    if options.plot:
        draw_reliability(scores, right, options.plot, "Held-back translations")
    if options.write:
        facts = {
            "command": "python -m benchmarks.fit_usability --write",
            "data": f"../shared/mt, {data_digest(*(MT / name for name in FILES))}",
            "engines": ", ".join(sample.engine for sample in samples),
        }
        odds = {name: round(weight, 3) for name, weight in fitted.named(MEASURES).items()}
        print(write("translation/usability.toml", {"odds": odds}, {**facts, "held_back": figures}))
    return 0


def draw_sentences(count: int, seed: int = SEED) -> Iterator[ReferencedSentence]:
    """``count`` sentences, half of them news, at random; those of ``SEED`` are fitted to."""
    random = Random(seed)
    news = list(zip(*(read_lines(MT / f"newstest2013.{code}") for code in ("fr", "en")), strict=True))
    yield from (ReferencedSentence("news", *pair) for pair in random.sample(news, count // 2))
    by_source: dict[str, list[tuple[str, str]]] = {}
    with lzma.open(MT / "fr-en.train.tsv.xz", "rt", encoding="utf-8") as file:
        for line in file:
            source, french, english = line.rstrip("\n").split("\t")
            if not source.startswith(EXCLUDED) and len(french.split()) >= SHORTEST:
                by_source.setdefault(source, []).append((french, english))
    for source in sorted(by_source, key=lambda name: -len(by_source[name]))[:SOURCES]:
        yield from (
            ReferencedSentence(source, *pair) for pair in random.sample(by_source[source], count // 2 // SOURCES)
        )


def engines(files: Sequence[Path], folder: Path) -> Iterator[Engine]:
    """The engines at hand, and those of the packages, installed into ``folder``."""
    config = Config()
    for name in ("argos", "apertium"):
        try:
            engine = choose(replace(config, translate=replace(config.translate, engine=name)), os.environ)
        except EngineError:
            continue
        if engine is not None:
            yield engine
    for file in files:
        yield Argos(packages.install(file, folder), config.translate)


def _sample(engine: Engine, sentences: Sequence[ReferencedSentence]) -> EngineSample:
    attempts, right = translate(engine, sentences)
    return EngineSample(str(engine.signature), measure(attempts, use.load()), right, [one.text for one in attempts])


def _held_back(
    measures: NDArray[np.float32], right: NDArray[np.bool_], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Scores (n,), each by weights that were fitted without its fold."""
    scores = np.zeros(len(right))
    for fold in range(FOLDS):
        scores[folds == fold] = fit_logistic(measures[folds != fold], right[folds != fold])(measures[folds == fold])
    return scores


def _second_opinion(one: EngineSample, other: EngineSample, folds: NDArray[np.int64]) -> None:
    """Print what it would bring to the scores of an engine to look at what another one says (chrF of the two)."""
    chrf = CHRF()
    agreement = [
        chrf.sentence_score(theirs.replace("*", ""), [ours]).score / 100
        for ours, theirs in zip(one.texts, other.texts, strict=True)
    ]
    print(f"{one.engine}, and beside it how far {other.engine} agrees:")
    for name, measures in (("alone", one.measures), ("beside", np.column_stack([one.measures, agreement]))):
        scores = _held_back(measures, one.right, folds)
        loss = float(np.mean((scores - one.right) ** 2))
        print(f"  {name:6s} area under the curve {area(scores, one.right):.4f}; Brier score {loss:.4f}; ", end="")
        print(f"calibration error {calibration_error(scores, one.right):.4f}")


def translate(engine: Engine, sentences: Sequence[ReferencedSentence]) -> tuple[list[Attempt], NDArray[np.bool_]]:
    """What an engine makes of the sentences, and which translations are usable (n,) by the references."""
    translations = list(in_order([sentence.source for sentence in sentences], engine, Config().translate))
    attempts = [
        Attempt(one.source, one.text, one.score, check_translation(one.source, one.text)) for one in translations
    ]
    chrf = CHRF()
    scores = np.array(
        [
            chrf.sentence_score(translation.text.replace("*", ""), [sentence.reference]).score
            for translation, sentence in zip(translations, sentences, strict=True)
        ]
    )
    print(f"{engine.signature}: mean chrF {scores.mean():.1f}, usable {np.mean(scores >= USABLE):.3f}", flush=True)
    return attempts, scores >= USABLE


def _report(
    samples: list[EngineSample],
    sentences: list[ReferencedSentence],
    scores: NDArray[np.float64],
    right: NDArray[np.bool_],
) -> dict[str, float]:
    """Print how far held-back scores can be trusted, over all and by engine and kind of text; the errors by name."""
    engine_of = np.repeat([sample.engine for sample in samples], len(sentences))
    kinds = np.tile([sentence.kind for sentence in sentences], len(samples))
    groups = {"calibration error": np.ones(len(right), dtype=bool)}
    groups |= {f"calibration error of {name}": engine_of == name for name in dict.fromkeys(engine_of.tolist())}
    for kind in dict.fromkeys(kinds.tolist()):
        inside = kinds == kind
        print(f"  {kind}: {inside.sum()}, score {scores[inside].mean():.3f}, usable {right[inside].mean():.3f}")
    figures = {}
    for name, inside in groups.items():
        figures[name] = round(calibration_error(scores[inside], right[inside]), 4)
        print(f"{name}: {figures[name]:.4f}; area under the curve {area(scores[inside], right[inside]):.3f}")
    for interval in reliability(scores, right):
        low, high = f"{interval.low:.1f}", f"{interval.high:.1f}"
        print(f"  {low} to {high}: {interval.size:5d}, score {interval.score:.3f}, usable {interval.right:.3f}")
    return figures


def area(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Chance that a usable translation has the higher score of two."""
    ranks = scores.argsort().argsort() + 1.0
    positive = int(right.sum())
    pairs = max(1, positive * (len(right) - positive))
    return float((ranks[right].sum() - positive * (positive + 1) / 2) / pairs)


if __name__ == "__main__":
    raise SystemExit(main())
