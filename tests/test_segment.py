import json
import random
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.config import DetectConfig, SegmentConfig
from pipeline.language import detect, identify
from pipeline.records import Document, Mark, Segmentation
from pipeline.segmenting import residue, segment

CASES = json.loads((Path(__file__).parent / "cases" / "residue.json").read_text("utf-8"))
SETTINGS = SegmentConfig()


@pytest.fixture(scope="module")
def language_of() -> Callable[[str], str]:
    return identify.language_of(identify.load(DetectConfig()))


def segmented(text: str, language: str = "fr", config: SegmentConfig = SETTINGS) -> Segmentation:
    return next(segment.segment([Document(text)], lambda _: language, config))


@pytest.mark.parametrize("kind", residue.TABLE, ids=lambda kind: kind.name)
def test_every_kind_of_residue_matches_its_examples_and_nothing_else(kind: residue.Residue) -> None:
    assert [found.name if (found := residue.kind(one)) else None for one in kind.examples] == [kind.name] * len(
        kind.examples
    )
    assert [one for one in kind.counterexamples if residue.kind(one)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_roles(case: dict[str, object], language_of: Callable[[str], str]) -> None:
    lines = [tuple(line) for line in case["lines"]]  # type: ignore[attr-defined]
    document = Document("\n".join(text for _, text in lines), title=case.get("title"))  # type: ignore[arg-type]
    found = [(block.role, document.text[block.start : block.end]) for block in segment.blocks(document, language_of)]
    assert found == [line for line in lines if line[1]]


@pytest.mark.parametrize("seed", range(40))
def test_every_character_lies_in_one_block_and_one_segment(seed: int) -> None:
    text = nonsense(random.Random(seed))
    result = segmented(text, "en", SegmentConfig(max_chars=50))
    blocks = {block.key: block for block in result.blocks}
    assert covered(text, [(one.start, one.end) for one in result.blocks]) == "".join(text.split())
    spoken = "".join(text[one.start : one.end] for one in result.blocks if one.role != "separator")
    assert covered(text, [(one.start, one.end) for one in result.segments]) == "".join(spoken.split())
    for one in result.segments:
        block = blocks[one.block]
        assert text[one.start : one.end] == one.text == one.text.strip()
        assert block.start <= one.start < one.end <= block.end
        assert one.role == block.role
        assert len(one.text) <= 50 or one.role == "title"


def nonsense(chance: random.Random) -> str:
    """Words, marks and breaks in any order, as Document.text may hold them."""
    marks = "mot Mot The Share Total 0 . ? ! … « » “ ” ( ) M. U.S. *** --- 1 12 , ; ’ 😀 。"
    pieces = [*marks.split(), '"', "* * *", "\n", "\n\n", " ", "\u00a0", "é" * 60]
    text = "".join(chance.choice(pieces) + chance.choice(["", " "]) for _ in range(300))
    return text.strip()


def covered(text: str, spans: list[tuple[int, int]]) -> str:
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    return "".join("".join(text[start:end].split()) for start, end in spans)


def test_a_title_is_one_segment_and_a_separator_has_none() -> None:
    paragraph = "Les pommiers ont fleuri tôt. " * 6
    result = segmented(f"Fin. Le retour des abeilles\n\n{paragraph.strip()}\n\n* * *\n\n{paragraph.strip()}")
    assert [block.role for block in result.blocks] == ["title", "body", "separator", "body"]
    assert len(result.segments) == 1 + 6 + 6


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("Un pont sur le fleuve / A bridge over the river", ["Un pont sur le fleuve", "A bridge over the river"]),
        ("Trois questions | Three questions", ["Trois questions", "Three questions"]),
        ("Le pont / Bridge", None),
        ("Le maire / le préfet : deux avis", None),
        ("Un pont / A bridge / Eine Brücke", None),
        ("Il a dit oui / She said no to them.", None),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_a_headline_in_two_languages_is_two_segments(
    line: str, pieces: list[str] | None, language_of: Callable[[str], str]
) -> None:
    rest = "\n\n" + "Les pommiers ont fleuri tôt cette année, et personne ne les attendait. " * 3
    for before in ("", "Les pommiers\n\n" + rest.strip() + "\n\n"):
        document = Document(before + line + rest)
        found = next(segment.segment([document], language_of, SETTINGS))
        (block,) = [one for one in found.blocks if document.text[one.start : one.end] == line]
        assert [one.text for one in found.segments if one.block == block.key] == (pieces or [line])
        assert all(document.text[one.start : one.end] == one.text for one in found.segments)


def test_what_the_file_marks_is_what_it_says() -> None:
    lines = [
        ("title", "Les bacs"),
        (
            "body",
            "Le bac passe toutes les heures, sauf le dimanche, où le passeur se repose dans sa maison de la rive.",
        ),
        ("heading", "Un programme"),
        ("code", "if boats: print('oui. Non.')"),
        ("code", "---"),
        ("caption", "Le bac au matin"),
        ("body", "Le vent se lève."),
    ]
    text = "\n".join(line for _, line in lines)
    marks = tuple(
        Mark(text.index(line), text.index(line) + len(line), markup)  # type: ignore[arg-type]
        for markup, line in lines
        if markup != "body"
    )
    (result,) = segment.segment([Document(text, marks=marks)], lambda _: "fr", SETTINGS)
    assert [(one.role, one.text) for one in result.segments] == lines


def test_code_is_in_no_language() -> None:
    text = "Le bac passe toutes les heures.\n$ cp le-bac.txt archive/"
    (result,) = detect.detect([segmented(text)], identify.load(DetectConfig()), DetectConfig())
    assert [(one.role, one.language.code if one.language else "") for one in result.segments] == [
        ("body", "fr"),
        ("code", "und"),
    ]


def test_a_long_sentence_is_cut_at_clause_marks() -> None:
    text = "Le vent souffle sur la mer, " * 20 + "et c'est tout."
    result = segmented(text, config=SegmentConfig(max_chars=100))
    assert max(len(one.text) for one in result.segments) <= 100
    assert all(one.text.endswith((",", ".")) for one in result.segments)


def test_an_empty_document_has_nothing() -> None:
    assert segmented("").blocks == segmented("").segments == ()


def test_the_signature_changes_with_the_settings() -> None:
    assert segment.signature(SETTINGS).key == segment.signature(SegmentConfig()).key
    assert segment.signature(SETTINGS).key != segment.signature(SegmentConfig(max_chars=9)).key


@pytest.mark.parametrize("unit", ["mot\n", "Le chat dort. ", "a", "(", "« ", "A. ", '" ', "x@"], ids=repr)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    seconds = [timed(unit * (size // len(unit))) for size in (20_000, 160_000)]
    assert seconds[1] < 8 * 4 * max(seconds[0], 0.02)


def timed(text: str) -> float:
    start = time.process_time()
    segmented(text.strip())
    return time.process_time() - start
