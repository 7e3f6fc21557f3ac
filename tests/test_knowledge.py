"""Every word of the tables of a language does what the example of its line shows."""

import pytest

from pipeline.language.knowledge import KNOWN, tables
from pipeline.segmenting import sentences

LINES = [
    pytest.param(language, word, line.example, id=f"{language} {name} {word}")
    for language in KNOWN
    for name, lines in tables(language)["sentences"].items()
    for line in lines
    for word in line.words
]


@pytest.mark.parametrize(("language", "word", "example"), LINES)
def test_sentences_are_cut_as_the_example_shows(language: str, word: str, example: str) -> None:
    given = example.replace("{}", word)
    whole = given.replace(" | ", " ")
    assert " | ".join(whole[start:end] for start, end in sentences.split(whole, language)) == given
