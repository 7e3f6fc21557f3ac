"""The corpus at a glance: languages, scores, verdicts, reviewers and how far they agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, render_template

from db import queries_review as queries
from db.queries_orphans import count_orphans
from db.vocabulary import KINDS
from pipeline.report.plots import BarPart, by_language, stacked
from pipeline.review import query_string
from pipeline.review.agreement import Agreement, agreement
from pipeline.review.site import reading, reviewer, words

pages = Blueprint("overview", __name__)
VERDICTS = ("accept", "correct", "reject", "unsure")
DAYS = 60  # the last ones are shown
LATEST = 100  # verdicts of one reviewer
# Why there is no alpha, to the text that says so.
NOTES = {
    "no pair was judged by two reviewers": "agreement_none",
    "all verdicts are the same, so what chance would give cannot be told": "agreement_same",
}


@dataclass(frozen=True, slots=True)
class PlotRow:
    """A row of a plot: a bar in parts, or a plain one with its length in percent of the longest."""

    name: str
    total: int
    parts: tuple[BarPart, ...] = ()
    width: float = 100.0
    code: str = ""


@pages.get("/overview")
def overview() -> str:
    """Counts of everything, as plots and tables."""
    with reading() as connection:
        counts = queries.get_overview(connection)
        progress = queries.progress(connection, query_string.ALL)
        orphans = count_orphans(connection)
        disputed = queries.progress(connection, query_string.parse_filters({"disputed": "1"})).total
        agreed = _agreement(tuple(queries.find_reviewer_verdicts(connection)))
    t = words()
    return render_template(
        "overview.html.j2",
        progress=progress,
        orphans=orphans,
        facts=[(f"fact_{kind}", counts.kinds.get(kind, 0)) for kind in KINDS],
        languages=[
            PlotRow(t("documents"), sum(counts.languages.values()), tuple(by_language(counts.languages, t.named)))
        ],
        scores=[(kind, counts.scores[kind]) for kind in KINDS if any(counts.scores.get(kind, ()))],
        kinds=[_judged(t(f"kind_{kind}"), counts.verdicts[kind]) for kind in KINDS if counts.verdicts.get(kind)],
        people=[_judged(name, numbers) for name, numbers in sorted(counts.reviewers.items()) if any(numbers.values())],
        days=_plain(dict(sorted(counts.days.items())[-DAYS:])),
        findings=_plain(dict(sorted(counts.findings.items(), key=lambda item: -item[1]))),
        disputed=disputed,
        agreement=agreed if len(agreed.reviewers) > 1 else None,
        notes=NOTES,
    )


@pages.get("/latest")
def latest() -> str:
    """What this reviewer judged last, each with the way back to it."""
    with reading() as connection:
        rows = queries.find_latest_reviews(connection, reviewer(), LATEST)
    return render_template("latest.html.j2", rows=rows)


@lru_cache(maxsize=2)
def _agreement(verdicts: tuple[tuple[str, str, str], ...]) -> Agreement:
    """Kept as long as nobody judges: it takes a second where thousands of pairs were judged by several."""
    return agreement(verdicts)


def _judged(name: str, numbers: Mapping[str, int]) -> PlotRow:
    t = words()
    values = [(t(f"verdict_{verdict}"), verdict, numbers.get(verdict, 0)) for verdict in VERDICTS]
    return PlotRow(name, sum(number for *_, number in values), tuple(stacked(values)))


def _plain(counts: Mapping[str, int]) -> list[PlotRow]:
    most = max(counts.values(), default=0)
    return [PlotRow(name, n, width=round(100 * n / most, 2) if most else 0, code=name) for name, n in counts.items()]
