"""SQL that people write, and the recipes: results of every type, limits that hold, and errors with their place."""

import csv
import io
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection

import pytest
from rich.console import Console

from db import columns
from db.models import Base
from db.reader import read_plainly
from pipeline.commands import console
from pipeline.errors import NotFoundError, UsageError
from pipeline.search import sql
from tests import corpus as sample
from tests.test_cli import enregard

ENDLESS = "WITH RECURSIVE r (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT {} FROM r"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sql") / "corpus.sqlite"
    sample.make(made).engine.dispose()
    return made


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    with read_plainly(path) as opened:
        yield opened


def run(connection: Connection, query: str, limit: int = 100, **given: str) -> sql.Result:
    return sql.run(connection, query, limit, given)


@pytest.mark.parametrize("name", sql.recipes())
def test_every_recipe_runs(connection: Connection, name: str) -> None:
    one = sql.recipe(name)
    found = sql.run(connection, one.sql, 100, sql.filled(one, {}))
    assert found.names
    assert not any("(" in column for column in found.names)


@pytest.mark.parametrize("name", sql.recipes())
def test_every_recipe_runs_in_any_other_program(path: Path, name: str) -> None:
    other = sqlite3.connect(path)
    try:
        other.execute(sql.recipe(name).sql, dict.fromkeys(sql.recipe(name).parameters)).fetchall()
    finally:
        other.close()


def test_there_are_eleven_recipes_and_an_unknown_one_lists_them() -> None:
    assert len(sql.recipes()) == 11
    with pytest.raises(NotFoundError, match="review-queue"):
        sql.recipe("nothing")


def test_a_recipe_takes_parameters(connection: Connection) -> None:
    one = sql.recipe("word")
    found = sql.run(connection, one.sql, 100, sql.filled(one, {"words": "marche"}))
    assert [row[2] for row in found.rows] == ["Le marché ouvre à huit heures."]
    pairs = sql.recipe("with-without")
    found = sql.run(connection, pairs.sql, 100, sql.filled(pairs, {"left": "marche", "without": "market"}))
    assert [row[1] for row in found.rows] == ["Stalls open at eight, officials say."]
    with pytest.raises(UsageError, match="It has words"):
        sql.filled(one, {"wrods": "x"})


def test_the_reading_is_english(connection: Connection) -> None:
    one = sql.recipe("reading")
    found = sql.run(connection, one.sql, 100, sql.filled(one, {}))
    assert found.rows[0] == ("The market opens at eight o'clock.", "mt:dictionary-1+toy")


def test_the_queue_begins_with_what_is_most_doubtful(connection: Connection) -> None:
    rows = run(connection, sql.recipe("review-queue").sql).rows
    doubtful = {"passage": 0, "bitext": 0, "translation": 4}
    alone = {"Partager": 2}  # no person's translation stands beside it
    sure = [row[1] == "bitext" and row[2] >= 0.9 and row[3] == 0 for row in rows]
    bands = [3 if certain else alone.get(row[4], doubtful[row[1]]) for row, certain in zip(rows, sure, strict=True)]
    ranks = [(band, row[2]) for row, band in zip(rows, bands, strict=True)]
    assert ranks == sorted(ranks)
    assert {band for band, _ in ranks} == {0, 2, 3, 4}


def test_coverage_counts_segments_once(connection: Connection) -> None:
    found = run(connection, "SELECT * FROM coverage WHERE path = 'fr.txt'")
    counted = dict(zip(found.names, found.rows[0], strict=True))
    assert (counted["segments"], counted["text_segments"], counted["boilerplate_segments"]) == (3, 2, 1)
    assert (counted["translated"], counted["in_bitext"], counted["in_passages"]) == (3, 2, 1)
    assert (counted["french_segments"], counted["english_segments"]) == (3, 0)


