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
