"""Dictionary forms of words, and their spellings."""

import subprocess
import sys

import pytest

from benchmarks import lemmas as benchmark
from pipeline.language.lemmas import inflect, is_known, lemma
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


@pytest.mark.parametrize(
    ("word", "language", "forms", "others"),
    [
        ("manger", "fr", "mange mangeaient mangé manger", "mangue mangeoire"),
        ("mangeaient", "fr", "mange mangeaient mangé manger", "mangue"),
        ("ouvrir", "fr", "ouvrent ouvrait ouvrant", "ouvrier"),  # by analogy with rouvrir
        ("écrire", "fr", "écrit écrits", "écran"),
        ("vue", "fr", "vue vues", "voir vois"),  # a headword of its own
        ("voir", "fr", "vu vue voyait", "voire"),
        ("etre", "fr", "être sont était", "ester"),
        ("coeur", "fr", "cœur cœurs coeurs", "chœur"),
        ("think", "en", "thought thinking", "thin"),
        ("Xyzzy", "en", "xyzzy", "x"),
        ("chevaux", "und", "chevaux", "cheval"),
    ],
)
def test_a_headword_has_its_forms(word, language, forms, others):
    inflection = inflect(word, language)
    assert set(forms.split()) <= inflection.forms
    assert not inflection.forms & set(others.split())


def test_a_letter_before_an_apostrophe_is_no_form():
    assert "s" not in inflect("avoir", "fr").forms
    assert "a" in inflect("avoir", "fr").forms


def test_names_are_not_among_the_forms_of_a_word():
    assert inflect("pari", "fr").is_among(["Le", "paris"])
    assert not inflect("pari", "fr").is_among(["Paris"])
    assert inflect("Paris", "fr").is_among(["Paris"])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_search_finds_nearly_all_forms(language):
    precision, recall = benchmark.measure_forms(language)
    assert precision > 0.98
    assert recall > 0.95
