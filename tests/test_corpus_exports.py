"""Exports for corpus tools: whole texts with their alignment apart, and what other programs read in them."""

import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from pipeline.export.mapping import Mapped, in_order, mapping_lines, turned
from pipeline.export.tokens import tokenize
from tests import corpus as sample
from tests import outside
from tests.command import Done, enregard
from tests.test_export import EVERYTHING, PAIR, change, hostile, jsonl, judge

TEI = "{http://www.tei-c.org/ns/1.0}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
FORMS = ("vertical", "tei", "xces")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "c.sqlite"
    sample.make(path)
    return path


@pytest.fixture
def export(corpus: Path, tmp_path: Path) -> Callable[..., Path]:
    """Exports into a folder of the format's name, and gives it."""

    def run(form: str, *options: str) -> Path:
        done: Done = enregard("export", "--format", form, "--output", tmp_path / form, *options, "--corpus", corpus)
        assert done[0] == 0, done[2]
        return tmp_path / form

    return run


def sentences(path: Path) -> dict[str, str]:
    """Name to text of the sentences in a file of TEI or XCES."""
    root = etree.parse(str(path)).getroot()
    found = [*root.iter(f"{TEI}s"), *root.iter("s")]
    return {node.get(XML_ID) or node.get("id"): "".join(_current(node)) for node in found}


def _current(node: etree._Element) -> Iterator[str]:
    yield node.text or ""
    for corrected in node.iter(f"{TEI}corr"):
        yield corrected.text or ""


def tei_pairs(folder: Path) -> list[tuple[str, str, str]]:
    """Kind and both texts of each link, found through the files that it points into."""
    pairs = []
    for link in etree.parse(str(folder / "links.xml")).iter(f"{TEI}link"):
        places = [target.partition("#") for target in link.get("target").split()]
        texts = [sentences(folder / file)[name] for file, _, name in places]
        left = int(link.get("type").partition(":")[0])
        pairs.append((link.get("subtype"), " ".join(texts[:left]), " ".join(texts[left:])))
    return pairs


def facing(corpus: Path, *options: str) -> list[tuple[str, str, str]]:
    rows = jsonl(enregard("export", "--format", "jsonl", *options, "--corpus", corpus))
    return [(row["kind"], row["left_text"], row["right_text"]) for row in rows]


# TEI


def test_tei_links_lead_to_the_sentences_that_face_each_other(export, corpus: Path) -> None:
    assert tei_pairs(export("tei")) == facing(corpus, "--kind", "bitext", "--kind", "passage")


def test_tei_is_valid_whatever_stands_in_it(export, corpus: Path, missing) -> None:
    if not outside.READERS.exists():
        missing("the schema of TEI (scripts/outside.sh)")
    hostile(corpus)
    change(corpus, "UPDATE document SET date = '2025-13-45', outlet = '<b>', author = 'A & B', url = 'x:\"'")
    judge(corpus, PAIR, "correct", "The mayor's office <said> so & left.")
    folder = export("tei", *EVERYTHING)
    files = [folder / "links.xml", *(folder / "texts").iterdir()]
    assert len(files) == 6
    assert {file.name: outside.against_tei(file) for file in files} == {file.name: [] for file in files}


def test_tei_keeps_what_a_correction_replaced(export, corpus: Path) -> None:
    judge(corpus, ("La mairie l'a dit mardi.", "The town hall said “à huit heures” on Tuesday."), "correct", "Said so.")
    folder = export("tei")
    (english,) = (folder / "texts").glob("en.txt*")
    (choice,) = etree.parse(str(english)).iter(f"{TEI}choice")
    assert [(node.tag.removeprefix(TEI), node.text) for node in choice] == [
        ("sic", "The town hall said “à huit heures” on Tuesday."),
        ("corr", "Said so."),
    ]
    links = etree.parse(str(folder / "links.xml"))
    (judged,) = [link for link in links.iter(f"{TEI}link") if link.get("ana")]
    names = {f"#{node.get(XML_ID)}": "".join(node.itertext()) for node in links.iter(f"{TEI}interp", f"{TEI}org")}
    assert [names[pointer] for pointer in (*judged.get("resp").split(), judged.get("ana"))] == [
        "test-1",
        "Ana",
        "correct",
    ]


# XCES


