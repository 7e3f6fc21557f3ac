"""A corpus with a glossary: what a changed term has translated again, what comes back, and what is shown of it."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import open_corpus, read_corpus, transaction
from db.place import Place
from db.reader import read_plainly
from pipeline import run
from pipeline.commands import inspection
from pipeline.config import Config, TranslateConfig
from pipeline.records import Event
from pipeline.translation import packages
from tests import argos_package

pytestmark = pytest.mark.engine

ARTICLE = """Le chat dort dans la maison avec le chien.

Le chien mange dans la maison et puis dort.

La guerre et puis la paix avec le chien.

Le chat mange avec le chien et puis dort.
"""
PAIRS = "SELECT left_text, right_text FROM bitext WHERE kind = 'translation'"
NEWEST = "SELECT count(*) FROM translation WHERE run_id = (SELECT MAX(id) FROM run)"
ALL = "SELECT count(*) FROM translation"


class Corpus:
    """One French article, its corpus, and what the last run said."""

    def __init__(self, folder: Path, place: Place | None = None) -> None:
        self.path, self.seeds = place or folder / "corpus.sqlite", folder / "seeds"
        self.seeds.mkdir()
        (self.seeds / "article.fr.txt").write_text(ARTICLE, "utf-8")
        packages.install(argos_package.build(folder), folder / "data")
        self.config = replace(Config(), translate=TranslateConfig(engine="argos"), data=folder / "data")
        self.notes: list[str] = []

    def build(self, glossary: str | None = None) -> run.Outcome:
        file = self.seeds / "glossary.tsv"
        file.unlink(missing_ok=True)
        if glossary is not None:
            file.write_text(glossary, "utf-8")
        self.notes.clear()
        return run.build(self.seeds, self.path, self.config, self._note, os.environ)

    def _note(self, event: Event) -> None:
        self.notes += [event.note] if event.note else []

    def ask(self, sql: str) -> list[tuple]:
        with read_corpus(self.path) as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def count(self, sql: str) -> int:
        return int(self.ask(sql)[0][0])

    @property
    def cats(self) -> list[str]:
        return sorted(right for left, right in self.ask(PAIRS) if "chat" in left)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path)


def test_a_changed_term_has_its_sentences_alone_translated_again(corpus: Corpus) -> None:
    corpus.build("chien\tkeep\n")
    assert corpus.count(ALL) == 4
    assert not corpus.build("chien\tkeep\n").changed
    corpus.build("chien\tkeep\nchat\tpeace\n")
    assert corpus.count(NEWEST) == 2
    assert all("peace" in cat and "chien" in cat for cat in corpus.cats)
    corpus.build("chien\tkeep\nchat\twar\nsouris\tmouse\n")
    assert corpus.count(NEWEST) == 2
    assert all("war" in cat for cat in corpus.cats)
    assert len(corpus.ask(PAIRS)) == 4


def test_without_the_glossary_the_translations_come_back(corpus: Corpus) -> None:
    corpus.build()
    before = sorted(corpus.ask(PAIRS))
    corpus.build("chat\tpeace\n")
    assert sorted(corpus.ask(PAIRS)) != before
    assert corpus.build().changed
    assert corpus.count(NEWEST) == 0
    assert sorted(corpus.ask(PAIRS)) == before
    corpus.build("chat\tpeace\n")
    assert corpus.count(NEWEST) == 0
    assert all("peace" in cat for cat in corpus.cats)


def test_the_glossary_is_no_document_and_its_bad_rows_are_told(corpus: Corpus) -> None:
    corpus.build("chat\tpeace\n\tnothing\n")
    assert corpus.ask("SELECT path FROM source") == [("article.fr.txt",)]
    assert [note for note in corpus.notes if "glossary.tsv, line 2: there is no French term" in note]


def test_translations_by_older_rules_go_with_their_terms(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus.build("chat\tpeace\n")
    monkeypatch.setattr("pipeline.translation.argos.decided_by", lambda _: {"rules": "newer"})
    corpus.build("chat\tpeace\n")
    assert corpus.count(ALL) == corpus.count(NEWEST) == 4


@pytest.fixture
def spoilt(corpus: Corpus) -> Corpus:
    """With a translation that has lost its term, as if an engine could not be made to use it."""
    corpus.build("chat\tpeace\n")
    with transaction(open_corpus(corpus.path)) as connection:
        connection.execute(
            text(
                "UPDATE translation SET text = 'The cat sleeps.', check_signature_id = NULL WHERE id IN"
                " (SELECT translation_id FROM alignment WHERE left_text LIKE '%chat dort%')"
            )
        )
        connection.execute(
            text("UPDATE alignment SET right_text = 'The cat sleeps.' WHERE left_text LIKE '%chat dort%'")
        )
    corpus.build("chat\tpeace\n")
    return corpus


def test_a_term_that_is_missing_is_a_finding_and_is_shown(spoilt: Corpus) -> None:
    found = spoilt.ask("SELECT code, value FROM finding WHERE code = 'W614'")
    assert found == [("W614", "chat → peace")]

    def terms(sentence: str, tell: Callable[..., dict[str, object]] = inspection.show) -> dict[str, object]:
        [(key,)] = spoilt.ask(f"SELECT id FROM alignment WHERE left_text LIKE '%{sentence}%'")
        with read_plainly(spoilt.path, typed=True) as connection:
            return tell(connection, key)

    assert terms("chat dort")["terms"] == "chat → peace: not as agreed"
    assert terms("chat mange")["terms"] == "chat → peace: as agreed"
    assert "terms" not in terms("guerre")
    assert "[['chat', 'peace']]" in str(terms("chat mange", inspection.why))
