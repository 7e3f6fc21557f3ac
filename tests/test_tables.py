"""Tables and JSON as people have them: no cell is lost, and the texts are found whatever their columns are called."""

import json

import pytest

from pipeline.config import ReadConfig
from pipeline.reading.manifest import Manifest
from pipeline.reading.read import read_bytes
from pipeline.reading.tables import split_rows
from pipeline.reading.text_columns import facing_columns
from pipeline.records import Reading, Skip

CLOSED = "Le pont est fermé depuis lundi."
OPENS = "Il rouvre, dit-on, au mois de mai."


def results(text: str, name: str) -> list[Reading | Skip]:
    return list(read_bytes(text.encode(), name, ReadConfig(), Manifest()))


def texts(text: str, name: str) -> list[str]:
    return [result.document.text if isinstance(result, Reading) else result.code for result in results(text, name)]


def findings(text: str, name: str) -> list[dict[str, str]]:
    readings = [result for result in results(text, name) if isinstance(result, Reading)]
    return [{finding.code: finding.value for finding in reading.findings} for reading in readings]


@pytest.mark.parametrize(
    ("table", "rows", "said"),
    [
        (f"texte\n{CLOSED}\n{OPENS}\n", [CLOSED, OPENS], {}),
        (f"id,texte\n1,{CLOSED}\n2,{OPENS}\n", [CLOSED, OPENS], {"W123": "2"}),
        (f"id,texte,ville\n1,{CLOSED},Bray\n2,{OPENS},Bray\n", [CLOSED, OPENS], {"W123": "2"}),
        (f"id;texte\n1;{CLOSED}\n2;{OPENS}\n", [CLOSED, OPENS], {}),
    ],
)
def test_cells_beyond_the_header_belong_to_the_text(table: str, rows: list[str], said: dict[str, str]) -> None:
    assert texts(table, "t.csv") == rows
    assert findings(table, "t.csv")[1] == said


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_a_stray_quotation_mark_swallows_nothing(mark: str) -> None:
    cells = ['"Non, dit-elle.', '"Oui" dit-il.', 'La "gare" ouvre.', "Il pleut.", '"Jamais']
    table = "\n".join(["texte" + mark + "auteur", *(f"{cell}{mark}Roy" for cell in cells)])
    assert texts(table, "t.tsv") == cells
    assert [said.get("W121") for said in findings(table, "t.tsv")] == ["1", "1", None, None, "1"]


def test_quoted_cells_hold_marks_lines_and_quotes() -> None:
    assert [row.cells for row in split_rows('a,"b, ""c""\nd" , "e"\n\n,"",x\r\ny', ",")] == [
        ["a", 'b, "c"\nd', "e"],
        ["", "", "x"],
        ["y"],
    ]


def test_the_first_line_of_excel_names_the_mark() -> None:
    assert texts(f"sep=;\r\nid;texte\r\n1;{OPENS}\r\n", "t.csv") == [OPENS]


@pytest.mark.parametrize(
    ("table", "columns", "first"),
    [
        (f"id,remarque,prix\n1,{CLOSED},12\n2,{CLOSED} Et après ?,13\n", "remarque", CLOSED),
        (
            f"nom,question,réponse,site\nA,Quand ouvre donc le pont ?,{CLOSED},https://x.example\n"
            "B,Et la gare du centre ?,Elle ouvre demain matin.,https://y.example\n",
            "question, réponse",
            f"Quand ouvre donc le pont ?\n\n{CLOSED}",
        ),
        (
            "titre,date\nLe pont ferme lundi,2024-01-02\nLa gare rouvre enfin,2024-01-03\n",
            "titre",
            "Le pont ferme lundi",
        ),
        (f"1;{CLOSED}\n2;Un autre jour, peut-être, on verra.\n", "2", CLOSED),
        (f"{CLOSED}\n{OPENS}\n", "1", CLOSED),
    ],
)
def test_the_columns_of_texts_are_guessed_and_named(table: str, columns: str, first: str) -> None:
    assert texts(table, "t.csv")[0] == first
    assert findings(table, "t.csv")[0]["W122"] == columns


@pytest.mark.parametrize("table", ["id,a,b\n1,2,3\n2,4,5\n", "lien\nhttps://x.example/un/deux\nhttps://y.example\n"])
def test_a_table_without_texts_says_so(table: str) -> None:
    assert texts(table, "t.csv") == ["E111"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "id,en,fr\n1,The bridge,Le pont\n"),
        ("t.tsv", "Français\tAnglais\nLe pont\tThe bridge\n"),
        ("t.csv", "title_fr-CA;title_en-CA\nLe pont;The bridge\n"),
        ("t.jsonl", '{"fr": "Le pont", "en": "The bridge"}\n'),
    ],
)
def test_columns_in_two_languages_are_bitext(name: str, content: str) -> None:
    assert texts(content, name) == ["E121"]


def test_which_columns_face_each_other() -> None:
    names = ["id", "en_title", "Texte (FR)", "fr_title", "Texte (EN)", "center", "de", "encore"]
    assert facing_columns(names, ("fr", "en")) == [("fr_title", "en_title"), ("Texte (FR)", "Texte (EN)")]


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        ([{"text": [CLOSED, OPENS]}], [f"{CLOSED}\n\n{OPENS}"]),
        ([{"text": None, "content": CLOSED}, {"text": "", "body": OPENS}], [CLOSED, OPENS]),
        ([{"text": f"<p>{CLOSED}</p><p>Il<br>neige &amp; <b>gèle</b>.</p>"}], [f"{CLOSED}\nIl\nneige & gèle."]),
        ({"title": "x", "text": CLOSED}, [CLOSED]),
        ({"page": {"articles": [{"body": CLOSED}, {"body": {"blocks": [{"text": OPENS}]}}]}}, [CLOSED, OPENS]),
        ([{"id": 1, "message": CLOSED}, {"id": 2, "message": OPENS}], [CLOSED, OPENS]),
        ([CLOSED, OPENS], [CLOSED, OPENS]),
    ],
)  # fmt: skip
def test_shapes_of_json(value: object, rows: list[str]) -> None:
    assert texts(json.dumps(value, indent=1), "t.json") == rows
    if isinstance(value, list) and isinstance(value[0], dict):
        assert texts("\n".join(map(json.dumps, value)), "t.jsonl") == rows
        assert texts("\n".join(json.dumps(record, indent=2) for record in value), "t.json") == rows


def test_an_object_over_several_lines_is_a_document_and_one_on_a_line_a_row() -> None:
    [whole] = results('{\n"text": "Un."\n}', "t.json")
    [row] = results('{"text": "Un."}', "t.jsonl")
    assert isinstance(whole, Reading) and whole.source.path == "t.json"
    assert isinstance(row, Reading) and row.source.path == "t.jsonl#1"


def test_a_record_whose_text_has_another_name_than_the_others_is_read() -> None:
    records = [{"titre": "A", "paragraphs": [{"text": CLOSED}, {"text": OPENS}]}, {"titre": "B", "contenu": OPENS}]
    assert texts(json.dumps({"articles": records}, indent=1), "a.json") == [f"{CLOSED}\n\n{OPENS}", OPENS]
