"""How likely a machine translation is to be usable, whatever engine made it: quality estimation without a reference.

A logistic regression over what is at hand: how near the two sides are as sentences, how many of their words have a
counterpart opposite, their lengths, what the checks saw, and the decoder's log-probability where the engine has one.
It was fitted to sentences that people translated, too: usable is what has a sentence chrF of ``USABLE`` against the
person's translation (``python -m benchmarks.fit_usability``). Nothing depends on which other texts are at hand.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pipeline import weights
from pipeline.align import lexical
from pipeline.calibration import logistic
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
_STAR = re.compile(r"(?<!\w)[*@#](?=\w)")  # before a word that stands as in the source
_WORD = re.compile(r"[^\W\d_]+")


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
