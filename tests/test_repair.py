"""Repairs mend what is broken, say so, and leave alone what a person wrote."""

import json
import random
import textwrap
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.reading.decode import decode
from pipeline.reading.repair import CODES, STEPS, repair
from pipeline.reading.unwrap import unwrap

CASES = Path(__file__).resolve().parent / "cases"
REPAIRS = json.loads((CASES / "repair.json").read_text("utf-8"))
WRAPPED = json.loads((CASES / "unwrap.json").read_text("utf-8"))
PROSE = [
    paragraph for case in WRAPPED if "paragraphs" in case for paragraph in case["paragraphs"] if len(paragraph) > 120
]
FRENCH = "Dès l’aube, la sœur aînée de Benoît s’était levée ; « où vas-tu ? » criait-on déjà là-haut, près du château."


@pytest.mark.parametrize("case", REPAIRS, ids=lambda case: case["name"])
def test_repairs(case: dict[str, Any]) -> None:
    text, repairs = repair(case["text"])
    assert text == (case["text"] if case.get("same") else case["to"])
    assert dict(repairs) == ({} if case.get("same") else case["codes"])


@pytest.mark.parametrize("case", REPAIRS, ids=lambda case: case["name"])
def test_repairing_twice_changes_nothing(case: dict[str, Any]) -> None:
    once = repair(case["text"]).text
    assert repair(once).text == once


@pytest.mark.parametrize("case", WRAPPED, ids=lambda case: case["name"])
def test_only_the_lines_of_wrapped_paragraphs_are_joined(case: dict[str, Any]) -> None:
    text, repairs = repair("\n".join(case["lines"]))
    expected = case["lines"] if case.get("same") else case["paragraphs"]
    assert text.split("\n") == expected
    assert dict(repairs).get("W106", "0") == str(len(case["lines"]) - len(expected))


@pytest.mark.parametrize("width", [45, 60, 72, 80, 100])
@pytest.mark.parametrize("between", ["\n\n", "\n    "])
def test_what_was_wrapped_comes_back(width: int, between: str) -> None:
    chance = random.Random(width)
    paragraphs = [" ".join(chance.sample(PROSE, 2)) for _ in range(30)]
    wrapped = between.join("\n".join(textwrap.wrap(one, width, break_on_hyphens=False)) for one in paragraphs)
    found = [line for line in repair(wrapped).text.split("\n") if line]
    assert sum(one in found for one in paragraphs) >= 29


BOOK = """CHAPTER TWO

The keeper's daughter had been told a hundred times that nobody ever
came to the island in winter, and yet on the third of January, while
she was hanging the nets, a man walked out of the sea.

"You are wet," she said.

"I am," said the man. "It is the custom, where I come from, to arrive
in this way."

"And where is that?"

"A long way down."

"You had better come in," she said, "and mind the step. It has been
loose since the autumn."

"Thank you."

    The wind went round the house and round the tower,
    The lamp was lit, and burned for half an hour;
    And what the stranger said, and what he ate,
    Is written on the bottom of a plate.

THE GIRL. What boat?

 1. The house
 2. The tower
 3. The rock"""


def test_a_book_with_dialogue_is_unwrapped_and_its_verse_and_lists_stay() -> None:
    lines = [line for line in repair(BOOK).text.split("\n") if line]
    assert lines == [
        "CHAPTER TWO",
        "The keeper's daughter had been told a hundred times that nobody ever came to the island in winter, and yet on "
        "the third of January, while she was hanging the nets, a man walked out of the sea.",
        '"You are wet," she said.',
        '"I am," said the man. "It is the custom, where I come from, to arrive in this way."',
        '"And where is that?"',
        '"A long way down."',
        '"You had better come in," she said, "and mind the step. It has been loose since the autumn."',
        '"Thank you."',
        "The wind went round the house and round the tower,",
        "The lamp was lit, and burned for half an hour;",
        "And what the stranger said, and what he ate,",
        "Is written on the bottom of a plate.",
        "THE GIRL. What boat?",
        "1. The house",
        "2. The tower",
        "3. The rock",
    ]


def test_answers_in_a_form_are_joined_and_its_short_lines_stay() -> None:
    form = """Yes [ Points: +1 ]
1. What does the lamp of the tower do for the boats?
The lamp turns once in nine seconds and can be seen from eleven miles
away, so that a boat which comes from the north knows the island from
the rock before it hears either.
No [ Points: +0 ]
2. Who looks after it?
The keeper
His daughter
The dog"""
    assert repair(form).text.split("\n") == [
        "Yes [ Points: +1 ]",
        "1. What does the lamp of the tower do for the boats?",
        "The lamp turns once in nine seconds and can be seen from eleven miles away, so that a boat which comes from "
        "the north knows the island from the rock before it hears either.",
        "No [ Points: +0 ]",
        "2. Who looks after it?",
        "The keeper",
        "His daughter",
        "The dog",
    ]


def test_text_with_one_paragraph_a_line_is_left_alone() -> None:
    text = "\n".join([*PROSE, "Un titre", "Une phrase courte", *PROSE[:3], "Nom : Roux", "prénom : Anne"])
    assert unwrap(text) == (text, 0)


def test_wrapped_lines_that_are_not_looked_for_stay() -> None:
    wrapped = "\n".join(textwrap.wrap(" ".join(PROSE), 70))
    assert repair(wrapped, wrapped=False).text == wrapped


def test_unwrapping_is_linear() -> None:
    text = "\n".join(["a line of text that is always exactly as long as the one before"] * 50_000)
    assert unwrap(text)[1] == 49_999


def test_the_codes_of_the_table_are_explained() -> None:
    assert {code for code, _ in STEPS} <= set(CODES)


@pytest.mark.parametrize("codec", ["cp1252", "mac-roman"])
def test_old_encodings_are_told_apart(codec: str) -> None:
    assert decode(FRENCH.encode(codec)).text == FRENCH


def test_the_euro_and_the_oe_decide_for_iso_8859_15() -> None:
    plain = FRENCH.replace("’", "'") + " 50 €"
    found = decode(plain.encode("iso8859-15"))
    assert (found.text, found.encoding, found.guessed) == (plain, "iso-8859-15", True)


def test_french_is_not_taken_for_polish() -> None:
    assert decode("été à la plage".encode("cp1252")).encoding == "windows-1252"


def test_other_alphabets_are_still_found() -> None:
    text = "Это обычный русский текст, в котором нет ничего особенного, кроме букв. " * 5
    assert decode(text.encode("cp1251")).text == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [FRENCH, "Hi", "Обычный текст, и в нём много слов подряд."])
def test_wide_encodings_without_a_mark(codec: str, text: str) -> None:
    assert decode(text.encode(codec)).text == text


def test_a_stray_byte_in_utf_8_is_read_as_the_letter_it_was() -> None:
    found = decode(FRENCH.encode() + b" caf\xe9 \xe2\x80")
    assert found.text == FRENCH + " café \ufffd"
    assert (found.encoding, found.replaced) == ("utf-8", 1)


def test_what_a_page_declares_is_believed_only_where_it_can_be() -> None:
    assert decode("Łódź".encode("cp1250"), "windows-1250").text == "Łódź"
    assert decode(FRENCH.encode(), "windows-1250").encoding == "utf-8"
    assert decode(FRENCH.encode("cp1252"), "unicode_escape").text == FRENCH


def test_binary_data_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        decode(bytes(range(256)) * 20)
    assert caught.value.code == "E103"
