"""Imports: what comes in, what is refused, what is left out and said, and that no stage touches it afterwards."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import read_corpus
from pipeline import run as pipeline_run
from pipeline.cli import main
from pipeline.config import Config, TranslateConfig
from pipeline.corpus import access
from tests import corpus as sample
from tests.test_export import judge

pytestmark = pytest.mark.slow

CASES = json.loads((Path(__file__).parent / "cases" / "import.json").read_text("utf-8"))
PROJECT = Path(__file__).resolve().parent.parent
MEMORY = PROJECT / "tests" / "data" / "memory.tmx"
TU = '<tu><tuv xml:lang="fr"><seg>{}</seg></tuv><tuv xml:lang="en"><seg>{}</seg></tuv></tu>'
NO_ENGINE = Config(translate=TranslateConfig(engine="none"))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "c.sqlite"


@pytest.fixture
def run(corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["enregard", *map(str, arguments), "--corpus", str(corpus)])
        status = main()
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return call


def ask(corpus: Path, sql: str) -> list[tuple]:
    with read_corpus(corpus) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def pairs(corpus: Path) -> list[tuple]:
    return ask(corpus, "SELECT left_text, right_text FROM alignment ORDER BY left_document_id, position")


def tmx(*units: str, start: str = "") -> str:
    return f'<?xml version="1.0"?>{start}<tmx version="1.4"><header/><body>{"".join(units)}</body></tmx>'


# What comes in


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_formats(run, corpus: Path, tmp_path: Path, case: dict) -> None:
    path = tmp_path / case["file"]
    path.write_text(case["content"], "utf-8", newline="")
    status, _, said = run("import", path, *case.get("options", ()))
    assert status == case.get("status", 0), said
    for line in case.get("said", ()):
        assert line in said
    if status in {0, 3}:
        assert [list(pair) for pair in pairs(corpus)] == case["pairs"]


def test_imported_documents_are_marked_and_hold_what_the_file_says(run, corpus: Path) -> None:
    assert run("import", MEMORY, "--name", "recettes")[0] == 0
    rows = ask(corpus, "SELECT path, title, main_language, date, segments FROM documents ORDER BY path")
    assert rows == [
        ("import:recettes#en", "recettes", "en", "2024-01-31", 4),
        ("import:recettes#fr", "recettes", "fr", "2024-01-31", 4),
    ]
    ((imported,),) = ask(corpus, "SELECT imported FROM document WHERE main_language = 'fr'")
    known = json.loads(imported)
    assert (known["name"], known["format"], known["side"]) == ("recettes", "tmx", "left")
    assert known["header"]["attributes"]["creationid"] == "claire"
    made = "SELECT DISTINCT kind, stage, engine FROM alignment JOIN signature AS s ON s.id = signature_id"
    assert ask(corpus, made) == [("bitext", "import", "import-tmx")]
    slices = "SELECT COUNT(*) FROM segments AS s JOIN document AS d ON d.id = document_id WHERE s.text <> "
    assert ask(corpus, slices + "SUBSTR(d.text, start_offset + 1, end_offset - start_offset)") == [(0,)]


def test_the_same_file_again_changes_nothing(run, corpus: Path) -> None:
    assert run("import", MEMORY)[0] == 0
    before = ask(corpus, "SELECT id, run_id FROM alignment ORDER BY id")
    status, _, said = run("import", MEMORY)
    assert (status, "Nothing to do" in said) == (0, True)
    assert ask(corpus, "SELECT id, run_id FROM alignment ORDER BY id") == before
    assert ask(corpus, "SELECT COUNT(*) FROM run") == [(1,)]


def test_a_changed_file_takes_the_place_of_the_old_one_and_verdicts_stay(run, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.tmx"
    path.write_text(tmx(TU.format("Un.", "One."), TU.format("Deux.", "Two.")), "utf-8")
    assert run("import", path)[0] == 0
    judge(corpus, ("Deux.", "Two."), "accept")
    path.write_text(tmx(TU.format("Deux.", "Two."), TU.format("Trois.", "Three.")), "utf-8")
    assert run("import", path)[0] == 0
    assert pairs(corpus) == [("Deux.", "Two."), ("Trois.", "Three.")]
    assert ask(corpus, "SELECT left_text FROM bitext WHERE verdict = 'accept'") == [("Deux.",)]
    assert ask(corpus, "SELECT COUNT(*) FROM segment") == [(4,)]
    assert ask(corpus, "SELECT COUNT(*) FROM source") == [(2,)]


def test_remove(run, corpus: Path) -> None:
    assert run("import", MEMORY)[0] == 0
    assert run("import", MEMORY, "--name", "b", "--again")[0] == 0
    status, _, said = run("import", "--remove", "c")
    assert (status, "Imports in this corpus: b, memory.tmx." in said) == (2, True)
    assert run("import", "--remove", "b")[0] == 0
    assert ask(corpus, "SELECT DISTINCT file FROM source") == [("import:memory.tmx",)]
    assert run("import", "--remove", "memory.tmx")[0] == 0
    for table in ("document", "source", "segment", "block", "alignment", "alignment_segment", "document_pair"):
        assert ask(corpus, f"SELECT COUNT(*) FROM {table}") == [(0,)], table


def test_many_units_make_several_documents(run, corpus: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("pipeline.imports.load.UNITS", 4)
    path = tmp_path / "m.tsv"
    path.write_text("".join(f"phrase {n}\tsentence {n}\n" for n in range(10)), "utf-8")
    assert run("import", path)[0] == 0
    documents = ask(corpus, "SELECT path, segments FROM documents WHERE main_language = 'fr' ORDER BY path")
    assert documents == [("import:m.tsv#fr", 4), ("import:m.tsv#fr.0002", 4), ("import:m.tsv#fr.0003", 2)]
    exported = run("export", "--format", "jsonl", "--document", "import:m.tsv")[1].splitlines()
    assert [json.loads(one)["left_text"] for one in exported] == [f"phrase {n}" for n in range(10)]


# What is refused


def bomb() -> str:
    entities = '<!ENTITY a0 "haha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return tmx(TU.format("&a11;", "x"), start=f"<!DOCTYPE tmx [{entities}]>")


HOSTILE = {
    "billion laughs": (bomb, "declares the entity"),
    "external entity": (
        lambda: tmx(TU.format("&e;", "x"), start='<!DOCTYPE tmx [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        "declares the entity",
    ),
    "parameter entity": (
        lambda: tmx(TU.format("a", "b"), start='<!DOCTYPE tmx [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>'),
        "declares the entity",
    ),
    "entity of a DTD that is not read": (
        lambda: tmx(TU.format("&e;", "x"), start='<!DOCTYPE tmx SYSTEM "http://127.0.0.1:9/x.dtd">'),
        "names an entity that nothing declares",
    ),
    "undeclared entity": (lambda: tmx(TU.format("&e;", "x")), "not sound XML"),
    "deep nesting": (lambda: tmx(TU.format("<hi>" * 5_000 + "a" + "</hi>" * 5_000, "x")), "not sound XML"),
    "huge attribute": (lambda: tmx(f'<tu tuid="{"a" * 11_000_000}">', TU.format("a", "b")[4:]), "m.tmx: "),
    "endless unit": (lambda: tmx("<tu>", "<note>a</note>" * 1_300_000), "one unit has more than"),
    "endless text": (lambda: tmx(TU.format("a" * 200_000, "b")), "more than 100,000 characters"),
    "never closed": (lambda: tmx(TU.format("a", "b"))[:-20], "not sound XML"),
    "no XML": (lambda: "fr\ten\n", "not sound XML"),
    "empty": (lambda: "", "not sound XML"),
    "no element": (lambda: "<?xml version='1.0'?>" + "<!-- a -->" * 200_000, "no element in its first"),
    "unknown encoding": (lambda: "<?xml version='1.0' encoding='klingon'?><tmx/>", "not sound XML"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_and_nothing_is_written(run, corpus: Path, tmp_path: Path, name: str) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    make, said = HOSTILE[name]
    path = tmp_path / "m.tmx"
    path.write_text(make().replace(":9/", f":{server.getsockname()[1]}/"), "utf-8")
    begun = time.monotonic()
    status, _, shown = run("import", path)
    assert time.monotonic() - begun < 20
    assert status in {1, 2}
    assert said in shown
    assert "m.tmx" in shown
    assert "root:" not in shown
    assert len(shown) < 2_000
    assert ask(corpus, "SELECT COUNT(*) FROM document") == [(0,)]
    with server, pytest.raises(BlockingIOError):
        server.accept()


def test_a_dtd_is_never_read(run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "tmx14.dtd").write_text("<!ELEMENT", "utf-8")
    (tmp_path / "m.tmx").write_text(tmx(TU.format("Un.", "One."), start='<!DOCTYPE tmx SYSTEM "tmx14.dtd">'), "utf-8")
    assert run("import", tmp_path / "m.tmx")[0] == 0
    assert pairs(corpus) == [("Un.", "One.")]


@pytest.mark.parametrize("code", ["utf-16", "utf-8-sig", "cp1252"])
def test_encodings_of_xml(run, corpus: Path, tmp_path: Path, code: str) -> None:
    head = f"<?xml version='1.0' encoding='{code.removesuffix('-sig')}'?>"
    written = tmx(TU.format("Été.", "Summer.")).partition("?>")[2]
    (tmp_path / "m.tmx").write_bytes((head + written).encode(code))
    assert run("import", tmp_path / "m.tmx")[0] == 0
    assert pairs(corpus) == [("Été.", "Summer.")]


def test_a_damaged_file_leaves_the_earlier_import(run, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.tmx"
    path.write_text(tmx(TU.format("Un.", "One.")), "utf-8")
    assert run("import", path)[0] == 0
    path.write_text(tmx(*(TU.format(f"Un {n}.", f"One {n}.") for n in range(3_000)))[:-9], "utf-8")
    assert run("import", path)[0] == 1
    assert pairs(corpus) == [("Un.", "One.")]
    assert ask(corpus, "SELECT status FROM run ORDER BY started") == [("done",), ("failed",)]


def test_languages_that_cannot_be_shown_are_not(run, tmp_path: Path) -> None:
    names = ["\x1b[31mde", "es", "x" * 100, *(f"l{n}" for n in range(1_000))]
    head = "left_language\tleft_text\tright_language\tright_text\n"
    lines = "".join(f"{name}\tUn.\t{name}\tOne.\n" for name in names)
    (tmp_path / "m.tsv").write_text(head + lines, "utf-8")
    status, _, shown = run("import", tmp_path / "m.tsv")
    assert (status, "\x1b" in shown, "es (2)" in shown, len(shown) < 600) == (2, False, True, True), shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "name a file"),
        (("m.tmx", "--remove", "x"), "name a file"),
        (("m.docx",), "no format that can be imported"),
        (("m.tmx", "--left", "fr", "--right", "fr-CA"), "both sides are in fr"),
        (("m.tmx", "--name", "a#b"), "is no name for an import"),
        (("m.tmx", "--name", " "), "is no name for an import"),
    ],
)
def test_wrong_calls(run, options: tuple[str, ...], said: str) -> None:
    status, _, shown = run("import", *options)
    assert status == 2
    assert said in shown


def test_a_file_that_is_not_there(run) -> None:
    status, _, shown = run("import", "nowhere.tmx")
    assert status == 1
    assert "nowhere.tmx" in shown


# No stage touches it


@pytest.fixture
def built(corpus: Path, tmp_path: Path) -> Path:
    """A folder of two documents, a corpus made of it, and an import in that corpus."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.fr.txt").write_text("Le marché ouvre à huit heures.\n\nLa mairie l'a dit mardi matin.\n", "utf-8")
    (seeds / "a.en.txt").write_text("The market opens at eight.\n\nThe town hall said so on Tuesday.\n", "utf-8")
    return seeds


