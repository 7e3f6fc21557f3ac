"""Whole runs on small folders: nothing twice, nothing lost, whatever happens in between."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db.engine import read_corpus
from db.models import Base
from pipeline import run
from pipeline.align import duplicates, pairs, passages, path, repeats, sections
from pipeline.config import Config, TranslateConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Features
from pipeline.errors import StoreError
from pipeline.language import detect
from pipeline.run import Event, Outcome
from pipeline.segmenting import segment

pytestmark = pytest.mark.slow

NUMBER = re.compile(r"\b\d\.\d+\b")
PROJECT = Path(__file__).resolve().parent.parent
NO_ENGINE = replace(Config(), translate=TranslateConfig(engine="none"))
SUBJECTS = ("le port", "la gare", "le musée", "la rivière", "le théâtre", "la forêt", "le marché", "la fabrique")
SOME = (
    "2025-04-29-contingent.en.txt",
    "2025-04-29-contingent.fr.txt",
    "2024-03-30-veto.txt",
    "2024-11-06-pekin.txt",
    "2024-11-21-analysis.txt",
)


def french(number: int) -> str:
    subject = SUBJECTS[number % len(SUBJECTS)]
    return (
        f"Ce que l'on sait de la visite numéro {number}\n\n"
        f"Le maire a visité {subject} le {number % 28 + 1} mars, avec {number + 3} personnes de la ville voisine. "
        f"Il a promis que les travaux seraient finis avant l'hiver. « Nous tiendrons parole », a-t-il répété.\n"
    )


def english(number: int) -> str:
    return (
        f"What is known about visit number {number}\n\n"
        f"The harvest of {1900 + number} was the best that the valley had seen in years. "
        f"Farmers from {number + 2} villages met at the inn to talk about prices and the weather.\n"
    )


def fill(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        write = french if number % 2 else english
        (folder / f"{number:03}.txt").write_text(write(number), "utf-8")
    return folder


def build(seeds: Path, corpus: Path, config: Config = NO_ENGINE) -> Outcome:
    return run.build(seeds, corpus, config, lambda _: None, os.environ)


def ask(corpus: Path, sql: str) -> list[tuple]:
    with read_corpus(corpus) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}"


def content(corpus: Path) -> dict[str, list[tuple]]:
    """Everything but the ledger: which runs there were, and how results were made.

    To two decimals: on some processors a sum of vectors depends in its last bits on what else was read with it.
    """
    tables = {}
    with read_corpus(corpus) as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in ("run", "stage", "signature"):
                names = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "run_id")
                rows = connection.execute(text(f"SELECT {names} FROM {table.name}"))
                tables[table.name] = sorted(tuple(NUMBER.sub(rounded, str(value)) for value in row) for row in rows)
    return tables


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "out" / "corpus.sqlite"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with some documents of seeds/, two of which translate each other, and their corpus, which tests copy."""
    folder = tmp_path_factory.mktemp("original")
    (folder / "seeds").mkdir()
    for name in SOME:
        shutil.copy(PROJECT / "seeds" / name, folder / "seeds")
    build(folder / "seeds", folder / "out" / "corpus.sqlite")
    return folder


