"""The store at its bounds: scores a hair outside 0..1, and which stages what is saved makes stale."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import transaction
from pipeline.corpus import store
from pipeline.corpus.store import Corpus
from pipeline.records import Alignment, DocumentPair, FileResult, Translation
from tests import corpus as sample

FRENCH = sample.document(sample.FRENCH, title="Le marché")
ENGLISH = sample.document(sample.ENGLISH, title="The market")
PAIR = DocumentPair(FRENCH.key, ENGLISH.key, "translation", 0.97, {"coverage": 1.0}, sample.PAIR)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return sample.make(tmp_path / "corpus.sqlite")


def ask(corpus: Corpus, sql: str) -> list[tuple]:
    with transaction(corpus.engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


@pytest.mark.parametrize(("score", "stored"), [(1.0000004, 1.0), (-0.0000004, 0.0), (0.5, 0.5)])
def test_a_score_that_rounding_carries_out_of_range_is_stored_at_its_bound(
    corpus: Corpus, score: float, stored: float
) -> None:
    left, right = (sample.segmentation(document, "fr").segments for document in (FRENCH, ENGLISH))
    bead = Alignment("bitext", (left[0].key,), (right[0].key,), score, sample.ALIGN, {})
    segments = {segment.key: segment for segment in (*left, *right)}
    store.save_alignments(corpus, [store.Aligned(PAIR.key, [bead], segments)], sample.ALIGN)
    assert ask(corpus, "SELECT score FROM alignment WHERE kind = 'bitext'") == [(stored,)]


def test_a_translation_likelier_than_certain_counts_as_certain(corpus: Corpus) -> None:
    newer = replace(sample.ENGINE, version="2")
    source = "La mairie l'a dit mardi."
    store.save_translations(corpus, [Translation(source, "fr", "en", "The town hall said so.", 0.001, newer)])
    store.face_translations(corpus, store.Wanted("fr", "en", newer, {}))
    query = "SELECT score FROM alignment WHERE right_text = 'The town hall said so.'"
    assert ask(corpus, query) == [(1.0,)]


def test_new_pairs_make_mined_passages_stale(corpus: Corpus) -> None:
    assert store.stage_seen(corpus, "mine") == "m"
    store.save_pairs(corpus, [PAIR], ("translation", "partial"), "p2")
    assert store.stage_seen(corpus, "pair") == "p2"
    assert store.stage_seen(corpus, "mine") != "m"


def test_new_languages_make_pairs_and_passages_stale(corpus: Corpus) -> None:
    store.save_detections(corpus, [(sample.segmentation(FRENCH, "fr"), {"fr": 1.0})], sample.DETECT)
    assert store.stage_seen(corpus, "pair") != "p"
    assert store.stage_seen(corpus, "mine") != "m"


def test_hints_of_imported_documents_are_left_out(corpus: Corpus) -> None:
    hinted = replace(sample.reading(FRENCH, "fr.txt"), translation_of=("en.txt",))
    store.save_readings(corpus, [FileResult("fr.txt", "f2", (hinted,))], sample.READ)
    assert store.load_hints(corpus) == [tuple(sorted((FRENCH.key, ENGLISH.key)))]
    with transaction(corpus.engine) as connection:
        connection.execute(text("UPDATE document SET imported = '{}' WHERE id = :id"), {"id": FRENCH.key})
    assert store.load_hints(corpus) == []
