"""From a file into the corpus and out again: nothing that the file said is lost."""

import json
import sys
from pathlib import Path

import pytest
from lxml import etree

from pipeline.cli import main
from tests import corpus as sample
from tests.test_export import judge

MEMORY = Path(__file__).resolve().parent / "data" / "memory.tmx"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["enregard", *map(str, arguments)])
        status = main()
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return call


def content(element: etree._Element, within: bool = False) -> list:
    """All that an element says; spaces between elements count inside a segment alone."""
    inside = within or element.tag in {"seg", "note", "prop"}
    text = element.text or "" if inside else ""
    children = [[content(child, inside), (child.tail or "") if inside else ""] for child in element]
    return [element.tag, sorted(element.attrib.items()), text, children]


def whole(text: str | bytes) -> list:
    return content(etree.fromstring(text.encode() if isinstance(text, str) else text))


def test_tmx_keeps_every_text_attribute_and_note(run, tmp_path: Path) -> None:
    corpus = tmp_path / "c.sqlite"
    assert run("import", MEMORY, "--corpus", corpus)[0] == 0
    status, shown, _ = run("export", "--format", "tmx", "--machine", "--corpus", corpus)
    assert status == 0
    assert whole(shown) == whole(MEMORY.read_bytes())


def test_and_again(run, tmp_path: Path) -> None:
    first, second = tmp_path / "1.tmx", tmp_path / "2.tmx"
    source = MEMORY
    for target in (first, second):
        assert run("import", source, "--corpus", tmp_path / f"{target.stem}.sqlite")[0] == 0
        exported = ("export", "--format", "tmx", "--machine", "--output", target)
        assert run(*exported, "--corpus", tmp_path / f"{target.stem}.sqlite")[0] == 0
        source = target
    assert first.read_bytes() == second.read_bytes()


def test_the_texts_are_flattened_with_care(run, tmp_path: Path) -> None:
    corpus = tmp_path / "c.sqlite"
    assert run("import", MEMORY, "--corpus", corpus)[0] == 0
    rows = [json.loads(line) for line in run("export", "--format", "jsonl", "--corpus", corpus)[1].splitlines()]
    assert [(one["left_text"], one["right_text"], one["right_origin"]) for one in rows] == [
        ("Le marché ouvre à huit heures.", "The market opens at eight.", "human"),
        ("La mairie est fermée.", "The town hall is closed.", "mt:engine-9"),
        ("Une image ici, puis un mot & fin.", "A picture here, then a word & end.", "human"),
        ("  deux espaces, une\nligne\tet une tabulation ", "two spaces, a\nline\tand a tab", "human"),
    ]


def test_a_verdict_is_added_and_a_correction_replaces_one_segment(run, tmp_path: Path) -> None:
    corpus = tmp_path / "c.sqlite"
    assert run("import", MEMORY, "--corpus", corpus)[0] == 0
    judge(corpus, ("Le marché ouvre à huit heures.", "The market opens at eight."), "correct", "It opens at eight.")
    everything = ("export", "--format", "tmx", "--machine")
    root = etree.fromstring(run(*everything, "--corpus", corpus)[1].encode())
    unit = next(root.iter("tu"))
    assert unit.get("tuid") == "0001"
    assert [note.text for note in unit.findall("note")] == ["Première note", "Second note, after a property"]
    assert unit.findtext("prop[@type='x-reviewer']") == "Ana"
    assert len(unit.findall("tuv/seg")[0]) == 2
    assert (unit.findall("tuv/seg")[1].text, len(unit.findall("tuv/seg")[1])) == ("It opens at eight.", 0)
    (tmp_path / "again.tmx").write_bytes(etree.tostring(root))
    assert run("import", tmp_path / "again.tmx", "--corpus", tmp_path / "d.sqlite")[0] == 0
    assert whole(run(*everything, "--corpus", tmp_path / "d.sqlite")[1]) == content(root)


