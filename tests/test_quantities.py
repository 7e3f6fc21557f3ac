"""Numbers in figures and words, in both formats, and what two facing texts contradict each other in."""

import pytest

from pipeline.language.counterparts import CODES, check_pair, measure_agreement
from pipeline.language.function_words import count_function_words, vocabulary
from pipeline.language.places import find_place_names, fold
from pipeline.language.quantities import compare_quantities, find_months, find_quantities, without_label


def readings(text: str, language: str | None = None) -> list[set[float]]:
    return [set(quantity.readings) for quantity in find_quantities(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("Il a 3 500 moutons et 2,5 hectares.", "fr", [{3500}, {2.5}]),
        ("He has 3,500 sheep and 2.5 hectares.", "en", [{3500, 3.5}, {2.5}]),
        ("un budget de 4\u202f320\u202f000 euros", "fr", [{4_320_000}]),
        ("3,2 milliards d'euros", "fr", [{3.2e9}]),
        ("3.2 billion euros", "en", [{3.2e9}]),
        ("entre 50 et 75 mille", "fr", [{50}, {75_000}]),
        ("un bénéfice de 45 M€", "fr", [{45e6}]),
        ("a budget of £3m", "en", [{3, 3e6}]),
        ("quatre-vingt-dix-sept chats", "fr", [{97}]),
        ("trois cent mille euros", "fr", [{300_000}]),
        ("two hundred and fifty people", "en", [{250}]),
        ("la troisième fois", "fr", [{3}]),
        ("une douzaine d'œufs", "fr", [{12}]),
        ("vers 17 heures", "fr", [{17}]),
        ("at 5 p.m.", "en", [{5, 17}]),
        ("les années 90", "fr", [{90, 1990}]),
        ("au XIXe siècle", "fr", [{19}]),
        ("88 pour cent", "fr", [{88}]),
        ("3. Cerises", "fr", []),
        ("rien", "fr", []),
    ],
)
def test_readings(text: str, language: str, values: list[set[float]]) -> None:
    assert readings(text, language) == values


def test_the_language_is_guessed_and_a_text_that_tells_none_is_read_in_both() -> None:
    assert readings("Les seize maisons de la rue") == [{16}]
    assert readings("They seize the houses of the street") == []
    assert readings("Twelve people") == [{12}]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("3. Cerises", "Cerises"),
        ("(b) le délai", "le délai"),
        ("Article 12 - Le présent décret", "Le présent décret"),
        ("1.2.3 Scope", "Scope"),
        ("iv) the fees", "the fees"),
        ("3.14 est un nombre", "3.14 est un nombre"),
        ("2021 fut une année rude.", "2021 fut une année rude."),
        ("A. dit oui", "dit oui"),
        ("3.", "3."),
        ("", ""),
    ],
)
def test_the_number_at_the_head_of_a_line_is_a_label(text: str, bare: str) -> None:
    assert without_label(text) == bare


def test_months_beside_numbers() -> None:
    assert [month.number for month in find_months("du 3 mai au 1er juin")] == [5, 6]
    assert [month.number for month in find_months("on 18 September, or May 2")] == [9, 5]
    assert find_months("It may march on.") == ()


def test_each_number_is_matched_once() -> None:
    numbers = compare_quantities(find_quantities("De 10 à 10 heures", "fr"), find_quantities("At 10", "en"))
    assert (numbers.shared, len(numbers.left), len(numbers.right)) == (1, 1, 0)


@pytest.mark.parametrize(
    ("left", "right", "codes"),
    [
        ("Le pont coûtera 300 000 euros.", "The bridge will cost 45 million euros.", {"W701": "300 000 ≠ 45 million"}),
        ("Il a 47 vaches.", "He has cows.", {"W702": "47"}),
        ("Trois personnes ont péri.", "Twelve people died.", {"W701": "Trois ≠ Twelve"}),
        ("Trois personnes ont péri.", "Some people died.", {}),
        ("Deux sur trois.", "Three of two hundred.", {"W701": "Deux ≠ two hundred"}),
        ("Il vit au Tchad.", "He lives in Niger.", {"W703": "Tchad ≠ Niger"}),
        ("Il vit au Tchad, puis à Anvers.", "He lives in Chad, then in Antwerp.", {}),
        ("Les Pays-Bas et la Lettonie votent.", "The Netherlands and Latvia vote.", {}),
        ("Le maire ne viendra pas.", "The mayor will come.", {"W704": "ne viendra pas"}),
        ("Le maire viendra.", "The mayor will not come.", {"W704": "will not"}),
        ("Le maire refuse de venir.", "The mayor will not come.", {}),
        ("Il reste 1,5 million d'euros.", "There are 1,500,000 euros left.", {}),
        ("3. Cerises", "4. Cherries", {}),
        ("", "", {}),
    ],
)
def test_what_two_facing_texts_contradict_each_other_in(left: str, right: str, codes: dict[str, str]) -> None:
    assert dict(check_pair(left, right)) == codes


def test_every_code_has_a_case() -> None:
    marks = test_what_two_facing_texts_contradict_each_other_in.pytestmark  # type: ignore[attr-defined]
    imported = {"W705", "W706", "W707"}  # of pairs that come from a file: see test_import
    assert {code for _, _, codes in marks[0].args[1] for code in codes} == set(CODES) - imported


def test_agreement_counts_numbers_months_and_places() -> None:
    assert measure_agreement("Le 3 mai, 40 Tchadiens.", "On 3 May, 40 Chadians.") == (3, 0)
    assert measure_agreement("Le 3 mai au Tchad.", "On 18 September in Peru.") == (0, 3)


def test_a_longer_name_is_not_the_shorter() -> None:
    [north], [south] = find_place_names("En Corée du Nord."), find_place_names("In South Korea.")
    assert north.entities.isdisjoint(south.entities)
    assert find_place_names("North Korea")[0].entities & north.entities


def test_a_folded_letter_keeps_its_place() -> None:
    text = "École, ﬁn, İzmir, Œuvre, ÅÉ-Ñ 3½"
    assert len(fold(text)) == len(text)
    assert fold("École d'Été à NÎMES") == "ecole d'ete a nimes"


@pytest.mark.parametrize("text", ["Luca de Meo met the Rivons at the café in Aix.", "LE PONT DE LA VILLE", "", "12 €"])
def test_function_words_are_counted_as_where_names_are_taken_out(text: str) -> None:
    assert count_function_words(text) == vocabulary(text).counts
