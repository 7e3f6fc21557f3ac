"""One build over files changed at random: it ends within bounds, and each is read or skipped with a reason."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import read_corpus
from pipeline import run
from pipeline.config import Config, ReadConfig, TranslateConfig
from pipeline.reading.read import CODES
from tests import mutants

pytestmark = pytest.mark.slow

CONFIG = replace(Config(), read=replace(ReadConfig(), max_seconds=5), translate=TranslateConfig(engine="none"))


def test_each_of_many_damaged_files_is_read_or_named(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    seeds, corpus = tmp_path / "seeds", tmp_path / "corpus.sqlite"
    seeds.mkdir()
    names = mutants.make(seeds, request.config.getoption("--mutants"))
    outcome = run.build(seeds, corpus, CONFIG, lambda _: None, os.environ)
    assert outcome.failures == 0
    with read_corpus(corpus) as connection:
        rows = connection.execute(text("SELECT file, document_id, skip_code, skip_reason FROM source")).all()
    assert {row.file for row in rows} == names
    assert [row for row in rows if (row.document_id is None) == (row.skip_code is None)] == []
    assert [row for row in rows if row.skip_code and (row.skip_code not in CODES or len(row.skip_reason) < 20)] == []