def test_opustools_reads_xces(export, corpus: Path, tmp_path: Path, missing) -> None:
    if not outside.READERS.exists():
        missing("OpusTools (scripts/outside.sh)")
    change(corpus, "UPDATE segment SET text = 'Le <prix> & l\"eau' WHERE text LIKE 'Le march%'")
    folder = export("xces")
    code = (
        "import sys, json; from opustools import OpusRead; folder = sys.argv[1];"
        "OpusRead(directory='x', source='en', target='fr', preprocess='raw', alignment_file=folder + '/en-fr.xml',"
        " download_dir=folder, write_mode='moses', write=[folder + '/read.en', folder + '/read.fr'],"
        " suppress_prompts=True).printPairs()"
    )
    outside.read_with(code, folder, tmp_path / "cache")
    read = [(folder / f"read.{code}").read_text("utf-8").splitlines() for code in ("en", "fr")]
    assert read[1] == ['Le <prix> & l"eau', "La mairie l'a dit mardi.", 'Le <prix> & l"eau']
    assert read[0] == [row[2] for row in facing(corpus, "--kind", "bitext", "--kind", "passage")]


def test_xces_names_the_languages_in_one_order_whatever_stands_left(export, corpus: Path) -> None:
    folder = export("xces", "--machine")
    assert sorted(path.name for path in folder.iterdir()) == [".enregard", "en", "en-fr.xml", "fr"]
    root = etree.parse(str(folder / "en-fr.xml")).getroot()
    for group in root.iter("linkGrp"):
        one, other = (sentences(folder / group.get(side)) for side in ("fromDoc", "toDoc"))
        assert group.get("fromDoc").startswith("en/")
        for link in group:
            left, right = link.get("xtargets").split(";")
            assert set(left.split()) <= set(one)
            assert set(right.split()) <= set(other)
    (machine,) = (folder / "en").glob("*-mt-*")
    assert {node.get("origin") for node in etree.parse(str(machine)).iter("s")} == {"mt:dictionary-1+toy"}


# Verticals


def vertical(path: Path) -> list[tuple[str, str]]:
    """Id and text of each sentence: tokens with a space between them, unless glued."""
    found: list[tuple[str, str]] = []
    text, glued = "", True
    for line in path.read_text("utf-8").split("\n"):
        if line.startswith("<s "):
            found.append((re.search(r'id="([^"]*)"', line)[1], ""))
            text, glued = "", True
        elif line == "</s>":
            found[-1] = (found[-1][0], text)
        elif line == "<g/>":
            glued = True
        elif line and not line.startswith("<"):
            word = line.partition("\t")[0]
            text += ("" if glued else " ") + re.sub("&(lt|gt|quot|amp);", lambda m: PLAIN[m[1]], word)
            glued = False
    return found


PLAIN = {"lt": "<", "gt": ">", "quot": '"', "amp": "&"}


def numbers(cell: str) -> list[int]:
    if cell == "-1":
        return []
    start, _, end = cell.partition(",")
    return list(range(int(start), int(end or start) + 1))


def mapped(path: Path) -> list[tuple[list[int], list[int]]]:
    return [tuple(map(numbers, line.split("\t"))) for line in path.read_text("utf-8").splitlines()]


def test_a_mapping_leads_from_sentence_to_sentence(export, corpus: Path) -> None:
    folder = export("vertical", "--kind", "bitext")
    french, english = (vertical(folder / "vertical" / f"vertical_{code}.vert") for code in ("fr", "en"))
    lines = mapped(folder / "alignment" / "vertical_fr-vertical_en")
    assert [(french[a][1], english[b][1]) for [a], [b] in lines] == [
        row[1:] for row in facing(corpus, "--kind", "bitext")
    ]
    assert mapped(folder / "alignment" / "vertical_en-vertical_fr") == [line[::-1] for line in lines]


def test_every_sentence_is_in_each_mapping_once(export, corpus: Path) -> None:
    folder = export("vertical", "--machine")
    corpora = {path.stem: vertical(path) for path in (folder / "vertical").iterdir()}
    assert sorted(corpora) == ["vertical_en", "vertical_en_mt", "vertical_fr"]
    assert len(corpora["vertical_en"]) == 3
    for path in (folder / "alignment").iterdir():
        for name, side in zip(path.name.split("-"), zip(*mapped(path), strict=True), strict=True):
            assert [number for cell in side for number in cell] == list(range(len(corpora[name]))), path.name


def test_a_registry_names_what_the_vertical_holds(export) -> None:
    folder = export("vertical", "--title", 'Our "market"')
    registry = (folder / "registry" / "vertical_fr").read_text("utf-8")
    values = dict(re.findall(r'^([A-Z]+) "(.*)"$', registry, re.MULTILINE))
    assert values["NAME"] == "Our 'market' (French)"
    assert values["ALIGNED"] == "vertical_en"
    assert Path(values["VERTICAL"]).is_file()
    assert Path(values["ALIGNDEF"]).is_file()
    declared = {
        name: set(re.findall(r"ATTRIBUTE (\w+)", body))
        for name, body in re.findall(r"STRUCTURE (\w+) \{([^}]*)\}", registry)
    }
    for name, attributes in re.findall(r"^<(\w+)([^>]*)>$", Path(values["VERTICAL"]).read_text("utf-8"), re.MULTILINE):
        assert set(re.findall(r' (\w+)="', attributes)) <= declared[name], name


