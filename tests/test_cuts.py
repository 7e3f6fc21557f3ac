"""Cuts are kept by the texts of their segments: they meet an edited document again, or the run says so."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from db import migrations, queries_cuts
from db.engine import open_corpus
from pipeline import run
from pipeline.align.bound import in_order
from pipeline.align.carry import KeyedText, carried, confirmed
from pipeline.align.edits import Sides
from pipeline.align.path import align
from pipeline.config import AlignConfig, Config, TranslateConfig
from pipeline.embedding import use
from pipeline.review import desk
from pipeline.review.desk import Change, Judgement, Merge, Move, Split
from tests import review_corpus as sample

SETTINGS = replace(Config(), translate=TranslateConfig(engine="none"))
FRENCH, ENGLISH = sample.FRENCH.text.split("\n"), sample.ENGLISH.text.split("\n")


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    write(folder, FRENCH, ENGLISH)
    return folder


@pytest.fixture
def engine(seeds: Path) -> Iterator[Engine]:
    build(seeds)
    opened = open_corpus(seeds.parent / "corpus.sqlite")
    yield opened
    opened.dispose()


def write(folder: Path, french: list[str], english: list[str]) -> None:
    (folder / "port.fr.txt").write_text("\n\n".join(french) + "\n", "utf-8")
    (folder / "port.en.txt").write_text("\n\n".join(english) + "\n", "utf-8")


def build(seeds: Path) -> run.Outcome:
    return run.build(seeds, seeds.parent / "corpus.sqlite", SETTINGS, lambda _: None, os.environ)


def texts(engine: Engine) -> list[tuple[str, str]]:
    return [(left, right) for left, right, _, _ in sample.beads(engine)]


def place_of(engine: Engine, left: str) -> int:
    return next(place for place, (found, _) in enumerate(texts(engine)) if found == left)


def recut(engine: Engine, left: str, how: desk.How, who: str = "Ada") -> desk.Saved:
    key = sample.bead(engine, place_of(engine, left))
    with engine.connect() as connection:
        version = desk.version(connection, key)
    return desk.resegment(engine, Change(key, how, who, version))


def judge(engine: Engine, left: str, verdict: str = "accept") -> None:
    key = sample.bead(engine, place_of(engine, left))
    with engine.connect() as connection:
        version = desk.version(connection, key)
    desk.judge(engine, Judgement(key, verdict, None, None, "Ada", version))


def lost(engine: Engine) -> int:
    with engine.connect() as connection:
        return len(queries_cuts.find_lost_edits(connection))


@pytest.mark.slow
def test_cuts_stay_when_a_document_gets_another_sentence_and_a_mended_one(seeds: Path, engine: Engine) -> None:
    recut(engine, FRENCH[1], Merge())
    recut(engine, FRENCH[5], Split(1, 0))
    merged = (" ".join(FRENCH[1:3]), " ".join(ENGLISH[1:3]))
    assert merged in texts(engine)
    french = ["Une phrase qui n'y était pas encore.", *FRENCH[:2], "Le capitaine boit un café très noir.", *FRENCH[3:]]
    write(seeds, french, ENGLISH)
    build(seeds)
    found = texts(engine)
    assert (f"{FRENCH[1]} {french[3]}", merged[1]) in found
    assert {(FRENCH[5], ""), ("", ENGLISH[5])} <= set(found)
    assert lost(engine) == 0
    assert sorted(" ".join(left for left, _ in found).split()) == sorted(" ".join(french).split())
    for _ in range(2):
        assert desk.undo(engine, "Ada") is not None
    build(seeds)
    assert (FRENCH[5], ENGLISH[5]) in texts(engine)


@pytest.mark.slow
def test_both_documents_may_change_and_another_may_come_between(seeds: Path, engine: Engine) -> None:
    recut(engine, FRENCH[1], Merge())
    (seeds / "snow.txt").write_text("Il pleut depuis trois jours. La neige est tombée sur la montagne.\n", "utf-8")
    write(
        seeds, [*FRENCH[:-1], "Le dernier bateau part à minuit."], [*ENGLISH[:-1], "The last boat leaves at midnight."]
    )
    build(seeds)
    assert (" ".join(FRENCH[1:3]), " ".join(ENGLISH[1:3])) in texts(engine)
    assert not build(seeds).changed


@pytest.mark.slow
def test_a_cut_whose_sentences_are_gone_waits_for_them(seeds: Path, engine: Engine) -> None:
    recut(engine, FRENCH[1], Merge())
    write(seeds, [FRENCH[0], *FRENCH[3:]], ENGLISH)
    build(seeds)
    assert lost(engine) == 1
    write(seeds, FRENCH, ENGLISH)
    build(seeds)
    assert lost(engine) == 0
    assert (" ".join(FRENCH[1:3]), " ".join(ENGLISH[1:3])) in texts(engine)


@pytest.mark.slow
def test_what_lies_around_a_cut_is_aligned_again_and_what_is_confirmed_stays(seeds: Path, engine: Engine) -> None:
    judge(engine, FRENCH[5])
    recut(engine, FRENCH[3], Merge())
    with engine.begin() as connection:  # as another aligner might have it
        connection.execute(text("UPDATE alignment SET score = 0.1 WHERE left_text = :text"), {"text": FRENCH[0]})
    build(seeds)
    scores = {left: score for left, _, score, _ in sample.beads(engine)}
    assert scores[FRENCH[0]] > 0.9
    assert scores[FRENCH[5]] == scores[" ".join(FRENCH[3:5])] == 1
    assert (" ".join(FRENCH[3:5]), " ".join(ENGLISH[3:5])) in texts(engine)
    assert (FRENCH[5], ENGLISH[5]) in texts(engine)
    assert not build(seeds).changed


@pytest.mark.slow
def test_a_verdict_that_a_cut_drops_is_said(engine: Engine) -> None:
    judge(engine, FRENCH[1])
    judge(engine, FRENCH[2])
    saved = recut(engine, FRENCH[1], Move("right", "next"))
    assert [(one.verdict, one.reviewer, one.left_text) for one in saved.dropped] == [
        ("accept", "Ada", FRENCH[1]),
        ("accept", "Ada", FRENCH[2]),
    ]
    assert recut(engine, FRENCH[5], Split(1, 0)).dropped == ()


def test_cuts_of_an_older_corpus_get_their_texts(tmp_path: Path) -> None:
    made = sample.make(tmp_path / "corpus.sqlite")
    with made.engine.connect() as connection:
        key = sample.bead(made.engine, 1)
        version = desk.version(connection, key)
    desk.resegment(made.engine, Change(key, Split(1, 1), "Ada", version))
    query = text("SELECT texts FROM resegmentation")
    with made.engine.connect() as connection:
        kept = connection.execute(query).scalar_one()
    made.engine.dispose()
    engine = create_engine(f"sqlite:///{tmp_path / 'corpus.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE resegmentation DROP COLUMN texts"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0009'"))
        migrations.upgrade(connection, "0010")
        assert connection.execute(query).scalar_one() == kept
    engine.dispose()


# What they are found by


def lines(*texts_of: str) -> list[KeyedText]:
    return [KeyedText(str(number), one) for number, one in enumerate(texts_of)]


def test_a_sentence_that_stands_twice_is_told_by_what_stands_around_it() -> None:
    before = [KeyedText("x", "Il se tut."), KeyedText("y", "Oui."), KeyedText("z", "Elle partit.")]
    now = lines("Oui.", "Bonjour.", "Oui.", "Il se tut.", "Oui.", "Elle partit.")
    assert carried(before, now) == {"x": "3", "y": "4", "z": "5"}


def test_a_sentence_unlike_any_other_is_gone() -> None:
    before = [KeyedText("x", "Il se tut."), KeyedText("y", "Les grues dorment."), KeyedText("z", "Elle partit.")]
    assert carried(before, lines("Il se tut.", "Tout autre chose ici.", "Elle partit.")) == {"x": "0", "z": "2"}


def test_what_is_confirmed_twice_in_a_text_is_left_out() -> None:
    judged = {"Oui.": {"Yes."}, "Non. Oui.": {"No. Yes."}}
    left = [KeyedText("a", "Non."), KeyedText("b", "Oui.")]
    right = [KeyedText("x", "No."), KeyedText("y", "Yes.")]
    assert confirmed(left, right, judged) == [Sides(("b",), ("y",))]
    assert confirmed(left, right, {"Non. Oui.": {"No. Yes."}}) == [Sides(("a", "b"), ("x", "y"))]
    assert confirmed([*left, KeyedText("c", "Oui.")], right, {"Oui.": {"Yes."}}) == []


# The aligner, bound


@pytest.mark.parametrize(
    "bound",
    [
        [((1, 2), (1, 2))],
        [((3,), ()), ((), (3,))],
        [((0,), (0,)), ((7,), (7,))],
        [((i,), (i,)) for i in range(8)],
        [((0, 1, 2, 3, 4, 5, 6, 7), (0,))],
        [((7,), (0,))],
        [((0,), (3,)), ((3,), (4,)), ((4,), (1,))],
    ],
)
def test_bound_beads_stand_and_every_sentence_stands_once(bound: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> None:
    beads = align(FRENCH, ENGLISH, use.load(), AlignConfig(), bound)
    kept = in_order(bound) + [bead for bead in bound if not all(bead)]
    assert set(kept) <= {(bead.left, bead.right) for bead in beads}
    assert [i for bead in beads for i in bead.left] == list(range(8))
    assert [j for bead in beads for j in bead.right] == list(range(8))


def test_what_lies_between_bound_beads_follows_them() -> None:
    beads = align(FRENCH, ENGLISH, use.load(), AlignConfig(), [((1, 2), (1, 2))])
    rest = [(i,) for i in (0, 3, 4, 5, 6, 7)]
    assert [(bead.left, bead.right) for bead in beads if len(bead.left) == 1] == [(one, one) for one in rest]
