"""The queue: the same pairs in the same order whichever way they are looked up, page by page, forwards and back."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection, Engine, text

from benchmarks import review as bench
from db import queries_review as queries
from db import queue
from db.engine import open_corpus, read_corpus
from db.queries_review import Filters
from pipeline.records import digest
from pipeline.review import desk
from tests import review_corpus

ALL = text(
    "SELECT id, docid, kind, score, pair_hash, left_text, right_text, left_document_id, right_document_id,"
    " (SELECT GROUP_CONCAT(code) FROM finding WHERE subject IN (alignment.id, alignment.translation_id)) AS codes"
    " FROM alignment WHERE left_text <> '' AND right_text <> ''"
)


class Whole(NamedTuple):
    """Every pair, and who says what of which texts."""

    rows: list[Any]
    latest: dict[str, str]
    own: dict[str, dict[str, str]]
    sides: dict[str, set[str]]
    translated: set[str]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("queue") / "corpus.sqlite"
    bench.make(path, 700)
    engine = open_corpus(path)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alignment SET score = NULL WHERE id < '4'"))
        connection.execute(text("UPDATE alignment SET score = 0.5 WHERE id > 'e'"))
        connection.execute(text("UPDATE review SET verdict = 'withdrawn' WHERE id % 7 = 0"))
        connection.execute(text("UPDATE alignment SET right_text = '', shape = '1:0' WHERE id LIKE '7%'"))
    engine.dispose()
    return path


@pytest.fixture(scope="module")
def connection(path: Path) -> Iterator[Connection]:
    with read_corpus(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def whole(connection: Connection) -> Whole:
    latest: dict[str, str] = {}
    own: dict[str, dict[str, str]] = {}
    said: dict[tuple[str, str], tuple[int, str]] = {}
    for one in connection.execute(text("SELECT id, pair_hash, reviewer, verdict FROM review ORDER BY id")):
        said[one.pair_hash, one.reviewer] = (one.id, one.verdict)
    for (pair, reviewer), (_, verdict) in sorted(said.items(), key=lambda item: item[1]):
        if verdict != "withdrawn":
            latest[pair] = verdict
            own.setdefault(reviewer, {})[pair] = verdict
    rows, sides = list(connection.execute(ALL)), defaultdict(set)
    for alignment, segment in connection.execute(text("SELECT alignment_id, segment_id FROM alignment_segment")):
        sides[alignment].add(segment)
    by_people = [sides[one.id] for one in rows if one.kind == "bitext" and one.score is not None and one.score >= 0.5]
    return Whole(rows, latest, own, sides, set().union(*by_people))


DOCUMENT = "the first"
CASES = {
    "all": Filters(),
    "not judged": Filters(verdict="none"),
    "judged": Filters(verdict="judged"),
    "rejected": Filters(verdict="reject"),
    "not judged by Ada": Filters(verdict="none", reviewer="Ada"),
    "accepted by Bo": Filters(verdict="accept", reviewer="Bo"),
    "of Cy, judged or not": Filters(reviewer="Cy"),
    "nobody's": Filters(verdict="judged", reviewer="Nobody"),
    "bitext": Filters(kind="bitext"),
    "low passages": Filters(kind="passage", high=0.4),
    "middle": Filters(low=0.3, high=0.6),
    "high": Filters(low=0.7),
    "one document": Filters(document=DOCUMENT),
    "a finding": Filters(finding="W601"),
    "no such finding": Filters(finding="W999"),
    "a word": Filters(words="WORD"),
    "a word, not judged, bitext": Filters(words="WORD", verdict="none", kind="bitext"),
    "a finding in a document, judged": Filters(document=DOCUMENT, finding="W601", verdict="judged"),
}


def filled(filters: Filters, whole: Whole, connection: Connection) -> Filters:
    """With a document and a word of this corpus."""
    changes = {"document": whole.rows[0].left_document_id if filters.document else None}
    changes["words"] = bench._words(connection)[0].upper() if filters.words else None
    values = {name: getattr(filters, name) for name in filters.__slots__}
    return Filters(**(values | changes))


def expected(filters: Filters, whole: Whole) -> list[Any]:
    """The queue, by hand."""
    said = whole.latest if filters.reviewer is None else whole.own.get(filters.reviewer, {})
    found = [one for one in whole.rows if all(check(one, filters, said) for check in CHECKS)]
    return sorted(
        found,
        key=lambda one: (one.pair_hash in said, band(one, whole), 0.5 if one.score is None else one.score, one.docid),
    )


def band(one: Any, whole: Whole) -> int:
    """What people wrote and is in doubt, then the machine's, last what has a person's translation already."""
    codes = set(filter(None, (one.codes or "").split(",")))
    if one.kind == "passage":
        return 0
    if one.kind == "bitext":
        return 3 if (one.score or 0.0) >= 0.9 and not codes else 0
    if whole.sides[one.id] & whole.translated:
        return 4
    return 1 if codes - {"W612"} else 2


def _word(one: Any, filters: Filters) -> bool:
    texts = f"{one.left_text} {one.right_text}".lower().replace(".", "").split()
    return filters.words is None or filters.words.lower() in texts


CHECKS: tuple[Callable[[Any, Filters, dict[str, str]], bool], ...] = (
    lambda one, f, _: f.kind in {None, one.kind},
    lambda one, f, _: f.low is None or (0.5 if one.score is None else one.score) >= f.low,
    lambda one, f, _: f.high is None or (0.5 if one.score is None else one.score) <= f.high,
    lambda one, f, _: f.document in {None, one.left_document_id, one.right_document_id},
    lambda one, f, _: f.finding is None or f.finding in (one.codes or ""),
    lambda one, f, _: _word(one, f),
    lambda one, f, said: (
        f.verdict == "any"
        or (f.verdict == "none" and one.pair_hash not in said)
        or (f.verdict == "judged" and one.pair_hash in said)
        or said.get(one.pair_hash) == f.verdict
    ),
)


@pytest.mark.parametrize("name", CASES)
def test_the_queue_is_what_it_should_be(connection: Connection, whole: Whole, name: str) -> None:
    filters = filled(CASES[name], whole, connection)
    want = [one.id for one in expected(filters, whole)]
    rows, after = [], None
    for _ in range(200):
        page = queries.find_queue(connection, filters, 7 if len(want) < 200 else 90, after)
        rows += page
        if not page:
            break
        after = page[-1].cursor
    assert [one.id for one in rows] == want


@pytest.mark.parametrize("name", CASES)
def test_progress_counts_what_is_judged(connection: Connection, whole: Whole, name: str) -> None:
    filters = filled(CASES[name], whole, connection)
    said = whole.latest if filters.reviewer is None else whole.own.get(filters.reviewer, {})
    every = expected(Filters(**{n: getattr(filters, n) for n in filters.__slots__} | {"verdict": "any"}), whole)
    verdicts = [said[one.pair_hash] for one in every if one.pair_hash in said]
    found = queries.progress(connection, filters)
    assert (found.total, found.judged) == (len(every), len(verdicts))
    assert dict(found.by_verdict) == {one: verdicts.count(one) for one in set(verdicts)}


@pytest.mark.parametrize("name", ["not judged", "bitext", "one document", "a word, not judged, bitext"])
def test_stepping_through_the_queue(connection: Connection, whole: Whole, name: str) -> None:
    filters = filled(CASES[name], whole, connection)
    unjudged = [one.id for one in expected(filters, whole) if one.pair_hash not in whole.latest]
    for before, after in list(pairwise(unjudged))[:40]:
        assert queries.next_in_queue(connection, filters, before) == after
        assert queries.previous_in_queue(connection, filters, after) == before
    assert queries.previous_in_queue(connection, filters, unjudged[0]) is None


def test_what_rows_say(connection: Connection, whole: Whole) -> None:
    by_id = {one.id: one for one in whole.rows}
    for row in queries.find_queue(connection, Filters(), 500):
        one = by_id[row.id]
        assert (row.left_text, row.right_text, row.score) == (one.left_text, one.right_text, one.score)
        assert row.verdict == whole.latest.get(one.pair_hash)
        assert bool(row.findings) == (one.codes is not None)
        assert row.left_path is not None


@pytest.mark.parametrize("words", ['"', "a AND", "left_text :", "(", "NEAR(", "x' OR 1=1 --", "*", "-", ""])
def test_any_words_can_be_asked(connection: Connection, words: str) -> None:
    filters = Filters(words=words)
    assert len(queries.find_queue(connection, filters, 5)) == min(5, queries.progress(connection, filters).total)


@pytest.mark.parametrize("cursor", ["x", "0:0:0.5", "0:x:0.5:1", "2:0:0.5:1", "0:0:0.5:x", "0:0:x:1", "0:0:0.5:1:2"])
def test_a_cursor_that_is_none_is_refused(connection: Connection, cursor: str) -> None:
    with pytest.raises(ValueError):
        queries.find_queue(connection, Filters(), 5, cursor)


STORED = "SELECT docid, kind, pair_hash, verdict, judged, score, band, rank FROM queue_entry ORDER BY docid"
MEANT = "SELECT docid, kind, pair_hash, verdict, verdict IS NOT NULL, score, band, rank FROM queue_order ORDER BY docid"


def stored_and_meant(engine: Engine) -> tuple[Any, Any]:
    with engine.connect() as connection:
        return connection.execute(text(STORED)).all(), connection.execute(text(MEANT)).all()


CHANGES = {
    "a finding about a pair": "INSERT INTO finding (code, subject, subject_kind, value, run_id) "
    "SELECT 'W900', id, 'alignment', '', run_id FROM alignment",
    "a finding about a text": "INSERT INTO finding (code, subject, subject_kind, value, run_id) "
    "SELECT 'W901', id, 'translation', '', run_id FROM translation",
    "a finding gone": "DELETE FROM finding",
    "a verdict withdrawn": "UPDATE review SET verdict = 'withdrawn'",
    "a verdict gone": "DELETE FROM review",
    "a score": "UPDATE alignment SET score = 0.25 WHERE kind = 'bitext'",
    "no score": "UPDATE alignment SET score = NULL WHERE kind = 'bitext'",
    "a gap": "UPDATE alignment SET right_text = '' WHERE id < '8'",
    "other texts": "UPDATE alignment SET pair_hash = 'other', left_text = 'Autre.' WHERE id > '8'",
    "a pair gone": "DELETE FROM alignment WHERE kind = 'translation'",
    "a document gone": "DELETE FROM document WHERE main_language = 'fr'",
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_stored_is_the_rank_whatever_was_written(tmp_path: Path, name: str) -> None:
    """Every way of changing what the rank is made from, on top of a verdict: the triggers keep up."""
    engine = review_corpus.make(tmp_path / "corpus.sqlite").engine
    with engine.connect() as connection:
        key = queries.find_queue(connection, Filters(kind="bitext"), 1)[0].id
        seen = desk.version(connection, key)
    desk.judge(engine, desk.Judgement(key, "accept", None, None, "Ada", seen))
    if name == "a finding gone":  # one that decides a band
        with engine.begin() as connection:
            connection.execute(text(CHANGES["a finding about a pair"]))
    before, meant = stored_and_meant(engine)
    assert before
    assert before == meant
    with engine.begin() as connection:
        connection.execute(text(CHANGES[name]))
    after, meant = stored_and_meant(engine)
    assert after == meant
    assert after != before
    engine.dispose()


def test_the_view_has_the_order_of_the_page(connection: Connection) -> None:
    view = connection.scalars(text("SELECT id FROM review_queue")).all()
    page = [one.id for one in queries.find_queue(connection, Filters(verdict="none"), 1000)]
    assert list(view) == page


def test_a_pair_is_ranked_without_going_through_the_others(connection: Connection) -> None:
    """Triggers rank a pair anew with every row that is written: that may not take longer in a larger corpus."""
    plan = connection.execute(text("EXPLAIN QUERY PLAN SELECT * FROM queue_order WHERE docid = 1")).all()
    steps = [row.detail for row in plan]
    assert [step for step in steps if step.startswith("SCAN")] == []
    assert [step for step in steps if "ix_alignment_kind" in step] == []


def test_a_page_of_the_queue_is_read_along_the_index(connection: Connection) -> None:
    """However large the corpus: few steps of SQLite's machine, so neither a sort nor a walk over all."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver = connection.connection.driver_connection
    driver.set_progress_handler(count, 100)
    try:
        for filters in (Filters(), Filters(verdict="none"), Filters(verdict="none", reviewer="Ada")):
            queue.find_positions(connection, filters, 1)
    finally:
        driver.set_progress_handler(None, 0)
    assert steps < 20