def test_words_have_their_lemma(export) -> None:
    folder = export("vertical", "--kind", "bitext")
    lines = (folder / "vertical" / "vertical_fr.vert").read_text("utf-8").splitlines()
    assert {"ouvre\touvrir", "heures\theure", "a\tavoir", ".\t."} <= set(lines)
    assert "\nATTRIBUTE word\nATTRIBUTE lemma\n" in (folder / "registry" / "vertical_fr").read_text("utf-8")


def test_no_text_is_taken_for_markup(export, corpus: Path) -> None:
    change(corpus, "UPDATE segment SET text = '</s> <doc id=\"1\"> & \"<g/>' WHERE text LIKE 'La mairie%'")
    change(corpus, "UPDATE document SET title = '\"><s>' || char(10) || '\tx'")
    folder = export("vertical")
    text = (folder / "vertical" / "vertical_fr.vert").read_text("utf-8")
    tags = [line for line in text.splitlines() if line.startswith("<")]
    assert {tag for tag in tags if not re.fullmatch(r'</?(doc|p|s|g)( \w+="[^"<>]*")*/?>', tag)} == set()
    assert sum(tag.startswith("<s ") for tag in tags) == 2
    assert vertical(folder / "vertical" / "vertical_fr.vert")[1][1] == '</s> <doc id="1"> & "<g/>'


def test_what_crosses_stays_out_of_the_mapping_and_is_counted(corpus: Path, tmp_path: Path) -> None:
    done = enregard("export", "--format", "vertical", "--output", tmp_path / "v", "--corpus", corpus)
    assert "1 only in the texts, not in the alignment" in done[2]


# What holds for all of them


@pytest.mark.parametrize("form", FORMS)
def test_residue_and_machine_text_stand_in_no_text_unless_asked_for(export, form: str) -> None:
    def words() -> str:
        return "\n".join(
            path.read_text("utf-8") for path in export(form).rglob("*") if path.suffix in {".xml", ".vert"}
        )

    assert "Partager" not in words()
    assert "mt:" not in words()
    folder = export(form, "--machine", "--role", "body", "--role", "boilerplate")
    texts = "\n".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())
    assert "Partager" in texts
    assert "mt:dictionary-1+toy" in texts


def test_a_correction_of_several_sentences_is_one_sentence_that_all_links_name(export, corpus: Path) -> None:
    both = "The market opens at eight. The town hall said “à huit heures” on Tuesday."
    change(corpus, "DELETE FROM alignment WHERE kind = 'bitext' AND left_text LIKE 'La mairie%'")
    change(
        corpus,
        "INSERT INTO alignment_segment (alignment_id, side, position, segment_id) SELECT a.id, 'right', 1, s.id "
        "FROM alignment AS a, segment AS s WHERE a.kind = 'bitext' AND s.text LIKE 'The town hall%'",
    )
    change(corpus, "UPDATE alignment SET right_text = :t, shape = '1:2' WHERE kind = 'bitext'", t=both)
    judge(corpus, ("Le marché ouvre à huit heures.", both), "correct", "Eight, said the town hall.")
    pairs = tei_pairs(export("tei", "--kind", "bitext"))
    assert pairs == [("bitext", "Le marché ouvre à huit heures.", "Eight, said the town hall.")]
    (english,) = (export("xces", "--kind", "bitext") / "en").iterdir()
    assert list(sentences(english).values()) == ["Eight, said the town hall."]


def test_a_document_in_two_languages_is_two_texts(export, corpus: Path) -> None:
    change(corpus, "UPDATE segment SET language = 'en' WHERE text LIKE 'La mairie%'")
    change(corpus, "UPDATE alignment SET left_language = 'en', right_language = 'fr' WHERE left_text LIKE 'La mairie%'")
    folder = export("xces")
    assert {path.name.partition(".")[0] for path in (folder / "fr").iterdir()} == {"fr", "en"}
    (french,) = (folder / "fr").glob("fr.txt*")
    (english,) = (folder / "en").glob("fr.txt*")
    assert list(sentences(french).values()) == ["Le marché ouvre à huit heures."]
    assert list(sentences(english).values()) == ["La mairie l'a dit mardi."]