def build(seeds: Path, corpus: Path) -> pipeline_run.Outcome:
    return pipeline_run.build(seeds, corpus, NO_ENGINE, lambda _: None, {})


def imported_rows(corpus: Path) -> dict[str, list[tuple]]:
    of = "WHERE document_id IN (SELECT id FROM document WHERE imported IS NOT NULL) ORDER BY 1"
    queries = {
        "document": "SELECT * FROM document WHERE imported IS NOT NULL ORDER BY id",
        "segment": f"SELECT * FROM segment {of}",
        "source": f"SELECT * FROM source {of}",
        "pair": "SELECT * FROM document_pair WHERE signature_id IN (SELECT id FROM signature WHERE stage = 'import')",
        "alignment": "SELECT * FROM alignment WHERE attributes IS NOT NULL ORDER BY id",
    }
    return {name: ask(corpus, sql) for name, sql in queries.items()}


def test_make_corpus_leaves_imports_alone(run, corpus: Path, built: Path, tmp_path: Path) -> None:
    build(built, corpus)
    path = tmp_path / "m.tmx"  # the same sentences again, so that every stage would find something to do
    path.write_text(
        tmx(
            TU.format("Le marché ouvre à huit heures.", "The market opens at eight."),
            TU.format("La mairie l'a dit mardi matin.", "The town hall said so on Tuesday."),
        ),
        "utf-8",
    )
    assert run("import", path)[0] == 0
    before = imported_rows(corpus)
    others = ask(corpus, "SELECT id, run_id FROM alignment WHERE attributes IS NULL ORDER BY id")
    assert not build(built, corpus).changed
    assert imported_rows(corpus) == before
    (built / "b.fr.txt").write_text("Un autre texte paraît ici, plus court.\n", "utf-8")
    assert build(built, corpus).changed
    assert imported_rows(corpus) == before
    assert ask(corpus, "SELECT id, run_id FROM alignment WHERE attributes IS NULL ORDER BY id") == others
    assert not build(built, corpus).changed


