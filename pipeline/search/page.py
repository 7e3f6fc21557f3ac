"""Search results as one self-contained HTML page: no script, nothing loaded, everything escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db.queries_search import Hit
from pipeline.search import marks
from pipeline.search.equivalents import Equivalent
from pipeline.search.statistics import CELLS, Collocate, Count, Dispersion
from pipeline.search.subcorpora import Shares
from pipeline.templating import csp_hash, environment

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page shows: some of these, each where it was asked for."""

    title: str
    note: str = ""
    hits: Sequence[Hit] = ()
    counts: Sequence[Count] = ()
    collocates: Sequence[Collocate] = ()
    dispersion: Dispersion | None = None
    width: int | None = None
    shares: Shares | None = None
    by: str | None = None
    equivalents: Sequence[Equivalent] = ()


def render(sheet: Sheet) -> str:
    """The page. Its Content-Security-Policy names its one style by hash."""
    style = (FOLDER / "page.css.j2").read_text("utf-8")
    policy = f"default-src 'none'; style-src '{csp_hash(style)}'; base-uri 'none'; form-action 'none'"
    page = environment(FOLDER).get_template("page.html.j2")
    tools = {"line": marks.line, "pieces": marks.pieces, "cells": CELLS}
    return page.render(sheet=sheet, style=style, policy=policy, **tools)
