import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from pipeline.config import DetectConfig
from pipeline.errors import ConfigError
from pipeline.language import detect, identify
from pipeline.records import UNKNOWN, Language, Role, Segment, Segmentation, Span

PROJECT = Path(__file__).resolve().parent.parent
CASES = json.loads((PROJECT / "tests" / "cases" / "detect.json").read_text("utf-8"))
SETTINGS = DetectConfig()


@pytest.fixture(scope="module")
def identifier() -> identify.CombinedIdentifier:
    return identify.load(SETTINGS)


def one_document(lines: list[str], role: Role = "body") -> Segmentation:
    """Each line is a block with one segment."""
    segments, at = [], 0
    for line in lines:
        segments.append(Segment("d", f"d:{at}-{at + len(line)}", role, at, at + len(line), line))
        at += len(line) + 1
    return Segmentation("d", (), tuple(segments))


@pytest.mark.parametrize(("code", "line"), CASES["lines"])
def test_lines(code: str, line: str, identifier: identify.CombinedIdentifier) -> None:
    assert detect.detect_lines([line], identifier, SETTINGS)[0].code == code


@pytest.mark.parametrize("case", CASES["documents"], ids=lambda case: case["name"])
def test_documents(case: dict[str, list[list[str]]], identifier: identify.CombinedIdentifier) -> None:
    given = one_document([line for _, line in case["lines"]])
    (found,) = detect.detect([given], identifier, SETTINGS)
    assert [[one.language.code if one.language else "", one.text] for one in found.segments] == case["lines"]


@pytest.mark.parametrize("case", CASES["spans"], ids=lambda case: case["text"][:30])
def test_spans(case: dict[str, object], identifier: identify.CombinedIdentifier) -> None:
    text = "Before. " + str(case["text"])
    segment = Segment("d", "d:8-9", "body", 8, len(text), text[8:])
    (found,) = next(detect.detect([Segmentation("d", (), (segment,))], identifier, SETTINGS)).segments
    spans = [[one.language.code, text[one.start : one.end]] for one in found.spans]
    if isinstance(case["spans"], int):  # both halves weigh the same: either may be the segment's own
        assert found.language
        assert {found.language.code, *(code for code, _ in spans)} == {"fr", "en"}
        assert [half for _, half in spans] in ([half.strip()] for half in text[8:].replace("|", "/").split("/"))
    else:
        assert (found.language.code if found.language else "") == case["language"]
        assert spans == case["spans"]


def test_the_same_answer_in_any_order_and_company(identifier: identify.CombinedIdentifier) -> None:
    lines = [line for _, line in CASES["lines"]]
    shuffled = Random(1).sample(lines, len(lines))
    alone = {line: detect.detect_lines([line], identify.load(SETTINGS), SETTINGS)[0] for line in lines}
    together = dict(zip(shuffled, detect.detect_lines(shuffled, identifier, SETTINGS), strict=True))
    assert together == alone


def test_the_exact_confidence_is_known(identifier: identify.CombinedIdentifier) -> None:
    """A change here means that every stored language is stale: raise "rules" in the signature."""
    found = detect.detect_lines(["Laisser un commentaire", "Total"], identifier, SETTINGS)
    assert found == [Language("fr", 0.9999, "py3langid"), Language("en", 0.7203, "py3langid+langdetect")]


def test_a_fragment_follows_its_document_and_a_sentence_does_not(identifier: identify.CombinedIdentifier) -> None:
    french = "Le bac traverse le fleuve depuis trois siècles, et personne n'a jamais su le remplacer."
    english = "The ferry has been crossing the river for three hundred years, and nobody could ever replace it."
    codes = {}
    for name, around in (("fr", french), ("en", english)):
        (found,) = detect.detect([one_document([around, "Total", french, around])], identifier, SETTINGS)
        codes[name] = [one.language.code for one in found.segments if one.language]
    assert codes["fr"] == ["fr", "fr", "fr", "fr"]
    assert codes["en"] == ["en", "en", "fr", "en"]


def test_documents_do_not_influence_one_another(identifier: identify.CombinedIdentifier) -> None:
    documents = [one_document([line for _, line in case["lines"]]) for case in CASES["documents"]]
    together = list(detect.detect(documents, identifier, SETTINGS))
    assert together == [next(detect.detect([one], identifier, SETTINGS)) for one in documents]


