"""A whole build over the hostile files: every one is read or skipped with a reason, and the rest is none the worse."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import read_corpus
from pipeline import run
from pipeline.config import Config, ReadConfig, TranslateConfig
from pipeline.reading.files import find, name_of
from pipeline.records import Skip
from tests import hostile

pytestmark = pytest.mark.slow

# The line of 20 MB is read in test_hostile.py; through every stage it takes minutes, so here it is too large.
# There, too, the bomb may fill as much memory as it may by default.
READ = replace(ReadConfig(), max_bytes=600_000, max_memory=600_000_000)
CONFIG = replace(Config(), read=READ, translate=TranslateConfig(engine="none"))


def ask(corpus: Path, sql: str) -> list[tuple]:
    with read_corpus(corpus) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    seeds, corpus = folder / "seeds", folder / "corpus.sqlite"
    seeds.mkdir()
    hostile.make(seeds)
    run.build(seeds, corpus, CONFIG, lambda _: None, os.environ)
    return seeds, corpus


def test_nothing_is_lost(built: tuple[Path, Path]) -> None:
    seeds, corpus = built
    names = {one.path if isinstance(one, Skip) else name_of(one, seeds) for one in find(seeds, CONFIG.read)}
    assert len(names) >= 40
    assert {row[0] for row in ask(corpus, "SELECT DISTINCT file FROM source")} == names
    unexplained = "SELECT path FROM source WHERE document_id IS NULL AND (skip_code IS NULL OR skip_reason = '')"
    assert ask(corpus, unexplained) == []


def test_what_was_read_is_segmented_without_loss(built: tuple[Path, Path]) -> None:
    _, corpus = built
    assert ask(corpus, "SELECT COUNT(*) FROM document WHERE detect_signature_id IS NULL") == [(0,)]
    texts = dict(ask(corpus, "SELECT id, text FROM document"))
    rows = ask(corpus, "SELECT document_id, start_offset, end_offset, text FROM segment")
    assert rows
    assert [row for row in rows if texts[row[0]][row[1] : row[2]] != row[3]] == []


def test_a_second_run_does_nothing(built: tuple[Path, Path]) -> None:
    seeds, corpus = built
    assert not run.build(seeds, corpus, CONFIG, lambda _: None, os.environ).changed
