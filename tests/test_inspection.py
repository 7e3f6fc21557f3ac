"""What people ask of a corpus: recipes, search, one row and its story."""

from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection

import pytest

from db.reader import read_plainly
from pipeline.align.words import Link
from pipeline.commands import inspection
from pipeline.commands.word_links import with_words
from pipeline.errors import NotFoundError, UsageError
from pipeline.search.views import view_columns
from tests import corpus as sample


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    sample.make(tmp_path / "corpus.sqlite").engine.dispose()
    with read_plainly(tmp_path / "corpus.sqlite", typed=True) as opened:
        yield opened


def one(connection: Connection, sql: str) -> str:
    (value,) = connection.execute(sql).fetchone()
    return value


def test_show_an_alignment_with_its_evidence(connection: Connection) -> None:
    key = one(connection, "SELECT alignment_id FROM translations WHERE findings > 0")
    shown = inspection.show(connection, key[:10])
    assert shown["left"] == "La mairie l'a dit mardi."
    assert "mt:dictionary-1+toy" in shown["languages"]
    assert shown["findings"].startswith("W601")


def test_show_explains_the_score_of_a_pair(connection: Connection) -> None:
    shown = inspection.show(connection, one(connection, "SELECT id FROM bitext WHERE kind = 'bitext' LIMIT 1"))
    assert shown["left document"] == "fr.txt: Le marché"
    assert shown["right document"] == "en.txt: The market"
    assert "probability" in shown["the score is"]
    assert shown["evidence"]["similarity"]["means"].startswith("how near")


def test_words_of_a_pair_and_what_they_account_for(connection: Connection) -> None:
    shown = {"left": "Vu par Gaspard", "right": "Seen by Jasper", "evidence": {}, "unmatched": []}
    linked = with_words(shown, "x", lambda _: [(Link((0, 2), (0, 4), 0.9),)])
    assert linked["words"] == [
        {"left": {"start": 0, "end": 2, "text": "Vu"}, "right": {"start": 0, "end": 4, "text": "Seen"}, "score": 0.9}
    ]
    assert [found["text"] for found in linked["unmatched"]] == ["Gaspard", "Jasper"]
    named = with_words(shown, "x", lambda _: [(Link((7, 14), (8, 14), 0.9),)])
    assert named["unmatched"] == []


def test_only_an_alignment_has_word_links(connection: Connection) -> None:
    shown = inspection.show(connection, one(connection, "SELECT id FROM documents WHERE path = 'fr.txt'"))
    with pytest.raises(UsageError, match="no alignment"):
        with_words(shown, "fr.txt", lambda _: [])


def test_show_a_document_reads_in_english(connection: Connection) -> None:
    key = one(connection, "SELECT id FROM documents WHERE path = 'fr.txt'")
    assert inspection.show(connection, key)["in English"].split("\n")[0] == (
        "The market opens at eight o'clock.  [mt:dictionary-1+toy]"
    )


def test_why_leads_from_a_pair_to_the_file(connection: Connection) -> None:
    key = one(connection, "SELECT id FROM bitext WHERE kind = 'bitext' ORDER BY score LIMIT 1")
    chain = str(inspection.why(connection, key))
    for part in ("document_pair", "segment", "start_offset", "source", "fr.txt", "en.txt", "run-1", "sha256"):
        assert part in chain, part


def test_why_leads_from_a_translation_to_the_model(connection: Connection) -> None:
    key = one(connection, "SELECT alignment_id FROM translations LIMIT 1")
    chain = str(inspection.why(connection, key))
    for part in ("dictionary", "toy", "ab" * 32, "beam", "fr.txt"):
        assert part in chain, part


def test_an_id_that_names_nothing_or_too_much(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="nothing has an id"):
        inspection.show(connection, "zzz")
    with pytest.raises(NotFoundError, match="several"):
        inspection.show(connection, "")


def test_the_readers_views_are_documented_column_by_column(connection: Connection) -> None:
    views = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    documented = view_columns()
    assert set(documented) == views - {
        "queue_order",
        "standing_correction",
        "bitext_text",
    }  # read by triggers and the index
    for view, (_, columns) in documented.items():
        assert [column[0] for column in connection.execute(f"SELECT * FROM {view}").description] == list(columns), view
