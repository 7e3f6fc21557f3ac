import doctest
import json
import time
from pathlib import Path
from typing import Any

import pytest

import pipeline.translation.fidelity
import pipeline.translation.quality
from pipeline.translation.fidelity import loop
from pipeline.translation.quality import CODES, check_translation
from pipeline.translation.terminology import signed_terms

CASES = json.loads((Path(__file__).parent / "cases" / "quality.json").read_text("utf-8"))


def test_doctests() -> None:
    assert doctest.testmod(pipeline.translation.quality).failed == 0
    assert doctest.testmod(pipeline.translation.fidelity).failed == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['source'][:30]} > {case['text'][:30]}")
def test_cases(case: dict[str, Any]) -> None:
    terms = signed_terms({"terms": case.get("terms", [])})
    assert dict(check_translation(case["source"], case["text"], terms=terms)) == case["codes"]


def test_every_code_has_a_case() -> None:
    assert {code for case in CASES for code in case["codes"]} == set(CODES)


def test_findings_are_in_the_order_of_the_codes() -> None:
    codes = [code for code, _ in check_translation("Il ne mange pas 3 pommes.", "He eats eats eats 4 apples.")]
    assert codes == sorted(codes)
    assert len(codes) > 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ("", 1)),
        ("un deux trois", ("", 1)),
        ("the the", ("the", 2)),
        ("a b a b a b c", ("a b", 3)),
        ("No. No! NO?", ("no", 3)),
        ("1 1 1 1", ("", 1)),
    ],
)
def test_loops(text: str, found: tuple[str, int]) -> None:
    assert loop(text) == found


@pytest.mark.parametrize(
    "text", ["a" * 20_000, "mot " * 5_000, "ne " * 5_000, "« " * 5_000, "1 " * 5_000, "Nom " * 5_000]
)
def test_a_long_text_is_checked_in_bounded_time(text: str) -> None:
    start = time.perf_counter()
    check_translation(text, text)
    assert time.perf_counter() - start < 5
