"""How likely a machine translation is to be usable, whatever engine made it: quality estimation without a reference.

A logistic regression over what is at hand: how near the two sides are as sentences, how many of their words have a
counterpart opposite, their lengths, what the checks saw, and the decoder's log-probability where the engine has one.
It was fitted to sentences that people translated, too: usable is what has a sentence chrF of ``USABLE`` against the
person's translation (``python -m benchmarks.fit_usability``). Nothing depends on which other texts are at hand.

What reviewers say of an engine's translations shifts the log odds of all of them: the shift that makes their verdicts
likeliest, under a prior that keeps it small while they are few (a logistic regression with offset, maximum a
posteriori). Which pairs were judged may hang on their scores, but on nothing else that the scores do not know.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pipeline import weights
from pipeline.align import lexical
from pipeline.calibration import STEPS, chance, log_odds, logistic
from pipeline.embedding.embed import Embedder, Floats, encode

USABLE = 50.0  # sentence chrF (Popović 2015) from which a translation counts as usable
LEAST = -6.0  # of a log-probability: below it nothing gets worse
FINDINGS = 3  # that are counted, at most
UNTRANSLATED = "W612"
MEASURES = (
    "similarity",
    "rendered",
    "lost",
    "found",
    "length",
    "size",
    "untranslated",
    "findings",
    "scored",
    "log_probability",
)
SHOWN = {"similarity": "similarity", "rendered": "words"}  # what is kept beside the score, and as what
ODDS = logistic(weights.load("translation/usability.toml")["odds"], MEASURES)
PRIOR = 0.25  # standard deviation of a shift before any verdict, in log odds
GRAIN = 1  # decimals of a shift: less is not worth writing all scores anew
_STAR = re.compile(r"(?<!\w)[*@#](?=\w)")  # before a word that stands as in the source
_WORD = re.compile(r"[^\W\d_]+")


class ScoredVerdict(NamedTuple):
    """What a reviewer found of a translation whose score has these log odds."""

    log_odds: float
    usable: bool


class Rating(NamedTuple):
    """The log odds that a translation is usable, and what of the evidence is kept beside its score."""

    log_odds: float
    evidence: dict[str, float]


class Attempt(NamedTuple):
    """A translation as an engine gave it, with the log-probability of a token where there is one.

    ``findings`` are (code, value) of what the checks saw.
    """

    source: str
    text: str
    log_probability: float | None
    findings: Collection[tuple[str, str]]


def usable(attempts: Sequence[Attempt], embedder: Embedder) -> tuple[Floats, Floats]:
    """Probabilities (n,) that the translations are usable, and their MEASURES (n, k); an empty one is not usable."""
    measures = measure(attempts, embedder)
    filled = np.array([bool(attempt.text.strip()) for attempt in attempts], dtype=np.float32)
    return np.asarray(ODDS(measures) * filled, dtype=np.float32), measures


def rate(attempts: Sequence[Attempt], embedder: Embedder) -> list[Rating]:
    """How likely translations are to be usable, before any verdict."""
    chances, measures = usable(attempts, embedder)
    columns = {label: MEASURES.index(name) for name, label in SHOWN.items()}
    ratings = []
    for attempt, odds, measured in zip(attempts, log_odds(chances), measures, strict=True):
        kept = {name: round(float(measured[column]), 4) for name, column in columns.items()}
        likely = {} if attempt.log_probability is None else {"log_probability": attempt.log_probability}
        before = round(float(odds), 4)
        ratings.append(Rating(before, kept | likely | {"log_odds": before}))
    return ratings


def score(odds: float, shift: float = 0.0) -> float:
    """The probability that a translation is usable, from log odds, shifted by what reviewers said of its engine."""
    return round(float(chance(odds + shift)), 4)


def is_usable(verdict: str, text: str, correction: str | None) -> bool | None:
    """Whether a verdict says that a translation is usable; None where it does not say.

    A corrected one is usable by the definition of the scores: what a person wrote instead is the reference.
    """
    if verdict == "correct" and correction:
        from sacrebleu.metrics.chrf import CHRF

        return float(CHRF().sentence_score(text, [correction]).score) >= USABLE
    return {"accept": True, "reject": False}.get(verdict)


def shift(judgements: Sequence[ScoredVerdict]) -> float:
    """By how much to shift the log odds of an engine's scores, in steps of a tenth.

    >>> shift([]), shift([ScoredVerdict(1.0, False)] * 30), shift([ScoredVerdict(0.0, True), ScoredVerdict(0.0, False)])
    (0.0, -1.0, 0.0)
    """
    odds = np.array([judgement.log_odds for judgement in judgements])
    wanted = np.array([judgement.usable for judgement in judgements], dtype=np.float64)
    moved = 0.0
    for _ in range(STEPS):
        chances = chance(odds + moved)
        slope = float((wanted - chances).sum()) - moved / PRIOR**2
        moved += slope / (float((chances * (1 - chances)).sum()) + 1 / PRIOR**2)
    return round(moved, GRAIN) + 0.0


def measure(attempts: Sequence[Attempt], embedder: Embedder) -> Floats:
    """MEASURES (n, k) of translations. Each is measured by itself."""
    if not attempts:
        return np.zeros((0, len(MEASURES)), dtype=np.float32)
    sources = [attempt.source for attempt in attempts]
    texts = [_STAR.sub("", attempt.text) for attempt in attempts]
    similarity = (encode(embedder, sources) * encode(embedder, texts)).sum(axis=1)
    left, right = (
        replace(side, rarity=np.ones_like(side.rarity)) for side in lexical.vocabularies(sources, texts, embedder)
    )
    pairs = np.arange(len(attempts))
    rendered = lexical.rendering(left, right, pairs, pairs)
    facts = np.array([_facts(attempt) for attempt in attempts], dtype=np.float32)
    return np.column_stack([similarity, rendered, facts]).astype(np.float32)


def _facts(attempt: Attempt) -> tuple[float, ...]:
    """The measures that need no embedder."""
    words = max(1, len(_WORD.findall(attempt.source)))
    length = abs(float(np.log((len(attempt.text) + 5) / (len(attempt.source) + 5))))
    untranslated = sum(len(value.split(", ")) for code, value in attempt.findings if code == UNTRANSLATED)
    others = sum(code != UNTRANSLATED for code, _ in attempt.findings)
    scored = attempt.log_probability is not None
    likely = max(LEAST, attempt.log_probability or 0.0)
    return (length, float(np.log(words)), untranslated / words, min(others, FINDINGS), float(scored), likely)
