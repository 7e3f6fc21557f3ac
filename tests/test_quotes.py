"""Quotation marks that a translation lost are put back where their places are plain, and nowhere else."""

import doctest

import pytest

from pipeline.translation import quotes
from pipeline.translation.quotes import Attended, count_marks, find_quotations, mend_elisions, restore_marks


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


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ('« Un », “deux”, „trois“ et "quatre", mais pas l\'autre.', ["Un", "deux", "trois", "quatre"]),
        ('Rends l"argent" tout de suite', ["Rends l'argent"]),
        ("Il dit : « je pars, et la porte", ["je pars, et la porte"]),
        ("« »", []),
        ('un écran de 27 " neuf', []),
    ],
)
def test_what_is_quoted(text: str, passages: list[str]) -> None:
    mended = mend_elisions(text)
    assert [mended[start:end] for start, end, *_ in find_quotations(text)] == passages


def test_a_passage_with_its_marks() -> None:
    text = "Le « vieux port » dort » encore."
    [paired, closed] = find_quotations(text)
    assert [text[slice(*span)] for span in paired.spans(text)] == ["vieux port", "« vieux port »"]
    assert [text[slice(*span)] for span in closed.spans(text)] == ["Le « vieux port » dort", "Le « vieux port » dort »"]


PORT = "Le « vieux port » dort."


@pytest.mark.parametrize(
    ("source", "text", "attention", "restored"),
    [
        (PORT, "The old harbour sleeps.", ["0 9 9 0"], 'The "old harbour" sleeps.'),
        (PORT, 'The old harbour" sleeps.', ["0 9 9 0"], 'The "old harbour" sleeps.'),
        (PORT, 'The old harbour " sleeps.', ["0 9 9 5 0"], 'The "old harbour " sleeps.'),
        (PORT, "The old, old harbour sleeps.", ["0 9 4 9 0"], 'The "old, old harbour" sleeps.'),
        (PORT, "The old harbour sleeps.", ["4 4 4 4"], "The old harbour sleeps."),  # nothing stands for it
        (PORT, "The old harbour sleeps.", ["0 9 9"], "The old harbour sleeps."),  # cut in other words
        (PORT, 'The "old harbour" sleeps.', ["9 9 9 0"], 'The "old harbour" sleeps.'),
        (PORT, 'All "the "harbour sleeps.', ["0 9 9 0"], 'All "the "harbour sleeps.'),
        (
            "Elle dit « oui » et « non ».",
            "She says yes and no.",
            ["0 0 9 0 0", "0 0 0 0 9"],
            'She says "yes" and "no."',
        ),
        ("Elle dit « oui » et « oui ».", "She says yes.", ["0 0 9", "0 0 9"], 'She says "yes."'),
        ("La fin, « oui ».", "The end, yes ...", ["0 0 9 0"], 'The end, "yes" ...'),
        ("Un « oui » franc.", "A frank 'yes'.", ["0 0 9"], "A frank 'yes'."),
        (
            'Payez un rabais". Ainsi parla-t-il.',
            "Pay a rebate, so he spoke.",
            ["9 9 9 1 0 0"],
            'Pay a rebate," so he spoke.',
        ),
        (
            "Il dit : « je pars, et la porte",
            "He says: I go, and the door",
            ["0 1 9 9 9 9 9"],
            'He says: "I go, and the door',
        ),
        ("« Je pars demain, dit-il.", "I leave tomorrow, he says.", [], '"I leave tomorrow, he says.'),
        ("C'est la fin. »", "That is the end.", [], 'That is the end."'),
        ("C'est la fin ».", "That is the end.", [], 'That is the end."'),
        ('C"est la fin.', "That is the end.", [], "That is the end."),
        ("« »", "", [], ""),
    ],
)
def test_marks_are_put_back_where_their_places_are_plain(
    source: str, text: str, attention: list[str], restored: str
) -> None:
    shares = [[int(tenths) / 10 for tenths in row.split()] for row in attention]
    attended = [Attended(row, row) for row in shares]
    assert restore_marks(source, text, attended) == restored
    assert restore_marks(source, restored, attended) == restored


def test_what_attends_to_the_marks_alone_may_translate_something_else() -> None:
    attended = Attended([0.0, 0.1, 0.0], [0.0, 0.9, 0.0])
    assert restore_marks("Un compte « transparent ».", "An account only.", [attended]) == "An account only."