@pytest.mark.parametrize("form", ["tmx", "xliff", "tsv", "jsonl"])
def test_our_own_exports_come_back(run, tmp_path: Path, form: str) -> None:
    """Texts, languages, scores and origins; and what else was said is a property of the unit."""
    corpus, back = tmp_path / "c.sqlite", tmp_path / "d.sqlite"
    sample.make(corpus)
    judge(corpus, ("Partager", "Share"), "correct", "Share this")
    everything = [] if form in {"tsv", "jsonl"} else ["--machine", "--role", "body", "--role", "boilerplate"]
    exported = ("export", "--format", form, "--corpus", corpus, "--output", tmp_path / f"o.{form}")
    assert run(*exported, *everything)[0] == 0
    status, _, said = run("import", tmp_path / f"o.{form}", "--name", "own", "--corpus", corpus)
    assert (status, "6 of 6 face each other in the corpus already" in said) == (0, True), said
    assert run("import", tmp_path / f"o.{form}", "--corpus", back)[0] == 0
    before, after = (
        [json.loads(line) for line in run("export", "--format", "jsonl", "--corpus", one)[1].splitlines()]
        for one in (corpus, back)
    )
    kept = ("left_text", "right_text", "left_language", "right_language", "left_origin", "right_origin")
    assert sorted(tuple(one[name] for name in kept) for one in after) == sorted(
        tuple(one[name] for name in kept) for one in before
    )
    assert [round(one["score"], 4) for one in after] == [round(one["score"], 4) for one in before]
    said = [str(one["attributes"]) for one in after if one["left_text"] == "Partager"]
    assert "Ana" in said[0]
    assert "fr.txt" in said[0]


def test_the_header_of_an_import_is_not_said_of_other_documents(run, tmp_path: Path) -> None:
    corpus = tmp_path / "c.sqlite"
    sample.make(corpus)
    assert run("import", MEMORY, "--again", "--corpus", corpus)[0] == 0
    everything = ("export", "--format", "tmx", "--machine", "--role", "body", "--role", "boilerplate")
    both = etree.fromstring(run(*everything, "--corpus", corpus)[1].encode())
    assert (both.find("header").get("creationtool"), len(list(both.iter("tu")))) == ("enregard", 10)
    only = run(*everything, "--document", "import:memory.tmx", "--corpus", corpus)[1]
    assert whole(only) == whole(MEMORY.read_bytes())


def test_notes_of_an_import_reach_xliff(run, tmp_path: Path) -> None:
    corpus = tmp_path / "c.sqlite"
    assert run("import", MEMORY, "--corpus", corpus)[0] == 0
    root = etree.fromstring(run("export", "--format", "xliff", "--corpus", corpus)[1].encode())
    assert [one.text for one in root.iter("{*}note")] == ["Première note", "Second note, after a property"]
    metadata = {one.get("type"): one.text for one in next(root.iter("{*}unit")).iter("{*}meta")}
    assert metadata["tuid"] == "0001"
    assert metadata["x-project"] == "Marché"


def test_name_spaces_do_not_stand_in_the_way(run, tmp_path: Path) -> None:
    source = MEMORY.read_text("utf-8").replace(
        '<tmx version="1.4">', '<tmx version="1.4" xmlns="urn:a" xmlns:b="urn:b">'
    )
    source = source.replace('<hi type="word">fermée</hi>', '<hi b:type="word">fer<b:c/>mée</hi>')
    (tmp_path / "m.tmx").write_text(source, "utf-8")
    assert run("import", tmp_path / "m.tmx", "--corpus", tmp_path / "c.sqlite")[0] == 0
    shown = run("export", "--format", "tmx", "--machine", "--corpus", tmp_path / "c.sqlite")[1]
    root = etree.fromstring(shown.encode())
    assert [etree.QName(one).namespace for one in root.iter("*")] == [None] * len(list(root.iter("*")))
    assert next(one for one in root.iter("hi")).get("{urn:b}type") == "word"
    assert len(list(root.iter("bpt", "ph", "it", "hi"))) == 10
