"""How good is the corpus? A random sample of its facing pairs, and the precision that the verdicts on it show.

The sample is the same for a seed (``queue.draw_sample``); what is judged in the queue with the filters ``sample``
and ``seed`` counts here. ``accept`` is right, ``reject`` wrong, ``unsure`` is left out. ``correct`` is right for bitext
and passages, where the English was only bettered, and wrong for machine translations, which needed it.

The interval is Wilson's score interval at 95 % (E. B. Wilson 1927, Probable inference, the law of succession, and
statistical inference), which holds for few verdicts and for precisions near 1, too.
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from sqlalchemy import Connection

from db.queries_review import Filters, SampledRow, find_sampled

LEVEL = 0.95
EDGES = (0.5, 0.7, 0.9)
BANDS = ("0-0.5", "0.5-0.7", "0.7-0.9", "0.9-1", "none", "by hand")
ALL = "all"
NAMES = ("kind", "score", "pairs", "judged", "right", "wrong", "unsure", "precision", "low", "high")


class Precision(NamedTuple):
    """The pairs of the sample of one kind and score band (or of all), in the order of ``NAMES``.

    ``precision`` is right / (right + wrong), from ``low`` to ``high`` with 95 % confidence; None where none is judged.
    """

    kind: str
    band: str
    pairs: int
    judged: int
    right: int
    wrong: int
    unsure: int
    precision: float | None
    low: float | None
    high: float | None


class Sample(NamedTuple):
    """``drawn`` pairs of the ``size`` asked for (a small corpus has fewer), of which ``judged`` have a verdict."""

    size: int
    seed: int
    drawn: int
    judged: int
    rows: tuple[Precision, ...]


def measure(
    connection: Connection, size: int, seed: int, kind: str | None = None, reviewer: str | None = None
) -> Sample:
    """Draw a sample of ``size`` pairs (of one kind, or of all) and count its verdicts (of one reviewer, or the latest).

    The rows go by kind and score band, with the sums of each kind and, of several, of all.
    """
    drawn = find_sampled(connection, Filters(kind=kind, reviewer=reviewer, sample=size, seed=seed))
    judged = sum(row.verdict is not None for row in drawn)
    return Sample(size, seed, len(drawn), judged, tuple(_rows(drawn)))


def advice(sample: Sample, kind: str | None = None) -> str:
    """How far the sample is judged, and how to judge the rest.

    >>> advice(Sample(100, 1, 100, 37, ()))
    '37 of 100 pairs judged, 63 to go: `enregard review`, and there /?sample=100&seed=1'
    """
    if sample.drawn == 0:
        return "The corpus has no facing pairs to draw from. `make corpus` makes them."
    progress = f"{sample.judged} of {sample.drawn} pairs judged"
    if sample.judged == sample.drawn:
        return f"{progress}."
    query = f"/?sample={sample.size}&seed={sample.seed}" + (f"&kind={kind}" if kind else "")
    return f"{progress}, {sample.drawn - sample.judged} to go: `enregard review`, and there {query}"


def interval(right: int, number: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval of a share ``right`` of ``number`` (at least 1).

    >>> tuple(round(end, 4) for end in interval(90, 100))
    (0.8256, 0.9448)
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = right / number
    middle = share + z * z / (2 * number)
    margin = z * sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    scale = 1 + z * z / number
    return max(0.0, (middle - margin) / scale), min(1.0, (middle + margin) / scale)


def band(row: SampledRow) -> str:
    """The score band of a pair; pairs that a reviewer cut have no score of their own."""
    if row.by_hand:
        return "by hand"
    if row.score is None:
        return "none"
    return BANDS[sum(row.score >= edge for edge in EDGES)]


def _rows(drawn: Sequence[SampledRow]) -> Iterable[Precision]:
    kinds = sorted({row.kind for row in drawn})
    for kind in kinds:
        of_kind = [row for row in drawn if row.kind == kind]
        for name in BANDS:
            in_band = [row for row in of_kind if band(row) == name]
            if in_band:
                yield _precision(kind, name, in_band)
        yield _precision(kind, ALL, of_kind)
    if len(kinds) > 1:
        yield _precision(ALL, ALL, drawn)


def _precision(kind: str, name: str, rows: Sequence[SampledRow]) -> Precision:
    marks = [_right(row) for row in rows if row.verdict is not None]
    right, wrong = marks.count(True), marks.count(False)
    low, high = interval(right, right + wrong) if right + wrong else (None, None)
    precision = right / (right + wrong) if right + wrong else None
    return Precision(kind, name, len(rows), len(marks), right, wrong, marks.count(None), precision, low, high)


def _right(row: SampledRow) -> bool | None:
    """Whether a judged pair is right; None where the reviewer is not sure."""
    marks = {"accept": True, "reject": False, "unsure": None, "correct": row.kind != "translation"}
    return marks[row.verdict or "unsure"]
