"""How long a search and a recipe take: ``python -m benchmarks.search [--corpus FOLDER] [--segments 1000000]``.

The corpus is made of invented sentences (``benchmarks.search_corpus``), once where a folder is named. Every search is
for the first page: 50 hits, with what faces them. In the same run the same words are looked for with LIKE, and through
Datasette's own search where it is installed. Medians of
the time on the clock; processor time and the first call, with SQLite's cache cold, stand beside.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from benchmarks.search_corpus import Speaker, make
from db.engine import open_corpus
from db.place import PlainConnection as Connection
from db.reader import read_plainly
from pipeline.errors import UsageError
from pipeline.search import metadata, sql
from pipeline.search.concordance import Question, find
from pipeline.search.views import view_columns

PAGE = 50
SEARCH_LIMIT, RECIPE_LIMIT = 0.050, 0.200  # seconds
LIKE = "SELECT id, text FROM segment WHERE text LIKE '%' || :words || '%' LIMIT 50"


class Timing(NamedTuple):
    """Seconds: median, median of the processor, first call; and how many rows came, None where it was stopped."""

    median: float
    processor: float
    first: float
    rows: int | None


def timed(call: Callable[[], int | None], times: int) -> Timing:
    """``call`` so many times; a call that takes more than two seconds is not repeated."""
    durations: list[float] = []
    worked: list[float] = []
    rows: int | None = 0
    while len(durations) < times and (not durations or durations[0] < 2):
        start, before = time.perf_counter(), time.process_time()
        rows = call()
        durations.append(time.perf_counter() - start)
        worked.append(time.process_time() - before)
    return Timing(statistics.median(durations), statistics.median(worked), durations[0], rows)


def questions() -> dict[str, Question]:
    """Searches for frequent and rare words, alone, together, and with filters."""
    fr, en = Speaker("fr", 1).words, Speaker("en", 1).words
    return {
        "the most frequent word": Question(fr[0]),
        "the 100th word": Question(fr[100]),
        "the 1,000th word": Question(fr[1000]),
        "the 20,000th word": Question(fr[20_000]),
        "a frequent English word": Question(en[20]),
        "a prefix of five letters": Question(fr[1000][:5] + "*"),
        "a phrase of frequent words": Question(f'"{fr[10]} {fr[30]}"'),
        "frequent NEAR less frequent": Question(f"{fr[10]} NEAR {fr[200]}"),
        "frequent AND rare": Question(f"{fr[0]} AND {fr[20_000]}"),
        "frequent, one language": Question(fr[10], language="fr"),
        "frequent, of a date": Question(fr[10], since="2003", until="2003"),
        "frequent, in one document": Question(fr[0], documents=("000/000002.txt",)),
        "frequent, aligned, score > 0.9": Question(fr[10], kind="bitext", low=0.9),
        "frequent, facing frequent": Question(fr[10], facing=en[10]),
        "frequent, facing without": Question(fr[10], without=en[0]),
    }


def searched(connection: Connection, question: Question) -> int:
    """Hits on the first page."""
    return len(find(connection, question, PAGE).hits)


def liked(connection: Connection, question: Question) -> int:
    """What LIKE finds of a single word or phrase."""
    words = question.words.strip('"').rstrip("*")
    return len(connection.execute(LIKE, {"words": words}).fetchall())


def asked(connection: Connection, recipe: sql.Recipe) -> int | None:
    """Rows of a recipe, or None where it takes too long."""
    try:
        return len(sql.run(connection, recipe.sql, 1000, sql.filled(recipe, {})).rows)
    except UsageError:
        return None


class Site:
    """Datasette over the corpus, asked without a network."""

    def __init__(self, corpus: Path) -> None:
        from datasette.app import Datasette  # noqa: PLC0415 -- an extra
        from datasette.database import Database  # noqa: PLC0415

        vars(import_module("datasette.handle_exception"))["rich"] = None  # it prints whole states
        self.site = Datasette([], metadata=metadata.metadata(view_columns(), sql.recipes()), settings=metadata.SETTINGS)
        self.site.add_database(Database(self.site, path=str(corpus)), name=metadata.NAME)
        self.loop = asyncio.new_event_loop()

    def rows(self, path: str) -> int | None:
        """Rows that an address gives, or None where Datasette stops it."""
        answer: Any = self.loop.run_until_complete(self.site.client.get(f"/{metadata.NAME}/{path}"))
        return len(answer.json()["rows"]) if answer.status_code == 200 else None

    def search(self, question: Question) -> int | None:
        """Datasette's own search in the segments: no translations, nothing facing."""
        return self.rows(f"segment.json?_search={quote(question.words)}&_size={PAGE}&_nocount=1&_nofacet=1")


