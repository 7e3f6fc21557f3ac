"""Words and punctuation that tell where a bead ends."""

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from pipeline.align.features import punctuation, unbalanced
from pipeline.align.hash_rows import hash_rows
from pipeline.align.lexical import (
    PRIOR,
    UNIT,
    WINDOW,
    BeadWords,
    Vocabulary,
    bead_words,
    best_words,
    nearness,
    rarities,
    vocabularies,
    word_hashes,
    word_kinds,
)
from pipeline.embedding import use
from pipeline.embedding.embed import Features, Floats

FR = [
    "Le phare fut construit par Aubin Kermadec.",
    "La commune l'a racheté.",
    "",
    "En 1987, une tempête brisa la lanterne ; 32 familles partirent.",
    "Personne ne revint.",
]
EN = [
    "The lighthouse was built.",
    "Its builder was Aubin Kermadec.",
    "The town bought it.",
    "In 1987 a storm broke the lantern.",
    "32 families left.",
    "Nobody came back.",
]


@pytest.fixture(scope="module")
def sides() -> tuple[Vocabulary, Vocabulary]:
    return vocabularies(FR, EN, use.load())


def test_the_best_words_of_two_texts_are_those_nearest_in_meaning_and_numbers_that_are_the_same() -> None:
    embedder = Reading()
    words = ["phare", "1987", "lanterne", "lighthouse", "1988", "lanterns"]
    kinds = word_kinds(words, embedder)
    ours, theirs = np.array([0, 1, 2]), np.array([3, 1, 4, 5])
    best = best_words(kinds, ours, [theirs, theirs[:0]])
    cosines = kinds.vectors[ours] @ kinds.vectors[theirs].T
    assert best[0].tolist() == [cosines[0].max(), 1, 1]
    assert best[1].tolist() == [cosines[:, 0].max(), 1, 0, 1]
    assert (best[2].tolist(), best[3].tolist()) == ([0, 0, 0], [])
    assert embedder.texts == [word for word in words if not word.isdigit()]


def test_how_rare_a_word_is_depends_on_the_texts_that_have_it() -> None:
    texts = ["le phare, le PHARE et la mer", "", "mer", "Lanterne et phare"]
    words = hash_rows([word_hashes(text) for text in texts])
    counted = [2, 2, 2, 2, 1, 2]  # phare phare mer | | mer | lanterne phare, and how many texts have each
    assert rarities(words) == pytest.approx([math.log((4 + PRIOR) / (count + 0.5)) for count in counted])
    assert len(rarities(hash_rows([]))) == 0


class Reading:
    """The embedder, and what it was asked for."""

    signature = property(lambda self: use.load().signature)

    def __init__(self) -> None:
        self.texts: list[str] = []

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        self.texts += texts
        return use.load().features(texts, joined)

    def vectors(self, features: Features) -> Floats:
        return use.load().vectors(features)


def all_beads(sides: tuple[Vocabulary, Vocabulary], rows: slice, cols: slice) -> dict[tuple[int, int], BeadWords]:
    return dict(zip(product((1, 2), (1, 2, 3)), bead_words(sides, rows, cols, (2, 3)), strict=True))


def weight(sides: tuple[Vocabulary, Vocabulary], places: tuple[list[int], list[int]], turned: bool, kind: int) -> float:
    """What the words of some sentences find in those opposite, one word after the other."""
    these, those = sides[::-1] if turned else sides
    ours, theirs = places[::-1] if turned else places
    there = np.array([place for j in theirs for place in those.tokens[j]], dtype=np.intp)
    found = 0.0
    for kindred in (place for i in ours for place in these.tokens[i]):
        here = np.array([kindred])
        near = nearness(these, here, those, there)[kind] if len(there) else np.zeros((1, 1))
        found += float(these.rarity[kindred] * near.max())
    return found


def around(start: int, count: int, size: int) -> list[int]:
    return list(range(max(0, start - WINDOW), min(size, start + count + WINDOW)))


@pytest.mark.parametrize(("i", "j", "a", "b"), [(0, 0, 1, 1), (0, 0, 1, 2), (1, 2, 2, 1), (3, 3, 1, 2), (3, 2, 2, 3)])
@pytest.mark.parametrize("kind", [0, 1], ids=["soft", "exact"])
def test_leaks_are_what_words_find_just_outside(
    sides: tuple[Vocabulary, Vocabulary], i: int, j: int, a: int, b: int, kind: int
) -> None:
    inside = list(range(i, i + a)), list(range(j, j + b))
    leak = 0.0
    for turned, wider in ((False, (inside[0], around(j, b, len(EN)))), (True, (around(i, a, len(FR)), inside[1]))):
        leak += weight(sides, wider, turned, kind) - weight(sides, inside, turned, kind)
    found = all_beads(sides, slice(0, 5), slice(0, 6))[a, b]
    assert found[kind][i, j] == pytest.approx(leak / UNIT, abs=1e-4)


def test_a_bead_cut_through_a_translation_leaks(sides: tuple[Vocabulary, Vocabulary]) -> None:
    beads = all_beads(sides, slice(0, 1), slice(0, 1))
    assert beads[1, 1].exact[0, 0] > 0.5 > 0.1 > beads[1, 2].exact[0, 0]


def test_blocks_do_not_matter(sides: tuple[Vocabulary, Vocabulary]) -> None:
    whole, part = (all_beads(sides, *block) for block in ((slice(0, 5), slice(0, 6)), (slice(2, 4), slice(3, 6))))
    for shape, ours in whole.items():
        for one, other in zip(ours, part[shape], strict=True):
            np.testing.assert_allclose(one[2:4, 3:6], other, atol=1e-5)


def test_punctuation() -> None:
    found = punctuation(["Vu (à", "Brest) ;", "et puis :", "Quoi ?", "Hélas !", "— * —", "Un titre"])
    assert found.depth.tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert found.open.tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert found.colon.tolist() == [0, 0, 1, 0, 0, 0, 0]
    assert found.question.tolist() == [0, 0, 0, 1, 0, 0, 0]
    assert found.cry.tolist() == [0, 0, 0, 0, 1, 0, 0]
    assert found.bare.tolist() == [1, 0, 0, 0, 0, 1, 1]
    assert found.empty.tolist() == [0, 0, 0, 0, 0, 1, 0]


def test_a_text_that_ends_in_an_initial_may_have_been_cut() -> None:
    texts = ["als Leiter Ch .", "avec B.M.", "Chapitre IV.", "Tome V.", "le CD.", "Mai 1956 .", "Fin (par A. )"]
    assert punctuation(texts).abbreviation.tolist() == [1, 1, 0, 0, 0, 0, 1]


def test_brackets_are_closed_where_they_are_opened() -> None:
    found = punctuation(["Vu (à", "Brest)", "Oui."])
    assert unbalanced(found, slice(0, 3), 1).tolist() == [1, 1, 0]
    assert unbalanced(found, slice(0, 3), 2).tolist() == [0, 1, 0]
