"""Quotation marks that a translation lost are put back where their places are plain, and nowhere else."""

import doctest

import pytest

from pipeline.translation import quotes
from pipeline.translation.quotes import count_marks, find_quoted, mend_elisions, restore_marks


def test_examples() -> None:
    assert doctest.testmod(quotes).failed == 0


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ('Elle n"avait pas lu l"avis.', "Elle n'avait pas lu l'avis."),
        ('Qu"il vienne, dit "le chef".', 'Qu\'il vienne, dit "le chef".'),
        ('Il dit "oui".', 'Il dit "oui".'),
        ('un écran de 27" neuf', 'un écran de 27" neuf'),
    ],
)
def test_a_mark_in_the_place_of_an_apostrophe_is_none(text: str, mended: str) -> None:
    assert mend_elisions(text) == mended
    assert count_marks(text) == count_marks(mended)


def test_what_is_quoted() -> None:
    assert find_quoted('« Un », “deux”, „trois“ et "quatre", mais pas l\'autre.') == ["Un", "deux", "trois", "quatre"]


@pytest.mark.parametrize(
    ("source", "text", "rendered", "restored"),
    [
        ("Le « vieux port » dort.", "The old harbour sleeps.", ["old harbour"], 'The "old harbour" sleeps.'),
        ("Le « vieux port » dort.", 'The old harbour" sleeps.', ["The old harbour."], '"The old harbour" sleeps.'),
        ("Elle dit « oui » et « non ».", "She says yes and no.", ["Yes.", "No."], 'She says "yes" and "no".'),
        ("Elle dit « oui » et « oui ».", "She says yes and yes.", ["Yes.", "Yes."], "She says yes and yes."),
        ("Le « vieux port » dort.", "The ancient haven sleeps.", ["old harbour"], "The ancient haven sleeps."),
        ("Un « oui » franc.", 'A frank "yes".', ["yes"], 'A frank "yes".'),
        ("Un « oui » franc.", "A frank 'yes'.", ["yes"], "A frank 'yes'."),
        ("« Je pars demain, dit-il.", "I leave tomorrow, he says.", [], '"I leave tomorrow, he says.'),
        ("C'est la fin. »", "That is the end.", [], 'That is the end."'),
        ("C'est la fin ».", "That is the end.", [], 'That is the end".'),
        ('C"est la fin.', "That is the end.", [], "That is the end."),
        ("Un « oui ».", "An agreement.", [""], "An agreement."),
        ("« »", "", [""], ""),
    ],
)
def test_marks_are_put_back_where_their_places_are_plain(
    source: str, text: str, rendered: list[str], restored: str
) -> None:
    assert restore_marks(source, text, rendered) == restored
    assert restore_marks(source, restored, rendered) == restored
