"""Answers stay what they were, to three digits: beads, scores, features, pairs, passages, words, languages.

A difference that is meant is written down with ``python -m tests.golden``; look at it before committing.
"""

import pytest

from tests.golden import FOLDER, cases, differences, read

pytestmark = pytest.mark.slow

CASES = cases()


def test_every_case_has_a_file_and_every_file_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_answers_are_what_they_were(name: str) -> None:
    changes = list(differences(read(name), CASES[name]()))
    assert changes[:10] == [], f"{len(changes)} differences; if they are meant: python -m tests.golden {name}"


def test_differences_are_told_and_the_last_digit_is_not() -> None:
    before = [{"left": [0], "score": 0.912, "features": {"margin": 0.5}}]
    assert list(differences(before, [{"left": [0], "score": 0.914, "features": {"margin": 0.498}}])) == []
    assert list(differences(before, [{"left": [0, 1], "score": 0.917, "features": {}}])) == [
        "[0].features.margin: 0.5 before, None now",
        "[0].left: [0] before, [0, 1] now",
        "[0].score: 0.912 before, 0.917 now",
    ]
