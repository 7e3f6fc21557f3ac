"""Bitext among the documents of a folder: imported in the same run, again when it changes, gone when its file is."""

import json
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import read_corpus
from pipeline import run
from pipeline.config import Config, TranslateConfig
from pipeline.imports import load
from pipeline.records import Event
from pipeline.run import Outcome
from tests.hostile import archive
from tests.test_formats import xlsx

pytestmark = pytest.mark.slow

NO_ENGINE = Config(translate=TranslateConfig(engine="none"))
TMX = (
    '<?xml version="1.0"?><tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence"'
    ' o-tmf="x" adminlang="en" srclang="fr" datatype="plaintext"/><body>{}</body></tmx>'
)
UNIT = '<tu><tuv xml:lang="fr"><seg>{}</seg></tuv><tuv xml:lang="en"><seg>{}</seg></tuv></tu>'
XLIFF = (
    '<xliff version="1.2"><file source-language="fr" target-language="en" original="a" datatype="plaintext"><body>'
    "<trans-unit id='1'><source>Le bac part.</source><target>The ferry leaves.</target></trans-unit>"
    "</body></file></xliff>"
)
FERRY = ("Le bac part.", "The ferry leaves.")


def build(seeds: Path, corpus: Path) -> tuple[Outcome, list[str]]:
    notes: list[str] = []

    def keep(event: Event) -> None:
        notes.extend([event.note] if event.note else [])

    return run.build(seeds, corpus, NO_ENGINE, keep, os.environ), notes


def ask(corpus: Path, sql: str) -> list[tuple]:
    with read_corpus(corpus) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def pairs(corpus: Path) -> list[tuple]:
    return sorted(ask(corpus, "SELECT left_text, right_text FROM bitext WHERE kind = 'bitext'"))


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    (folder / "sub").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.tmx", TMX.format(UNIT.format(*FERRY))),
        ("m.xlf", XLIFF),
        ("m.csv", 'id;Anglais;Français\n1;"The ferry leaves.";Le bac part.\n'),
        ("m.tsv", "note\tfr\ten\nx\tLe bac part.\tThe ferry leaves.\n"),
        ("m.jsonl", json.dumps({"fr": FERRY[0], "en": FERRY[1]}) + "\n"),
        ("m.xml", TMX.format(UNIT.format(*FERRY))),
        ("memoire", '<?xml version="1.0"?>\n<!-- de 2019 -->\n' + XLIFF),
        ("m.xlsx", xlsx([["id", "Français", "English"], [1, *FERRY]])),
        ("m.json", json.dumps([{"text_fr": FERRY[0], "text_en": FERRY[1], "n": 1}], indent=1)),
    ],
)
def test_bitext_of_every_kind_is_imported(seeds: Path, tmp_path: Path, name: str, content: str | bytes) -> None:
    (seeds / "sub" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    outcome, notes = build(seeds, tmp_path / "c.sqlite")
    assert outcome.changed and notes[0] == f"sub/{name}: 1 pairs imported as bitext."
    assert pairs(tmp_path / "c.sqlite") == [FERRY]
    sources = ask(tmp_path / "c.sqlite", "SELECT path, skip_code FROM source ORDER BY path")
    assert sources == [(f"sub/{name}#en", None), (f"sub/{name}#fr", None)]
    assert not build(seeds, tmp_path / "c.sqlite")[0].changed


def test_titles_and_texts_in_two_languages_are_pairs_each(seeds: Path, tmp_path: Path) -> None:
    table = "id,titre_fr,titre_en,texte_fr,texte_en\n1,Le bac,The ferry,Le bac part.,The ferry leaves.\n"
    (seeds / "m.csv").write_text(table, "utf-8")
    build(seeds, tmp_path / "c.sqlite")
    assert pairs(tmp_path / "c.sqlite") == [("Le bac", "The ferry"), FERRY]


def test_it_changes_and_goes_with_its_file(seeds: Path, tmp_path: Path) -> None:
    corpus, memory = tmp_path / "c.sqlite", seeds / "m.tmx"
    (seeds / "a.txt").write_text("Un texte qui reste là.", "utf-8")
    memory.write_text(TMX.format(UNIT.format(*FERRY)), "utf-8")
    build(seeds, corpus)
    memory.write_text(TMX.format(UNIT.format("Le bac revient.", "The ferry is back.")), "utf-8")
    assert build(seeds, corpus)[0].changed
    assert pairs(corpus) == [("Le bac revient.", "The ferry is back.")]
    memory.write_text("<tmx><body>", "utf-8")
    build(seeds, corpus)
    assert pairs(corpus) == []
    [(code, reason)] = ask(corpus, "SELECT skip_code, skip_reason FROM source WHERE path = 'm.tmx'")
    assert code == "E121" and "XML" in reason
    memory.unlink()
    build(seeds, corpus)
    assert ask(corpus, "SELECT path FROM source") == [("a.txt",)]
    assert ask(corpus, "SELECT COUNT(*) FROM document") == [(1,)] and pairs(corpus) == []


def test_what_a_person_imported_stays(seeds: Path, tmp_path: Path) -> None:
    corpus, memory = tmp_path / "c.sqlite", tmp_path / "m.tmx"
    memory.write_text(TMX.format(UNIT.format(*FERRY)), "utf-8")
    (seeds / "m.tmx").write_text(memory.read_text("utf-8"), "utf-8")
    load.load(load.job(memory, None, "fr", "en"), corpus, lambda _: None)
    build(seeds, corpus)
    assert pairs(corpus) == [FERRY, FERRY]
    (seeds / "m.tmx").unlink()
    (seeds / "a.txt").write_text("Un texte.", "utf-8")
    build(seeds, corpus)
    assert pairs(corpus) == [FERRY]


def test_bitext_within_an_archive_is_named_and_costs_the_rest_nothing(seeds: Path, tmp_path: Path) -> None:
    table = "fr,en\nLe bac part.,The ferry leaves.\n"
    (seeds / "a.zip").write_bytes(archive({"note.txt": "Une note qui reste là.", "m.csv": table}))
    build(seeds, tmp_path / "c.sqlite")
    sources = ask(tmp_path / "c.sqlite", "SELECT path, skip_code FROM source ORDER BY path")
    assert sources == [("a.zip#1/note.txt", None), ("a.zip#2/m.csv", "E121")]