@pytest.fixture
def whole(original: Path, tmp_path: Path) -> Path:
    """A copy of those documents, whose corpus is at ``corpus`` and in step with them."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return tmp_path / "seeds"


def test_a_second_run_does_nothing(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 6)
    assert build(seeds, corpus).changed
    before = content(corpus)
    assert not build(seeds, corpus).changed
    assert content(corpus) == before


def test_a_changed_file_redoes_that_file_alone(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 24)
    build(seeds, corpus)
    (seeds / "005.txt").write_text(french(99), "utf-8")
    build(seeds, corpus)
    newest = "(SELECT MAX(id) FROM run)"
    touched = f"SELECT DISTINCT path FROM segments JOIN segment USING (id) WHERE segment.run_id = {newest}"
    assert ask(corpus, touched) == [("005.txt",)]
    assert ask(corpus, f"SELECT path FROM source WHERE run_id = {newest}") == [("005.txt",)]
    assert ask(corpus, "SELECT COUNT(*) FROM document") == [(24,)]


def test_after_a_change_only_what_is_new_is_read_again(
    whole: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not build(whole, corpus).changed
    texts: list[str] = []
    read = use.Use.features

    def counted(self: use.Use, some: Sequence[str], joined: bool = False) -> Features:
        texts.extend(some)
        return read(self, some, joined)

    monkeypatch.setattr(use.Use, "features", counted)
    name = whole / "2025-04-29-contingent.fr.txt"
    name.write_text(name.read_text("utf-8").replace("Le secret", "Ce secret"), "utf-8")
    build(whole, corpus)
    assert any("Ce secret" in one for one in texts)
    assert len(texts) < 30, texts


def test_the_vectors_beside_a_corpus_can_go_or_be_damaged(tmp_path: Path, whole: Path, corpus: Path) -> None:
    (vectors,) = corpus.parent.glob("corpus.sqlite.vectors*")
    damages = (vectors.unlink, lambda: vectors.write_bytes(b"\0" * 3000), lambda: os.truncate(vectors, 5000))
    for number, damage in enumerate(damages):
        damage()
        (whole / "more.txt").write_text(french(50 + number), "utf-8")
        build(whole, corpus)
    reference = tmp_path / "reference.sqlite"
    build(whole, reference)
    assert content(corpus) == content(reference)


def test_what_a_removed_file_brought_goes(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 6)
    build(seeds, corpus)
    (seeds / "003.txt").unlink()
    assert build(seeds, corpus).changed
    reference = tmp_path / "reference.sqlite"
    build(seeds, reference)
    assert content(corpus) == content(reference)


def test_a_changed_setting_redoes_its_stage_and_what_follows(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 4)
    build(seeds, corpus)
    first = ask(corpus, "SELECT id, run_id FROM segment ORDER BY id")
    shorter = replace(NO_ENGINE, mine=replace(NO_ENGINE.mine, max_sentences=1))
    assert build(seeds, corpus, shorter) is not None
    assert ask(corpus, "SELECT id, run_id FROM segment ORDER BY id") == first
    cut = replace(NO_ENGINE, segment=replace(NO_ENGINE.segment, max_chars=60))
    assert build(seeds, corpus, cut).changed
    assert ask(corpus, "SELECT MAX(LENGTH(text)) <= 60 FROM segment") == [(1,)]


def test_a_manifest_that_changes_is_read_again(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 2)
    build(seeds, corpus)
    (seeds / "manifest.toml").write_text('[[document]]\npath = "001.txt"\noutlet = "La Gazette"\n', "utf-8")
    build(seeds, corpus)
    assert ask(corpus, "SELECT path, outlet FROM documents ORDER BY path") == [
        ("000.txt", None),
        ("001.txt", "La Gazette"),
    ]


def test_skipped_files_are_named_in_every_run(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 2)
    (seeds / "empty.txt").write_bytes(b"")
    for _ in range(2):
        build(seeds, corpus)
        assert ask(corpus, "SELECT path FROM source WHERE skip_code IS NOT NULL") == [("empty.txt",)]
    (seeds / "empty.txt").write_text(french(7), "utf-8")
    build(seeds, corpus)
    assert ask(corpus, "SELECT COUNT(*), COUNT(document_id) FROM source") == [(3, 3)]


def test_progress_ends_where_it_said_it_would(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 5)
    events: list[Event] = []
    run.build(seeds, corpus, NO_ENGINE, events.append, os.environ)
    last = {event.stage: event for event in events}
    assert {"read", "segment", "detect"} <= set(last)
    assert all(event.done == event.total > 0 for event in last.values())


def test_without_an_engine_the_gap_is_said_and_filled_later(tmp_path: Path, corpus: Path, missing) -> None:
    if not shutil.which("apertium"):
        missing("Apertium")
    seeds = fill(tmp_path / "seeds", 2)
    assert "translation was left out" in build(seeds, corpus).note
    assert ask(corpus, "SELECT COUNT(*) FROM translations") == [(0,)]
    outcome = build(seeds, corpus, replace(Config(), translate=TranslateConfig(engine="apertium")))
    assert outcome.note == ""
    untranslated = """SELECT COUNT(*) FROM segment WHERE language = 'fr'
      AND id NOT IN (SELECT segment_id FROM translations)"""
    assert ask(corpus, untranslated) == [(0,)]
    assert ask(corpus, "SELECT COUNT(*) FROM translations WHERE language <> 'fr'") == [(0,)]


def start(seeds: Path, corpus: Path) -> subprocess.Popen:
    settings = corpus.parent / "no-engine.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[translate]\nengine = "none"\n', "utf-8")
    command = [sys.executable, "-m", "pipeline", "--config", settings, "build", seeds, "--corpus", corpus]
    return subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)


def test_killed_at_any_moment_the_next_run_ends_where_an_unbroken_one_does(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 60)
    chance = random.Random(7)
    for _ in range(4):
        process = start(seeds, corpus)
        time.sleep(0.6 + chance.random() * 1.5)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    build(seeds, corpus)
    reference = tmp_path / "reference.sqlite"
    build(seeds, reference)
    assert content(corpus) == content(reference)


def test_a_second_run_waits_for_the_first_and_says_so(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 60)
    first, second = start(seeds, corpus), start(seeds, corpus)
    errors = [process.communicate(timeout=120)[1] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], errors
    assert sum("Waiting" in one for one in errors) == 1
    reference = tmp_path / "reference.sqlite"
    build(seeds, reference)
    assert content(corpus) == content(reference)


class Stop(Exception):
    """Stands for a power cut between two steps."""


def interrupted(seeds: Path, corpus: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends where ``step`` of the store would begin."""

    def stop(*_: object) -> None:
        raise Stop

    with monkeypatch.context() as patch, pytest.raises(Stop):
        patch.setattr(run.store, step, stop)
        build(seeds, corpus)


