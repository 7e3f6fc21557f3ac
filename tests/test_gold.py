"""The gold set is whole and as large as its README says, and a floor without a figure does not pass."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import floors, gold, goldset
from benchmarks.goldset import HALVES, load_bitexts, load_collection, load_lines, load_paragraphs, load_quarry


def test_beads_cover_every_sentence_once_and_in_order() -> None:
    shapes: Counter[str] = Counter()
    for half in HALVES:
        for bitext in load_bitexts(half):
            assert [i for left, _ in bitext.beads for i in left] == list(range(len(bitext.left))), bitext.name
            assert [j for _, right in bitext.beads for j in right] == list(range(len(bitext.right))), bitext.name
            shapes.update(f"{len(left)}:{len(right)}" for left, right in bitext.beads)
    assert sum(shapes.values()) == 397
    assert min(shapes[shape] for shape in ("1:0", "0:1", "1:2", "2:1", "2:2", "1:3", "3:1")) >= 4


@pytest.mark.parametrize("half", HALVES)
def test_sentences_are_plain(half: str) -> None:
    texts = [text for bitext in load_bitexts(half) for text in (*bitext.left, *bitext.right)]
    texts += [paragraph.text for language in gold.OURS for paragraph in load_paragraphs(half, language)]
    texts += [line.text for line in load_lines(half)]
    assert [text for text in texts if text != text.strip() or "|" in text or "=>" in text or not text] == []


@pytest.mark.parametrize("language", gold.OURS)
def test_two_hundred_boundaries_a_language(language: str) -> None:
    paragraphs = [paragraph for half in HALVES for paragraph in load_paragraphs(half, language)]
    assert sum(len(paragraph.ends) for paragraph in paragraphs) >= 200
    assert all(paragraph.text[end] == " " for paragraph in paragraphs for end in paragraph.ends)
    assert len({paragraph.text for paragraph in paragraphs}) == len(paragraphs)


def test_lines_of_every_case_in_both_halves() -> None:
    halves = [Counter((line.case, line.language in gold.OURS) for line in load_lines(half)) for half in HALVES]
    assert sum(sum(cases.values()) for cases in halves) >= 300
    assert set(halves[0]) == set(halves[1])


@pytest.mark.parametrize("half", HALVES)
def test_pairs_stand_among_distractors(half: str) -> None:
    quarry = load_quarry(half)
    assert len(quarry.pairs) == 50
    assert len(quarry.left) == len(quarry.right) == 125
    for number in (0, 1):
        assert len({pair[number] for pair in quarry.pairs}) == 50


@pytest.mark.parametrize("half", HALVES)
def test_documents_of_pairs_are_there(half: str) -> None:
    collection = load_collection(half)
    assert len(collection.documents) == 12
    assert {grade for _, _, grade in collection.pairs} == {"translation", "partial", "comparable"}
    assert {name for left, right, _ in collection.pairs for name in (left, right)} <= collection.documents.keys()


def test_the_halves_share_no_sentence() -> None:
    dev, held = (
        {text for side in load_quarry(half)[:2] for text in side}
        | {line for lines in load_collection(half).documents.values() for line in lines}
        for half in HALVES
    )
    assert dev & held == set()


def test_a_floor_without_a_figure_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "floors.json"
    path.write_text('{"gold.dev.align.strict": 0.9, "gold.dev.mine.f1": 0.5, "align.other": 1}', "utf-8")
    monkeypatch.setattr(gold, "measure", lambda report: {"gold.dev.align.strict": 0.8})
    assert gold.main(["--check", str(path)]) == 2
    shown = capsys.readouterr().err
    assert "gold.dev.align.strict: 0.8000 is below its floor 0.9" in shown
    assert "gold.dev.mine.f1: has a floor, but was not measured" in shown


def test_a_gold_set_that_is_not_here_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goldset, "GOLD", tmp_path)
    with pytest.raises(SystemExit, match=r"align.*not here"):
        load_bitexts("dev")


def test_a_row_that_lacks_a_cell_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "detect.tsv").write_text("case\tlanguage\ttext\nword\tfr\n", "utf-8")
    monkeypatch.setattr(goldset, "GOLD", tmp_path)
    with pytest.raises(SystemExit, match=r"detect\.tsv, line 2: 2 cells"):
        load_lines("dev")


def test_development_data_may_be_absent_except_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert floors.absent(tmp_path / "dev")
    assert "nothing measured" in capsys.readouterr().err
    assert not floors.absent(tmp_path)
    monkeypatch.setenv("CI", "true")
    assert not floors.absent(tmp_path)
    with pytest.raises(SystemExit, match="nothing measured"):
        floors.absent(tmp_path / "dev")
