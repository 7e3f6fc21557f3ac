"""Every word of the tables of a language does what the example of its line shows."""

import pytest

from pipeline.config import DetectConfig
from pipeline.language import detect, identify
from pipeline.language.function_words import vocabulary
from pipeline.language.knowledge import KNOWN, tables
from pipeline.segmenting import sentences
from pipeline.translation import quality, translate


def examples(section: str, *names: str) -> list[object]:
    """Language, word and example of each word in the named tables of a section, or in all of them."""
    return [
        pytest.param(language, word, line.example, id=f"{language} {name} {word}")
        for language in KNOWN
        for name, lines in tables(language).get(section, {}).items()
        if name in names or not names
        for line in lines
        for word in line.words
    ]


@pytest.fixture(scope="module")
def identifier() -> identify.CombinedIdentifier:
    return identify.load(DetectConfig())


@pytest.mark.parametrize(("language", "word", "example"), examples("sentences"))
def test_sentences_are_cut_as_the_example_shows(language: str, word: str, example: str) -> None:
    marked = example.replace("{}", word)
    whole = marked.replace(" | ", " ")
    assert " | ".join(whole[start:end] for start, end in sentences.split(whole, language)) == marked


@pytest.mark.parametrize(("language", "word", "example"), examples("identification", "function_words"))
def test_a_function_word_decides(
    language: str, word: str, example: str, identifier: identify.CombinedIdentifier
) -> None:
    assert detect.detect_lines([example.replace("{}", word)], identifier, DetectConfig())[0].code == language


@pytest.mark.parametrize(
    ("language", "word", "example"), examples("identification", "name_particles", "name_conjunctions")
)
def test_a_particle_of_a_name_is_no_function_word(language: str, word: str, example: str) -> None:
    assert vocabulary(example.replace("{}", word)).counts[language] == 0


@pytest.mark.parametrize(("language", "word", "example"), examples("translation", "acronyms", "towns"))
def test_a_name_keeps_its_capitals_in_a_headline_in_capitals(language: str, word: str, example: str) -> None:
    assert word in translate.sentence_case(example.replace("{}", word.upper()))


@pytest.mark.parametrize(("language", "word", "example"), examples("translation", "untranslated"))
def test_a_french_word_in_a_translation_is_seen(language: str, word: str, example: str) -> None:
    assert ("W612", word) in quality.check_translation("Le maire.", example.replace("{}", word))


@pytest.mark.parametrize(("language", "word", "example"), examples("translation", "loans"))
def test_a_borrowed_word_is_no_french_left_over(language: str, word: str, example: str) -> None:
    found = quality.check_translation(f"Le {word} était là.", example.replace("{}", word))
    assert "W612" not in [code for code, _ in found]