@pytest.mark.parametrize("step", ["forget", "save_segmentations", "save_detections", "save_pairs", "save_passages"])
def test_cut_off_and_undone_the_corpus_is_as_before(
    tmp_path: Path, whole: Path, corpus: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(corpus)
    name = whole / "2025-04-29-contingent.fr.txt"
    original = name.read_bytes()
    name.write_text(original.decode("utf-8").replace("Le secret", "Ce secret"), "utf-8")
    if step == "forget":
        (whole / "2024-11-21-analysis.txt").rename(tmp_path / "away.txt")
    interrupted(whole, corpus, step, monkeypatch)
    name.write_bytes(original)
    if step == "forget":
        (tmp_path / "away.txt").rename(whole / "2024-11-21-analysis.txt")
    build(whole, corpus)
    assert content(corpus) == before


def test_what_stays_in_a_changed_file_is_not_translated_again(tmp_path: Path, corpus: Path, missing) -> None:
    if not shutil.which("apertium"):
        missing("Apertium")
    apertium = replace(Config(), translate=TranslateConfig(engine="apertium"))
    seeds = fill(tmp_path / "seeds", 2)
    build(seeds, corpus, apertium)
    before = set(ask(corpus, "SELECT id, run_id FROM translation"))
    with (seeds / "001.txt").open("a", encoding="utf-8") as out:
        out.write("\nUne phrase de plus a été ajoutée à la fin.\n")
    build(seeds, corpus, apertium)
    after = set(ask(corpus, "SELECT id, run_id FROM translation"))
    assert before < after
    (seeds / "001.txt").unlink()
    build(seeds, corpus, apertium)
    assert ask(corpus, "SELECT COUNT(*) FROM translation") == [(0,)]


def test_an_empty_folder_does_not_empty_the_corpus(tmp_path: Path, corpus: Path) -> None:
    build(fill(tmp_path / "seeds", 2), corpus)
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="Nothing was changed"):
        build(tmp_path / "empty", corpus)
    assert ask(corpus, "SELECT COUNT(*) FROM document") == [(2,)]


def test_the_corpus_beside_its_documents_is_no_document(tmp_path: Path) -> None:
    seeds = fill(tmp_path / "seeds", 2)
    for _ in range(2):
        outcome = build(seeds, seeds / "corpus.sqlite")
    assert not outcome.changed
    assert ask(seeds / "corpus.sqlite", "SELECT COUNT(*) FROM source") == [(2,)]


def test_a_document_that_is_called_like_the_corpus_is_one(tmp_path: Path) -> None:
    seeds = fill(tmp_path / "seeds", 2)
    (seeds / "corpus.html").write_text("<h1>Le bac</h1><p>Le bac part demain du quai.</p>", "utf-8")
    build(seeds, seeds / "corpus.sqlite")
    (seeds / "other.html").write_text('<meta name="generator" content="En regard 1">', "utf-8")
    build(seeds, seeds / "other.sqlite")
    assert ask(seeds / "corpus.sqlite", "SELECT COUNT(*) FROM source WHERE path = 'corpus.html'") == [(1,)]
    assert ask(seeds / "other.sqlite", "SELECT COUNT(*) FROM source WHERE path = 'other.html'") == [(0,)]


def test_a_hint_that_is_withdrawn_leaves_no_bitext(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 2)
    manifest = seeds / "manifest.toml"
    manifest.write_text('[[document]]\npath = "001.txt"\ntranslation_of = ["000.txt"]\n', "utf-8")
    build(seeds, corpus)
    assert ask(corpus, "SELECT grade FROM document_pair") == [("translation",)]
    manifest.unlink()
    build(seeds, corpus)
    reference = tmp_path / "reference.sqlite"
    build(seeds, reference)
    assert content(corpus) == content(reference)


