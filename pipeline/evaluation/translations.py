"""BLEU and chrF of translations against human ones, by sacrebleu, whose signatures say how they were computed.

BLEU: Papineni et al. 2002; chrF: Popović 2015; signatures: Post, A Call for Clarity in Reporting BLEU Scores, 2018.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF


class TranslationScore(NamedTuple):
    """How near an engine's ``sentences`` are to human ones: both metrics from 0 to 100, each with its signature."""

    engine: str
    sentences: int
    bleu: float
    chrf: float
    bleu_signature: str
    chrf_signature: str


def compare(engine: str, translations: Sequence[str], references: Sequence[str]) -> TranslationScore:
    """The scores of translations, each with one reference, over all of them together."""
    metrics = BLEU(), CHRF()
    bleu, chrf = (metric.corpus_score(translations, [references]).score for metric in metrics)
    signatures = (str(metric.get_signature()) for metric in metrics)
    return TranslationScore(engine, len(translations), round(bleu, 2), round(chrf, 2), *signatures)
