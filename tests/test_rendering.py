import numpy as np
import pytest

from pipeline.align.lexical import RAREST, Vocabulary, rendering, vocabularies
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder

FR = ["Le chat dort sur le piano.", "Le chat de 12 ans dort.", "—", "Le chat dort."]
EN = [
    "The cat sleeps on the piano.",
    "The cat, 12 years old, sleeps.",
    "The cat, 13 years old, sleeps.",
    "",
    "A cat sleeps.",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


@pytest.fixture(scope="module")
def sides(embedder: Embedder) -> tuple[Vocabulary, Vocabulary]:
    return vocabularies(FR, EN, embedder)


def values(sides: tuple[Vocabulary, Vocabulary], i: int, j: int) -> list[float]:
    return rendering(*sides, np.array([i]), np.array([j]))[0].tolist()


def test_a_translation_renders_more_and_loses_less(sides: tuple[Vocabulary, Vocabulary]) -> None:
    right, wrong = values(sides, 0, 0), values(sides, 0, 1)
    assert right[0] > wrong[0]
    assert right[1] < wrong[1]
    assert right[2] > wrong[2]


def test_a_longer_translation_proves_more(sides: tuple[Vocabulary, Vocabulary]) -> None:
    assert values(sides, 0, 0)[2] > values(sides, 3, 4)[2]


def test_numbers_are_equal_or_not_alike(sides: tuple[Vocabulary, Vocabulary]) -> None:
    assert values(sides, 1, 1)[0] > values(sides, 1, 2)[0] + 0.05


def test_texts_without_words(sides: tuple[Vocabulary, Vocabulary]) -> None:
    assert values(sides, 2, 3) == [0.5, 0, 0]
    share, lost, found = values(sides, 2, 0)
    assert (share, found) == (0, 0) and lost > 0.5


def test_a_word_of_a_large_set_counts_no_more_than_the_rarest(embedder: Embedder) -> None:
    few, many = vocabularies(FR, EN, embedder), vocabularies(FR, EN + [f"Line {k}." for k in range(20_000)], embedder)
    assert many[1].rarity.max() > RAREST > few[1].rarity.max()
    assert values(many, 1, 2)[1] <= RAREST


def test_no_pairs(sides: tuple[Vocabulary, Vocabulary]) -> None:
    nothing = np.zeros(0, dtype=np.intp)
    assert rendering(*sides, nothing, nothing).shape == (0, 3)
