"""Exports: what they hold, what they leave out, and what the standards and other programs say of them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import text

from db import models, write
from db.engine import open_corpus, transaction
from pipeline.commands.export_import import EXPORTABLE
from pipeline.export.lines import COLUMNS
from tests import corpus as sample
from tests import outside
from tests.command import Done, enregard

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
PAIR = ("La mairie l'a dit mardi.", "The town hall said so on Tuesday.")
OTHER = ("Partager", "Share")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "c.sqlite"
    sample.make(path)
    return path


@pytest.fixture
def run(corpus: Path) -> Callable[..., Done]:
    return lambda *arguments: enregard(*arguments, "--corpus", corpus)


def judge(corpus: Path, pair: tuple[str, str], verdict: str, correction: str | None = None, by: str = "Ana") -> None:
    with open_corpus(corpus).connect() as connection:
        found = text("SELECT pair_hash FROM alignment WHERE left_text = :left AND right_text = :right")
        key = connection.execute(found, {"left": pair[0], "right": pair[1]}).scalar_one()
        connection.rollback()
    row = {"pair_hash": key, "left_text": pair[0], "right_text": pair[1], "verdict": verdict, "correction": correction}
    row |= {"comment": "seen", "reviewer": by, "created": datetime(2026, 1, 2, tzinfo=UTC)}
    with transaction(open_corpus(corpus)) as connection:
        write.insert_new(connection, models.Review, [row])


def change(corpus: Path, sql: str, **values: object) -> None:
    with transaction(open_corpus(corpus)) as connection:
        connection.execute(text(sql), values)


def jsonl(shown: tuple[int, str, str]) -> list[dict]:
    assert shown[0] == 0, shown[2]
    return [json.loads(line) for line in shown[1].splitlines()]


def tmx(shown: tuple[int, str, str]) -> etree._Element:
    assert shown[0] == 0, shown[2]
    return etree.fromstring(shown[1].encode())


# What is in an export


def test_all_pairs_come_in_the_order_of_the_documents(run) -> None:
    assert [(one["kind"], one["left_text"]) for one in jsonl(run("export", "--format", "jsonl"))] == [
        ("bitext", "Le marché ouvre à huit heures."),
        ("bitext", "La mairie l'a dit mardi."),
        ("passage", "Le marché ouvre à huit heures."),
        ("translation", "Le marché ouvre à huit heures."),
        ("translation", "La mairie l'a dit mardi."),
        ("translation", "Partager"),
    ]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--kind", "bitext"), 2),
        (("--kind", "bitext", "--kind", "passage"), 3),
        (("--min-score", "0.79"), 2),
        (("--document", "fr.txt"), 6),
        (("--document", "other.txt"), 1),
        (("--document", "en.txt", "--document", "other.txt"), 3),
        (("--language", "fr"), 6),
        (("--language", "en", "--language", "fr-CA"), 6),
        (("--verdict", "none"), 6),
    ],
)
def test_filters(run, options: tuple[str, ...], count: int) -> None:
    assert len(jsonl(run("export", "--format", "jsonl", *options))) == count


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--format", "tsv", "--language", "de"), 2, "no pair fits"),
        (("--format", "tsv", "--verdict", "accept"), 2, "no pair fits"),
        (("--format", "tsv", "--document", "nowhere.txt"), 2, "no document is called 'nowhere.txt'"),
        (("--format", "tsv", "--document", ""), 2, "several documents are called ''"),
        (("--format", "hf"), 2, "--output"),
        (("--format", "tsv", "--min-score", "2"), 2, "min-score"),
    ],
)
def test_what_cannot_be_done_is_said(run, options: tuple[str, ...], status: int, said: str) -> None:
    shown = run("export", *options)
    assert shown[0] == status
    assert said in shown[2]
    assert shown[1] == ""


def test_rejected_pairs_are_left_out_unless_asked_for(run, corpus: Path) -> None:
    judge(corpus, PAIR, "reject")
    assert len(jsonl(run("export", "--format", "jsonl"))) == 5
    (only,) = jsonl(run("export", "--format", "jsonl", "--verdict", "reject"))
    assert (only["left_text"], only["verdict"], only["reviewer"]) == (PAIR[0], "reject", "Ana")
    judge(corpus, PAIR, "withdrawn")
    assert len(jsonl(run("export", "--format", "jsonl"))) == 6


def test_a_correction_takes_the_place_of_the_english_and_says_so(run, corpus: Path) -> None:
    judge(corpus, PAIR, "correct", "The town hall said it on Tuesday.")
    (only,) = jsonl(run("export", "--format", "jsonl", "--verdict", "correct"))
    assert only["right_text"] == "The town hall said it on Tuesday."
    assert (only["corrected"], only["uncorrected"], only["comment"]) == ("right", PAIR[1], "seen")
    (unit,) = tmx(run("export", "--format", "tmx", "--verdict", "correct")).iter("tu")
    props = {one.get("type"): one.text for one in unit.findall("prop")}
    assert props["x-verdict"] == "correct"
    assert props["x-uncorrected"] == PAIR[1]
    assert [seg.text for seg in unit.iter("seg")] == [PAIR[0], "The town hall said it on Tuesday."]


def test_provenance_stands_in_tmx(run) -> None:
    units = list(tmx(run("export", "--format", "tmx", "--kind", "translation")).iter("tu"))
    variants = units[0].findall("tuv")
    assert [one.get(XML_LANG) for one in variants] == ["fr", "en"]
    origins = [one.findtext("prop[@type='x-origin']") for one in variants]
    assert origins == ["human", "mt:dictionary-1+toy"]
    assert units[0].findtext("prop[@type='x-made-by']") == "dictionary-1+toy"
    assert variants[0].findtext("prop[@type='x-document']") == "fr.txt"


def test_a_table_has_a_header_and_a_line_a_pair(run, corpus: Path) -> None:
    change(corpus, "UPDATE alignment SET left_text = :t WHERE left_text = 'Partager'", t="a\tb\r\nc\u2028d\x0be")
    status, shown, _ = run("export", "--format", "tsv")
    rows = [line.split("\t") for line in shown.removesuffix("\n").split("\n")]
    assert status == 0
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(shown.splitlines()) == 7
    assert rows[-1][COLUMNS.index("left_text")] == "a b c d e"


def test_moses_files_have_as_many_lines(run, corpus: Path, tmp_path: Path) -> None:
    change(corpus, "UPDATE alignment SET right_text = :t, score = NULL WHERE left_text = 'Partager'", t="Sh\nare ")
    chosen = ("--scores", "--kind", "translation", "--role", "body", "--role", "boilerplate")
    status, _, _ = run("export", "--format", "moses", "--output", tmp_path / "m", *chosen)
    assert status == 0
    files = [(tmp_path / f"m.{end}").read_text("utf-8").splitlines() for end in ("fr", "en", "scores")]
    assert files[0][-1:] + files[1][-1:] + files[2] == ["Partager", "Sh are", "0.7788", "0.7788", ""]
    assert len(files[0]) == len(files[1]) == 3


def test_formats_of_two_languages_turn_pairs_and_leave_others_out(run, corpus: Path, tmp_path: Path) -> None:
    change(corpus, "UPDATE alignment SET left_language = 'de' WHERE left_text = 'Partager'")
    status, _, said = run(
        "export",
        "--format",
        "moses",
        "--output",
        tmp_path / "m",
        "--kind",
        "translation",
        "--language",
        "en",
        "--role",
        "body",
        "--role",
        "boilerplate",
    )
    assert status == 0
    assert (tmp_path / "m.fr").read_text("utf-8").startswith("Le marché")
    assert "1 pair not in fr and en left out" in said
    both = ("--language", "en", "--language", "fr")
    assert run("export", "--format", "moses", "--output", tmp_path / "t", "--kind", "bitext", *both)[0] == 0
    assert (tmp_path / "t.en").read_text("utf-8").startswith("The market")
    root = etree.fromstring(run("export", "--format", "xliff", "--kind", "bitext", *both)[1].encode())
    assert (root.get("srcLang"), root.get("trgLang")) == ("en", "fr")
    assert next(root.iter("{*}source")).text == "The market opens at eight."


def test_pairs_nearly_the_same_can_be_left_out(run, corpus: Path) -> None:
    change(
        corpus,
        "UPDATE alignment SET left_text = 'LE MARCHE ouvre, à huit heures !', right_text = 'The MARKET opens at eight' "
        "WHERE left_text LIKE 'La mairie%' AND kind = 'bitext'",
    )
    rows = jsonl(run("export", "--format", "jsonl", "--kind", "bitext"))
    status, out, said = run("export", "--format", "jsonl", "--kind", "bitext", "--distinct")
    assert [row["left_text"] for row in jsonl((status, out, said))] == [rows[0]["left_text"]]
    assert len(rows) == 2
    assert "left out: 1 nearly the same as a pair before" in said


def test_a_memory_has_no_unit_with_one_language_on_both_sides(run, corpus: Path) -> None:
    change(corpus, "UPDATE alignment SET left_language = 'en' WHERE left_text = 'Partager'")
    _, out, said = run("export", "--format", "tmx", "--machine", "--role", "body", "--role", "boilerplate")
    root = etree.fromstring(out.encode())
    sides = [
        [variant.get("{http://www.w3.org/XML/1998/namespace}lang") for variant in unit] for unit in root.iter("tu")
    ]
    assert sides
    assert all(len({code for code in codes if code}) == 2 for codes in sides)
    assert "1 pair with one language on both sides left out." in said


@pytest.mark.parametrize("form", ["tmx", "xliff", "moses"])
def test_what_is_taken_for_peoples_holds_what_people_wrote(run, corpus: Path, tmp_path: Path, form: str) -> None:
    judge(corpus, PAIR, "correct", "The mayor's office said so on Tuesday.")
    change(corpus, "UPDATE alignment SET score = 0.2 WHERE kind = 'passage'")
    call = ("export", "--format", form, "--output", tmp_path / "o")
    said = run(*call)[2].splitlines()[-1]
    assert said.startswith(f"3 pairs in {tmp_path / 'o'}: 2 by people, 1 corrected by reviewers; left out: ")
    assert "1 by machine (--machine takes them)" in said
    assert "1 web residue or code (--role)" in said
    assert "1 scored below 0.5 (--min-score)" in said
    assert "4 pairs" in run(*call, "--machine")[2]
    assert "4 pairs" in run(*call, "--min-score", "0")[2]
    assert "1 by machine" in run(*call, "--machine", "--kind", "translation", "--role", "boilerplate")[2]
    judge(corpus, ("Le marché ouvre à huit heures.", sample.OTHER), "accept")
    assert "3 by people, 1 corrected" in run(*call)[2]


def test_other_formats_hold_everything_and_say_who_wrote_it(run, tmp_path: Path) -> None:
    said = run("export", "--format", "tsv", "--output", tmp_path / "o.tsv")[2].splitlines()[-1]
    assert said == f"6 pairs in {tmp_path / 'o.tsv'}: 3 by people, 3 by machine."


def test_units_have_dates_authors_and_places(run, corpus: Path) -> None:
    judge(corpus, ("Le marché ouvre à huit heures.", "The market opens at eight."), "accept")
    unit = next(tmx(run("export", "--format", "tmx")).iter("tu"))
    assert re.fullmatch(r"20\d{6}T\d{6}Z", unit.get("creationdate"))
    assert (unit.get("creationid"), unit.get("changedate"), unit.get("changeid")) == (
        "test-1",
        "20260102T000000Z",
        "Ana",
    )
    places = [unit.xpath(f"tuv[{side}]/prop[@type='x-offsets']")[0].text for side in (1, 2)]
    assert places == ["0-30", "0-26"]
    row = jsonl(run("export", "--format", "jsonl"))[0]
    assert (row["left_start"], row["left_end"], row["judged"]) == (0, 30, "2026-01-02T00:00:00+00:00")
    assert row["left_segments"] == [f"{row['left_document']}:0-30"]
    with open_corpus(corpus).connect() as connection:
        made = connection.execute(text("SELECT run_id, signature_id FROM alignment WHERE id = :id"), {"id": row["id"]})
        assert tuple(made.one()) == (row["run"], row["signature"])


# What the standards say


def hostile(corpus: Path) -> None:
    """Texts and titles that no markup may take for its own."""
    bad = "<seg>&amp; ]]> \x00\x08 \ufffe\U0001f389 \"'\r\n <script>alert(1)</script>"
    change(corpus, "UPDATE alignment SET left_text = :t WHERE kind = 'bitext' AND left_text LIKE 'Le%'", t=bad)
    change(corpus, "UPDATE document SET title = :t", t=bad)
    change(corpus, "UPDATE alignment SET left_language = 'fr\"><x>' WHERE left_text LIKE 'La%'")
    judge(corpus, OTHER, "correct", bad, by=bad)


# What is left out otherwise is there, too.
ROLES = [f"--role={role}" for role in EXPORTABLE]
EVERYTHING = ("--machine", "--min-score", "0", *ROLES)


def test_tmx_is_valid(run, corpus: Path, tmp_path: Path, missing) -> None:
    if not outside.TMX.exists():
        missing("the DTD of TMX (scripts/outside.sh)")
    hostile(corpus)
    assert run("export", "--format", "tmx", *EVERYTHING, "--output", tmp_path / "o.tmx")[0] == 0
    assert outside.against_dtd(tmp_path / "o.tmx") == []
    assert len(list(etree.parse(tmp_path / "o.tmx").iter("tu"))) == 6


def test_xliff_is_valid(run, corpus: Path, tmp_path: Path, missing) -> None:
    if not outside.XLIFF.exists():
        missing("the schema of XLIFF (scripts/outside.sh)")
    hostile(corpus)
    assert run("export", "--format", "xliff", *EVERYTHING, "--output", tmp_path / "o.xliff")[0] == 0
    assert outside.against_schema(tmp_path / "o.xliff") == []
    units = list(etree.parse(tmp_path / "o.xliff").iter("{*}unit"))
    states = [unit.find("{*}segment").get("state") for unit in units]
    assert sorted(states) == ["initial", "reviewed", "translated", "translated"]
    assert "seen" in [note.text for unit in units for note in unit.iter("{*}note")]


# What other programs read


def sides(corpus_tmx: etree._Element) -> list[tuple[str, str]]:
    return [tuple(seg.text for seg in unit.iter("seg")) for unit in corpus_tmx.iter("tu")]


@pytest.fixture
def read_with(tmp_path: Path, missing):
    if not outside.READERS.exists():
        missing("datasets and the Translate Toolkit (scripts/outside.sh)")
    return lambda code, path: json.loads(outside.read_with(code, path, tmp_path / "cache"))


def test_translate_toolkit_reads_tmx(run, tmp_path: Path, read_with) -> None:
    assert run("export", "--format", "tmx", "--output", tmp_path / "o.tmx")[0] == 0
    code = (
        "import json, sys; from translate.storage.tmx import tmxfile;"
        "read = tmxfile(open(sys.argv[1], 'rb'), 'fr', 'en');"
        "print(json.dumps([(str(one.source), str(one.target)) for one in read.units]))"
    )
    read = [tuple(one) for one in read_with(code, tmp_path / "o.tmx")]
    assert read == sides(etree.parse(tmp_path / "o.tmx").getroot())


def test_tmxutil_reads_tmx(run, tmp_path: Path, missing) -> None:
    if find_spec("tmxutil") is None:
        missing("tmxutil")
    TMXReader = import_module("tmxutil.formats.tmx").TMXReader
    assert run("export", "--format", "tmx", "--output", tmp_path / "o.tmx")[0] == 0
    with (tmp_path / "o.tmx").open("rb") as file:
        units = list(TMXReader(file).records())
    read = [(one.translations["fr"].text, one.translations["en"].text) for one in units]
    assert read == sides(etree.parse(tmp_path / "o.tmx").getroot())
    assert units[0]["x-kind"] == {"bitext"}


def test_translate_toolkit_reads_xliff(run, tmp_path: Path, read_with) -> None:
    assert run("export", "--format", "xliff", "--output", tmp_path / "o.xliff")[0] == 0
    code = (
        "import json, sys; from translate.storage.xliff2 import Xliff2File; read = Xliff2File(open(sys.argv[1], 'rb'));"
        "print(json.dumps([(str(one.source), str(one.target)) for one in read.units]))"
    )
    read = [tuple(one) for one in read_with(code, tmp_path / "o.xliff")]
    assert read == sides(tmx(run("export", "--format", "tmx")))


def test_datasets_loads_the_folder(run, corpus: Path, tmp_path: Path, read_with) -> None:
    judge(corpus, PAIR, "correct", 'A "new" text: €')
    assert run("export", "--format", "hf", "--title", 'Marché: "essai"', "--output", tmp_path / "hf")[0] == 0
    code = (
        "import json, sys, datasets; d = datasets.load_dataset(sys.argv[1], split='train');"
        "types = [getattr(one, 'dtype', 'list') for one in d.features.values()];"
        "print(json.dumps([d.to_list(), types, d.column_names], default=lambda time: time.isoformat()))"
    )
    rows, types, names = read_with(code, tmp_path / "hf")
    written = jsonl(run("export", "--format", "jsonl"))
    for row in written:
        del row["links"]
    assert [{name: row[name] for name in written[0]} for row in rows] == written
    numbers = {name: kind for name, kind in zip(names, types, strict=True) if kind not in {"string", "list"}}
    assert numbers.pop("score") == "float64"
    assert numbers.pop("created") == numbers.pop("judged") == "timestamp[s, tz=UTC]"
    assert numbers == {f"{side}_{end}": "int64" for side in ("left", "right") for end in ("start", "end")}


# Folders and files


def test_the_card_says_what_is_in_the_folder(run, corpus: Path, tmp_path: Path) -> None:
    change(corpus, "UPDATE document SET licence = 'CC BY 4.0'")
    assert run("export", "--format", "hf", "--output", tmp_path / "hf")[0] == 0
    card = (tmp_path / "hf" / "README.md").read_text("utf-8")
    head = dict(line.split(": ", 1) for line in card.split("---\n")[1].splitlines())
    assert json.loads(head["language"]) == ["en", "fr"]
    assert json.loads(head["license"]) == "cc-by-4.0"
    assert json.loads(head["size_categories"]) == ["n<1K"]
    assert json.loads(head["dataset_info"])["splits"][0]["num_examples"] == 6
    assert "6 facing pairs from 3 documents" in card
    assert "| translation: dictionary-1+toy | 3 |" in card


def test_pages_show_both_texts_escaped(run, corpus: Path, tmp_path: Path) -> None:
    hostile(corpus)
    assert run("export", "--format", "html", "--output", tmp_path / "pages")[0] == 0
    pages = {one.name: one.read_text("utf-8") for one in (tmp_path / "pages").glob("*.html")}
    assert sorted(pages) == ["00001.html", "00002.html", "00003.html", "index.html"]
    assert all("<script" not in page and "default-src 'none'" in page for page in pages.values())
    assert "The market opens at eight." in pages["00001.html"]
    assert 'corrected<span class="vh"> by a reviewer' in pages["00003.html"]
    assert all(f'href="{name}"' in pages["index.html"] for name in pages if name != "index.html")


def test_a_folder_is_replaced_only_if_an_export_wrote_it(run, tmp_path: Path) -> None:
    target = tmp_path / "hf"
    assert run("export", "--format", "hf", "--output", target)[0] == 0
    assert run("export", "--format", "hf", "--output", target, "--kind", "passage")[0] == 0
    assert len((target / "data" / "train-00000.jsonl").read_text("utf-8").splitlines()) == 1
    (target / "data" / "mine.txt").write_text("mine", "utf-8")
    status, _, said = run("export", "--format", "hf", "--output", target)
    assert status == 2
    assert "'data/mine.txt', which no export wrote" in said
    assert (target / "data" / "mine.txt").read_text("utf-8") == "mine"
    assert sorted(one.name for one in tmp_path.iterdir() if "hf" in one.name) == ["hf"]


@pytest.mark.parametrize("name", ["c.sqlite", "c.sqlite-wal", "c.sqlite.lock", "c.sqlite.vectors"])
@pytest.mark.parametrize("form", ["tmx", "jsonl", "html"])
def test_nothing_is_written_over_the_corpus(run, corpus: Path, form: str, name: str) -> None:
    before = corpus.read_bytes()
    status, _, said = run("export", "--format", form, "--output", corpus.with_name(name))
    assert status == 2
    assert "the corpus itself" in said
    assert corpus.read_bytes() == before


def test_the_folder_of_the_corpus_is_not_replaced(run, corpus: Path) -> None:
    status, _, said = run("export", "--format", "html", "--output", corpus.parent)
    assert status == 2
    assert "which no export wrote" in said
    assert corpus.exists()


def test_a_file_that_fails_halfway_leaves_the_old_one(run, corpus: Path, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "o.tmx").write_text("old", "utf-8")
    monkeypatch.setattr("pipeline.export.tmx_frame.written", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("export", "--format", "tmx", "--output", tmp_path / "o.tmx")
    assert (tmp_path / "o.tmx").read_text("utf-8") == "old"
    assert not list(tmp_path.glob(".*part"))