def test_machine_translations_do_not_face_imported_segments(corpus: Path, run, tmp_path: Path) -> None:
    made = sample.make(corpus)
    (tmp_path / "m.tsv").write_text("Partager\tShare it\nLe pont est long.\tThe bridge is long.\n", "utf-8")
    assert run("import", tmp_path / "m.tsv")[0] == 0
    assert sample.store.pending_texts(made, sample.store.Wanted("fr", "en", sample.ENGINE, {})) == []
    assert sample.store.face_translations(made, sample.store.Wanted("fr", "en", sample.ENGINE, {})) == 0


def test_imports_are_seen_everywhere(run, corpus: Path, tmp_path: Path) -> None:
    sample.make(corpus)
    (tmp_path / "m.tsv").write_text("Le pont est fermé.\tThe bridge is closed.\n", "utf-8")
    assert run("import", tmp_path / "m.tsv")[0] == 0
    assert "The bridge is closed." in run("search", "pont")[1]
    assert ask(corpus, "SELECT right_text FROM bitext WHERE left_path = 'import:m.tsv#fr'") == [
        ("The bridge is closed.",)
    ]
    assert ask(corpus, "SELECT COUNT(*) FROM review_queue WHERE left_path = 'import:m.tsv#fr'") == [(1,)]
    assert "The bridge is closed." in run("report")[1]
    (key,) = ask(corpus, "SELECT id FROM bitext WHERE left_path = 'import:m.tsv#fr'")[0]
    assert "The bridge is closed." in run("show", key)[1]
    assert "import-tsv" in run("why", key)[1]


