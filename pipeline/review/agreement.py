"""How far reviewers agree: Cohen's kappa of two, Krippendorff's alpha of all, both as nltk computes them.

Each reviewer's latest verdict counts, on pairs of texts that at least two judged. 1 is perfect agreement, 0 what chance
alone would give. Where a measure is undefined it is None, and ``note`` says why.

Cohen (1960), A coefficient of agreement for nominal scales. Krippendorff (2004), Content Analysis, chapter 11.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from nltk.metrics.agreement import AnnotationTask


class Kappa(NamedTuple):
    """Cohen's kappa of two reviewers over the pairs that both judged."""

    first: str
    second: str
    shared: int
    value: float | None


class Agreement(NamedTuple):
    """``shared`` is the number of pairs that two or more judged, ``agreed`` of those where all say the same."""

    reviewers: tuple[str, ...]
    shared: int
    agreed: int
    alpha: float | None
    kappas: tuple[Kappa, ...]
    note: str


def agreement(verdicts: Iterable[tuple[str, str, str]]) -> Agreement:
    """Agreement of (reviewer, pair, verdict), one verdict of each reviewer on a pair.

    >>> both = agreement([("Ada", "1", "accept"), ("Bo", "1", "accept"), ("Ada", "2", "reject"), ("Bo", "2", "reject")])
    >>> both.shared, both.alpha, both.kappas[0].value
    (2, 1.0, 1.0)
    """
    by_pair: dict[str, dict[str, str]] = defaultdict(dict)
    reviewers: set[str] = set()
    for reviewer, pair, verdict in verdicts:
        reviewers.add(reviewer)
        by_pair[pair][reviewer] = verdict
    shared = {pair: judgements for pair, judgements in by_pair.items() if len(judgements) > 1}
    agreed = sum(len(set(judgements.values())) == 1 for judgements in shared.values())
    kappas = tuple(kappa for couple in combinations(sorted(reviewers), 2) if (kappa := _kappa(*couple, shared)).shared)
    note = _undefined(reviewers, shared)
    return Agreement(tuple(sorted(reviewers)), len(shared), agreed, None if note else _alpha(shared), kappas, note)


def _undefined(reviewers: set[str], shared: Mapping[str, Mapping[str, str]]) -> str:
    """Why there is no alpha; empty where there is one."""
    if not reviewers:
        return "nobody has judged yet"
    if len(reviewers) == 1:
        return "one reviewer alone cannot agree or disagree"
    if not shared:
        return "no pair was judged by two reviewers"
    if len({verdict for judgements in shared.values() for verdict in judgements.values()}) == 1:
        return "all verdicts are the same, so what chance would give cannot be told"
    return ""


def _alpha(shared: Mapping[str, Mapping[str, str]]) -> float:
    return float(_task(shared).alpha())


def _kappa(first: str, second: str, shared: Mapping[str, Mapping[str, str]]) -> Kappa:
    both = {
        pair: {who: judgements[who] for who in (first, second)}
        for pair, judgements in shared.items()
        if {first, second} <= judgements.keys()
    }
    kinds = {verdict for judgements in both.values() for verdict in judgements.values()}
    value = float(_task(both).kappa_pairwise(first, second)) if len(kinds) > 1 else None
    return Kappa(first, second, len(both), value)


def _task(shared: Mapping[str, Mapping[str, str]]) -> AnnotationTask:
    return AnnotationTask(
        [(who, pair, verdict) for pair, judgements in shared.items() for who, verdict in judgements.items()]
    )
