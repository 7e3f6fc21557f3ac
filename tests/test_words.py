"""Word links: exact offsets, the counterpart that a reader would name, the same whatever else is linked."""

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.align import words
from pipeline.align.words import Link, function_words, link, link_all, link_best_first, types
from pipeline.commands import console
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder, encode

PAIRS = json.loads((Path(__file__).parents[1] / "benchmarks" / "words_pairs.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


def said(left: str, right: str, links: tuple[Link, ...]) -> set[tuple[str, str]]:
    return {(left[slice(*one.left)], right[slice(*one.right)]) for one in links}


def test_words_are_exact_slices() -> None:
    text = "Aujourd’hui, l’arrière-boutique n'a vendu que 1 250,50 € de pain; she doesn't care."
    found = [text[start:end] for start, end in words.words(text)]
    assert found == [
        *["Aujourd’hui", "l", "arrière", "boutique", "n", "a", "vendu", "que", "1 250,50", "de", "pain"],
        *["she", "doesn't", "care"],
    ]


def test_a_year_before_a_number_is_no_part_of_it() -> None:
    text = "En 2019 350 personnes"
    assert [text[start:end] for start, end in words.words(text)] == ["En", "2019", "350", "personnes"]


def test_content_words_meet_whatever_their_order(embedder: Embedder) -> None:
    left = "Le vieux boulanger a fermé hier sa boutique de la rue Haute, après 43 ans de travail."
    right = "Yesterday, after 43 years of work, the old baker closed his shop on Haute street."
    found = said(left, right, link(left, right, embedder))
    for pair in ("vieux old", "boulanger baker", "fermé closed", "boutique shop", "rue street"):
        assert tuple(pair.split()) in found, pair
    assert {("43", "43"), ("ans", "years"), ("travail", "work"), ("Haute", "Haute")} <= found


def test_each_word_is_linked_once_in_order_with_a_probability(embedder: Embedder) -> None:
    left, right = PAIRS[0]["left"], PAIRS[0]["right"]
    found = link(left, right, embedder)
    assert list(found) == sorted(found)
    for side in (0, 1):
        assert len({one[side] for one in found}) == len(found)
    assert all(words.THRESHOLD <= one.score <= 1 for one in found)


def test_two_different_numbers_are_never_linked(embedder: Embedder) -> None:
    left, right = "Le pont mesure 310 mètres.", "The bridge is 320 metres long."
    assert ("310", "320") not in said(left, right, link(left, right, embedder))
    same = "The bridge is 310 metres long."
    assert ("310", "310") in said(left, same, link(left, same, embedder))


def test_the_second_the_belongs_to_the_second_noun(embedder: Embedder) -> None:
    left, right = "Le chien regarde le voisin.", "The dog watches the neighbour."
    found = link(left, right, embedder)
    assert {(left[slice(*one.left)], one.right) for one in found} >= {("Le", (0, 3)), ("le", (16, 19))}


def test_links_do_not_depend_on_what_else_is_linked(embedder: Embedder) -> None:
    pairs = [(one["left"], one["right"]) for one in PAIRS[:6]]
    together = link_all(pairs, embedder)
    for (left, right), links in zip(pairs, together, strict=True):
        alone = link(left, right, embedder)
        assert [one[:2] for one in alone] == [one[:2] for one in links]
        assert [one.score for one in alone] == pytest.approx([one.score for one in links], abs=2e-3)


@pytest.mark.parametrize(("left", "right"), [("", ""), ("", "A word"), ("Un mot", ""), ("…", "?!"), ("oui", "yes")])
def test_little_to_link(embedder: Embedder, left: str, right: str) -> None:
    found = link(left, right, embedder)
    assert len(found) <= min(len(words.words(left)), len(words.words(right)))


def test_no_pairs() -> None:
    assert link_all([], use.load()) == []


def test_unrelated_texts_have_few_links(embedder: Embedder) -> None:
    left, right = "Le boulanger vend du pain noir.", "Thunder woke every passenger on deck."
    assert len(link(left, right, embedder)) <= 1


def test_vectors_of_words_are_those_of_the_words_alone(embedder: Embedder) -> None:
    known = types(["Le chat dort.", "The cat sleeps; le chat"], embedder)
    assert sorted(known.rows) == ["Le", "The", "cat", "chat", "dort", "le", "sleeps"]
    assert np.allclose(known.of(["cat", "chat"]), encode(embedder, ["cat", "chat"]), atol=1e-3)


def test_function_words_by_the_language_of_the_text() -> None:
    assert function_words(["on", "a", "un", "car", "le", "matin"]) == [True, True, True, True, True, False]
    assert function_words(["the", "car", "is", "on", "the", "road"]) == [True, False, True, True, True, False]
    assert function_words([]) == []


def test_best_first_takes_no_row_or_column_twice() -> None:
    chances = np.array([[0.9, 0.8], [0.85, 0.1], [0.2, 0.7]])
    assert link_best_first(chances, 0.5) == {(0, 0): 0.9, (2, 1): 0.7}


def test_counterparts_have_the_same_colour() -> None:
    links = words.described("Le chat", "The cat", [Link((3, 7), (4, 7), 0.9)])
    left, right = console.facing("Le chat", "The cat", links)
    assert [(span.start, span.end) for text in (left, right) for span in text.spans] == [(3, 7), (4, 7)]
    assert left.spans[0].style == right.spans[0].style
