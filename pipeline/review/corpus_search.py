"""Search in whole documents: keyword in context, with what faces each hit, and where the words stand by document."""

import sqlite3
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request

from db.queries_search import Hit, find_main_languages
from db.reader import read_plainly
from pipeline.errors import UsageError
from pipeline.report.plots import PRINCIPAL
from pipeline.review.site import SECONDS, site
from pipeline.search import concordance, equivalents, marks, statistics
from pipeline.search.concordance import SORTS, Found, Question
from pipeline.search.statistics import Count

pages = Blueprint("search", __name__)
SHOWN = 100  # hits at first, and more at a time
MOST = 2_000
LONGEST = 200  # characters of what is searched
NONE = Found((), 0)
ORDERS = ("document", "best", "left", "right")


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found, or the sentence that says why it cannot be asked so."""

    result: Found = NONE
    counts: tuple[Count, ...] = ()
    problem: str = ""


@pages.get("/search")
def search() -> str:
    """Keyword in context, from the beginning or as many lines as were asked for."""
    asked = {name: request.args.get(name, "").strip()[:LONGEST] for name in ("words", "facing", "language", "document")}
    sort = request.args.get("sort", "")
    order = sort if sort in ORDERS else SORTS[0]
    shown = min(MOST, max(SHOWN, request.args.get("shown", SHOWN, type=int)))
    found = _found(asked, shown, order) if asked["words"] else Findings()
    return render_template(
        "search.html.j2",
        asked=asked,
        sort=order,
        orders=ORDERS,
        found=found,
        shown=shown,
        more=min(MOST, shown + SHOWN) if len(found.result.hits) == shown < MOST else None,
        line=marks.line,
        pieces=marks.pieces,
        place=_place,
        languages=_languages(),
    )


def _languages() -> list[str]:
    """The languages that can be asked for, French and English first."""
    with read_plainly(site().corpus, SECONDS) as connection:
        return list(dict.fromkeys([*PRINCIPAL, *find_main_languages(connection)]))


def _found(asked: dict[str, str], shown: int, order: str) -> Findings:
    question = Question(
        asked["words"],
        facing=asked["facing"] or None,
        language=asked["language"] or None,
        documents=(asked["document"],) if asked["document"] else (),
    )
    try:
        with read_plainly(site().corpus, SECONDS) as connection:
            result = concordance.find(connection, question, shown, order)
            result = replace(result, hits=equivalents.mark(connection, result.hits))
            return Findings(result, tuple(one for one in statistics.counts(connection, question) if one.path))
    except UsageError as error:
        return Findings(problem=str(error))
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return Findings(problem="That took too long and was stopped. Look for rarer words, or in fewer documents.")


def _place(hit: Hit) -> tuple[int, int] | None:
    """First and last character of a hit that is a segment, None for machine text and pairs."""
    _, _, span = hit.id.partition(":")
    start, dash, end = span.partition("-")
    return (int(start), int(end)) if dash and start.isdecimal() and end.isdecimal() else None