def main() -> int:
    """Prints two tables; with ``--check`` 1 where a search or a recipe is slower than promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="a folder that keeps the corpus for the next time")
    parser.add_argument("--segments", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--check", nargs="?", const="", help="fail where something is slower than promised")
    options = parser.parse_args()
    if options.corpus:
        options.corpus.mkdir(parents=True, exist_ok=True)
        return measured(options.corpus, options)
    with tempfile.TemporaryDirectory() as folder:
        return measured(Path(folder), options)


def measured(folder: Path, options: argparse.Namespace) -> int:
    """Make the corpus where there is none, and print the tables."""
    corpus = folder / f"search-{options.segments}.sqlite"
    if corpus.exists():
        open_corpus(corpus).dispose()
    else:
        seconds = make(corpus, options.segments)
        print(f"made {options.segments:,} segments in {seconds:.0f} s, {corpus.stat().st_size / 1e9:.2f} GB")
    site = Site(corpus) if find_spec("datasette") else None
    with read_plainly(corpus, 600) as connection:
        slow = [*_searches(connection, site, options.times), *_recipes(connection, site, options.times)]
    print("slower than promised: " + (", ".join(slow) or "nothing"))
    return int(bool(slow) and options.check is not None)


def _searches(connection: Connection, site: Site | None, times: int) -> list[str]:
    print(f"\n{'milliseconds':34}{'rows':>6}{'search':>10}{'(CPU)':>10}{'first':>10}{'LIKE':>10}{'Datasette':>11}")
    slow = []
    for name, question in questions().items():
        ours = timed(partial(searched, connection, question), times)
        plain = question == Question(question.words) and not {"AND", "NEAR"} & set(question.words.split())
        like = timed(partial(liked, connection, question), 3) if plain else None
        theirs = timed(partial(site.search, question), 3) if plain and site else None
        print(f"{name:34}{ours.rows:6}{_times(ours)}{_told(like)} {_told(theirs)}", flush=True)
        slow += [name] if ours.median > SEARCH_LIMIT else []
    return slow


def _recipes(connection: Connection, site: Site | None, times: int) -> list[str]:
    print(f"\n{'milliseconds':34}{'rows':>6}{'query':>10}{'(CPU)':>10}{'first':>10}{'':10}{'Datasette':>11}")
    slow = []
    for name, recipe in sql.recipes().items():
        ours = timed(partial(asked, connection, recipe), times)
        path = f"{metadata.RECIPE}{name}.json"
        theirs = timed(partial(site.rows, path), 3) if site else None
        print(f"{name:34}{ours.rows or 0:6}{_times(ours)}{'':10} {_told(theirs)}", flush=True)
        slow += [name] if ours.median > RECIPE_LIMIT or ours.rows is None else []
    return slow


def _times(timing: Timing) -> str:
    return f"{_ms(timing.median)}{_ms(timing.processor)}{_ms(timing.first)}"


def _told(timing: Timing | None) -> str:
    if timing is None:
        return f"{'-':>10}"
    return _ms(timing.median) if timing.rows is not None else f"{'stopped':>10}"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:10.1f}"


if __name__ == "__main__":
    raise SystemExit(main())