def test_after_judging_one_goes_on_from_there(tmp_path: Path) -> None:
    engine = review_corpus.make(tmp_path / "corpus.sqlite").engine
    filters = Filters(verdict="none", kind="bitext")
    met = []
    with engine.connect() as connection:
        key: str | None = queries.find_queue(connection, filters, 1)[0].id
    while key:
        met.append(key)
        with engine.connect() as connection:
            seen = desk.version(connection, key)
        desk.judge(engine, desk.Judgement(key, "accept", None, None, "Ada", seen))
        with engine.connect() as connection:
            key = queries.next_in_queue(connection, filters, key)
    assert len(met) == len(set(met)) == 6
    engine.dispose()


def test_the_page_of_a_pair_has_all_of_it(tmp_path: Path) -> None:
    engine = review_corpus.make(tmp_path / "corpus.sqlite").engine
    with engine.connect() as connection:
        view = queries.get_pair_view(connection, review_corpus.bead(engine, 3))
        assert view is not None
        assert [one.segment.text for one in view.sides if one.side == "right"] == list(
            ("It has rained for three days.", "Nobody complains about the wind.")
        )
        assert view.contexts["left"].before[-1].text == "Il pleut depuis trois jours."
        assert view.contexts["right"].after[0].text == "The auction begins at seven."
        assert view.previous is not None
        assert view.next is not None
        assert (view.previous.shape, view.next.left_text) == ("1:0", "La criée commence à sept heures.")
        assert {one.paths for one in view.documents.values()} == {("fr.txt",), ("en.txt",)}
        assert view.signature.stage == "align"
        machine = queries.find_queue(connection, Filters(kind="translation", finding="W601"), 1)[0]
        view = queries.get_pair_view(connection, machine.id)
        assert view is not None
        assert view.findings[0].code == "W601"
        assert view.contexts["left"].after[0].facing == "LES GRUES TRAVAILLENT LA NUIT."
        assert queries.get_pair_view(connection, "nothing") is None
    engine.dispose()