def test_what_is_known_of_a_text_comes_from_any_of_its_files(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 1)
    shutil.copy(seeds / "000.txt", seeds / "copy.txt")
    (seeds / "manifest.toml").write_text('[[document]]\npath = "000.txt"\noutlet = "The Herald"\n', "utf-8")
    build(seeds, corpus)
    assert ask(corpus, "SELECT outlet, sources FROM documents") == [("The Herald", 2)]


def test_a_near_copy_is_a_pair_of_its_own_grade(tmp_path: Path, corpus: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.txt").write_text("".join(french(number) for number in range(1, 9, 2)), "utf-8")
    (seeds / "b.txt").write_text("".join(french(number) for number in range(1, 9, 2)) + "Bonne lecture.\n", "utf-8")
    build(seeds, corpus)
    assert ask(corpus, "SELECT grade, json_extract(evidence, '$.order') FROM document_pair") == [("duplicate", 1.0)]
    (seeds / "b.txt").unlink()
    build(seeds, corpus)
    assert ask(corpus, "SELECT grade FROM document_pair") == []


def test_a_new_title_makes_new_roles(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 1)
    build(seeds, corpus)
    (seeds / "manifest.toml").write_text('[[document]]\npath = "000.txt"\ntitle = "Quite another title"\n', "utf-8")
    build(seeds, corpus)
    reference = tmp_path / "reference.sqlite"
    build(seeds, reference)
    assert content(corpus) == content(reference)


def test_a_mended_file_loses_its_findings(tmp_path: Path, corpus: Path) -> None:
    seeds = fill(tmp_path / "seeds", 1)
    clean = (seeds / "000.txt").read_text("utf-8")
    (seeds / "000.txt").write_text(clean.replace("valley", "val\u200bley"), "utf-8")
    build(seeds, corpus)
    assert ask(corpus, "SELECT code FROM finding") == [("W104",)]
    (seeds / "000.txt").write_text(clean, "utf-8")
    build(seeds, corpus)
    assert ask(corpus, "SELECT code FROM finding") == []


# A stage that fails on something

BRIDGE = (
    "Le pont de pierre a été fermé mardi matin. Une fissure court sous la deuxième arche. Les bus font un détour.\n",
    "The stone bridge was closed on Tuesday morning. A crack runs under the second arch. Lorries take another road.\n",
)


def failing(monkeypatch: pytest.MonkeyPatch, module: object, name: str, word: str) -> None:
    """Let a function of a stage raise where the text ``word`` is in what it is given."""
    function = getattr(module, name)

    def planted(given: Any, *arguments: Any) -> Any:
        items = list(given)
        if word in repr(items):
            raise ZeroDivisionError("planted")
        return function(items, *arguments)

    monkeypatch.setattr(module, name, planted)


def fill_with_a_bridge(folder: Path) -> Path:
    seeds = fill(folder, 6)
    (seeds / "pont.fr.txt").write_text(BRIDGE[0], "utf-8")
    (seeds / "pont.en.txt").write_text(BRIDGE[1], "utf-8")
    return seeds


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple]]:
    """What is in the corpus where nothing fails."""
    folder = tmp_path_factory.mktemp("unbroken")
    assert build(fill_with_a_bridge(folder / "seeds"), folder / "corpus.sqlite").failures == 0
    return content(folder / "corpus.sqlite")


@pytest.mark.parametrize(
    ("module", "name", "word"),
    [
        (segment, "segment", "numéro 3"),
        (detect, "detect", "numéro 3"),
        (path, "align", "pont de pierre"),
        (sections, "within", "le 2 mars"),
        (pairs, "pair_outlines", "Outline"),
        (repeats, "find_repeats", "pont de pierre"),
        (passages, "mine_sides", "MinedSide"),
        (duplicates, "near_duplicates", ""),
    ],
)
def test_what_a_stage_fails_on_costs_itself_alone(
    tmp_path: Path,
    corpus: Path,
    unbroken: dict[str, list[tuple]],
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    word: str,
) -> None:
    seeds = fill_with_a_bridge(tmp_path / "seeds")
    with monkeypatch.context() as patched:
        failing(patched, module, name, word)
        outcome = build(seeds, corpus)
    assert outcome.failures == len(ask(corpus, "SELECT * FROM finding WHERE code = 'E201'")) > 0
    again = build(seeds, corpus)
    assert again.failures == 0 and ask(corpus, "SELECT * FROM finding WHERE code = 'E201'") == []
    assert content(corpus) == unbroken
    assert not build(seeds, corpus).changed