@pytest.mark.parametrize("form", [*FORMS, "parquet"])
def test_standard_output_is_refused(corpus: Path, form: str) -> None:
    done = enregard("export", "--format", form, "--corpus", corpus)
    assert (done[0], done[1]) == (2, "")
    assert "--output" in done[2]


# Tokens and mappings


@pytest.mark.parametrize(
    ("language", "text", "cut"),
    [
        ("fr", "Aujourd’hui qu'il s’en va : 1 200,50 €…", "Aujourd’hui|qu'|il|s’|en|va|:|1 200,50|€|…"),
        ("fr", "L'O.N.U. écrit à jean@exemple.fr.", "L'|O.N.U.|écrit|à|jean@exemple.fr|."),
        ("en", "They didn't say it's John's, 3.5 %...", "They|did|n't|say|it|'s|John|'s|,|3.5|%|..."),
        ("de", "„Geht es?“ – um 10:30 Uhr", "„|Geht|es|?|“|–|um|10:30|Uhr"),
        ("en", '<s> & "x"\u2028(www.example.org/a?b=1).', '<|s|>|&|"|x|"|(|www.example.org/a?b=1|)|.'),
    ],
)
def test_tokens(language: str, text: str, cut: str) -> None:
    assert [token.text for token in tokenize(text, language)] == cut.split("|")


@pytest.mark.parametrize("seed", range(20))
def test_mappings_are_whole_and_in_order(seed: int) -> None:
    draw = random.Random(seed)
    links = []
    for _ in range(12):
        a, b = draw.randrange(15), draw.randrange(15)
        links.append(Mapped(a, min(14, a + draw.randrange(2)), b, min(14, b + draw.randrange(2)), draw.random()))
    kept = in_order(links)
    assert set(kept) <= set(links)
    for there in (kept, list(map(turned, kept))):
        lines = [tuple(map(numbers, line.rstrip("\n").split("\t"))) for line in mapping_lines(there, (15, 15))]
        for side in zip(*lines, strict=True):
            assert [number for cell in side for number in cell] == list(range(15))


# Parquet


def test_duckdb_reads_parquet_with_its_types(export, corpus: Path, tmp_path: Path, missing) -> None:
    if find_spec("pyarrow") is None:
        missing("pyarrow (make parquet)")
    if not outside.READERS.exists():
        missing("DuckDB (scripts/outside.sh)")
    judge(corpus, PAIR, "correct", 'A "new" text: €')
    path = export("parquet", "--title", "Marché")
    code = (
        "import sys, json, duckdb; c = duckdb.connect();"
        "read = c.execute('SELECT * FROM read_parquet(?)', sys.argv[1:]);"
        "names = [(d[0], str(d[1])) for d in read.description]; rows = read.fetchall();"
        "about = c.execute('SELECT key, value FROM parquet_kv_metadata(?)', sys.argv[1:]).fetchall();"
        "about = {bytes(k).decode(): bytes(v).decode('utf-8', 'replace') for k, v in about};"
        "print(json.dumps([names, rows, about], default=lambda t: t.isoformat()))"
    )
    names, rows, about = json.loads(outside.read_with(code, path, tmp_path / "cache"))
    written = jsonl(enregard("export", "--format", "jsonl", "--corpus", corpus))
    timed = {"created", "judged"}
    read = [{name: value for (name, _), value in zip(names, row, strict=True) if name not in timed} for row in rows]
    lines_alone = {"links"}
    assert read == [{name: value for name, value in row.items() if name not in timed | lines_alone} for row in written]
    types = {name: kind for name, kind in names if kind != "VARCHAR"}
    assert types.pop("score") == "DOUBLE"
    assert {types.pop("created"), types.pop("judged")} == {"TIMESTAMP WITH TIME ZONE"}
    assert types == {
        f"{side}_{name}": "VARCHAR[]" if name == "segments" else "BIGINT"
        for side in ("left", "right")
        for name in ("segments", "start", "end")
    }
    assert about["title"] == "Marché"


def test_without_pyarrow_it_is_said_how_to_get_it(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = enregard("export", "--format", "parquet", "--output", tmp_path / "p.parquet", "--corpus", corpus)
    assert done[0] == 2
    assert "make parquet" in done[2]
    assert not (tmp_path / "p.parquet").exists()


# Pages in French


def test_pages_speak_french(export, corpus: Path) -> None:
    folder = export("html", "--lang", "fr")
    pages = {path.name: path.read_text("utf-8") for path in folder.glob("*.html")}
    assert all('<html lang="fr">' in page for page in pages.values())
    assert "Paires en regard" in pages["index.html"]
    assert "Tous les documents" in pages["00001.html"]
    assert not any(
        word in page for page in pages.values() for word in ("All documents", "machine translation", "pairs")
    )
