"""The store: what is pending, what is saved, what goes when its source goes."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db.engine import open_corpus, read_corpus, transaction
from db.reader import CorpusError
from pipeline.corpus import store
from pipeline.records import FileResult, Mark, Signature, Translation
from tests import corpus as sample


def ask(path: Path, sql: str) -> list[tuple]:
    with read_corpus(path) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.sqlite"


def test_nothing_is_pending_once_saved(path: Path) -> None:
    corpus = sample.make(path)
    assert store.pending_segmentation(corpus, sample.SEGMENT) == []
    assert store.pending_detection(corpus, sample.DETECT) == []
    assert store.pending_texts(corpus, store.Wanted("fr", "en", sample.ENGINE, {})) == []
    assert store.pending_pairs(corpus, sample.ALIGN, ("translation",)) == []


def test_a_new_signature_makes_stale_what_it_made_and_nothing_else(path: Path) -> None:
    corpus = sample.make(path)
    newer = Signature("translate", "dictionary", "2")
    assert len(store.pending_texts(corpus, store.Wanted("fr", "en", newer, {}))) == 3
    assert store.pending_segmentation(corpus, sample.SEGMENT) == []
    assert len(store.pending_pairs(corpus, Signature("align", "test", "2"), ("translation",))) == 1


def test_a_document_whose_marks_change_is_segmented_anew(path: Path) -> None:
    corpus = sample.make(path)
    marked = replace(sample.document(sample.OTHER), marks=(Mark(0, 6, "code"),))
    store.save_readings(corpus, [FileResult("other.txt", "2", (sample.reading(marked, "other.txt"),))], sample.READ)
    assert store.pending_segmentation(corpus, sample.SEGMENT) == [marked.key]
    assert store.load_documents_by_key(corpus, [marked.key]) == {marked.key: marked}


def test_a_segment_is_an_exact_slice(path: Path) -> None:
    sample.make(path)
    wrong = """SELECT COUNT(*) FROM segment JOIN document ON document.id = segment.document_id
      WHERE substr(document.text, start_offset + 1, end_offset - start_offset) <> segment.text"""
    assert ask(path, wrong) == [(0,)]
    assert ask(path, "SELECT text, language FROM span") == [("à huit heures", "fr")]


def test_a_text_that_stands_twice_is_translated_once_and_faced_twice(path: Path) -> None:
    corpus = sample.make(path)
    again = sample.document(sample.FRENCH.split("\n")[0] + "\nLa mairie l'a dit mardi.")
    sample.fill(corpus, {"again.txt": (again, "fr")})
    assert store.pending_texts(corpus, store.Wanted("fr", "en", sample.ENGINE, {})) == []
    assert store.face_translations(corpus, store.Wanted("fr", "en", sample.ENGINE, {})) == 2
    assert ask(path, "SELECT COUNT(*) FROM translation") == [(3,)]
    assert ask(path, "SELECT COUNT(*) FROM alignment WHERE kind = 'translation'") == [(5,)]


def test_a_better_engine_takes_over_the_facing_side(path: Path) -> None:
    corpus = sample.make(path)
    newer = Signature("translate", "dictionary", "2")
    texts = store.pending_texts(corpus, store.Wanted("fr", "en", newer, {}))
    store.save_translations(corpus, [Translation(one, "fr", "en", "new", None, newer) for one in texts])
    store.face_translations(corpus, store.Wanted("fr", "en", newer, {}))
    assert ask(path, "SELECT DISTINCT origin FROM translations") == [("mt:dictionary-2",)]
    assert ask(path, "SELECT COUNT(*) FROM alignment WHERE kind = 'translation'") == [(3,)]


def test_machine_text_says_so_and_human_text_too(path: Path) -> None:
    sample.make(path)
    origins = ask(path, "SELECT DISTINCT kind, left_origin, right_origin FROM bitext ORDER BY kind")
    assert origins == [
        ("bitext", "human", "human"),
        ("passage", "human", "human"),
        ("translation", "human", "mt:dictionary-1+toy"),
    ]


@pytest.mark.sqlite
def test_what_a_removed_file_brought_goes_and_verdicts_stay(path: Path) -> None:
    corpus = sample.make(path)
    with transaction(corpus.engine) as connection:
        connection.execute(
            text(
                "INSERT INTO review (pair_hash, left_text, right_text, verdict, reviewer, created)"
                " SELECT pair_hash, left_text, right_text, 'accept', 'Ada', '2026-01-01' FROM alignment"
            )
        )
    store.forget(corpus, ["fr.txt"])
    store.prune_translations(corpus)
    for table, left in {"document": 2, "translation": 0, "alignment": 0, "document_pair": 0, "review": 6}.items():
        assert ask(path, f"SELECT COUNT(*) FROM {table}") == [(left,)], table
    assert ask(path, "SELECT COUNT(*) FROM finding WHERE subject_kind = 'translation'") == [(0,)]
    assert ask(path, "SELECT rowid FROM bitext_fts WHERE bitext_fts MATCH 'marche'") == []


def test_a_verdict_meets_the_same_texts_after_a_rebuild(path: Path, tmp_path: Path) -> None:
    corpus = sample.make(path)
    insert = (
        "INSERT INTO review (pair_hash, left_text, right_text, verdict, reviewer, created) SELECT pair_hash,"
        " left_text, right_text, :verdict, 'Ada', '2026-01-01' FROM alignment WHERE kind = 'passage'"
    )
    with transaction(corpus.engine) as connection:
        connection.execute(text(insert), {"verdict": "reject"})
        connection.execute(text(insert), {"verdict": "accept"})
    store.forget(corpus, ["fr.txt", "en.txt", "other.txt"])
    corpus.engine.dispose()
    sample.make.__wrapped__(path)  # once more in the same file, not a copy
    assert ask(path, "SELECT verdict FROM bitext WHERE kind = 'passage'") == [("accept",)]
    assert ask(path, "SELECT COUNT(*) FROM review_queue") == [(5,)]


def test_two_files_with_one_text_are_one_document(path: Path) -> None:
    corpus = sample.make(path)
    twin = sample.document(sample.OTHER)
    store.save_readings(corpus, [FileResult("twin.txt", "f", (sample.reading(twin, "twin.txt"),))], sample.READ)
    assert ask(path, "SELECT sources FROM documents WHERE path = 'other.txt'") == [(2,)]
    store.forget(corpus, ["other.txt"])
    assert ask(path, "SELECT path, sources FROM documents WHERE sources = 1 AND path = 'twin.txt'") == [("twin.txt", 1)]


def test_a_duplicate_is_linked_and_left_out_of_alignment(path: Path) -> None:
    corpus = sample.make(path)
    copy = sample.document(sample.ENGLISH + "\nAgency")
    sample.fill(corpus, {"copy.txt": (copy, "en")})
    original = sample.document(sample.ENGLISH).key
    store.save_duplicates(corpus, {copy.key: original}, "d")
    assert ask(path, "SELECT duplicate_of FROM documents WHERE path = 'copy.txt'") == [(original,)]
    assert copy.key not in store.load_alignable(corpus, ("body",))
    store.save_duplicates(corpus, {}, "d2")
    assert copy.key in store.load_alignable(corpus, ("body",))


def test_a_batch_is_written_whole_or_not_at_all(path: Path) -> None:
    corpus = sample.make(path)
    good = sample.segmentation(sample.document("Un deux.\nTrois."), "fr")
    with pytest.raises(IntegrityError):
        store.save_segmentations(corpus, [good], sample.SEGMENT)  # its document was never saved
    assert ask(path, "SELECT COUNT(*) FROM block") == [(6,)]


def test_a_run_that_never_ended_is_marked_when_the_next_begins(path: Path) -> None:
    corpus = store.start_run(open_corpus(path), "first", "0", {})
    store.start_run(corpus.engine, "second", "0", {})
    assert ask(path, "SELECT id, status FROM run ORDER BY id") == [("first", "interrupted"), ("second", "running")]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("block", "role", "'footer'"), ("alignment", "kind", "'guess'"), ("alignment", "score", "1.5")],
)
def test_enumerations_and_ranges_are_checked(path: Path, table: str, column: str, value: str) -> None:
    corpus = sample.make(path)
    with pytest.raises(IntegrityError), transaction(corpus.engine) as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = {value}"))


@pytest.mark.sqlite
def test_something_else_than_a_corpus_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("not a database " * 100)
    with pytest.raises(CorpusError, match=r"notes\.txt"):
        open_corpus(other)
    assert other.read_text().startswith("not a database")
    with pytest.raises(CorpusError, match="make corpus"), read_corpus(tmp_path / "none.sqlite"):
        pass