def test_the_overview_counts(connection: Connection, whole: Whole) -> None:
    found = queries.get_overview(connection)
    for kind in ("bitext", "translation", "passage"):
        own = [one for one in whole.rows if one.kind == kind]
        assert found.kinds[kind] == len(own)
        assert sum(found.scores[kind]) == sum(one.score is not None for one in own)
        assert found.scores[kind][5] == sum(one.score is not None and 0.5 <= one.score < 0.6 for one in own)
        judged = [whole.latest[one.pair_hash] for one in own if one.pair_hash in whole.latest]
        assert found.verdicts.get(kind, {}) == {one: judged.count(one) for one in set(judged)}
    assert {who: sum(said.values()) for who, said in found.reviewers.items()} == {
        who: len(said) for who, said in whole.own.items()
    }
    assert sum(found.days.values()) == sum(len(said) for said in whole.own.values())
    assert found.languages == {"fr": 3, "en": 3}


def test_parts_of_a_shared_queue_cover_it_and_overlap_for_agreement(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    review_corpus.make(path).engine.dispose()
    with sqlite3.connect(path) as plain:  # which asks for no alignment behind an entry
        rows = [(10_000 + number, digest("row", str(number))) for number in range(2_000)]
        columns = "docid, pair_hash, kind, judged, score, band, rank"
        plain.executemany(f"INSERT INTO queue_entry ({columns}) VALUES (?, ?, 'passage', 0, 0.5, 0, 0.5)", rows)
    with read_corpus(path) as connection:
        whole, *parts = (
            {one.docid for one in queue.find_positions(connection, Filters(kind="passage", part=part), 5_000)}
            for part in (None, "1/3", "2/3", "3/3")
        )
    assert set.union(*parts) == whole
    assert 0.08 < len(set.intersection(*parts)) / len(whole) < 0.12
    assert all(0.36 < len(part) / len(whole) < 0.44 for part in parts)
