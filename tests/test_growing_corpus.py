"""A corpus that was built again after each of many changes is the one that a run from nothing makes."""

import os
import random
import tomllib
from pathlib import Path

import pytest

from benchmarks import growth_corpus
from pipeline import run
from pipeline.config import Config, TranslateConfig
from tests.test_run import ask, content

pytestmark = pytest.mark.slow

DOCUMENTS = 24
STEPS = 4
CONFIG = Config(translate=TranslateConfig(engine="none"), workers=1)


def built(documents: Path, corpus: Path) -> Path:
    run.build(documents, corpus, CONFIG, lambda _: None, os.environ)
    return corpus


def change(documents: Path, chance: random.Random, step: int) -> None:
    """A sentence more, a sentence less, a document gone, a near-copy, an excerpt, and a sentence in many documents."""
    first, second, third, fourth, *others = chance.sample(sorted(documents.glob("*.txt")), 8)
    lines = first.read_text("utf-8").split("\n\n")
    first.write_text("\n\n".join([*lines[:3], f"Le pont du village {step} ferme pour 40 jours.", *lines[3:]]), "utf-8")
    second.write_text("\n\n".join(second.read_text("utf-8").split("\n\n")[1:]), "utf-8")
    (documents / f"copy{step}.txt").write_text(f"{third.read_text('utf-8')}\n\nLu ce matin.\n", "utf-8")
    excerpt = "\n\n".join(lines[5:15])
    (documents / f"excerpt{step}.txt").write_text(f"{excerpt}\n", "utf-8")
    fourth.unlink()
    for path in others:
        path.write_text(f"{path.read_text('utf-8')}\n\nToute reproduction est interdite sans accord écrit.\n", "utf-8")


def report_alike(documents: Path, chance: random.Random, step: int) -> None:
    """Two documents on different subjects, in which a sentence says the same."""
    parts = tomllib.loads(growth_corpus.PARTS.read_text("utf-8"))
    bridge = (
        f"Le pont de Larmor rouvrira le 12 mars après {340 + step} jours de travaux, dit la préfète Anne Kerjean.",
        f"The Larmor bridge will reopen on 12 March after {340 + step} days of work, says prefect Anne Kerjean.",
    )
    for name, side in (("depeche", 0), ("dispatch", 1)):
        lines = growth_corpus.written(parts, chance)[side]
        (documents / f"{name}{step}.txt").write_text("\n\n".join([*lines[:9], bridge[side], *lines[9:18]]), "utf-8")


def test_a_corpus_after_changes_is_that_of_a_run_from_nothing(tmp_path: Path) -> None:
    chance = random.Random(23)
    documents = growth_corpus.make(tmp_path / "documents", DOCUMENTS)
    corpus = built(documents, tmp_path / "grown" / "corpus.sqlite")
    for step in range(STEPS):
        change(documents, chance, step)
        report_alike(documents, chance, step)
        assert content(built(documents, corpus)) == content(built(documents, tmp_path / f"new{step}" / "corpus.sqlite"))
    grades = {grade for (grade,) in ask(corpus, "SELECT DISTINCT grade FROM document_pair")}
    assert {"translation", "duplicate", "contained"} <= grades
    assert ask(corpus, "SELECT COUNT(*) FROM alignment WHERE kind = 'bitext'")[0][0] > DOCUMENTS
    assert ask(corpus, "SELECT COUNT(*) FROM alignment WHERE kind IN ('passage', 'related')")[0][0]
    assert ask(corpus, "SELECT COUNT(*) FROM finding WHERE code = 'W706'")[0][0]
