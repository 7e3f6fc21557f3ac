"""What one text has and the other lacks: numbers and names, with exact offsets."""

import pytest

from db.vocabulary import KINDS
from pipeline.corpus.meanings import MEANINGS, SCORES, explain
from pipeline.language.counterparts import unmatched


def missing(left: str, right: str) -> list[str]:
    return [(left if one.side == "left" else right)[one.start : one.end] for one in unmatched(left, right)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Il a 3 500 moutons et 2,5 hectares.", "He has 3,500 sheep and 2.5 hectares."),
        ("Elle a douze ans.", "She is 12."),
        ("Au XIXe siècle, rien.", "In the 19th century, nothing."),
        ("Le train de Londres à Moscou part.", "The train from London to Moscow leaves."),
        ("Selon l'ONU et l'OTAN, la paix tient.", "According to the UN and NATO, peace holds."),
        ("Le poète français vit en Norvège.", "The French poet lives in Norway."),
        ("Le Premier ministre viendra lundi.", "The Prime Minister will come on Monday."),
        ("Le maire ouvre le bal.", "Mayor Opens Ball After Long Dispute"),
        ("", ""),
    ],
)
def test_nothing_is_missing(left: str, right: str) -> None:
    assert missing(left, right) == []


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ("Il a 41 ans.", "He is 42.", ["41", "42"]),
        ("De 10 à 10 heures", "At 10", ["10"]),
        ("Hier, Anselme Korvec a parlé.", "Yesterday he spoke.", ["Anselme", "Korvec"]),
        ("Il a parlé hier.", "Yesterday Anselme Korvec spoke.", ["Anselme", "Korvec"]),
        ("Le groupe XRT a vendu.", "The group has sold.", ["XRT"]),
    ],
)
def test_what_is_missing_is_named(left: str, right: str, said: list[str]) -> None:
    assert missing(left, right) == said


def test_what_is_linked_is_not_missing() -> None:
    left, right = "Le chat de Gaspard dort.", "The cat of Jasper sleeps."
    assert missing(left, right) == ["Gaspard", "Jasper"]
    assert unmatched(left, right, [((11, 18), (11, 17))]) == ()


def test_measures_are_explained_and_unknown_ones_tolerated() -> None:
    assert explain({"similarity": 0.8, "novelty": 2.0}) == {
        "similarity": {"value": 0.8, "means": MEANINGS["similarity"]},
        "novelty": {"value": 2.0, "means": ""},
    }
    assert set(SCORES) == {*KINDS, "review", "import"}
