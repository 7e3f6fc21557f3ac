"""Verdicts whose texts face each other no more: counted, listed, laid on again or put aside."""

import re
import sqlite3
from pathlib import Path

import pytest

from db.engine import read_corpus
from db.queries_orphans import count_orphans, find_orphans
from pipeline.records import digest
from tests import review_site
from tests.review_site import Visitor
from tests.test_corrections import MACHINE, SOURCE, machine_pair, translate_anew

NEW = "The market is open at eight o'clock."
FRENCH = "Le marché ouvre dès huit heures."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return review_site.make(tmp_path)


@pytest.fixture
def ada(path: Path) -> Visitor:
    """Who accepted a machine translation that another engine then wrote otherwise."""
    visitor = review_site.visitor(path)
    visitor.judge(machine_pair(path), "accept", comment="fine")
    translate_anew(path, NEW)
    return visitor


def verdict_of(path: Path, right: str) -> list[tuple[str, ...]]:
    query = "SELECT verdict, reviewer FROM bitext WHERE kind = 'translation' AND left_text = ? AND right_text = ?"
    with sqlite3.connect(path) as connection:
        return connection.execute(query, (SOURCE, right)).fetchall()


def orphans(path: Path) -> list[str]:
    with read_corpus(path, 10) as connection:
        found = [row.left_text for row in find_orphans(connection, 100)]
        assert len(found) == count_orphans(connection)
    return found


def post(visitor: Visitor, how: str) -> str:
    page = visitor.get("/orphans").text
    review = re.search(rf'action="/orphans/(\d+)/{how}"', page)
    fields = dict(re.findall(r'name="(seen|pair)" value="([^"]*)"', page))
    assert review
    visitor.post(f"/orphans/{review[1]}/{how}", fields)
    return page


def test_a_verdict_on_a_text_that_another_engine_writes_otherwise_is_listed(ada: Visitor, path: Path) -> None:
    assert orphans(path) == [SOURCE]
    page = ada.get("/orphans").text
    assert MACHINE.replace("'", "&#39;") in page
    assert re.search(r"<ins>[^<]*is[^<]*</ins>", page), "what has changed"
    assert "/orphans" in ada.get("/overview").text


def test_it_is_laid_on_the_likest_pair_in_the_name_of_who_does_it(ada: Visitor, path: Path) -> None:
    bo = review_site.visitor(path, "Bo")
    post(bo, "lay")
    assert verdict_of(path, NEW) == [("accept", "Bo")]
    assert orphans(path) == []
    bo.post("/undo")
    assert verdict_of(path, NEW) == [(None, None)]
    assert orphans(path) == [SOURCE], "what was taken back waits again"
    assert ada.get("/orphans").status_code == 200


def test_it_is_put_aside_and_holds_again_when_its_text_comes_back(ada: Visitor, path: Path) -> None:
    post(ada, "aside")
    assert orphans(path) == []
    assert verdict_of(path, NEW) == [(None, None)]
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alignment SET pair_hash = (SELECT pair_hash FROM review), right_text = ? "
                           "WHERE right_text = ?", (MACHINE, NEW))  # fmt: skip
    assert verdict_of(path, MACHINE) == [("accept", "Ada")]


def test_what_was_dealt_with_is_dealt_with_once(ada: Visitor, path: Path) -> None:
    page = ada.get("/orphans").text
    review = re.search(r"/orphans/(\d+)/aside", page)
    assert review
    assert ada.post(f"/orphans/{review[1]}/aside").status_code == 303
    assert ada.post(f"/orphans/{review[1]}/aside").status_code == 404


def test_a_correction_that_stands_for_its_sentence_is_no_orphan(path: Path) -> None:
    visitor = review_site.visitor(path)
    visitor.judge(machine_pair(path), "correct", correction="The stalls are open from eight.")
    translate_anew(path, NEW)
    assert orphans(path) == []


@pytest.mark.parametrize("right", ["The stalls are open from eight.", None], ids=["both sides", "the French alone"])
def test_a_corrected_french_stands_for_its_sentence_too(path: Path, right: str | None) -> None:
    visitor = review_site.visitor(path)
    sides = {"left_correction": FRENCH} | ({"correction": right} if right else {})
    visitor.judge(machine_pair(path), "correct", **sides)
    translate_anew(path, NEW)
    assert orphans(path) == []


@pytest.mark.parametrize("right", ["The market is open at eight.", None], ids=["both sides", "the French alone"])
def test_a_correction_is_laid_on_with_both_its_sides(path: Path, right: str | None) -> None:
    visitor = review_site.visitor(path)
    pair = review_site.ids(path)[0]
    visitor.judge(pair, "correct", **({"left_correction": FRENCH} | ({"correction": right} if right else {})))
    edited = "Le marché ouvre vers huit heures."
    with sqlite3.connect(path) as connection:  # as after an edit of the source, in a pair that people wrote
        connection.execute(
            "UPDATE alignment SET left_text = ?, pair_hash = ?, correction = NULL, left_correction = NULL WHERE id = ?",
            (edited, digest(edited, "The market opens at eight."), pair),
        )
        connection.execute("DELETE FROM alignment WHERE kind <> 'bitext'")
    page = post(visitor, "lay")
    assert FRENCH in page
    query = "SELECT verdict, correction, left_correction FROM bitext WHERE id = ?"
    with sqlite3.connect(path) as connection:
        assert connection.execute(query, (pair,)).fetchall() == [("correct", right, FRENCH)]
    assert orphans(path) == []


def test_unlike_texts_are_not_offered(path: Path) -> None:
    visitor = review_site.visitor(path)
    with sqlite3.connect(path) as connection:
        columns = "pair_hash, left_hash, left_text, right_text, verdict, reviewer, created"
        values = (
            "0",
            "0",
            "Tout autre chose, marché compris.",
            "Something else.",
            "accept",
            "Ada",
            "2026-01-01 00:00:00",
        )
        connection.execute(f"INSERT INTO review ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    page = visitor.get("/orphans").text
    assert "Nothing in the corpus is like it." in page
    assert "/lay" not in page
