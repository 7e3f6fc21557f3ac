"""What a build makes of real documents: of seeds/ against its manifest and gold, and of others if they lie beside.

The engines are the ones that set-up installed.
"""

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from db.engine import read_corpus
from pipeline import run
from pipeline.config import Config
from pipeline.translation.choose import choose

PROJECT = Path(__file__).resolve().parent.parent
SEEDS = PROJECT / "seeds"
SHARED = PROJECT.parent / "shared" / "seeds"
EXPECT = tomllib.loads((SEEDS / "manifest.toml").read_text("utf-8"))["expect"]
STRICT = 0.85  # least share of gold beads that are found exactly, sentence splitting included

needs_engine = pytest.mark.skipif(
    not os.environ.get("CI") and choose(Config(), os.environ) is None, reason="no translation engine is installed"
)
pytestmark = [pytest.mark.engine, pytest.mark.slow, needs_engine]


def build(seeds: Path, folder: Path) -> Path:
    corpus = folder / "corpus.sqlite"
    run.build(seeds, corpus, Config(), lambda _: None, os.environ)
    return corpus


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with read_corpus(build(SEEDS, tmp_path_factory.mktemp("seeds"))) as connection:
        yield connection


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    if not SHARED.is_dir():
        pytest.skip("no further documents lie beside the project")
    with read_corpus(build(SHARED, tmp_path_factory.mktemp("shared"))) as connection:
        yield connection


def ask(connection: Connection, sql: str, **values: Any) -> list[tuple]:
    return [tuple(row) for row in connection.execute(text(sql), values)]


def gold(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SEEDS / name).read_text("utf-8").splitlines()]


def plain(sentences: str | list[str]) -> str:
    joined = sentences if isinstance(sentences, str) else " ".join(sentences)
    return " ".join(joined.split())


# seeds/


def test_main_languages(ours: Connection) -> None:
    assert dict(ask(ours, "SELECT path, main_language FROM documents")) == EXPECT["main"]


@pytest.mark.parametrize("name", EXPECT["main"])
def test_profiles(ours: Connection, name: str) -> None:
    profile = json.loads(ask(ours, "SELECT profile FROM documents WHERE path = :name", name=name)[0][0])
    wanted = EXPECT["share"].get(name, {EXPECT["main"][name]: 0.97})
    assert {code: profile.get(code, 0) >= share for code, share in wanted.items()} == dict.fromkeys(wanted, True)


def test_document_pairs_are_found_and_graded(ours: Connection) -> None:
    sql = """SELECT l.path, r.path, document_pair.grade FROM document_pair
      JOIN documents AS l ON l.id = left_document_id JOIN documents AS r ON r.id = right_document_id
      WHERE l.id <> r.id AND document_pair.grade IN ('translation', 'partial')"""
    wanted = [(one["left"], one["right"], one["grade"]) for one in EXPECT["pairs"] if one["grade"] != "duplicate"]
    assert sorted(ask(ours, sql)) == sorted(wanted)


def test_a_syndicated_copy_is_linked(ours: Connection) -> None:
    sql = """SELECT copy.path, original.path FROM documents AS copy
      JOIN documents AS original ON original.id = copy.duplicate_of"""
    (pair,) = [one for one in EXPECT["pairs"] if one["grade"] == "duplicate"]
    assert [set(row) for row in ask(ours, sql)] == [{pair["left"], pair["right"]}]


@pytest.mark.parametrize("one", [one for one in EXPECT["pairs"] if "gold" in one], ids=lambda one: one["gold"])
def test_bitext_against_gold(ours: Connection, one: dict[str, Any]) -> None:
    sql = """SELECT left_text, right_text FROM bitext
      WHERE kind = 'bitext' AND left_path = :left AND right_path = :right"""
    found = {(plain(left), plain(right)) for left, right in ask(ours, sql, left=one["left"], right=one["right"])}
    wanted = {
        (plain(bead["left"]), plain(bead["right"])) for bead in gold(one["gold"]) if bead["left"] and bead["right"]
    }
    right = len(found & wanted)
    assert 2 * right / (len(found) + len(wanted)) >= STRICT, sorted(wanted - found)


def test_passages_within_one_document_face_each_other(ours: Connection) -> None:
    (one,) = EXPECT["inside"]
    sql = "SELECT left_text, right_text FROM bitext WHERE kind = 'bitext' AND left_path = :name AND right_path = :name"
    found = {(plain(left), plain(right)) for left, right in ask(ours, sql, name=one["file"])}
    wanted = {
        (plain(bead["left"]), plain(bead["right"])) for bead in gold(one["gold"]) if bead["left"] and bead["right"]
    }
    assert 2 * len(found & wanted) / (len(found) + len(wanted)) >= STRICT, sorted(wanted - found)


