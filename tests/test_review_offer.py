"""The page of a machine's translation: what people said for a sentence like it, and the terms that were agreed on."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests import review_corpus
from tests.review_site import Visitor, visitor
from tests.test_report import Element, parse


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.sqlite"
    review_corpus.make(path).engine.dispose()
    return path


@pytest.fixture
def ada(corpus: Path) -> Visitor:
    return visitor(corpus)


def key(corpus: Path, french: str, kind: str = "translation") -> str:
    with sqlite3.connect(corpus) as connection:
        query = "SELECT id FROM alignment WHERE kind = ? AND left_text = ?"
        return str(connection.execute(query, (kind, french)).fetchone()[0])


def offered(page: str) -> list[Element]:
    return parse(page).find("div", class_="remembered")


def correction(page: str) -> str:
    [field] = parse(page).find("textarea", name="correction")
    return field.text()


def test_a_confirmed_pair_like_it_is_offered_with_its_difference(corpus: Path, ada: Visitor) -> None:
    with sqlite3.connect(corpus) as connection:
        connection.execute(
            "UPDATE alignment SET left_text = 'Le port ouvre à sept heures.', right_text = 'The port opens at seven.'"
            " WHERE kind = 'bitext' AND left_text = 'Le port ouvre à six heures.'"
        )
    pair = key(corpus, "Le port ouvre à six heures.")
    [offer] = offered(ada.get(f"/pair/{pair}").text)
    assert "The port opens at seven." in offer.text()
    assert [gone.text() for gone in offer.find("del")] == ["sept"]
    assert [new.text() for new in offer.find("ins")] == ["six"]
    assert "83%" in offer.text()


def test_one_key_takes_it_over_into_the_correction(corpus: Path, ada: Visitor) -> None:
    pair = key(corpus, "Le port ouvre à six heures.")
    [offer] = offered(ada.get(f"/pair/{pair}?kind=translation").text)
    [link] = offer.find("a", class_="take")
    assert link.attributes["data-key"] == "t"
    assert link.attributes["href"] == f"/pair/{pair}?kind=translation&take=1"
    assert correction(ada.get(f"/pair/{pair}").text) == "LE PORT OUVRE À SIX HEURES."
    assert correction(ada.get(link.attributes["href"]).text) == "The port opens at six."


def test_nothing_is_offered_where_nothing_is_like_it_or_it_is_judged(corpus: Path, ada: Visitor) -> None:
    pair = key(corpus, "Le port ouvre à six heures.")
    assert not offered(ada.get(f"/pair/{key(corpus, 'Il pleut depuis trois jours.')}").text)
    assert not offered(ada.get(f"/pair/{key(corpus, 'Le port ouvre à six heures.', 'bitext')}").text)
    assert offered(ada.get(f"/pair/{pair}").text)
    ada.judge(pair, "accept")
    assert not offered(ada.get(f"/pair/{pair}").text)


def test_what_was_rejected_is_not_offered(corpus: Path, ada: Visitor) -> None:
    ada.judge(key(corpus, "Le port ouvre à six heures.", "bitext"), "reject")
    assert not offered(ada.get(f"/pair/{key(corpus, 'Le port ouvre à six heures.')}").text)


def test_the_terms_that_apply_and_whether_they_are_as_agreed(corpus: Path, ada: Visitor) -> None:
    with sqlite3.connect(corpus) as connection:
        terms = json.dumps({"terms": [["port", "harbour"], ["heure", "HEURES"], ["soleil", "sun"]]})
        connection.execute("UPDATE signature SET settings = ? WHERE stage = 'translate'", (terms,))
    pair = key(corpus, "Le port ouvre à six heures.")

    def shown() -> list[tuple[str, str]]:
        [terms] = parse(ada.get(f"/pair/{pair}").text).find("ul", class_="terms")
        return [(item.attributes["class"], item.text()) for item in terms.find("li")]

    assert shown() == [
        ("kept", "heure → HEURES: as agreed"),
        ("missed", "port → harbour: not as agreed"),
    ]
    ada.judge(pair, "correct", correction="The harbour opens at six HEURES.")
    assert [how for how, _ in shown()] == ["kept", "kept"]
