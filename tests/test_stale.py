"""What is made again when a rule changes: the stage itself and what depends on it, nothing else; verdicts stay."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import open_corpus, read_corpus, transaction
from pipeline import provenance, run
from pipeline.config import Config, TranslateConfig
from pipeline.provenance import Sources
from pipeline.records import Event
from pipeline.translation import packages
from tests import argos_package
from tests.contract import PROJECT
from tests.test_run import SOME, content

pytestmark = pytest.mark.slow

# A question to each stage: what it made in the newest run.
NEWEST = "(SELECT MAX(id) FROM run)"
MADE = {
    "read": f"SELECT 1 FROM source WHERE run_id = {NEWEST}",
    "duplicates": f"SELECT 1 FROM stage WHERE name = 'duplicates' AND run_id = {NEWEST}",
    "segment": f"SELECT 1 FROM segment WHERE run_id = {NEWEST}",
    "translate": f"SELECT 1 FROM translation WHERE run_id = {NEWEST}",
    "check": f"SELECT 1 FROM finding WHERE subject_kind = 'translation' AND run_id = {NEWEST}",
    "pair": f"SELECT 1 FROM stage WHERE name = 'pair' AND run_id = {NEWEST}",
    "align": f"SELECT 1 FROM alignment WHERE kind = 'bitext' AND run_id = {NEWEST}",
    "mine": f"SELECT 1 FROM alignment WHERE kind = 'passage' AND run_id = {NEWEST}",
    "link": f"SELECT 1 FROM word_links WHERE run_id = {NEWEST}",
}
VERDICT = (
    "INSERT INTO review (pair_hash, left_text, right_text, verdict, reviewer, created)"
    " SELECT pair_hash, left_text, right_text, 'accept', 'Ada', '2026-01-01' FROM alignment"
)


class Built:
    """A corpus of some documents of seeds/ with translations by a tiny model, and how to build it again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "corpus.sqlite"
        self.seeds = folder / "seeds"
        self.config = replace(Config(), translate=TranslateConfig(engine="argos"), data=folder / "data")
        self.notes: list[str] = []
        self.stages: set[str] = set()  # that had something to do

    def build(self, path: Path | None = None) -> run.Outcome:
        self.notes.clear()
        self.stages.clear()
        return run.build(self.seeds, path or self.path, self.config, self._note, os.environ)

    def _note(self, event: Event) -> None:
        if event.note:
            self.notes.append(event.note)
        elif event.done:
            self.stages.add(event.stage)

    def ask(self, sql: str) -> list[tuple]:
        with read_corpus(self.path) as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def write(self, *statements: str) -> None:
        with transaction(open_corpus(self.path)) as connection:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            for statement in statements:
                connection.execute(text(statement))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("stale")
    corpus = Built(folder)
    corpus.seeds.mkdir()
    for name in SOME:
        shutil.copy(PROJECT / "seeds" / name, corpus.seeds)
    packages.install(argos_package.build(folder), corpus.config.data)
    corpus.build()
    corpus.write(VERDICT, "UPDATE document_pair SET align_signature_id = NULL")
    corpus.build()  # aligned as what people confirmed binds it
    return corpus


@pytest.fixture
def built(original: Built, tmp_path: Path) -> Built:
    """A copy, so that each test changes one of its own."""
    own = Built(tmp_path)
    own.config, own.seeds = original.config, original.seeds
    for file in original.path.parent.glob("corpus.sqlite*"):
        shutil.copy(file, tmp_path / file.name)
    return own


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the program's source, whose digests are taken for those of this program from now on."""
    root = tmp_path / "source"
    shutil.copytree(PROJECT / "pipeline", root / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    provenance.rules.cache_clear()
    monkeypatch.setattr(provenance, "_sources", lambda: Sources(root))
    yield root / "pipeline"
    provenance.rules.cache_clear()


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("reading/repair.py", "read"),
        ("align/duplicates.py", "duplicates pair"),
        ("segmenting/residue.py", "segment detect check pair align mine"),
        ("language/detect.py", "detect check pair align mine"),
        ("translation/argos.py", "translate check"),
        ("translation/quality.py", "check"),
        ("embedding/layers.py", "pair align mine link"),
        ("align/pairs.py", "pair align"),
        ("align/aligner.toml", "align"),
        ("align/passages.py", "mine"),
        ("align/words.py", "link"),
    ],
)
def test_a_changed_rule_has_its_stage_made_again_and_what_depends_on_it(
    built: Built, source: Path, file: str, stages: str
) -> None:
    with (source / file).open("a") as out:
        out.write("\n[planted]\nnumber = 1\n" if file.endswith(".toml") else "\nPLANTED = 1\n")
    standing = {
        kind: built.ask(f"SELECT COUNT(*) FROM alignment WHERE kind = '{kind}'") for kind in ("bitext", "passage")
    }
    outcome = built.build()
    remade = {stage for stage, question in MADE.items() if built.ask(f"{question} LIMIT 1")}
    remade |= built.stages & {"detect"}  # it writes into rows of the stage before
    assert remade == set(stages.split())
    assert outcome.changed
    assert [note for note in built.notes if "have changed" in note]
    for kind, count in standing.items():
        assert built.ask(f"SELECT COUNT(*) FROM alignment WHERE kind = '{kind}'") == count
    assert built.ask("SELECT COUNT(*) FROM bitext WHERE verdict IS NULL") == [(0,)]
    assert not built.build().changed


