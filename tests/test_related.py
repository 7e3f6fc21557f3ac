"""What tells of the same event and says something else of it: a kind of its own, in nothing that asks for no kind."""

import json
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.comparable import corpora
from db import migrations
from db.engine import open_corpus
from pipeline.align.passages import find_passages
from pipeline.config import MineConfig
from pipeline.corpus import store
from pipeline.embedding import use
from pipeline.records import Alignment
from tests import corpus as sample
from tests.command import enregard
from tests.review_site import ids, visitor
from tests.test_report import parse

TOWN_HALL = "La mairie l'a dit mardi."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """The small corpus, with a pair on the same event beside its passage."""
    path = tmp_path / "corpus.sqlite"
    made = sample.make(path)
    french, other = (
        sample.segmentation(sample.document(text), language).segments
        for text, language in ((sample.FRENCH, "fr"), (sample.OTHER, "en"))
    )
    mined = [
        Alignment("passage", (french[0].key,), (other[0].key,), 0.8, sample.MINE, {"margin": 1.2}),
        Alignment("related", (french[1].key,), (other[0].key,), 0.6, sample.MINE, {"margin": 1.1}),
    ]
    store.save_passages(made, mined, {segment.key: segment for segment in (*french, *other)}, "m2")
    made.engine.dispose()
    return path


def test_sentences_on_one_event_are_related_and_overlap_no_passage() -> None:
    [everything] = (one for one in corpora("held") if one.name == "comparable:all")
    found = find_passages(everything.left, everything.right, (), use.load(), MineConfig())
    related = [(one.left[0], one.right[0]) for one in found if one.kind == "related"]
    right = everything.links | everything.related_links
    assert related
    assert sum(pair in right for pair in related) >= 0.75 * len(related)
    covered = {key for one in found if one.kind == "passage" for key in (*one.left, *one.right)}
    assert not covered & {key for pair in related for key in pair}
    assert [one.kind for one in found] == sorted(one.kind for one in found), "passages come first"


def test_exports_leave_it_out_unless_it_is_asked_for(corpus: Path) -> None:
    def kinds(*options: str) -> list[str]:
        done = enregard("export", "--format", "jsonl", *options, "--corpus", corpus)
        return [json.loads(line)["kind"] for line in done.stdout.splitlines()]

    assert "passage" in kinds()
    assert "related" not in kinds()
    assert kinds("--kind", "related") == ["related"]


def test_searches_show_it_only_where_it_is_asked_for(corpus: Path) -> None:
    def kinds(*options: str) -> set[str]:
        done = enregard("search", "mairie", "--json", *options, "--corpus", corpus)
        return {hit["kind"] for hit in json.loads(done.stdout)}

    assert kinds() == {"bitext"}
    assert kinds("--facing", "stalls") == set()
    assert kinds("--kind", "related") == {"related"}


def test_the_queue_holds_it_on_a_tab_of_its_own(corpus: Path) -> None:
    ada = visitor(corpus)
    [pair] = ids(corpus, "related")
    assert f"/pair/{pair}" not in ada.get("/").text
    assert f"/pair/{pair}" in ada.get("/?kind=related").text
    assert ">Same event <" in ada.get("/").text
    assert ada.get(f"/pair/{pair}").status_code == 200
    ada.judge(pair, "accept")
    with sqlite3.connect(corpus) as connection:
        assert connection.execute("SELECT verdict FROM bitext WHERE kind = 'related'").fetchall() == [("accept",)]
        assert connection.execute("SELECT 1 FROM review_queue WHERE kind = 'related'").fetchall() == []


def test_a_corpus_without_any_has_no_tab_for_it(tmp_path: Path) -> None:
    sample.make(tmp_path / "corpus.sqlite").engine.dispose()
    assert "kind=related" not in visitor(tmp_path / "corpus.sqlite").get("/").text


def test_samples_for_precision_leave_it_out(corpus: Path) -> None:
    shown = enregard("review", "--sample", "100", "--csv", "--corpus", corpus).stdout
    assert "passage" in shown
    assert "related" not in shown


def test_the_report_shows_it_folded(corpus: Path, tmp_path: Path) -> None:
    assert enregard("report", "--lang", "en", "--corpus", corpus, "--output", tmp_path / "r.html").returncode == 0
    root = parse((tmp_path / "r.html").read_text("utf-8"))
    [folded] = root.find("details", class_="related")
    assert "open" not in folded.attributes
    assert TOWN_HALL in folded.text()
    [row] = (one for one in root.find(class_="row") if one.find(class_="source")[0].text() == TOWN_HALL)
    [beside] = row.find("details", class_="also")
    assert beside.find("summary")[0].text() == "machine translation · 1 on the same event"


def test_documents_in_the_review_fold_it_away(corpus: Path) -> None:
    with sqlite3.connect(corpus) as connection:
        [(document,)] = connection.execute("SELECT document_id FROM source WHERE path = 'other.txt'").fetchall()
    [row] = parse(visitor(corpus).get(f"/document/{document}").text).find(class_="row")
    [folded] = row.find("details", class_="also")
    assert TOWN_HALL in folded.text()
    assert row.text().count(TOWN_HALL) == 1


def test_an_older_corpus_takes_the_kind(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'corpus.sqlite'}")
    with engine.begin() as connection:
        migrations.upgrade(connection, "0012")
    engine.dispose()
    with open_corpus(tmp_path / "corpus.sqlite").connect() as connection:
        [schema] = connection.scalars(sa.text("SELECT sql FROM sqlite_master WHERE name = 'alignment'"))
        assert "'passage', 'related')" in schema
        assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"
