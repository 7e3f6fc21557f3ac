import doctest
import json
from pathlib import Path

import pytest

from pipeline.language import cldr, detect, function_words
from pipeline.segmenting import lexicon, residue, sentences

CASES = json.loads((Path(__file__).parent / "cases" / "sentences.json").read_text("utf-8"))
UNSPACED = ("zh", "stuck")


def pieces(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentences.split(text, language)]


@pytest.mark.parametrize(
    ("language", "case"),
    [(language, case) for language, cases in CASES.items() for case in cases],
    ids=lambda value: value[0][:30] if isinstance(value, list) else value,
)
def test_cases(language: str, case: list[str]) -> None:
    text = ("" if language in UNSPACED else " ").join(case)
    assert pieces(text, "en" if language == "stuck" else language) == case


@pytest.mark.parametrize("rule", sentences.RULES, ids=lambda rule: rule.__name__)
def test_every_rule_decides_something(rule: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any one of the rules some case comes out differently: none is dead."""
    monkeypatch.setattr(sentences, "RULES", tuple(one for one in sentences.RULES if one is not rule))
    changed = [
        case
        for language, cases in CASES.items()
        for case in cases
        if pieces(("" if language in UNSPACED else " ").join(case), "en" if language == "stuck" else language) != case
    ]
    assert changed


def test_lines_end_sentences() -> None:
    assert pieces("one line\nanother line", "en") == ["one line", "another line"]


def test_white_space_only_gives_nothing() -> None:
    assert pieces(" \n\t ", "fr") == pieces("", "fr") == []


def test_shorten_prefers_clause_marks_then_spaces_then_any_place() -> None:
    def short(text: str) -> list[str]:
        return [text[start:end] for start, end in sentences.shorten(text, (0, len(text)), 20)]

    assert short("one two three; four, five six") == ["one two three;", "four, five six"]
    assert short("one two three four five six") == ["one two three four", "five six"]
    assert short("x" * 45) == ["x" * 20, "x" * 20, "x" * 5]
    assert short("short") == ["short"]


@pytest.mark.parametrize("module", [cldr, detect, function_words, lexicon, residue], ids=lambda module: module.__name__)
def test_the_examples_in_the_documentation_run(module: object) -> None:
    failed, attempted = doctest.testmod(module)  # type: ignore[arg-type]
    assert not failed
    assert attempted