def test_profile_counts_letters_and_spans() -> None:
    fr, en = Language("fr", 1.0, ""), Language("en", 1.0, "")
    segments = [
        Segment("d", "b", "body", 0, 8, "abcd efg", en, (Span(5, 8, fr),)),
        Segment("d", "b", "body", 9, 10, "z", fr),
        Segment("d", "b", "body", 11, 12, "0", Language(UNKNOWN, 0.0, "none")),
    ]
    assert detect.profile(segments) == {"en": 0.5, "fr": 0.5}
    assert list(detect.profile([replace(segments[0], spans=()), segments[1]])) == ["en", "fr"]
    assert detect.profile(segments[2:]) == {}


def test_an_unknown_language_is_refused() -> None:
    for languages in (("fr", "tlh"), ()):
        refused = identify.load(DetectConfig(languages=languages))
        with pytest.raises(ConfigError, match=r"\[detect\] languages"):
            refused.evidence(["Il pleut."])


def test_a_name_for_signatures_loads_no_model() -> None:
    code = (
        "import sys; from pipeline.config import DetectConfig; from pipeline.language import detect, identify; "
        "detect.signature(identify.load(DetectConfig()), DetectConfig()); "
        "print({'numpy', 'py3langid', 'langdetect'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert done.stdout.strip() == "set()"


def test_one_language_and_three_languages_work() -> None:
    line = "Die Gärtner warten seit drei Wochen auf den Regen."
    for languages in (("de",), ("fr", "en", "de")):
        settings = DetectConfig(languages=languages)
        assert detect.detect_lines([line], identify.load(settings), settings)[0].code == "de"


def test_language_of_tells_the_likelier_language(identifier: identify.CombinedIdentifier) -> None:
    language_of = identify.language_of(identifier)
    assert [language_of(text) for text in ("Il pleut sur la mer.", "It rains on the sea.", "12", "")] == [
        "fr", "en", "und", "und",
    ]  # fmt: skip


def test_py3langid_agrees_with_its_own_answer() -> None:
    """The model is read directly, in double precision; its own function must put the same language first."""
    own = LanguageIdentifier.from_model_file(MODEL_FILE)
    ours = identify._Langid()
    for _, line in CASES["lines"]:
        if len(line) > 20:
            (scores,) = ours.scores([line.lower()], ("fr", "en"))
            assert max(scores, key=lambda code: scores[code]) == own.classify(line.lower())[0]


def test_the_signature_changes_with_settings_and_versions(identifier: identify.CombinedIdentifier) -> None:
    first = detect.signature(identifier, SETTINGS)
    assert first.key != detect.signature(identifier, DetectConfig(stay=0.5)).key
    assert "langdetect" in first.engine


def test_a_small_memory_changes_nothing(
    identifier: identify.CombinedIdentifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line for _, line in CASES["lines"]] * 2
    expected = detect.detect_lines(lines, identifier, SETTINGS)
    monkeypatch.setattr(identify, "MEMORY", 3)
    monkeypatch.setattr(identify, "BATCH", 4)
    small = identify.load(SETTINGS)
    assert detect.detect_lines(lines, small, SETTINGS) == expected
    assert detect.detect_lines(lines[::-1], small, SETTINGS) == expected[::-1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Observatoire genevois des récoltes", "Geneva Harvest Observatory"),
        ("Autorité portuaire de Marseille", "Marseille Port Authority"),
        ("Agence lyonnaise du logement", "Lyon Housing Agency"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_halves_of_a_headline_are_in_two_languages_though_one_is_all_names(
    first: str, second: str, turned: bool, identifier: identify.CombinedIdentifier
) -> None:
    halves, codes = [first, second], ["fr", "en"]
    french = "Les barques sont restées au port toute la semaine, et les filets sèchent encore sur le quai."
    at = [(0, len(halves[turned])), (len(halves[turned]) + 3, len(first) + len(second) + 3)]
    segments = [
        Segment("d", "block", "heading", start, end, half)
        for (start, end), half in zip(at, halves[::-1] if turned else halves, strict=True)
    ]
    rest = Segment("d", "rest", "body", 200, 200 + len(french), french)
    (found,) = detect.detect([Segmentation("d", (), (*segments, rest))], identifier, SETTINGS)
    assert [one.language.code for one in found.segments[:2] if one.language] == (codes[::-1] if turned else codes)
