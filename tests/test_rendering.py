import numpy as np
import pytest

from pipeline.align.rendering import Lexicon, encoded, lexicon, rendered
from pipeline.embed import Embedder
from pipeline.engines import use

FR = ["Le chat dort sur le piano.", "Le chat de 12 ans dort.", "—"]
EN = ["The cat sleeps on the piano.", "The cat, 12 years old, sleeps.", "The cat, 13 years old, sleeps.", ""]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


@pytest.fixture(scope="module")
def sides(embedder: Embedder) -> tuple[Lexicon, Lexicon]:
    return lexicon(FR, embedder), lexicon(EN, embedder)


def values(sides: tuple[Lexicon, Lexicon], i: int, j: int) -> list[float]:
    return rendered(*sides, np.array([i]), np.array([j]))[0].tolist()


def test_each_word_is_kept_once(sides: tuple[Lexicon, Lexicon]) -> None:
    french = sides[0]
    assert len(french.vectors) == len(french.rarity) == len(french.numbers) == 9
    assert [len(french.of(i)) for i in range(3)] == [6, 6, 0]
    assert set(french.numbers) == {"", "12"}
    assert np.linalg.norm(french.vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_common_words_are_less_rare(embedder: Embedder) -> None:
    found = lexicon(["le chat", "le chien", "le cheval"], embedder)
    assert found.rarity[0] == found.rarity.min() < found.rarity[1]


def test_a_translation_renders_more(sides: tuple[Lexicon, Lexicon]) -> None:
    right, wrong = values(sides, 0, 0), values(sides, 0, 1)
    assert right[0] > wrong[0] and right[1] > wrong[1]
    assert right[2] < wrong[2] and right[3] < wrong[3]


def test_numbers_are_equal_or_not_alike(sides: tuple[Lexicon, Lexicon]) -> None:
    assert values(sides, 1, 1)[0] > values(sides, 1, 2)[0] + 0.05


def test_texts_without_words(sides: tuple[Lexicon, Lexicon]) -> None:
    assert values(sides, 2, 3) == [0.5, 0.5, 0, 0]
    one = values(sides, 2, 0)
    assert one[:3] == [0, 0.5, 0] and one[3] > 1


def test_no_texts(embedder: Embedder) -> None:
    assert encoded([], embedder).shape == (0, 512)
    nothing = np.zeros(0, dtype=np.intp)
    assert rendered(lexicon([], embedder), lexicon([], embedder), nothing, nothing).shape == (0, 4)
