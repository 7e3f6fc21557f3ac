"""Judging, re-segmenting, undoing: nothing lost, nothing overwritten, others' changes seen."""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import NoResultFound

from db import queries_review as queries
from db.engine import open_corpus
from pipeline import run
from pipeline.config import AlignConfig, Config, TranslateConfig
from pipeline.corpus.store import Corpus
from pipeline.errors import Conflict, NotFoundError, UsageError
from pipeline.records import Signature
from pipeline.review import desk
from pipeline.review.desk import Change, Judgement, Merge, Move, Split
from tests import review_corpus as sample


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    made = sample.make(tmp_path / "corpus.sqlite")
    yield made
    made.engine.dispose()


@pytest.fixture
def engine(corpus: Corpus) -> Engine:
    return corpus.engine


def seen(engine: Engine, alignment: str) -> str:
    with engine.connect() as connection:
        return desk.version(connection, alignment)


def judge(engine: Engine, place: int, verdict: str = "accept", who: str = "Ada", **rest: str) -> desk.Saved:
    key = sample.bead(engine, place)
    return desk.judge(
        engine, Judgement(key, verdict, rest.get("correction"), rest.get("comment"), who, seen(engine, key))
    )


def recut(engine: Engine, place: int, how: desk.How, who: str = "Ada") -> desk.Saved:
    key = sample.bead(engine, place)
    return desk.resegment(engine, Change(key, how, who, seen(engine, key)))


def verdicts(engine: Engine) -> list[tuple[str, str, str]]:
    query = text(
        "SELECT DISTINCT review.left_text, verdicts.verdict, verdicts.reviewer FROM verdicts"
        " JOIN review ON review.pair_hash = verdicts.pair_hash ORDER BY 1, 3"
    )
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


FIRST = "Le port ouvre à six heures."


# Verdicts


def test_a_verdict_is_one_more_row(engine: Engine) -> None:
    before = seen(engine, sample.bead(engine, 0))
    saved = judge(engine, 0, "reject", comment=" ten, not six ")
    assert saved.new
    assert saved.version == seen(engine, sample.bead(engine, 0)) != before
    assert verdicts(engine) == [(FIRST, "reject", "Ada")]
    with engine.connect() as connection:
        row = connection.execute(text("SELECT comment, correction, right_text FROM review")).one()
    assert tuple(row) == ("ten, not six", None, "The port opens at six.")


def test_the_same_said_twice_is_written_once(engine: Engine) -> None:
    judge(engine, 0)
    assert not judge(engine, 0).new
    assert judge(engine, 0, comment="sure").new


def test_a_reviewer_may_change_their_mind_on_an_old_page(engine: Engine) -> None:
    key = sample.bead(engine, 0)
    old = seen(engine, key)
    judge(engine, 0)
    assert desk.judge(engine, Judgement(key, "reject", None, None, "Ada", old)).new
    assert verdicts(engine) == [(FIRST, "reject", "Ada")]


def test_the_second_reviewer_sees_what_the_first_said(engine: Engine) -> None:
    key = sample.bead(engine, 0)
    old = seen(engine, key)
    judge(engine, 0, "reject", "Bo", comment="no")
    with pytest.raises(Conflict, match="Bo judged") as conflict:
        desk.judge(engine, Judgement(key, "accept", None, None, "Ada", old))
    assert [(one.reviewer, one.what, one.comment) for one in conflict.value.others] == [("Bo", "reject", "no")]
    assert conflict.value.places == (key,)
    assert verdicts(engine) == [(FIRST, "reject", "Bo")]
    judge(engine, 0, "accept", "Ada")
    assert verdicts(engine) == [(FIRST, "accept", "Ada"), (FIRST, "reject", "Bo")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "withdrawn"},
        {"verdict": "good"},
        {"reviewer": "  "},
        {"verdict": "correct"},
        {"verdict": "accept", "correction": "Better."},
        {"version": "1"},
        {"version": ""},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(engine: Engine, wrong: dict[str, str]) -> None:
    key = sample.bead(engine, 0)
    with pytest.raises(UsageError):
        desk.judge(engine, replace(Judgement(key, "accept", None, None, "Ada", seen(engine, key)), **wrong))
    assert verdicts(engine) == []


def test_a_gap_cannot_be_judged(engine: Engine) -> None:
    with pytest.raises(UsageError, match="one side is empty"):
        judge(engine, 2)