def start(*arguments: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=PROJECT)


def test_killed_halfway_the_earlier_import_stands(corpus: Path, run, tmp_path: Path) -> None:
    path = tmp_path / "m.tsv"
    path.write_text("Un.\tOne.\n", "utf-8")
    assert run("import", path)[0] == 0
    path.write_text("".join(f"Phrase {n}.\tSentence {n}.\n" for n in range(12_000)), "utf-8")
    process = start("import", path, "--corpus", corpus)
    assert "Importing" in process.stderr.readline()
    process.kill()
    process.communicate(timeout=60)
    assert pairs(corpus) == [("Un.", "One.")]
    path.write_text("Deux.\tTwo.\n", "utf-8")
    assert run("import", path)[0] == 0
    assert pairs(corpus) == [("Deux.", "Two.")]


def test_an_import_waits_for_a_run(corpus: Path, run, tmp_path: Path) -> None:
    """One writer at a time: the lock of a run is taken by an import, too."""
    (tmp_path / "m.tsv").write_text("Un.\tOne.\n", "utf-8")
    with access.locked(corpus, lambda _: None):
        process = start("import", tmp_path / "m.tsv", "--corpus", corpus)
        said = process.stderr.readline()
    process.communicate(timeout=60)
    assert "is writing to this corpus" in said
    assert process.returncode == 0
    assert pairs(corpus) == [("Un.", "One.")]


# What a file's pairs are worth


def findings(corpus: Path) -> list[tuple]:
    return ask(corpus, "SELECT code, value FROM finding WHERE subject_kind = 'alignment' ORDER BY code, value")


