"""More like this: the segments nearest in meaning to a pair, in both languages and in all documents."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from db import queries_review as queries
from db.reader import read_plainly
from pipeline.errors import EnregardError, NotFoundError
from pipeline.records import Event
from pipeline.review.site import SECONDS, reading, site
from pipeline.search import meaning
from pipeline.search.concordance import Question
from pipeline.search.similar import Similar

pages = Blueprint("alike", __name__)
SHOWN = 20  # hits, half of them in each language
MOST = 5_000  # texts that a page waits for, where the index lacks them


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What is near, or the sentence that says why that cannot be told."""

    matches: tuple[Similar, ...] = ()
    problem: str = ""


@pages.get("/pair/<key>/like")
def alike(key: str) -> str:
    """Segments that mean much the same as a pair, the nearest first."""
    with reading() as connection:
        view = queries.get_pair_view(connection, key)
    if view is None:
        raise NotFoundError(f"there is no pair {key!r}.")
    return render_template("alike.html.j2", pair=view.alignment, found=_neighbourhood(key))


def _neighbourhood(key: str) -> Neighbourhood:
    try:
        index = meaning.load_index(site().corpus, _hurry, MOST)
        with read_plainly(site().corpus, SECONDS) as connection:
            sought = meaning.seek_row(connection, index, key)
            return Neighbourhood(tuple(meaning.find_similar(connection, index, Question(""), sought, SHOWN)))
    except EnregardError as error:
        return Neighbourhood(problem=str(error))


def _hurry(event: Event) -> None:
    """A page does not wait for a run. Raises NotFoundError instead."""
    if event.stage == "wait":
        raise NotFoundError("a run is writing to this corpus; look again when it has ended.")