def test_an_unknown_pair_is_said(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(NotFoundError):
        desk.version(connection, "nothing")


def test_a_pair_that_was_made_anew_with_the_same_texts_is_judged(corpus: Corpus) -> None:
    key = sample.bead(corpus.engine, 0)
    shown = seen(corpus.engine, key)
    sample.align(corpus, Signature("align", "test", "2"))
    saved = desk.judge(corpus.engine, Judgement(key, "accept", None, None, "Ada", shown))
    assert saved.alignment_ids == (sample.bead(corpus.engine, 0),) != (key,)


def test_a_pair_that_is_gone_is_a_conflict(corpus: Corpus) -> None:
    key = sample.bead(corpus.engine, 1)
    shown = seen(corpus.engine, key)
    sample.align(corpus, Signature("align", "test", "2"), tuple(((i,), (i,)) for i in range(8)))
    with pytest.raises(Conflict, match="no longer in the corpus"):
        desk.judge(corpus.engine, Judgement(key, "accept", None, None, "Ada", shown))


# Re-segmentation


def test_split_merge_and_move(engine: Engine) -> None:
    saved = recut(engine, 1, Split(1, 1))
    assert saved.alignment_ids == (sample.bead(engine, 1), sample.bead(engine, 2))
    assert sample.shapes(engine)[1:4] == [((1,), (1,)), ((2,), (2,)), ((3,), ())]
    recut(engine, 4, Move("right", "previous"))
    assert sample.shapes(engine)[3:5] == [((3,), (3,)), ((4,), (4,))]
    recut(engine, 0, Merge())
    assert sample.shapes(engine) == [
        ((0, 1), (0, 1)), ((2,), (2,)), ((3,), (3,)), ((4,), (4,)), ((5,), (5,)), ((6,), (6,)), ((7,), (7,))
    ]  # fmt: skip
    assert sample.beads(engine)[0] == (
        "Le port ouvre à six heures. Les grues travaillent la nuit.",
        "The port opens at six. The cranes work at night.",
        1.0,
        "review",
    )
    assert sample.beads(engine)[-1][2:] == (0.7, "align")


def test_a_bead_that_gave_its_last_sentence_goes(engine: Engine) -> None:
    saved = recut(engine, 2, Move("left", "next"))
    assert len(saved.alignment_ids) == 1
    assert sample.shapes(engine)[2] == ((3, 4), (3, 4))


@pytest.mark.sqlite
def test_full_text_follows(engine: Engine) -> None:
    recut(engine, 1, Split(1, 1))
    query = text("SELECT COUNT(*) FROM bitext_fts WHERE bitext_fts MATCH 'left_text : grues AND right_text : coffee'")
    with engine.connect() as connection:
        assert connection.execute(query).scalar_one() == 0


@pytest.mark.parametrize(
    ("place", "how"),
    [(0, Split(0, 0)), (0, Split(1, 1)), (0, Split(9, 0)), (0, Move("left", "previous")), (6, Merge()),
     (1, Move("right", "sideways")), (3, Move("up", "next"))],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_cut_is_refused(engine: Engine, place: int, how: desk.How) -> None:
    before = sample.beads(engine)
    with pytest.raises(UsageError):
        recut(engine, place, how)
    assert sample.beads(engine) == before


def test_machine_translations_are_not_cut(engine: Engine) -> None:
    with engine.connect() as connection:
        key = connection.execute(text("SELECT id FROM alignment WHERE kind = 'translation' LIMIT 1")).scalar_one()
    with pytest.raises(UsageError, match="aligned here"):
        desk.resegment(engine, Change(key, Merge(), "Ada", seen(engine, key)))


def test_who_cuts_second_sees_that_it_was_cut(engine: Engine) -> None:
    key = sample.bead(engine, 1)
    old = seen(engine, key)
    first = recut(engine, 1, Split(1, 1), "Bo")
    for attempt in (
        lambda: desk.resegment(engine, Change(key, Merge(), "Ada", old)),
        lambda: desk.judge(engine, Judgement(key, "accept", None, None, "Ada", old)),
    ):
        with pytest.raises(Conflict, match="cut otherwise") as conflict:
            attempt()
        assert [(one.reviewer, one.what) for one in conflict.value.others] == [("Bo", "resegmented")]
        assert conflict.value.places == first.alignment_ids


def test_a_neighbour_that_was_cut_stops_a_cut_but_not_a_verdict(engine: Engine) -> None:
    key = sample.bead(engine, 0)
    old = seen(engine, key)
    recut(engine, 1, Split(1, 1), "Bo")
    with pytest.raises(Conflict):
        desk.resegment(engine, Change(key, Merge(), "Ada", old))
    assert desk.judge(engine, Judgement(key, "accept", None, None, "Ada", old)).new


def test_a_cut_elsewhere_stops_nothing(engine: Engine) -> None:
    key = sample.bead(engine, 5)
    old = seen(engine, key)
    recut(engine, 1, Split(1, 1), "Bo")
    assert desk.resegment(engine, Change(key, Merge(), "Ada", old)).new


def test_a_verdict_stays_with_the_texts(engine: Engine) -> None:
    judge(engine, 1)
    recut(engine, 1, Split(1, 1))
    with engine.connect() as connection:
        assert queries.progress(connection, queries.Filters(kind="bitext")).judged == 0
    desk.undo(engine, "Ada")
    with engine.connect() as connection:
        assert queries.progress(connection, queries.Filters(kind="bitext")).judged == 1


# Undoing


def test_everything_can_be_undone_in_turn(engine: Engine) -> None:
    states = []

    def state() -> tuple:
        return sample.beads(engine), verdicts(engine)

    for act in (
        lambda: judge(engine, 0, "accept"),
        lambda: recut(engine, 1, Split(1, 1)),
        lambda: judge(engine, 1, "unsure"),
        lambda: judge(engine, 0, "reject"),
        lambda: recut(engine, 4, Move("right", "previous")),
        lambda: judge(engine, 0, "accept"),
        lambda: recut(engine, 1, Merge()),
        lambda: judge(engine, 0, "correct", correction="The port opens at six o'clock."),
    ):
        states.append(state())
        act()
    while states:
        assert desk.undo(engine, "Ada") is not None
        assert state() == states.pop()
    assert desk.undo(engine, "Ada") is None


def test_undoing_says_what_and_where(engine: Engine) -> None:
    judge(engine, 0, "accept")
    judge(engine, 0, "reject")
    key = sample.bead(engine, 0)
    assert desk.undo(engine, "Ada") == desk.Undone("verdict", (key,), "accept")
    assert desk.undo(engine, "Ada") == desk.Undone("verdict", (key,), None)
    old = sample.bead(engine, 1)
    recut(engine, 1, Split(1, 1))
    assert desk.undo(engine, "Ada") == desk.Undone("resegmentation", (old,))


def test_after_an_undo_one_goes_on(engine: Engine) -> None:
    for verdict in ("accept", "reject"):
        judge(engine, 0, verdict)
    desk.undo(engine, "Ada")
    judge(engine, 0, "unsure")
    desk.undo(engine, "Ada")
    assert verdicts(engine) == [(FIRST, "accept", "Ada")]
    desk.undo(engine, "Ada")
    assert verdicts(engine) == []


def test_others_deeds_are_not_undone(engine: Engine) -> None:
    judge(engine, 0, "accept", "Ada")
    judge(engine, 0, "reject", "Bo")
    desk.undo(engine, "Ada")
    assert verdicts(engine) == [(FIRST, "reject", "Bo")]
    assert desk.undo(engine, "Ada") is None


def test_what_others_built_upon_stays(engine: Engine) -> None:
    recut(engine, 1, Split(1, 1), "Ada")
    recut(engine, 0, Merge(), "Bo")
    with pytest.raises(Conflict, match="cut again") as conflict:
        desk.undo(engine, "Ada")
    assert [one.reviewer for one in conflict.value.others] == ["Bo"]
    desk.undo(engine, "Bo")
    desk.undo(engine, "Ada")
    assert sample.shapes(engine) == list(sample.SHAPES)


def test_what_is_put_back_under_other_settings_is_aligned_anew_later(corpus: Corpus) -> None:
    recut(corpus.engine, 1, Split(1, 1))
    sample.align(corpus, Signature("align", "test", "2"))
    desk.undo(corpus.engine, "Ada")
    with corpus.engine.connect() as connection:
        assert connection.execute(text("SELECT align_signature_id FROM document_pair")).scalar_one() is None


def test_an_edit_of_a_document_that_is_gone_can_be_undone(corpus: Corpus) -> None:
    recut(corpus.engine, 1, Split(1, 1))
    with corpus.engine.begin() as connection:
        connection.execute(text("DELETE FROM document"))
    assert desk.undo(corpus.engine, "Ada") == desk.Undone("resegmentation", ())
    assert desk.undo(corpus.engine, "Ada") is None


def test_whatever_is_done_a_rebuild_gives_the_same_and_undoing_the_beginning(corpus: Corpus) -> None:
    engine, chance = corpus.engine, random.Random(5)
    first = sample.beads(engine), sample.shapes(engine), verdicts(engine)
    for _ in range(60):
        with suppress(UsageError, NoResultFound):  # what cannot be done here; a bead that is no more
            act(engine, chance, chance.randrange(len(first[0])))
    standing = sample.shapes(engine)
    sample.align(corpus, sample.ALIGN)
    assert sample.shapes(engine) == standing
    undone = 0
    while desk.undo(engine, "Ada"):
        undone += 1
    assert undone > 5
    assert (sample.beads(engine), sample.shapes(engine), verdicts(engine)) == first


def act(engine: Engine, chance: random.Random, place: int) -> None:
    """Something that a reviewer might do to a bead."""
    side, way = chance.choice(("left", "right")), chance.choice(("previous", "next"))
    hows = (Split(chance.randint(0, 2), chance.randint(0, 2)), Merge(), Move(side, way))
    what = chance.randrange(5)
    if what < len(hows):
        recut(engine, place, hows[what])
    elif what == len(hows):
        judge(engine, place, chance.choice(("accept", "reject")))
    else:
        desk.undo(engine, "Ada")


# Two at once


def test_two_reviewers_at_once_lose_nothing(corpus: Corpus, tmp_path: Path) -> None:
    """Each with an engine of their own; who meets a change looks again and goes on."""
    conflicts: dict[str, int] = {}

    def work(who: str, verdict: str) -> None:
        engine = open_corpus(tmp_path / "corpus.sqlite")
        conflicts[who] = 0
        try:
            for place in (0, 1, 3, 4, 5, 6):
                key = sample.bead(engine, place)
                token = seen(engine, key)
                barrier.wait(timeout=30)
                for _ in range(2):
                    try:
                        desk.judge(engine, Judgement(key, verdict, None, None, who, token))
                        break
                    except Conflict:
                        conflicts[who] += 1
                        token = seen(engine, key)
        finally:
            engine.dispose()

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=work, args=one) for one in (("Ada", "accept"), ("Bo", "reject"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert len(verdicts(corpus.engine)) == 12
    assert sum(conflicts.values()) == 6


# Rebuilding


def test_edits_survive_another_aligner(corpus: Corpus) -> None:
    recut(corpus.engine, 1, Split(1, 1))
    recut(corpus.engine, 4, Move("right", "previous"))
    kept = sample.shapes(corpus.engine)
    sample.align(corpus, Signature("align", "test", "2"))
    assert sample.shapes(corpus.engine) == kept
    assert {one[3] for one in sample.beads(corpus.engine)} == {"align", "review"}
    whole = ((tuple(range(8)), tuple(range(8))),)
    sample.align(corpus, Signature("align", "test", "3"), whole)
    found = sample.shapes(corpus.engine)
    assert [one for one in kept[1:5] if one in found] == kept[1:5]
    assert sorted(i for left, _ in found for i in left) == list(range(8))
    assert sorted(j for _, right in found for j in right) == list(range(8))


def test_what_the_aligner_finds_by_itself_keeps_its_score(corpus: Corpus) -> None:
    recut(corpus.engine, 1, Split(1, 1))
    sample.align(corpus, Signature("align", "test", "2"), tuple(((i,), (i,)) for i in range(8)))
    assert {one[3] for one in sample.beads(corpus.engine)} == {"align"}


@pytest.mark.slow
def test_reviews_survive_make_corpus(tmp_path: Path) -> None:
    """Also with changed settings, and another document."""
    seeds, place = tmp_path / "seeds", tmp_path / "corpus.sqlite"
    seeds.mkdir()
    (seeds / "port.fr.txt").write_text(sample.FRENCH.text, "utf-8")
    (seeds / "port.en.txt").write_text(sample.ENGLISH.text, "utf-8")
    settings = replace(Config(), translate=TranslateConfig(engine="none"))
    run.build(seeds, place, settings, lambda _: None, os.environ)
    engine = open_corpus(place)
    count = len(sample.beads(engine))
    assert count >= 4
    judge(engine, 0)
    recut(engine, 1, Merge())
    merged = sample.beads(engine)
    (seeds / "other.txt").write_text("Une autre histoire, qui ne parle que de montagnes et de neige.\n", "utf-8")
    for one in (settings, replace(settings, align=replace(AlignConfig(), **changed()))):
        run.build(seeds, place, one, lambda _: None, os.environ)
        assert merged[1] in sample.beads(engine)
        assert verdicts(engine) == [(merged[0][0], "accept", "Ada")]
    desk.undo(engine, "Ada")
    assert len(sample.beads(engine)) == count
    engine.dispose()


def changed() -> dict[str, object]:
    """A setting of the aligner that is another than the default."""
    defaults = AlignConfig()
    name = next(name for name in defaults.__slots__ if isinstance(getattr(defaults, name), float))
    return {name: getattr(defaults, name) * 0.99}