@pytest.mark.parametrize("one", EXPECT["titles"], ids=lambda one: one["right"])
def test_facing_headlines(ours: Connection, one: dict[str, str]) -> None:
    sql = "SELECT right_text FROM bitext WHERE kind = 'bitext' AND left_path = :name AND left_text = :left"
    assert ask(ours, sql, name=one["file"], left=one["left"]) == [(one["right"],)]


@pytest.mark.parametrize("one", EXPECT["spans"], ids=lambda one: one["text"])
def test_switches_within_a_sentence(ours: Connection, one: dict[str, str]) -> None:
    sql = """SELECT span.text FROM span JOIN segments ON segments.id = span.segment_id
      WHERE segments.path = :name AND span.language = :language AND segments.text LIKE '%' || :within || '%'"""
    found = ask(ours, sql, name=one["file"], language=one["language"], within=one["within"])
    assert [plain(row[0]) for row in found] == [one["text"]]


@pytest.mark.parametrize("name", EXPECT["captions"])
def test_captions_are_text(ours: Connection, name: str) -> None:
    sql = "SELECT text FROM segments WHERE role = 'caption' AND path = :name"
    found = {plain(row[0]) for row in ask(ours, sql, name=name)}
    assert {plain(line) for line in EXPECT["captions"][name]} - found == set()


@pytest.mark.parametrize("name", EXPECT["residue"])
def test_web_residue_is_set_apart(ours: Connection, name: str) -> None:
    sql = "SELECT text FROM segments WHERE role = 'boilerplate' AND path = :name"
    found = {plain(row[0]) for row in ask(ours, sql, name=name)}
    assert {plain(line) for line in EXPECT["residue"][name]} - found == set()


def test_most_known_passages_are_mined(ours: Connection) -> None:
    wanted = gold("gold/passages.jsonl")
    mined = ask(ours, "SELECT left_text, right_text FROM bitext WHERE kind = 'passage'")
    met = [
        any(plain(one["left"]) in plain(left) and plain(one["right"]) in plain(right) for left, right in mined)
        for one in wanted
    ]
    assert sum(met) >= len(wanted) / 3


def test_every_french_segment_has_its_translation_and_no_english_one(ours: Connection) -> None:
    without = "SELECT COUNT(*) FROM segments WHERE language = 'fr' AND id NOT IN (SELECT segment_id FROM translations)"
    assert ask(ours, without) == [(0,)]
    assert ask(ours, "SELECT DISTINCT language FROM translations") == [("fr",)]


# Documents beside the project, named by their numbers


def test_shared_main_languages(shared: Connection) -> None:
    languages = ask(shared, "SELECT substr(path, 1, 3), main_language FROM documents ORDER BY path")
    assert languages == [("000", "en"), ("001", "en"), ("002", "en"), ("003", "en"), ("004", "fr")]


def test_shared_residue_and_headline_are_told_apart(shared: Connection) -> None:
    residue = "SELECT COUNT(*) FROM segments WHERE path LIKE '002%' AND role = 'boilerplate' AND language = 'fr'"
    assert ask(shared, residue)[0][0] >= 6
    assert ask(shared, "SELECT COUNT(*) FROM segments WHERE path LIKE '004%' AND language = 'en'") == [(1,)]
    assert ask(shared, "SELECT COUNT(*) FROM translations WHERE language <> 'fr'") == [(0,)]


def test_shared_french_faces_english(shared: Connection) -> None:
    body = "SELECT COUNT(*) FROM segments WHERE path LIKE '004%' AND role = 'body' AND language = 'fr'"
    count = ask(shared, body)[0][0]
    assert 38 <= count <= 48
    faced = f"{body} AND id IN (SELECT segment_id FROM translations WHERE length(translation) > 0)"
    assert ask(shared, faced) == [(count,)]
    headline = "SELECT COUNT(*) FROM bitext WHERE kind = 'bitext' AND left_path LIKE '004%' AND left_path = right_path"
    assert ask(shared, headline) == [(1,)]


def test_shared_passages_are_shown_where_most_of_them_are_likely(shared: Connection) -> None:
    """They share a subject and hardly a statement: a passage may be shown there, but none of those that are wrong."""
    sql = "SELECT score FROM bitext WHERE kind = 'passage' AND left_path LIKE '004%' AND right_path NOT LIKE '004%'"
    scores = [score for (score,) in ask(shared, sql)]
    assert len(scores) <= 10
    assert all(score >= 0.3 for score in scores)
    assert sum(scores) >= 0.5 * len(scores)
