"""What reviewers say of an engine's translations shifts the scores of all of them."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import open_corpus, read_corpus, transaction
from pipeline import run
from pipeline.config import Config, TranslateConfig
from pipeline.records import digest
from pipeline.stages import translating
from pipeline.stages.job import Job
from pipeline.translation import packages
from pipeline.translation.usability import ScoredVerdict, is_usable, score, shift
from tests import argos_package
from tests.test_terms_build import ARTICLE


def test_few_verdicts_move_little_and_many_move_much() -> None:
    assert [shift([ScoredVerdict(0.0, True)] * count) for count in (0, 1, 10, 1000)] == [0.0, 0.0, 0.3, 3.0]
    assert shift([ScoredVerdict(2.0, True)] * 50 + [ScoredVerdict(2.0, False)] * 8) == 0.0
    assert shift([ScoredVerdict(1.0, False)] * 30) == -shift([ScoredVerdict(-1.0, True)] * 30)


def test_what_verdicts_say() -> None:
    assert is_usable("accept", "Bread.", None)
    assert is_usable("reject", "Bread.", None) is False
    assert is_usable("unsure", "Bread.", None) is None
    assert is_usable("correct", "The bread is warm.", "The bread is warm!")
    assert is_usable("correct", "Il fait beau.", "The bread is warm.") is False
    assert is_usable("correct", "Bread.", None) is None, "the French alone was corrected"


@pytest.mark.engine
@pytest.mark.slow
def test_verdicts_shift_the_scores_of_all_translations_of_that_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds, corpus = tmp_path / "seeds", tmp_path / "corpus.sqlite"
    seeds.mkdir()
    (seeds / "article.fr.txt").write_text(ARTICLE, "utf-8")
    packages.install(argos_package.build(tmp_path), tmp_path / "data")
    config = replace(Config(), translate=TranslateConfig(engine="argos"), data=tmp_path / "data")

    def build() -> run.Outcome:
        return run.build(seeds, corpus, config, lambda _: None, os.environ)

    def scores() -> dict[str, float]:
        with read_corpus(corpus) as connection:
            return dict(connection.execute(text("SELECT left_text, score FROM alignment")).fetchall())

    build()
    before = scores()
    surest = sorted(before, key=lambda sentence: -before[sentence])[:3]
    judge(corpus, surest, "reject")
    assert build().changed
    after = scores()
    assert all(after[sentence] < was for sentence, was in before.items())
    assert not build().changed
    (seeds / "article.fr.txt").write_text(f"{ARTICLE}\nLa paix dort dans la maison avec le chat.\n", "utf-8")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(translating, "_heed_verdicts", interrupted)
        build()
    assert {sentence: now for sentence, now in scores().items() if sentence in after} == after
    halfway = scores()
    assert halfway.keys() > after.keys()
    build()
    assert scores() == halfway, "a score is shifted when it is written, not at the end of the run"
    with read_corpus(corpus) as connection:
        shifts = json.loads(connection.execute(text("SELECT fingerprint FROM stage WHERE name = 'usability'")).scalar())
        rows = connection.execute(text("SELECT score, features FROM alignment")).fetchall()
    [by] = shifts.values()
    assert by < 0
    assert {score(json.loads(features)["log_odds"], by) for _, features in rows} == {stored for stored, _ in rows}
    judge(corpus, surest, "withdrawn")
    build()
    assert {sentence: now for sentence, now in scores().items() if sentence in before} == before


def interrupted(job: Job, shifts: object) -> None:
    raise KeyboardInterrupt


def judge(corpus: Path, sentences: list[str], verdict: str) -> None:
    engine = open_corpus(corpus)
    with transaction(engine) as connection:
        for sentence in sentences:
            [right] = connection.execute(
                text("SELECT right_text FROM alignment WHERE left_text = :left"), {"left": sentence}
            ).scalars()
            row = {
                "pair": digest(sentence, right),
                "left": sentence,
                "right": right,
                "verdict": verdict,
                "hash": digest(sentence),
            }
            connection.execute(
                text(
                    "INSERT INTO review (pair_hash, left_text, right_text, verdict, reviewer, created, left_hash)"
                    " VALUES (:pair, :left, :right, :verdict, 'Ada', '2026-01-02 10:00:00.000000', :hash)"
                ),
                row,
            )
    engine.dispose()
