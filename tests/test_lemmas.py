"""Dictionary forms of words, and their spellings."""

import subprocess
import sys

import pytest

from benchmarks import lemmas as benchmark
from pipeline.language.lemmas import is_known, lemma
from pipeline.language.spelling import apart, folded, together


@pytest.mark.parametrize(
    ("language", "expected", "forms"),
    [
        ("fr", "manger", "mange mangeaient Mangea MANGEZ mangé"),
        ("fr", "venir", "vint venue viennent"),
        ("fr", "cheval", "cheval chevaux"),
        ("fr", "boeuf", "bœufs boeufs"),
        ("en", "go", "went going goes"),
        ("en", "mouse", "mice Mouse"),
        ("de", "haus", "Häuser Haus"),
    ],
)
def test_forms_have_their_lemma(language, expected, forms):
    assert {form: lemma(form, language) for form in forms.split()} == dict.fromkeys(forms.split(), expected)


def test_a_name_is_no_form_of_a_word():
    assert (lemma("Paris", "fr"), lemma("PARIS", "fr"), lemma("paris", "fr")) == ("paris", "paris", "pari")


@pytest.mark.parametrize("word", ["", "1914", "’", "x" * 5_000])
def test_what_is_no_word_stays(word):
    assert lemma(word, "fr") == word.lower()


def test_a_language_without_dictionary_has_words_in_small_letters():
    assert not is_known("und")
    assert lemma("Chevaux", "und") == "chevaux"


def test_ligatures():
    assert (apart("Œuvre cœur ex æquo"), together("coeur"), folded("Sœurs ÉLEVÉES")) == (
        *("OEuvre coeur ex aequo", "cœur", "soeurs elevees"),
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_lemmas_bring_more_forms_together_than_stems_and_fewer_other_words(language):
    methods = dict(benchmark.methods())
    ours, stems = (benchmark.measure(methods[name], language) for name in ("enregard", "snowball"))
    assert ours[0] > 0.98
    assert ours[1] > 0.9
    assert all(our > stem for our, stem in zip(ours[:2], stems[:2], strict=True))


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
def test_forms_of_a_word_meet(forms, language):
    assert len({lemma(word, language) for word in forms.split()}) == 1


def test_words_that_are_no_forms_of_each_other_do_not_meet():
    assert len({lemma(word, "fr") for word in ("port", "porte", "portail", "Paris", "pari")}) == 5


def test_a_word_that_no_table_has_is_itself():
    assert lemma("Zblkqrt", "fr") == "zblkqrt"


def test_simplemma_is_loaded_when_a_word_is_asked_for():
    code = "import sys; import pipeline.language.lemmas; print('simplemma' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
