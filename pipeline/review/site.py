"""What every page of the review needs: the corpus, the linker of words, who asks and in which language."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from flask import current_app, redirect, request, session, url_for
from sqlalchemy import Connection, Engine
from werkzeug.wrappers import Response

from db.engine import read_corpus
from db.place import Place
from pipeline.review import query_string
from pipeline.review.desk import Dropped
from pipeline.review.linker import Linker
from pipeline.review.security import LOCAL, Hosts, Password
from pipeline.wording import LANGUAGES, Wording

SECONDS = 20.0  # for all queries of a page
YEAR = 365 * 24 * 3600
NAME, LANGUAGE = "enregard_name", "enregard_language"
LONGEST_NAME = 60
SAID, SAID_OF = 80, 6  # characters of a text, verdicts that are named: a cookie holds them


@dataclass(frozen=True, slots=True)
class ReviewSite:
    """A corpus under review. ``engine`` writes; pages read through connections of their own that cannot."""

    corpus: Place
    engine: Engine
    hosts: Hosts = field(default_factory=lambda: Hosts(LOCAL))
    password: Password | None = None
    linker: Linker = field(default_factory=Linker)


def site() -> ReviewSite:
    """The site that the request is for."""
    current: ReviewSite = current_app.extensions["enregard"]
    return current


@contextmanager
def reading() -> Iterator[Connection]:
    """A read-only connection to the corpus."""
    with read_corpus(site().corpus, SECONDS) as connection:
        yield connection


def language() -> str:
    """The language of the pages: as chosen, else as the browser prefers, else English."""
    preferred = request.cookies.get(LANGUAGE)
    return preferred if preferred in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"


def words() -> Wording:
    """The texts of the pages in the language of the request."""
    return Wording(language())


def reviewer() -> str:
    """The name that the reviewer gave, or nothing."""
    return tidy_name(unquote(request.cookies.get(NAME, "")))


def tidy_name(typed: str) -> str:
    """A name in one line, without what nobody can see.

    >>> tidy_name("  Ada\\n Lovelace ")
    'Ada Lovelace'
    """
    return "".join(character for character in " ".join(typed.split()) if character.isprintable())[:LONGEST_NAME].strip()


def remember(response: Response, name: str, value: str) -> Response:
    """Keep a choice of the reviewer's in a cookie for a year."""
    response.set_cookie(name, quote(value), max_age=YEAR, httponly=True, samesite="Strict")
    return response


def announce(key: str, pair: str | None = None, now: str | None = None, dropped: Sequence[Dropped] = ()) -> None:
    """Have the next page say that something was done: a key of the texts, the pair, the verdict that stands now.

    ``dropped`` are verdicts whose texts face each other no more.
    """
    lost = [
        {"verdict": one.verdict, "reviewer": one.reviewer, "left": one.left_text[:SAID], "right": one.right_text[:SAID]}
        for one in dropped
    ]
    session["said"] = [*session.get("said", ()), {"key": key, "pair": pair, "now": now, "dropped": lost[:SAID_OF]}]


def to(endpoint: str, *, filtered: bool = True, **values: Any) -> Response:
    """Go on to another page after a form, with the filters of this one."""
    query = query_string.format_filters(query_string.parse_filters(request.args)) if filtered else ""
    return redirect(url_for(endpoint, **values) + (f"?{query}" if query else ""), 303)
