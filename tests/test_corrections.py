"""A correction stands wherever its text is shown, and belongs to the sentence, whatever the engine writes."""

import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from db import migrations
from db.engine import open_corpus, read_corpus
from db.queries import count_findings
from db.queries_review import find_finding_codes
from db.queries_summary import count_stages
from pipeline.cli import main
from pipeline.corpus import store
from pipeline.records import Translation, digest
from pipeline.report import page
from tests import corpus as sample
from tests import review_site
from tests.review_site import Visitor
from tests.test_report import parse

SOURCE = "Le marché ouvre à huit heures."
MACHINE = "The market opens at eight o'clock."
PERSON = "The stalls are open from eight."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return review_site.make(tmp_path)


@pytest.fixture
def ada(path: Path) -> Visitor:
    visitor = review_site.visitor(path)
    visitor.judge(machine_pair(path), "correct", correction=PERSON)
    return visitor


def machine_pair(path: Path, source: str = SOURCE) -> str:
    return ask(path, "SELECT id FROM alignment WHERE kind = 'translation' AND left_text = ?", source)[0][0]


def ask(path: Path, query: str, *values: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(query, values).fetchall()


def enregard(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["enregard", *words])
    return main()


def translate_anew(path: Path, text: str) -> None:
    """Another engine writes another text for the same sentence, as after `make model`."""
    engine = replace(sample.ENGINE, version="2")
    corpus = store.start_run(open_corpus(path), "run-2", "0", {})
    texts = store.pending_texts(corpus, store.Wanted("fr", "en", engine, {}))
    store.save_translations(corpus, [Translation(source, "fr", "en", text, -0.1, engine) for source in texts])
    store.face_translations(corpus, store.Wanted("fr", "en", engine, {}))
    store.finish_run(corpus, "done", {})
    corpus.engine.dispose()


@pytest.mark.usefixtures("ada")
def test_views_give_the_correction_and_say_whose_it_is(path: Path) -> None:
    row = ask(path, "SELECT english_text, origin FROM reading WHERE source_text = ?", SOURCE)
    assert row == [(PERSON, "human")]
    columns = "translation, origin, machine_text, machine_origin, corrected_by"
    row = ask(path, f"SELECT {columns} FROM translations WHERE source_text = ?", SOURCE)
    assert row == [(PERSON, "human", MACHINE, "mt:dictionary-1+toy", "Ada")]
    row = ask(path, "SELECT right_text, right_reading, verdict, reviewer FROM bitext WHERE kind = 'translation' "
              "AND left_text = ?", SOURCE)  # fmt: skip
    assert row == [(MACHINE, PERSON, "correct", "Ada")]


@pytest.mark.parametrize("again", [False, True], ids=["as it was made", "translated anew"])
def test_pages_show_the_correction_with_the_machine_text_behind(ada: Visitor, path: Path, again: bool) -> None:
    if again:
        translate_anew(path, "Market opens eight.")
    written = "Market opens eight." if again else MACHINE.replace("'", "&#39;")
    pair = machine_pair(path)
    document = ask(path, "SELECT left_document_id FROM alignment WHERE id = ?", pair)[0][0]
    text = ada.get(f"/document/{document}").text
    assert PERSON in text
    assert "corrected by" in text
    assert text.index(PERSON) < text.index(written)
    assert PERSON in ada.get("/?verdict=correct").text
    text = ada.get(f"/pair/{pair}").text
    assert 'corrected by <span dir="auto">Ada</span>' in text
    with read_corpus(path, 10) as connection:
        report = "".join(page.render(connection))
    assert report.index(PERSON) < report.index(written)
    assert "corrected by" in report


def test_the_report_shows_corrections_of_both_sides_with_what_the_documents_say(ada: Visitor, path: Path) -> None:
    key = review_site.ids(path)[0]
    [(left, right)] = ask(path, "SELECT left_text, right_text FROM alignment WHERE id = ?", key)
    ada.judge(key, "correct", left_correction="La gauche relue.", correction="The right side, read again.")
    with read_corpus(path, 10) as connection:
        report = parse("".join(page.render(connection)))
    for wanted, replaced in (("La gauche relue.", left), ("The right side, read again.", right)):
        [shown] = [one for one in report.find(class_="text") if wanted in one.text()]
        assert shown.text().startswith(f"{wanted} corrected by Ada the original text")
        assert [one.find("p")[0].text() for one in shown.find("details", class_="behind")] == [replaced]


def test_search_finds_the_correction_and_no_longer_what_it_replaced(
    ada: Visitor, path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ada.get("/?words=stalls&verdict=any").text.count(PERSON) == 1
    assert enregard(monkeypatch, "search", "stalls", "--facing", "marché", "--corpus", str(path)) == 0
    assert "open from eight" in capsys.readouterr().out
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO bitext_fts (bitext_fts, rank) VALUES ('integrity-check', 1)")


@pytest.mark.usefixtures("ada")
def test_exports_hold_the_correction_of_another_engines_text(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    translate_anew(path, "Market opens eight.")
    choice = ("--kind", "translation", "--verdict", "correct")
    assert enregard(monkeypatch, "export", "--corpus", str(path), "--format", "tsv", *choice) == 0
    assert PERSON in capsys.readouterr().out
    assert enregard(monkeypatch, "show", machine_pair(path), "--corpus", str(path)) == 0
    assert PERSON in capsys.readouterr().out


def test_a_withdrawn_correction_leaves_the_machine_text(ada: Visitor, path: Path) -> None:
    translate_anew(path, "Market opens eight.")
    assert ask(path, "SELECT english_text FROM reading WHERE source_text = ?", SOURCE) == [(PERSON,)]
    ada.post("/undo")
    assert ask(path, "SELECT english_text FROM reading WHERE source_text = ?", SOURCE) == [("Market opens eight.",)]
    assert ask(path, "SELECT COUNT(*) FROM queue_entry WHERE judged") == [(0,)]


@pytest.mark.parametrize("verdict", ["accept", "reject", "unsure"])
def test_a_verdict_on_a_pair_that_shows_the_correction_does_not_take_it_away(
    ada: Visitor, path: Path, verdict: str
) -> None:
    translate_anew(path, "Market opens eight.")
    assert ask(path, "SELECT verdict FROM queue_entry WHERE kind = 'translation' AND judged") == [("correct",)]
    ada.judge(machine_pair(path), verdict)
    assert ask(path, "SELECT english_text FROM reading WHERE source_text = ?", SOURCE) == [(PERSON,)]
    assert ask(path, "SELECT verdict FROM queue_entry WHERE kind = 'translation' AND judged") == [(verdict,)]
    assert ask(path, "SELECT * FROM orphaned_verdicts") == []


def test_a_new_correction_replaces_the_older_one_also_on_its_own_pair(ada: Visitor, path: Path) -> None:
    translate_anew(path, "Market opens eight.")
    ada.judge(machine_pair(path), "correct", correction="The market opens at eight.")
    assert ask(path, "SELECT english_text FROM reading WHERE source_text = ?", SOURCE) == [
        ("The market opens at eight.",)
    ]


def test_a_corpus_from_before_gets_its_corrections(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with engine.begin() as connection:
        migrations.upgrade(connection, "0005")
        row = {"pair_hash": digest(SOURCE, MACHINE), "left_text": SOURCE, "right_text": MACHINE, "correction": PERSON}
        columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
        query = f"INSERT INTO review ({columns}, verdict, reviewer, created) VALUES ({values}, 'correct', 'Ada', 0)"
        connection.execute(text(query), row)
        migrations.upgrade(connection)
        assert connection.execute(text("SELECT left_hash FROM review")).scalar() == digest(SOURCE)
    engine.dispose()


def test_findings_of_translations_that_another_engine_replaced_are_not_counted(path: Path) -> None:
    codes = "SELECT code FROM findings WHERE subject_kind = 'translation'"
    assert ask(path, codes) == [("W601",)]
    with read_corpus(path, 10) as connection:
        assert count_findings(connection) == {"W101": 3, "W601": 1}
        assert find_finding_codes(connection) == {"W601": 1}
    translate_anew(path, "Quite another text.")
    assert ("W601",) in ask(path, "SELECT code FROM finding"), "the first engine may come back"
    assert ask(path, codes) == []
    with read_corpus(path, 10) as connection:
        assert count_findings(connection) == {"W101": 3}
        assert find_finding_codes(connection) == {}
        counts = count_stages(connection, ("fr",))["check"]
    made = ask(path, "SELECT count(DISTINCT translation_id) FROM alignment WHERE kind = 'translation'")
    assert (counts.items_in, counts.items_out) == (made[0][0], 0)
