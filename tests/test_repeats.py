"""Beads that say nearly what an earlier one says are tagged (W706), whatever document pair they stand in."""

import sqlite3
from pathlib import Path

import pytest

from pipeline.align import repeats
from pipeline.corpus import store
from pipeline.corpus.store import Corpus
from pipeline.records import Alignment, DocumentPair
from tests import corpus as sample
from tests.test_growing import Held

SIGNATURE = repeats.signature()


def test_case_accents_punctuation_and_figures_are_no_difference() -> None:
    pairs = [
        ("a", "Article 1er : le préfet", "Article 1: the prefect"),
        ("b", "ARTICLE 2er – Le prefet", "Article 2. The prefect!"),
        ("c", "Article 3 : le préfet", "Section 3: the prefect"),
        ("d", "Article 4 : le préfet", "Article 4: the prefect"),
    ]
    assert list(repeats.find_repeats(pairs)) == [("b", "a")]


def test_pairs_of_figures_alone_repeat_nothing() -> None:
    assert list(repeats.find_repeats([("a", "12", "12"), ("b", "13 %", "13 %")])) == []


def test_words_of_pairs_that_were_seen_before_are_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs, held = [("a", "Oui !", "Yes!"), ("b", "oui", "yes"), ("c", "1", "1")], Held()
    assert list(repeats.find_repeats(pairs, held)) == [("b", "a")]
    monkeypatch.setattr(repeats, "pair_key", lambda left, right: pytest.fail("looked at again"))
    assert list(repeats.find_repeats([*pairs[1:], pairs[0]], held)) == [("a", "b")]


def tag(corpus: Corpus) -> None:
    found = list(repeats.find_repeats(store.iter_beads(corpus)))
    store.save_repeats(corpus, found, SIGNATURE, "seen")


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """The small corpus and, after it, another pair of documents with a line of the first."""
    made = sample.make(tmp_path / "corpus.sqlite")
    corpus = store.start_run(made.engine, "run-2", "0", {})
    french = sample.document("Le marché ouvre à huit heures !\nPersonne n'est venu.", title="Encore")
    english = sample.document("The market opens at eight...\nNobody came.", title="Again")
    sample.fill(corpus, {"z.fr.txt": (french, "fr"), "z.en.txt": (english, "en")})
    left, right = sample.segmentation(french, "fr").segments, sample.segmentation(english, "en").segments
    before = DocumentPair(
        sample.document(sample.FRENCH, title="Le marché").key,
        sample.document(sample.ENGLISH, title="The market").key,
        "translation",
        0.97,
        {"coverage": 1.0},
        sample.PAIR,
    )
    pair = DocumentPair(french.key, english.key, "translation", 0.9, {}, sample.PAIR)
    store.save_pairs(corpus, [before, pair], ("translation",), "p2")
    beads = [Alignment("bitext", (a.key,), (b.key,), 0.98, sample.ALIGN) for a, b in zip(left, right, strict=True)]
    store.save_alignments(
        corpus, [store.Aligned(pair.key, beads, {one.key: one for one in (*left, *right)})], sample.ALIGN
    )
    return corpus


FOUND = "SELECT code, value FROM finding WHERE subject_kind = 'alignment'"


def test_a_bead_is_tagged_with_the_earlier_one_across_documents(corpus: Corpus, tmp_path: Path) -> None:
    tag(corpus)
    path = tmp_path / "corpus.sqlite"
    first, again = (
        ask(path, f"SELECT id FROM alignment WHERE kind = 'bitext' AND right_text = '{text}'")[0][0]
        for text in ("The market opens at eight.", "The market opens at eight...")
    )
    assert ask(path, FOUND) == [("W706", first)]
    assert ask(path, "SELECT subject FROM finding WHERE code = 'W706'") == [(again,)]
    tag(corpus)
    assert ask(path, FOUND) == [("W706", first)], "a second look changes nothing"


def test_a_repetition_is_no_doubt(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    bands = "SELECT docid, band, rank FROM queue_entry ORDER BY docid"
    before = ask(path, bands)
    tag(corpus)
    assert ask(path, bands) == before


def test_tags_of_imported_pairs_stay(corpus: Corpus, tmp_path: Path) -> None:
    tag(corpus)
    path = tmp_path / "corpus.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO finding (code, subject, subject_kind, value, signature_id, run_id)"
            " SELECT 'W706', id, 'alignment', 'line 1', signature_id, run_id FROM alignment WHERE kind = 'passage'"
        )
    store.save_repeats(corpus, [], SIGNATURE, "none")
    assert ask(path, FOUND) == [("W706", "line 1")]


def test_beads_that_are_made_anew_are_looked_at_again(corpus: Corpus) -> None:
    tag(corpus)
    assert store.stage_seen(corpus, "repeats") == "seen"
    with corpus.engine.connect() as connection:
        pair = connection.exec_driver_sql("SELECT id FROM document_pair ORDER BY score LIMIT 1").scalar_one()
    store.save_alignments(corpus, [store.Aligned(pair, [], {})], sample.ALIGN)
    assert store.stage_seen(corpus, "repeats") is None