def test_a_row_that_stands_the_other_way_round_is_turned(run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text(
        "Le pont est fermé depuis hier.\tThe bridge has been closed since yesterday.\n"
        "The bakery opens at seven.\tLa boulangerie ouvre à sept heures.\n",
        "utf-8",
    )
    assert run("import", tmp_path / "m.tsv")[0] == 0
    assert pairs(corpus)[1] == ("La boulangerie ouvre à sept heures.", "The bakery opens at seven.")
    assert findings(corpus) == [("W707", "")]


def test_what_was_copied_and_not_translated_is_left_out_but_names_stay(run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text(
        "Le pont est fermé.\tLe pont est fermé.\nOslo\tOslo\nIl pleut.\tIt is raining.\n", "utf-8"
    )
    status, _, shown = run("import", tmp_path / "m.tsv")
    assert status == 3
    assert "line 1: left out, both sides are the same text" in shown
    assert pairs(corpus) == [("Oslo", "Oslo"), ("Il pleut.", "It is raining.")]


def test_pairs_have_scores_and_what_contradicts_is_a_finding(run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text(
        "Le chat dort sur le canapé du salon.\tThe cat is sleeping on the sofa in the living room.\n"
        "Le ministre a annoncé 25 mesures.\tThe minister announced 52 measures.\n"
        "Il pleut sur la vallée depuis lundi.\tStock prices fell sharply in Tokyo.\n"
        "Le chat dort sur le CANAPÉ du salon !\tThe cat is sleeping on the sofa in the living-room.\n",
        "utf-8",
    )
    assert run("import", tmp_path / "m.tsv")[0] == 0
    scores = [score for (score,) in ask(corpus, "SELECT score FROM alignment ORDER BY position")]
    assert scores[0] > 0.9 > 0.2 > scores[2]
    assert findings(corpus) == [("W701", "25 ≠ 52"), ("W706", "line 1")]


def test_a_score_of_the_file_stays(run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text("0.25\tIl pleut.\tIt is raining.\n", "utf-8")
    assert run("import", tmp_path / "m.tsv")[0] == 0
    assert ask(corpus, "SELECT score FROM alignment") == [(0.25,)]


def test_only_checking_writes_nothing(run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text("Il a 25 ans.\tHe is 52.\n", "utf-8")
    status, _, shown = run("import", tmp_path / "m.tsv", "--check")
    assert status == 0
    assert "1 pair would be imported" in shown
    assert "W701 1: the two sides say different numbers" in shown
    assert not corpus.exists()


@pytest.mark.parametrize("forbidden", ["&#x1E;", "&#30;", "\x1e", "&#0;", "&#xFFFF;"])
def test_a_control_character_costs_its_unit(run, corpus: Path, tmp_path: Path, forbidden: str) -> None:
    units = TU.format("Le pont est fermé.", "The bridge is closed."), TU.format(f"La porte{forbidden}", "The door.")
    (tmp_path / "m.tmx").write_text(tmx(*units, TU.format("Il pleut.", "It rains.")), "utf-8")
    status, _, shown = run("import", tmp_path / "m.tmx")
    assert (status, len(pairs(corpus))) == (3, 2)
    assert "has a control character" in shown


def test_csv_with_semicolons_quotes_and_a_header_of_languages(run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(
        'Français;English\n"Il pleut ; rentrons.";"It rains; let us go in."\n"Il dit ""oui"".";He says yes.\n', "utf-8"
    )
    assert run("import", tmp_path / "m.csv")[0] == 0
    assert pairs(corpus) == [("Il pleut ; rentrons.", "It rains; let us go in."), ('Il dit "oui".', "He says yes.")]


SEGMENTED = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"
 xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0"><file original="a" datatype="x" source-language="fr-FR"
 target-language="en-GB"><body><trans-unit id="1"><source>Il pleut. Le pont est fermé. Nous attendons.</source>
<seg-source><mrk mtype="seg" mid="1">Il pleut.</mrk> <g id="5"><mrk mtype="seg" mid="2">Le pont est fermé.</mrk></g>
<mrk mtype="seg" mid="3">Nous attendons.</mrk></seg-source><target><mrk mtype="seg" mid="1">It is raining.</mrk>
<g id="5"><mrk mtype="seg" mid="2">The bridge <x id="1"/>is closed.</mrk></g><mrk mtype="seg" mid="3"/></target>
<sdl:seg-defs><sdl:seg id="1" conf="Translated"/><sdl:seg id="2" conf="ApprovedSignOff"/><sdl:seg id="3"/>
</sdl:seg-defs></trans-unit></body></file></xliff>"""


def test_segments_of_xliff_and_of_trados(run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "m.sdlxliff").write_text(SEGMENTED, "utf-8")
    assert run("import", tmp_path / "m.sdlxliff")[0] == 3
    assert pairs(corpus) == [("Il pleut.", "It is raining."), ("Le pont est fermé.", "The bridge is closed.")]
