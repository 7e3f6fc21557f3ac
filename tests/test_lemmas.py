"""Dictionary forms of words."""

import subprocess
import sys

import pytest

from pipeline.language.lemmas import lemma


@pytest.mark.parametrize(
    ("forms", "language"),
    [
        ("cheval chevaux Cheval", "fr"),
        ("accord accords ACCORDS", "fr"),
        ("général générale généraux générales", "fr"),
        ("manifester manifestent manifestaient manifesté", "fr"),
        ("woman women", "en"),
        ("child children", "en"),
        ("agree agreed agrees agreeing", "en"),
    ],
)
def test_forms_of_a_word_meet(forms: str, language: str) -> None:
    assert len({lemma(word, language) for word in forms.split()}) == 1


def test_words_that_are_no_forms_of_each_other_do_not_meet() -> None:
    assert len({lemma(word, "fr") for word in ("port", "porte", "portail", "Paris", "pari")}) == 5


def test_a_word_that_no_table_has_is_itself() -> None:
    assert lemma("Zblkqrt", "fr") == "zblkqrt"


def test_simplemma_is_loaded_when_a_word_is_asked_for() -> None:
    code = "import sys; import pipeline.language.lemmas; print('simplemma' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