def test_a_long_result_is_cut_and_says_so(connection: Connection) -> None:
    found = run(connection, "SELECT id FROM segments", 2)
    assert (len(found.rows), found.more) == (2, True)
    assert run(connection, "SELECT 1", 1).more is False


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("DELETE FROM segment", "reading only"),
        ("ATTACH 'other.sqlite' AS other", "another database"),
        ("VACUUM INTO 'other.sqlite'", "another database"),
        ("SELECT load_extension('x')", "another database"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("SELECT :x", "--param"),
        (" ; ", "empty"),
        ("SELECT path FROM dokuments", "Did you mean documents"),
        ("SELECT pth FROM documents", "Did you mean path"),
        ("SELECT qqqq FROM verdict", "verdict has pair_hash"),
        ("SELECT * FROM qqqq", "There are: "),
        ("SELECT * FROM segment_fts WHERE segment_fts MATCH 'a AND ('", "fts5"),
    ],
)
def test_what_sqlite_refuses_is_explained(connection: Connection, query: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        run(connection, query)
    assert said in str(refused.value)
    assert not Path("other.sqlite").exists()


@pytest.mark.parametrize(
    ("query", "line", "place"),
    [
        ("SELECT path FORM documents", "SELECT path FORM documents", 17),
        ("SELECT 'a', documents,\n  FROM documents", "  FROM documents", 2),
        ("SELECT (1", "SELECT (1", 9),
        ("SELECT 'x", "SELECT 'x", 7),
        ("SELECT path,\n pth\nFROM documents", " pth", 1),
        ("SELECT foo(1)", "SELECT foo(1)", 7),
    ],
)
def test_the_place_of_an_error_is_shown(connection: Connection, query: str, line: str, place: int) -> None:
    with pytest.raises(UsageError) as refused:
        run(connection, query)
    lines = str(refused.value).split("\n")
    assert lines[1:3] == [f"  {line}", f"  {' ' * place}^"]


@pytest.mark.parametrize("what", ["count(*)", "x", "group_concat(x)", "max(x) OVER ()"])
def test_the_time_limit_holds(path: Path, what: str) -> None:
    start = time.monotonic()
    with read_plainly(path, 0.3) as connection, pytest.raises(UsageError, match="--seconds"):
        run(connection, ENDLESS.format(what), 10**9)
    assert time.monotonic() - start < 10


def test_every_type_as_json_and_csv(path: Path) -> None:
    query = (
        "SELECT 1 AS a, 2.5 AS a, NULL AS n, x'00ff' AS b, 'é\n\"x\",' AS t, '' AS e, 9e999 AS i, 9007199254740993 AS g"
    )
    (row,) = json.loads(enregard("query", query, "--json", "--corpus", path).stdout)
    binary = {"$base64": True, "encoded": "AP8="}
    assert row == {
        "a": 1,
        "a_2": 2.5,
        "n": None,
        "b": binary,
        "t": 'é\n"x",',
        "e": "",
        "i": "inf",
        "g": 9007199254740993,
    }
    names, values = csv.reader(io.StringIO(enregard("query", query, "--csv", "--corpus", path).stdout))
    assert names == ["a", "a", "n", "b", "t", "e", "i", "g"]
    assert values == ["1", "2.5", "", "AP8=", 'é\n"x",', "", "inf", "9007199254740993"]


def test_a_table_shows_null_and_puts_numbers_to_the_right() -> None:
    shown = Console(width=60, file=io.StringIO(), record=True)
    shown.print(console.table(["n", "text"], [(1, "a"), (1000, None), (None, "x\x1b[31m")], 60))
    lines = [line.rstrip() for line in shown.export_text().split("\n")]
    assert lines[:4] == [
        "   n  text",
        "   1  a",
        "1000  NULL",
        "NULL  x\ufffd[31m",
    ]


def test_rows_that_are_too_wide_become_lists() -> None:
    shown = Console(width=40, file=io.StringIO(), record=True)
    shown.print(console.table([f"column{n}" for n in range(9)], [tuple(["some text"] * 9)], 40))
    lines = shown.export_text().split("\n")
    assert len(lines) > 9 and "column8" in lines[9] and "some text" in lines[9]


def test_recipes_and_parameters_on_the_command_line(path: Path) -> None:
    listed = enregard("query", "--recipes", "--corpus", path).stdout
    assert "with-without\t" in listed and "left without" in listed
    done = enregard("query", "--recipe", "word", "--param", "words=marche", "--corpus", path)
    assert done.stdout.splitlines()[1:] == ["fr.txt\tfr\tLe marché ouvre à huit heures."]
    given = enregard(
        "query", "-", "--corpus", path, "--param", "p=fr.txt", given="SELECT title FROM documents WHERE path = :p"
    )
    assert given.stdout.splitlines() == ["title", "Le marché"]
    assert enregard("query", "SELECT 1", "--param", "x", "--corpus", path).returncode == 2


def test_every_column_of_every_table_is_explained() -> None:
    tables = {table.name: {column.name for column in table.columns} for table in Base.metadata.sorted_tables}
    assert all(columns.meaning(table, column) for table, names in tables.items() for column in names)
    assert [table for table, meanings in columns.BY_TABLE.items() if set(meanings) - tables[table]] == []
    assert set(columns.COMMON) <= set().union(*tables.values())
