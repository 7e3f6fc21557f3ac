"""The random sample: the same for the same seed, also after a rebuild; and the precision that its verdicts show."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from db import queries_review as queries
from db import queue
from pipeline.corpus import store
from pipeline.records import Signature
from pipeline.review import desk, sample
from pipeline.review.desk import Judgement, Merge
from pipeline.review.sample import Precision
from tests import corpus as small
from tests import review_corpus


@pytest.fixture
def corpus(tmp_path: Path) -> store.Corpus:
    return review_corpus.make(tmp_path / "corpus.sqlite")


@pytest.fixture
def engine(corpus: store.Corpus) -> Engine:
    return corpus.engine


def texts(connection: Connection, size: int, seed: int, kind: str | None = None) -> set[tuple[str, str]]:
    chosen = queue.draw_sample(connection, size, seed, kind)
    query = text("SELECT left_text, right_text FROM alignment WHERE id = :id")
    found = [tuple(connection.execute(query, {"id": one}).one()) for one in chosen]
    assert len(set(found)) == len(found)
    return set(found)


def judge(engine: Engine, kind: str, verdicts: list[str]) -> None:
    query = text(
        "SELECT id FROM alignment WHERE kind = :kind AND left_text <> '' AND right_text <> '' ORDER BY position, id"
    )
    with engine.connect() as connection:
        keys = list(connection.scalars(query, {"kind": kind}))
    for key, verdict in zip(keys, verdicts, strict=False):
        with engine.connect() as connection:
            seen = desk.version(connection, key)
        better = "Better." if verdict == "correct" else None
        desk.judge(engine, Judgement(key, verdict, better, None, "Ada", seen))


def test_the_same_seed_draws_the_same_also_after_a_rebuild(corpus: store.Corpus) -> None:
    with corpus.engine.connect() as connection:
        first = {seed: texts(connection, 5, seed) for seed in range(20)}
    review_corpus.align(corpus, Signature("align", "test", "2"))
    with corpus.engine.connect() as connection:
        assert {seed: texts(connection, 5, seed) for seed in range(20)} == first
    assert len({frozenset(one) for one in first.values()}) > 5


def test_more_of_the_same_seed_holds_what_fewer_hold(engine: Engine) -> None:
    with engine.connect() as connection:
        assert texts(connection, 3, 4) < texts(connection, 7, 4)


def test_a_sample_may_be_of_one_kind_and_is_never_larger_than_the_corpus(engine: Engine) -> None:
    with engine.connect() as connection:
        assert len(texts(connection, 100, 1)) == 14
        assert len(texts(connection, 100, 1, "bitext")) == 6
        assert texts(connection, 100, 1, "passage") == set()


def test_every_pair_is_drawn_about_as_often_as_any_other(engine: Engine) -> None:
    """The arcs between hashes differ; over many seeds a pair's share goes with the arcs before it."""
    counts: dict[tuple[str, str], int] = {}
    with engine.connect() as connection:
        for seed in range(400):
            for one in texts(connection, 7, seed):
                counts[one] = counts.get(one, 0) + 1
    assert len(counts) == 14
    assert min(counts.values()) > 80


def test_the_queue_holds_the_sample_alone(engine: Engine) -> None:
    filters = queries.Filters(sample=5, seed=3)
    with engine.connect() as connection:
        rows = queries.find_queue(connection, filters, 50)
        assert {(one.left_text, one.right_text) for one in rows} == texts(connection, 5, 3)
        assert queries.progress(connection, filters).total == 5


def test_precision_by_kind_and_band(engine: Engine) -> None:
    judge(engine, "bitext", ["accept", "reject", "unsure", "correct"])
    judge(engine, "translation", ["correct", "accept"])
    with engine.connect() as connection:
        found = sample.measure(connection, 100, 1)
    rows = {(one.kind, one.band): one for one in found.rows}
    assert (found.size, found.drawn, found.judged) == (100, 14, 6)
    assert rows["bitext", "0.9-1"][:8] == ("bitext", "0.9-1", 3, 2, 2, 0, 0, 1.0)
    assert rows["bitext", "0.5-0.7"][:8] == ("bitext", "0.5-0.7", 1, 1, 0, 1, 0, 0.0)
    assert rows["bitext", "0-0.5"] == Precision("bitext", "0-0.5", 1, 1, 0, 0, 1, None, None, None)
    assert rows["bitext", "all"][:7] == ("bitext", "all", 6, 4, 2, 1, 1)
    assert rows["translation", "all"][:7] == ("translation", "all", 8, 2, 1, 1, 0)
    assert rows["all", "all"][:8] == ("all", "all", 14, 6, 3, 2, 1, 0.6)
    assert rows["all", "all"].low == pytest.approx(0.2307, abs=1e-4)
    assert rows["all", "all"].high == pytest.approx(0.8824, abs=1e-4)
    assert found.rows[-1].kind == "all"


def test_one_reviewers_verdicts_can_be_counted_alone(engine: Engine) -> None:
    judge(engine, "bitext", ["accept", "reject"])
    with engine.connect() as connection:
        assert sample.measure(connection, 100, 1, reviewer="Ada").judged == 2
        assert sample.measure(connection, 100, 1, reviewer="Bo").judged == 0


def test_what_a_reviewer_cut_has_a_band_of_its_own(engine: Engine) -> None:
    key = review_corpus.bead(engine, 0)
    with engine.connect() as connection:
        seen = desk.version(connection, key)
    desk.resegment(engine, desk.Change(key, Merge(), "Ada", seen))
    with engine.connect() as connection:
        assert "by hand" in {one.band for one in sample.measure(connection, 100, 1).rows}


def test_an_empty_corpus_has_an_empty_sample(tmp_path: Path) -> None:
    with small.open_corpus(tmp_path / "empty.sqlite").connect() as connection:
        found = sample.measure(connection, 10, 1)
    assert found == sample.Sample(10, 1, 0, 0, ())
    assert "make corpus" in sample.advice(found)


@pytest.mark.parametrize(
    ("right", "number", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_that_of_the_literature(right: int, number: int, low: float, high: float) -> None:
    assert sample.interval(right, number) == pytest.approx((low, high), abs=5e-5)


def test_what_is_still_to_be_judged_is_said() -> None:
    assert sample.advice(sample.Sample(50, 7, 50, 50, ())) == "50 of 50 pairs judged."
    assert sample.advice(sample.Sample(50, 7, 40, 0, ()), "passage").endswith("/?sample=50&seed=7&kind=passage")
