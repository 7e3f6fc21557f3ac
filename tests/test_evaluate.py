"""``enregard evaluate``: beads against a gold standard, engines against people, and what each stage left out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from db import write
from db.engine import open_corpus, transaction
from pipeline.evaluation.gold import lax, locate, strict, within
from pipeline.evaluation.translations import compare
from tests import corpus as sample
from tests.command import Done, enregard


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "c.sqlite"
    sample.make(path)
    return path


@pytest.fixture
def run(corpus: Path) -> Callable[..., Done]:
    return lambda *arguments: enregard("evaluate", *arguments, "--corpus", corpus)


def test_strict_wants_both_sides_whole_and_lax_a_touch() -> None:
    gold = [((0,), (0,)), ((1, 2), (1,)), ((3,), (2, 3)), ((4,), ())]
    found = [((0,), (0,)), ((1,), (1,)), ((2,), ()), ((3,), (2, 3))]
    assert strict([(found, gold)])[:2] == (2 / 3, 2 / 3)
    assert lax([(found, gold)])[:2] == (1.0, 1.0)
    assert strict([(found, []), ([], gold)]).f1 == 0


def test_repeated_lines_are_found_in_their_order() -> None:
    segments = ["Oui.", "Le bac passe.", "Oui.", "Il  est\nvide.", "Oui."]
    assert locate(["Oui.", "Le bac passe. Oui.", "Il est vide.", "Oui."], segments) == [(0,), (1, 2), (3,), (4,)]
    assert locate(["Il est vide.", "Oui.", "Le bac part."], segments) == [(3,), (4,), None]


def test_beads_that_the_standard_does_not_speak_of_do_not_count() -> None:
    assert within([((0,), (0,)), ((1,), (5,)), ((7,), (7,))], [((0, 1), (0,))]) == [((0,), (0,)), ((1,), (5,))]


def test_scores_say_how_they_were_computed() -> None:
    person = ["The ferry crosses the river at eight.", "Nobody waits for it any more, and the quay is empty."]
    same = compare("copy", person, person)
    other = compare(
        "other", ["The boat goes over the river at eight.", "No one waits now and the quay is bare."], person
    )
    assert (same.bleu, same.chrf, same.sentences) == (100.0, 100.0, 2)
    assert 0 < other.bleu < other.chrf < 90
    assert "tok:13a" in other.bleu_signature
    assert "nc:6" in other.chrf_signature


def test_a_gold_file_is_found_in_the_corpus(run, tmp_path: Path) -> None:
    gold = tmp_path / "gold.tsv"
    gold.write_text(
        "Le marché ouvre à huit heures.\tThe market opens at eight.\n"
        "La mairie l'a dit mardi.\tNobody has ever said this.\n",
        "utf-8",
    )
    status, out, _ = run("--gold", gold, "--pairs", 0, "--json")
    (score,) = json.loads(out)["alignment"]
    assert (status, score["gold"], score["unknown"]) == (0, 1, 1)
    assert score["strict"]["f1"] == score["lax"]["f1"] == 1.0
    gold.write_text("Le marché ouvre à huit heures. La mairie l'a dit mardi.\tThe market opens at eight.\n", "utf-8")
    (score,) = json.loads(run("--gold", gold, "--pairs", 0, "--json")[1])["alignment"]
    assert score["strict"]["f1"] == 0
    assert score["lax"]["precision"] > 0
    assert "strict" in run("--gold", gold, "--pairs", 0)[1]


def test_a_gold_file_of_other_documents_is_refused(run, tmp_path: Path) -> None:
    gold = tmp_path / "gold.tsv"
    gold.write_text("Rien de cela n'y est.\tNone of this is there.\n", "utf-8")
    status, _, said = run("--gold", gold)
    assert status == 2
    assert "gold.tsv: no two documents of the corpus hold its texts" in said
    gold.write_text("Une seule colonne\n", "utf-8")
    status, _, said = run("--gold", gold)
    assert status == 2
    assert "no row with a left and a right text" in said


def test_what_the_stages_left_out_is_what_the_run_wrote_down(run, corpus: Path) -> None:
    stages = {"read": {"in": 1200, "out": 1199, "left_out": {"E103": 1}}}
    with transaction(open_corpus(corpus)) as connection:
        (run_id,) = connection.exec_driver_sql("SELECT id FROM run").scalars()
        write.set_run(connection, run_id, status="done", summary={"stages": stages})
    status, out, said = run("--min-score", 1)
    assert status == 0
    assert out.splitlines()[1].split() == ["read", "1,200", "1,199", "E103", "1"]
    assert "engines were not measured" in said
    assert json.loads(run("--pairs", 0, "--json")[1]) == {"stages": stages, "translation": [], "alignment": []}


@pytest.mark.engine
def test_engines_are_measured_on_what_people_translated(run) -> None:
    (score,) = json.loads(run("--min-score", 0, "--json")[1])["translation"][-1:]
    assert score["sentences"] >= 1
    assert 0 < score["chrf"] <= 100
