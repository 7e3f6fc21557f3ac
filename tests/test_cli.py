"""The contract of the command line: forms, exit statuses, and messages that say what to do."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import corpus as sample
from tests.command import enregard

PROJECT = Path(__file__).resolve().parent.parent
FRENCH = "Le conseil se réunira jeudi à la mairie.\nLa pluie a retardé les travaux du pont.\n"
ENGLISH = "The council will meet on Thursday at the town hall.\nRain has delayed the work on the bridge.\n"


def process(*words: object, given: str = "") -> subprocess.CompletedProcess:
    """The same as ``enregard``, in a process of its own."""
    command = [sys.executable, "-m", "pipeline", *map(str, words)]
    return subprocess.run(command, input=given, capture_output=True, text=True, cwd=PROJECT)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "corpus.sqlite"
    sample.make(path).engine.dispose()
    return path


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    left, right = tmp_path / "left.fr", tmp_path / "right.en"
    left.write_text(FRENCH, "utf-8")
    right.write_text(ENGLISH, "utf-8")
    return left, right


def test_detect_gives_a_line_a_line() -> None:
    done = process("detect", given=FRENCH + ENGLISH + "\n0\n")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["fr", "fr", "en", "en", "und", "und"]
    assert all(0 <= float(row[1]) <= 1 for row in rows)
    assert [row[2] for row in rows] == [*FRENCH.splitlines(), *ENGLISH.splitlines(), "", "0"]


def test_segment_gives_a_sentence_a_line(tmp_path: Path) -> None:
    document = tmp_path / "document.txt"
    document.write_text("M. Roux part. Il reviendra à 8 h 30.\n\n* * *\n\nElle reste.\n", "utf-8")
    done = enregard("segment", document, "--lang", "fr")
    assert done.stdout.splitlines() == ["M. Roux part.", "Il reviendra à 8 h 30.", "Elle reste."]


def test_align_gives_beads(sides: tuple[Path, Path]) -> None:
    done = enregard("align", *sides)
    assert [line.rsplit(":", 1)[0] for line in done.stdout.splitlines()] == ["[0]:[0]", "[1]:[1]"]


@pytest.mark.parametrize(("form", "start"), [("tsv", "0."), ("jsonl", '{"left": [0]'), ("tmx", "<?xml")])
def test_align_in_other_forms(sides: tuple[Path, Path], form: str, start: str) -> None:
    done = enregard("align", *sides, "--format", form)
    assert done.stdout.startswith((start, "1."))
    assert "Rain has delayed" in done.stdout


def test_align_says_the_languages_in_tmx(sides: tuple[Path, Path]) -> None:
    languages = re.compile(r'(?<=xml:lang=")[^"]+|(?<=srclang=")[^"]+')
    assert set(languages.findall(enregard("align", *sides, "--format", "tmx").stdout)) == {"fr", "en"}
    given = enregard("align", *sides, "--format", "tmx", "--left-lang", "fr-CA", "--right-lang", "en-GB").stdout
    assert languages.findall(given)[:3] == ["fr-CA", "fr-CA", "en-GB"]
    assert enregard("align", *sides, "--left-lang", "fr").returncode == 2


def test_mine_gives_pairs_best_first(sides: tuple[Path, Path]) -> None:
    rows = [line.split("\t") for line in enregard("mine", *sides).stdout.splitlines()]
    assert {(row[1], row[2]) for row in rows} == set(zip(FRENCH.splitlines(), ENGLISH.splitlines(), strict=True))
    assert [float(row[0]) for row in rows] == sorted((float(row[0]) for row in rows), reverse=True)


def test_query_as_csv_json_and_tabs(corpus: Path, tmp_path: Path) -> None:
    sql = "SELECT path, main_language FROM documents ORDER BY path LIMIT 1"
    assert enregard("query", sql, "--corpus", corpus).stdout == "path\tmain_language\nen.txt\ten\n"
    assert enregard("query", sql, "--csv", "--corpus", corpus).stdout == "path,main_language\nen.txt,en\n"
    out = tmp_path / "out.json"
    enregard("query", sql, "--json", "--corpus", corpus, "--output", out)
    assert json.loads(out.read_text("utf-8")) == [{"path": "en.txt", "main_language": "en"}]


def test_search_and_show(corpus: Path) -> None:
    found = json.loads(enregard("search", "marché", "--json", "--corpus", corpus).stdout)
    assert found[0]["facing"] == "The market opens at eight."
    shown = enregard("show", found[0]["id"], "--corpus", corpus)
    assert "Le marché ouvre" in shown.stdout


def test_show_words_plainly_and_as_json(corpus: Path) -> None:
    sql = "SELECT id FROM bitext WHERE right_text = 'The market opens at eight.' AND kind = 'bitext'"
    key = enregard("query", sql, "--corpus", corpus).stdout.split()[-1]
    plain = enregard("show", key, "--words", "--corpus", corpus).stdout
    assert "similarity 0." in plain
    links = [line.strip().split("\t") for line in plain.splitlines() if "\t" in line]
    assert ["marché", "market"] in [link[:2] for link in links]
    assert all(0 <= float(link[2]) <= 1 for link in links)
    shown = json.loads(enregard("show", key, "--words", "--json", "--corpus", corpus).stdout)
    for link in shown["words"]:
        for side in ("left", "right"):
            assert shown[side][link[side]["start"] : link[side]["end"]] == link[side]["text"]
    assert [link["left"]["text"] for link in shown["words"]] == [link[0] for link in links]


def test_align_with_words(sides: tuple[Path, Path]) -> None:
    beads = [json.loads(line) for line in enregard("align", *sides, "--format", "jsonl", "--words").stdout.splitlines()]
    assert {(one["left"]["text"], one["right"]["text"]) for one in beads[1]["words"]} >= {
        ("pluie", "Rain"),
        ("pont", "bridge"),
    }
    link = beads[1]["words"][0]
    assert beads[1]["left_text"][link["left"]["start"] : link["left"]["end"]] == link["left"]["text"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("build", "no-such-folder"), 2, "no-such-folder: no such file or folder"),
        (("query", "DROP TABLE segment"), 2, "reading only"),
        (("query",), 2, "--recipe"),
        (("show", "zzz"), 2, "nothing has an id"),
        (("nonsense",), 2, "No such command 'nonsense'.\n"),
        (("serach", "words"), 2, "No such command 'serach'. Did you mean search?"),
        (("translate", "--from", "de", "-"), 1, "no translation engine from de to en is at hand. `make model ARGOS_P"),
        (("translate", "--from", "de", "--engine", "apertium", "-"), 1, "from de to en here. Install such a pair."),
        (("align", "a", "b", "--words"), 2, "--format jsonl"),
        (("align", "nowhere.fr", "nowhere.en"), 1, "nowhere.fr"),
        (("--config", "nowhere.toml", "doctor"), 2, "nowhere.toml"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(corpus: Path, words: tuple[str, ...], status: int, said: str) -> None:
    where = ("--corpus", corpus) if words[0] in ("query", "show") else ()
    done = enregard(*words, *where)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_corpus_that_is_not_there(tmp_path: Path) -> None:
    done = process("search", "x", "--corpus", tmp_path / "none.sqlite")
    assert done.returncode == 1
    assert "make corpus" in done.stderr
    assert not (tmp_path / "none.sqlite").exists()


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "enregard.toml").write_text("[read]\nmax_bites = 1\n", "utf-8")
    done = enregard("doctor", cwd=tmp_path)
    assert done.returncode == 2
    assert "max_bites" in done.stderr and "max_bytes" in done.stderr


def test_build_with_a_skipped_file_ends_with_3(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "good.txt").write_text(FRENCH, "utf-8")
    (seeds / "bad.pdf").write_bytes(b"%PDF-1.4 cut")
    done = enregard("build", seeds, "--corpus", tmp_path / "c.sqlite")
    assert (done.returncode, done.stdout) == (3, "")
    assert "bad.pdf" in done.stderr


def test_build_reads_standard_input(tmp_path: Path) -> None:
    done = enregard("build", "-", "--corpus", tmp_path / "c.sqlite", given=FRENCH)
    assert done.returncode == 0, done.stderr
    shown = enregard("query", "SELECT path, main_language FROM documents", "--corpus", tmp_path / "c.sqlite")
    assert shown.stdout.splitlines()[1] == "-\tfr"


def test_a_reader_that_goes_away_is_no_error(corpus: Path) -> None:
    command = (
        f"{sys.executable} -m pipeline query 'SELECT * FROM segments, segments AS b, segments AS c' --corpus {corpus}"
    )
    done = subprocess.run(f"{command} | head -1", shell=True, capture_output=True, text=True, cwd=PROJECT)
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr and "Broken" not in done.stderr


def test_doctor_says_what_is_there() -> None:
    done = process("doctor")
    assert "Python" in done.stdout and "SQLite" in done.stdout and "Translation" in done.stdout


def test_output_to_a_pipe_is_written_there_and_a_link_stays(tmp_path: Path) -> None:
    (tmp_path / "left").write_text("Bonjour.\n", "utf-8")
    pipe, link, real = tmp_path / "pipe", tmp_path / "link", tmp_path / "real"
    os.mkfifo(pipe)
    link.symlink_to(real)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        enregard("segment", "left", "--lang", "fr", "--output", pipe, cwd=tmp_path)
        assert reader.communicate(timeout=30)[0] == "Bonjour.\n"
    enregard("segment", "left", "--lang", "fr", "--output", link, cwd=tmp_path)
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert real.read_text("utf-8") == "Bonjour.\n"