def test_a_mended_check_reaches_an_existing_corpus_without_a_new_translation(built: Built, tmp_path: Path) -> None:
    """With a whole program whose source has been changed, as after an upgrade."""
    root = tmp_path / "newer"
    for package in ("pipeline", "db"):
        shutil.copytree(PROJECT / package, root / package, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite*"))
    quality = root / "pipeline" / "translation" / "quality.py"
    planted = '\n_CHECKS = (*_CHECKS, ("W601", lambda source, text: "planted"))\n'
    quality.write_text(quality.read_text("utf-8") + planted, "utf-8")
    settings = tmp_path / "settings.toml"
    settings.write_text(f'data = "{built.config.data}"\n[translate]\nengine = "argos"\n', "utf-8")
    before = built.ask("SELECT id, run_id FROM translation ORDER BY id")
    arguments = ["--config", settings, "build", built.seeds, "--corpus", built.path]
    command = [sys.executable, "-m", "pipeline", *arguments]
    process = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert "The rules of check have changed" in process.stderr
    assert built.ask("SELECT id, run_id FROM translation ORDER BY id") == before
    seen = "SELECT COUNT(DISTINCT subject) FROM finding WHERE value = 'planted' AND signature_id IS NOT NULL"
    assert built.ask(seen) == [(len(before),)]
    built.build()  # and back: what only the planted check saw goes
    assert built.ask("SELECT COUNT(*) FROM finding WHERE value = 'planted'") == [(0,)]


def test_a_corpus_from_before_there_were_digests_is_made_anew(built: Built, original: Built, tmp_path: Path) -> None:
    """Signatures with numbers raised by hand, pairs keyed by them, findings without any."""
    built.write(
        "UPDATE signature SET id = substr('old' || id, 1, 16),"
        " version = CASE stage WHEN 'translate' THEN version ELSE '2' END,"
        " settings = CASE stage WHEN 'translate' THEN json_set(json_remove(settings, '$.rules'), '$.preparation', 1)"
        " ELSE json_set(json_remove(settings, '$.libraries'), '$.rules', 3) END",
        *(
            f"UPDATE {table} SET {column} = substr('old' || {column}, 1, 16)"
            for table, column in (
                ("document", "segment_signature_id"),
                ("document", "detect_signature_id"),
                ("translation", "id"),
                ("translation", "signature_id"),
                ("document_pair", "signature_id"),
                ("document_pair", "align_signature_id"),
                ("alignment", "translation_id"),
                ("alignment", "signature_id"),
                ("word_links", "signature_id"),
            )
        ),
        "UPDATE translation SET check_signature_id = NULL",
        "UPDATE finding SET signature_id = NULL",
        "UPDATE finding SET subject = substr('old' || subject, 1, 16) WHERE subject_kind = 'translation'",
        "UPDATE source SET fingerprint = 'old'",
        "UPDATE stage SET fingerprint = 'old'",
        "UPDATE run SET settings = json_remove(settings, '$.rules')",
    )
    assert built.build().changed
    assert "made by an older version" in built.notes[0]
    assert built.ask("SELECT COUNT(*) FROM finding WHERE signature_id IS NULL") == [(0,)]
    assert content(built.path) == content(original.path)
    assert built.ask("SELECT COUNT(*) FROM bitext WHERE verdict IS NULL") == [(0,)]


def test_what_a_killed_run_left_is_tidied_by_the_next(built: Built, original: Built) -> None:
    """Killed after its documents and before it tidied: translations of texts that are gone, and their findings."""
    built.write(
        "INSERT INTO translation (id, source_hash, language, target, text, origin, signature_id, run_id)"
        " SELECT 'left', 'gone', language, target, text, origin, signature_id, run_id FROM translation LIMIT 1",
        "INSERT INTO finding (code, subject, subject_kind, value, run_id)"
        " SELECT 'W603', 'left', 'translation', '0.9', run_id FROM translation LIMIT 1",
    )
    assert built.build().changed
    assert content(built.path) == content(original.path)


def test_a_run_writes_down_what_went_in_and_out_of_each_stage(original: Built) -> None:
    ((stages,),) = original.ask("SELECT json_extract(summary, '$.stages') FROM run ORDER BY id DESC LIMIT 1")
    counts = json.loads(stages)
    assert list(counts) == [
        "read",
        "duplicates",
        "segment",
        "detect",
        "translate",
        "check",
        "pair",
        "align",
        "mine",
        "link",
    ]
    assert counts["read"]["in"] == counts["read"]["out"] + sum(counts["read"]["left_out"].values())
    assert (counts["segment"]["out"],) == original.ask("SELECT COUNT(*) FROM segment")[0]
    assert counts["detect"]["in"] == counts["segment"]["out"]
    assert counts["translate"]["out"] == counts["check"]["in"] > 0
    assert counts["check"]["out"] + counts["check"]["left_out"].get("nothing to remark", 0) == counts["check"]["in"]
    assert (counts["align"]["out"],) == original.ask("SELECT COUNT(*) FROM alignment WHERE kind = 'bitext'")[0]
    assert (counts["mine"]["out"],) == original.ask("SELECT COUNT(*) FROM alignment WHERE kind = 'passage'")[0]
    assert counts["mine"]["left_out"]["boilerplate"] > 0
