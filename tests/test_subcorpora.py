"""Parts of a corpus: frequencies, n-grams and keywords."""

import json
from collections.abc import Iterator
from math import log, log2
from pathlib import Path
from sqlite3 import Connection

import pytest

from db.engine import open_corpus
from db.reader import read_plainly
from pipeline.corpus import store
from pipeline.errors import NotFoundError, UsageError
from pipeline.search.concordance import Question
from pipeline.search.subcorpora import DIMENSIONS, Units, keywords, main_language, ngrams, shares
from tests import corpus as sample
from tests.test_cli import enregard

SPRING = "Les chevaux sont au pré.\nLe cheval mange.\nPartager"
AUTUMN = "La pluie tombe.\nLa pluie tombe encore.\nLe cheval dort."
UNDATED = "La pluie mange le cheval."


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("parts") / "corpus.sqlite"
    opened = store.start_run(open_corpus(made), "run-1", "0", {})
    documents = {
        "spring.txt": (sample.document(SPRING, date="2023-04-01", outlet="Prés"), "fr"),
        "autumn.txt": (sample.document(AUTUMN, date="2024-10", outlet="Champs"), "fr"),
        "undated.txt": (sample.document(UNDATED, outlet="Champs"), "fr"),
        "en.txt": (sample.document("The horse eats.", date="2023"), "en"),
    }
    sample.fill(opened, documents)
    opened.engine.dispose()
    return made


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    with read_plainly(path) as opened:
        yield opened


def test_frequencies_by_year(connection: Connection) -> None:
    parts = shares(connection, Question("[cheval]", language="fr"), "year")
    assert [row[:4] for row in parts.shares] == [("2023", 2, 2, 8), ("2024", 1, 1, 10), (None, 1, 1, 5)]
    assert parts.shares[0].per_million == pytest.approx(1e6 * 2 / 8)
    expected = (abs(2 / 4 - 8 / 23) + abs(1 / 4 - 10 / 23) + abs(1 / 4 - 5 / 23)) / 2
    assert parts.dp == pytest.approx(expected)


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("outlet", [("Champs", 2), ("Prés", 2)]),
        ("role", [("body", 4), ("boilerplate", 0)]),
        ("document", [("autumn.txt", 1), ("spring.txt", 2), ("undated.txt", 1)]),
        ("language", [("fr", 4)]),
    ],
)
def test_frequencies_by_what_else_there_is(connection: Connection, by: str, found: list[tuple[str, int]]) -> None:
    roles = ("body", "boilerplate")
    parts = shares(connection, Question("cheval OR chevaux", language="fr", roles=roles), by)
    assert [(row.subcorpus, row.occurrences) for row in parts.shares] == found
    assert (parts.dp is None) == (len(found) < 2)


def test_parts_of_pairs_have_roles(tmp_path: Path) -> None:
    made = tmp_path / "corpus.sqlite"
    sample.make(made).engine.dispose()
    with read_plainly(made) as opened:
        parts = shares(opened, Question("marché OR market", kind="bitext"), "role")
    assert [(row.subcorpus, row.hits) for row in parts.shares] == [("body", 2)]


def test_ngrams_are_counted_within_segments(connection: Connection) -> None:
    rows = ngrams(connection, Question("", language="fr"), Units(2), 2, 10)
    assert [(row.ngram, row.occurrences, row.documents) for row in rows] == [
        ("la pluie", 3, 2),
        ("le cheval", 3, 3),
        ("pluie tombe", 2, 1),
    ]
    assert rows[0].per_million == pytest.approx(1e6 * 3 / 17)  # of the runs of two
    assert rows[2].dp is not None
    assert rows[2].dp > (rows[1].dp or 0)


def test_lemmas_are_counted(connection: Connection) -> None:
    (first, *_) = (row for row in ngrams(connection, Question("", language="fr"), Units(1, lemmas=True), 1, 50))
    assert (first.ngram, first.occurrences) == ("le", 7)
    words = {row.ngram: row.occurrences for row in ngrams(connection, Question("", language="fr"), Units(1), 1, 50)}
    lemmas = ngrams(connection, Question("", language="fr"), Units(1, lemmas=True), 1, 50)
    assert (words["cheval"], words["chevaux"]) == (3, 1)
    assert {row.ngram: row.occurrences for row in lemmas}["cheval"] == 4


def test_keywords_are_more_frequent_than_elsewhere(connection: Connection) -> None:
    rows = keywords(connection, Question("", language="fr"), "year", ("2024", "2023"), Units())
    row = next(row for row in rows if row.word == "pluie")
    assert (row.subcorpus, row.occurrences, row.reference) == ("2024", 2, 0)
    assert row.log_ratio == pytest.approx(log2((2 / 10) / (0.5 / 8)))
    observed = 2 * (2 * log(2 * 18 / (2 * 10)) + 8 * log(8 * 18 / (10 * 16)) + 8 * log(8 * 18 / (8 * 16)))
    assert row.g2 == pytest.approx(observed)
    assert "chevaux" not in {row.word for row in rows}
    every = keywords(connection, Question("", language="fr"), "outlet", (None, None), Units())
    assert {row.subcorpus for row in every} == {"Prés", "Champs"}
    assert [row.g2 for row in every] == sorted((row.g2 for row in every), reverse=True)


def test_what_cannot_be_compared_is_said(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match=r"no year '1999'.*2023, 2024"):
        keywords(connection, Question("", language="fr"), "year", ("1999", None), Units())
    with pytest.raises(UsageError, match="here is but one"):
        keywords(connection, Question("", language="en"), "year", (None, None), Units())
    with pytest.raises(UsageError, match="here is but one"):
        keywords(connection, Question("", language="fr"), "year", (None, "2024"), Units())


def test_the_language_of_most_words(connection: Connection) -> None:
    assert main_language(connection, Question("")) == "fr"
    assert main_language(connection, Question("", language="en")) == "en"


@pytest.mark.parametrize("by", DIMENSIONS)
def test_the_commands(path: Path, by: str) -> None:
    shown = enregard("search", "cheval", "--by", by, "--corpus", str(path), "--json")
    assert sum(row["occurrences"] for row in json.loads(shown.stdout)) == 3
    page = enregard("search", "cheval", "--by", by, "--corpus", str(path), "--html").stdout
    assert f"<h2>By {by}</h2>" in page


def test_the_commands_that_count_all_words(path: Path) -> None:
    listed = enregard("ngrams", "--size", "1", "--min-count", "3", "--corpus", str(path), "--json")
    assert {row["ngram"] for row in json.loads(listed.stdout)} == {"la", "le", "pluie", "cheval"}
    assert "In fr" in listed.stderr
    options = ("--min-g2", "0", "--min-count", "1", "--corpus", str(path))
    keys = enregard("keywords", "--by", "year", *options, "--limit", "2", "--csv").stdout.splitlines()
    assert keys[0] == "year,word,occurrences,per_million,reference,reference_per_million,log_ratio,g2"
    assert len(keys) == 3
    assert "No word is that sure" in enregard("keywords", "--by", "outlet", "--corpus", str(path)).stderr
    assert "Nothing is that frequent" in enregard("ngrams", "--min-count", "99", "--corpus", str(path)).stderr
