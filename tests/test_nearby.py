"""Search by meaning: the index, keeping it up to date, and what is shown of it."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from db.engine import open_corpus
from db.reader import read_plainly
from pipeline.corpus import layout, store
from pipeline.embedding import nearby as indexes
from pipeline.embedding import use
from pipeline.embedding.embed import Features, Floats
from pipeline.embedding.nearby import IndexHead, NearbyIndex, write_index
from pipeline.errors import NotFoundError, StoreError, UsageError
from pipeline.records import Event, Signature, digest
from pipeline.review import alike
from pipeline.search import meaning
from pipeline.search.concordance import Question
from tests import corpus as sample
from tests import review_site
from tests.review_site import ids, visitor
from tests.test_cli import enregard

WIDTH = 64


class LetterEmbedder:
    """Vectors of the letters in a text; remembers what it has read."""

    def __init__(self, model: str = "letters") -> None:
        self.signature = Signature("embed", model, "1")
        self.texts: list[str] = []

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        self.texts += texts
        sums = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in zip(sums, texts, strict=True):
            for char in text.lower():
                row[ord(char) % WIDTH] += 1
        return Features(sums, np.ones(len(texts), dtype=np.float32))

    def vectors(self, features: Features) -> Floats:
        centred = features.sums - 0.5
        return centred / np.linalg.norm(centred, axis=1, keepdims=True)


def unit(size: int, seed: int = 0) -> Floats:
    vectors = np.random.default_rng(seed).standard_normal((size, WIDTH)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def written(path: Path, vectors: Floats) -> NearbyIndex:
    keys = np.arange(10, 10 + len(vectors), dtype=np.uint64)
    write_index(path, IndexHead("o", "s", len(vectors), WIDTH), keys, [(np.arange(len(vectors)), vectors)])
    return NearbyIndex(path)


def test_the_nearest_are_those_of_exact_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit(500)
    index = written(tmp_path / "i", vectors)
    for question in unit(20, seed=1):
        similarities = vectors @ question
        best = np.argsort(-similarities)[:5]
        given = index.nearest(question, 5)
        assert [similarity for _, similarity in given] == pytest.approx(similarities[best].tolist(), abs=0.01)
        assert [similarities[key - 10] for key, _ in given] == pytest.approx(similarities[best].tolist(), abs=0.01)
    monkeypatch.setattr(indexes, "CANDIDATES", 50)
    monkeypatch.setattr(indexes, "BLOCK", 7)
    assert index.nearest(vectors[123], 1)[0][0] == 133


def test_an_index_of_nothing_and_of_one(tmp_path: Path) -> None:
    assert written(tmp_path / "i", unit(0)).nearest(unit(1)[0], 3) == []
    assert [key for key, _ in written(tmp_path / "i", unit(1)).nearest(unit(1)[0], 3)] == [10]
    assert written(tmp_path / "i", unit(1)).vectors_of([9, 10, 11]).shape == (1, WIDTH)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff" * 5_000, b'{"format": "enregard nearby 1"}'])
def test_a_file_that_is_no_index_is_not_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "i").write_bytes(content)
    assert meaning.open_index(tmp_path / "i") is None
    assert meaning.open_index(tmp_path / "none") is None


def test_an_index_that_is_not_whole_is_not_used(tmp_path: Path) -> None:
    written(tmp_path / "i", unit(3))
    os.truncate(tmp_path / "i", (tmp_path / "i").stat().st_size - 1)
    assert meaning.open_index(tmp_path / "i") is None


def test_nothing_stays_of_an_index_that_could_not_be_written(tmp_path: Path) -> None:
    def blocks() -> Iterator[tuple[np.ndarray, Floats]]:
        raise MemoryError
        yield

    with pytest.raises(MemoryError):
        write_index(tmp_path / "i", IndexHead("o", "s", 1, WIDTH), np.zeros(1, dtype=np.uint64), blocks())
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "corpus.sqlite"
    sample.make(made).engine.dispose()
    return made


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> LetterEmbedder:
    letters = LetterEmbedder()
    monkeypatch.setattr(use, "load", lambda: letters)
    return letters


def quiet(_: Event) -> None:
    pass


def like(path: Path, text: str, limit: int = 2, **asked: object) -> list[str]:
    index = meaning.load_index(path, quiet)
    with read_plainly(path) as connection:
        sought = meaning.seek_text(index, text, use.load())
        matches = meaning.find_similar(connection, index, Question("", **asked), sought, limit)
    return [match.hit.marked for match in matches]


@pytest.mark.usefixtures("embedder")
def test_the_nearest_in_each_language(path: Path) -> None:
    assert like(path, "Le marché ouvre à huit heures !") == [
        "Le marché ouvre à huit heures.",
        "The town hall said “à huit heures” on Tuesday.",
    ]
    assert like(path, "Le marché ouvre à huit heures !", language="fr") == [
        "Le marché ouvre à huit heures.",
        "La mairie l'a dit mardi.",
    ]
    assert like(path, "huit", 9, documents=("other.txt",)) == ["Stalls open at eight, officials say."]
    assert "Partager" in like(path, "Partager", 2, roles=("boilerplate",))
    assert "Partager" not in like(path, "Partager", 9)
    with pytest.raises(UsageError, match="not among pairs"):
        like(path, "x", kind="bitext")


def test_only_new_texts_are_read(path: Path, embedder: LetterEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = meaning.load_index(path, quiet)
    assert len(first) == 6
    assert set(embedder.texts) >= set(sample.FRENCH.split("\n"))
    embedder.texts.clear()
    meaning.load_index(path, quiet)
    assert embedder.texts == []  # no run came after it
    opened = store.start_run(open_corpus(path), "run-9", "0", {})
    meaning.load_index(path, quiet)
    assert embedder.texts == []  # the run brought nothing
    sample.fill(opened, {"new.txt": (sample.document("Un texte nouveau."), "fr")})
    store.start_run(opened.engine, "run-10", "0", {})
    opened.engine.dispose()
    assert len(meaning.load_index(path, quiet)) == 7
    assert embedder.texts.count("Un texte nouveau.") == 1
    assert set(embedder.texts) <= {"a", "Un texte nouveau."}  # the cache asks how wide vectors are
    assert like(path, "Un texte nouveau", 1, language="fr") == ["Un texte nouveau."]
    other = LetterEmbedder("others")
    monkeypatch.setattr(use, "load", lambda: other)
    meaning.load_index(path, quiet)
    assert "Un texte nouveau." in other.texts  # of another model, all is read anew


@pytest.mark.usefixtures("embedder")
def test_more_like_a_row(path: Path) -> None:
    index = meaning.load_index(path, quiet)
    with read_plainly(path) as connection:
        (pair,) = connection.execute("SELECT id FROM alignment WHERE kind = 'bitext' AND score > 0.9").fetchone()
        sought = meaning.seek_row(connection, index, pair)
        assert sought.without == {digest("Le marché ouvre à huit heures."), digest("The market opens at eight.")}
        found = meaning.find_similar(connection, index, Question(""), sought, 10)
        assert {digest(match.hit.marked) for match in found}.isdisjoint(sought.without)
        assert [match.similarity for match in found] == sorted((m.similarity for m in found), reverse=True)
        with pytest.raises(NotFoundError, match="no segment and no pair 'x'"):
            meaning.seek_row(connection, index, "x")


@pytest.mark.usefixtures("embedder")
def test_what_an_index_needs_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFoundError, match="enregard search --like"):
        meaning.load_index(path, quiet, most=3)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(meaning, "write_index", full)
    with pytest.raises(StoreError, match=r"\.nearby: cannot be written \(No space"):
        meaning.load_index(path, quiet)


def test_the_index_is_a_file_of_the_corpus(path: Path) -> None:
    assert layout.nearby_of(path) in layout.files_of(path)


@pytest.mark.slow  # reads with the real embedder
def test_the_command(path: Path) -> None:
    shown = enregard("search", "--like", "When does the market open?", "--corpus", str(path), "--json", "--limit", "2")
    rows = json.loads(shown.stdout)
    assert {row["text"] for row in rows} == {"Le marché ouvre à huit heures.", "The market opens at eight."}
    assert all(0 < row["similarity"] <= 1 for row in rows)
    again = enregard("search", "--like", rows[0]["id"], "--corpus", str(path), "--limit", "2")
    assert rows[0]["text"] not in again.stdout.split("\t")[4::18]
    assert layout.nearby_of(path).exists()


@pytest.mark.parametrize("arguments", [(), ("--like", " "), ("x", "--like", "y"), ("--like", "y", "--html")])
def test_what_makes_no_sense(path: Path, arguments: tuple[str, ...]) -> None:
    ended = enregard("search", *arguments, "--corpus", str(path))
    assert ended.returncode == 2
    assert "WORDS" in ended.stderr or "--like wants" in ended.stderr


@pytest.mark.usefixtures("embedder")
def test_the_page_of_a_pair_leads_to_what_is_like_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = review_site.make(tmp_path)
    ada, pair = visitor(corpus), ids(corpus)[0]
    assert f'href="/pair/{pair}/like"' in ada.get(f"/pair/{pair}").text
    page = ada.get(f"/pair/{pair}/like").text
    assert page.count("<li data-item>") > 1
    assert "Similarity" in page
    assert ada.get("/pair/none/like").status_code == 404
    layout.nearby_of(corpus).unlink()
    monkeypatch.setattr(alike, "MOST", 0)
    assert "the index of sentences is not made yet" in ada.get(f"/pair/{pair}/like").text
