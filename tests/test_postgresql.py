"""A corpus on a PostgreSQL server is a corpus like any other: the same rows, hits, pages and files as from SQLite.

What the other tests say of a corpus in a file they say of one on a server with ``ENREGARD_POSTGRESQL=1``.
"""

import itertools
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from db import copy_rows, postgresql_reader, queries_review, write
from db import place as places
from db.engine import open_corpus, read_corpus, transaction
from db.models import Alignment, AlignmentSegment, Base, Finding, Review, Run
from db.place import DatabaseServer, Place, hide_password, parse_place
from db.postgresql import split_statements, translate_trigger
from db.reader import CorpusError, read_plainly
from db.statements import read_statements
from db.version import read_script
from pipeline import run
from pipeline.config import Config, TranslateConfig
from pipeline.corpus import access
from pipeline.review import desk
from pipeline.search import concordance, sql, statistics
from pipeline.search.concordance import Question
from tests import corpus as sample
from tests import review_corpus, test_terms_build
from tests.command import enregard
from tests.contract import PROJECT
from tests.postgresql_server import Cluster

NAMES = map("t{}".format, itertools.count())
# Words, phrases, prefixes, accents, ligatures, operators, brackets, distances: as a person types them.
SEARCHES = (
    "port",
    "PORT",
    "marche",
    "marché",
    "l'a",
    '"huit heures"',
    '"heures huit"',
    "hui*",
    '"à huit heu"*',
    "the OR mardi",
    "le port",
    "le NOT port",
    "(le OR la) NOT (mairie OR heures)",
    "coeur",
    "cœur",
    "oeuvre OR œuvre",
    "marche NEAR heures",
    "heures NEAR marche",
    "marche NEAR/1 heures",
    "marche NEAR/2 heures",
    "NEAR(le heures, 3)",
    'NEAR(le "huit heures", 2)',
    "le NEAR ouvre NEAR heures",
    "le NOT (marche NEAR/2 heures)",
    "le NOT marche NEAR/1 heures",
    "d'œuvre",
    "naïve",
    "2024",
    "rien-de-tel",
    "cent*",
    "o'clock",
    "[travailler]",
    "[être]",
    "le [marché]",
    r"/\bport\b/",
    r"/h.it/ heures",
    r"/\p{Lu}e/",
)
TEXTS = {
    "Le marché ouvre à huit heures, et la mairie l'a dit mardi.": "The market opens at eight o'clock, they said.",
    "Le cœur de l'œuvre est là.": "The heart of the work is there.",
    "Une main-d'œuvre naïve, en 2024 : 3,5 %.": "A naive workforce, in 2024: 3.5 %.",
    "Straße et ﬁn, x² et ½.": "Street and end, x² and ½.",
    "Le port, le port, et le port encore.": "The port, the port and the port again.",
}


class Both(NamedTuple):
    """The same corpus in a file and on a server."""

    file: Path
    server: DatabaseServer


@pytest.fixture
def database(cluster: Cluster) -> DatabaseServer:
    """An empty database."""
    return cluster.make(next(NAMES))


@pytest.fixture(scope="module")
def both(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Sentences, verdicts, corrections, findings, a re-segmentation; the copy is made by ``enregard copy``."""
    path = tmp_path_factory.mktemp("both") / "corpus.sqlite"
    made = review_corpus.make(path)
    for number, (left, right) in enumerate(TEXTS.items()):
        one, other = (
            sample.document(left, title=f"Texte {number}", date=f"2024-0{number + 1}-01"),
            sample.document(right),
        )
        sample.fill(made, {f"dossier/t{number}.txt": (one, "fr"), f"dossier/t{number}.en.txt": (other, "en")})
    texts = review_corpus.store.pending_texts(made, sample.store.Wanted("fr", "en", sample.ENGINE, {}))
    sample.store.save_translations(
        made, [sample.Translation(text, "fr", "en", TEXTS[text], -0.5, sample.ENGINE) for text in texts]
    )
    sample.store.face_translations(made, sample.store.Wanted("fr", "en", sample.ENGINE, {}))
    for place, verdict, correction in ((0, "accept", None), (1, "correct", "A person's words"), (3, "reject", None)):
        _judge(made.engine, place, verdict, correction)
    key = review_corpus.bead(made.engine, 1)
    with made.engine.connect() as connection:
        seen = desk.version(connection, key)
    desk.resegment(made.engine, desk.Change(key, desk.Split(1, 1), "Ada", seen))
    made.engine.dispose()
    server = cluster.make(next(NAMES))
    done = enregard("copy", path, server.url)
    assert done.returncode == 0, done.stderr
    return Both(path, server)


def _judge(engine: sa.Engine, place: int, verdict: str, correction: str | None = None) -> None:
    key = review_corpus.bead(engine, place)
    with engine.connect() as connection:
        seen = desk.version(connection, key)
    desk.judge(engine, desk.Judgement(key, verdict, correction, None, "Ada", seen))


def rows(place: Place) -> dict[str, list[str]]:
    """Table to its rows, in an order."""
    with read_corpus(place) as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            for table in Base.metadata.sorted_tables
        }


def test_a_copy_has_the_same_rows_there_and_back(both: Both, tmp_path: Path) -> None:
    back = tmp_path / "back.sqlite"
    assert enregard("copy", both.server.url, back).returncode == 0
    assert rows(both.file) == rows(both.server) == rows(back)
    assert len(rows(back)["review"]) == 3
    assert rows(back)["resegmentation"]


def test_a_copy_goes_to_an_empty_place_alone(both: Both, database: DatabaseServer, tmp_path: Path) -> None:
    done = enregard("copy", both.file, both.server.url)
    assert (done.returncode, "something already" in done.stderr) == (2, True)
    taken = tmp_path / "taken.sqlite"
    taken.write_text("mine", "utf-8")
    assert enregard("copy", both.server.url, taken).returncode == 1
    assert taken.read_text("utf-8") == "mine"
    with postgresql_reader.connect(database) as connection:
        connection.execute("CREATE TABLE mine (a integer)")
    assert enregard("copy", both.file, database.url).returncode == 1
    with postgresql_reader.connect(database) as connection:
        assert connection.execute("SELECT relname FROM pg_class WHERE relname IN ('mine', 'document')").fetchall() == [
            ("mine",)
        ]


def test_a_copy_that_fails_leaves_nothing(both: Both, database: DatabaseServer, tmp_path: Path, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise copy_rows.CopyError("no")

    monkeypatch.setattr(copy_rows, "_compare", fail)
    target = tmp_path / "none.sqlite"
    assert enregard("copy", both.file, database.url).returncode == 1
    assert enregard("copy", both.file, target).returncode == 1
    assert not postgresql_reader.recognise(database)
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []


def test_numbers_go_on_after_a_copy(both: Both, database: DatabaseServer) -> None:
    assert enregard("copy", both.file, database.url).returncode == 0
    engine = open_corpus(database)
    _judge(engine, 5, "accept")
    with engine.connect() as connection:
        assert connection.scalars(sa.select(Review.id).order_by(Review.id)).all() == [1, 2, 3, 4]
    engine.dispose()


@pytest.mark.parametrize("name", sql.recipes())
def test_every_recipe_gives_the_same_rows(both: Both, name: str) -> None:
    answers = [enregard("query", "--recipe", name, "--corpus", place) for place in (both.file, both.server.url)]
    assert answers[0].returncode == 0, answers[0].stderr
    assert answers[1] == answers[0]


@pytest.mark.parametrize("file", ["search.sql", "lookup.sql", "lexicon.sql", "recipes.sql"])
def test_every_statement_runs_on_a_server(both: Both, file: str) -> None:
    known = {"match": "port", "side": "left", "limit": 3, "most": 3, "last": 1, "prefix": "a", "end": "b"}
    known |= dict.fromkeys(("machine", "duplicates", "facing", "sifted", "by_role", "mt"), True)
    whole = {name: one.sql for name, one in read_statements(file, "postgresql").items() if one.sql.startswith("SELECT")}
    assert len(whole) >= 4
    with read_plainly(both.server) as connection:
        for statement in whole.values():
            lists = re.findall(r"CAST\(:(\w+) AS json\)", statement)
            values = dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", statement)) | known | dict.fromkeys(lists, "[]")
            connection.execute(statement, values).fetchall()


@pytest.mark.parametrize("words", SEARCHES)
def test_a_search_finds_the_same(both: Both, words: str) -> None:
    asked = Question(words)
    options = (
        asked,
        replace(asked, language="fr"),
        replace(asked, facing="the"),
        *([] if words.startswith("/") else [replace(asked, without="market OR port")]),
        replace(asked, kind="bitext"),
        replace(asked, origin="machine"),
        replace(asked, verdict="accept"),
        replace(asked, documents=("dossier",)),
        replace(asked, since="2024-02", until="2024-03"),
        replace(asked, duplicates=True, roles=("body",)),
    )
    found = []
    for place in both:
        with read_plainly(place) as connection:
            found.append([sorted(concordance.find(connection, one, 50).hits) for one in options])
    assert found[0] == found[1]


def test_half_of_the_searches_have_hits_and_some_have_none(both: Both) -> None:
    """What the comparison above is worth."""
    with read_plainly(both.server) as connection:
        numbers = [len(concordance.find(connection, Question(words), 50).hits) for words in SEARCHES]
    assert sum(number > 0 for number in numbers) > 0.6 * len(SEARCHES)
    assert 0 in numbers


@pytest.mark.parametrize("words", ["port", "le", "hui*", "the OR mardi"])
def test_what_hits_amount_to_is_the_same(both: Both, words: str) -> None:
    counts = []
    for place in both:
        with read_plainly(place) as connection:
            counts.append(statistics.counts(connection, Question(words)))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "words", ["(", "NEAR(a, b", "a AND", 'left_text : a NOT "', "unknown : a", "(le) port", "a + b", "", '"', "NOT a"]
)
def test_the_review_reads_words_alike(both: Both, words: str) -> None:
    """What FTS5 refuses is refused, so that each word is looked for by itself."""
    shown = []
    for place in both:
        with read_corpus(place) as connection:
            filters = queries_review.Filters(words=words)
            shown.append([row.id for row in queries_review.find_queue(connection, filters, 50)])
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"verdict": "none"},
        {"verdict": "correct"},
        {"kind": "bitext", "low": 0.5},
        {"finding": "W601"},
        {"words": "port NOT encore"},
        {"sample": 5},
        {"part": "1/2"},
        {"reviewer": "Ada", "verdict": "none"},
        {"disputed": True},
    ],
    ids=str,
)
def test_the_review_queue_is_the_same(both: Both, filters: dict) -> None:
    shown = []
    for place in both:
        with read_corpus(place) as connection:
            asked = queries_review.Filters(**filters)
            shown.append((queries_review.find_queue(connection, asked, 50), queries_review.progress(connection, asked)))
    assert shown[0] == shown[1]


@pytest.mark.parametrize("form", ["tmx", "xliff", "tsv", "jsonl"])
def test_exports_are_the_same(both: Both, form: str) -> None:
    written = [enregard("export", "--format", form, "--corpus", place) for place in (both.file, both.server.url)]
    assert written[0].returncode == 0, written[0].stderr
    assert written[1] == written[0]


def test_reports_are_the_same(both: Both) -> None:
    pages = [enregard("report", "--corpus", place).stdout for place in (both.file, both.server.url)]
    assert "<html" in pages[0]
    assert pages[1] == pages[0]


@pytest.mark.parametrize(
    "command", [("evaluate",), ("show", "fr.txt"), ("review", "--sample", "5"), ("suggest", "Le port")]
)
def test_commands_say_the_same(both: Both, command: tuple[str, ...]) -> None:
    said = [enregard(*command, "--corpus", place) for place in (both.file, both.server.url)]
    assert said[1] == said[0]


def test_judging_and_undoing(both: Both, database: DatabaseServer) -> None:
    assert enregard("copy", both.file, database.url).returncode == 0
    engine = open_corpus(database)
    _judge(engine, 6, "correct", "Other words")
    with engine.connect() as connection:
        key = review_corpus.bead(engine, 6)
        row = queries_review.get_alignment(connection, key)
        assert row is not None
        assert row.correction == "Other words"
    with read_plainly(database) as plain:
        assert concordance.find(plain, Question("other words", kind="bitext"), 5).hits
    desk.undo(engine, "Ada")
    with read_plainly(database) as plain:
        assert not concordance.find(plain, Question("other words", kind="bitext"), 5).hits
    engine.dispose()


def test_bitext_is_imported(database: DatabaseServer, tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("fr\ten\nLe port est fermé.\tThe port is closed.\nUn œuf.\tAn egg.\n", "utf-8")
    done = enregard("import", file, "--corpus", database.url)
    assert done.returncode == 0, done.stderr
    assert "An egg." in enregard("search", "oeuf", "--corpus", database.url).stdout


@pytest.mark.engine
def test_a_changed_term_has_its_sentences_alone_translated_again(cluster: Cluster, tmp_path: Path) -> None:
    corpus = test_terms_build.Corpus(tmp_path, cluster.make(next(NAMES)))
    corpus.build("chien\tkeep\n")
    assert corpus.count(test_terms_build.ALL) == 4
    corpus.build("chien\tkeep\nchat\tpeace\n")
    assert corpus.count(test_terms_build.NEWEST) == 2
    assert all("peace" in cat and "chien" in cat for cat in corpus.cats)
    assert corpus.build().changed
    assert not corpus.build().changed
    assert not any("peace" in cat for cat in corpus.cats)


@pytest.fixture(scope="module")
def built(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The shipped seeds, built in a file and on a server; no engine translates."""
    both = Both(tmp_path_factory.mktemp("built") / "corpus.sqlite", cluster.make(next(NAMES)))
    for place in both:
        settings = replace(Config(), translate=TranslateConfig(engine="none"), data=both.file.parent / "data")
        run.build(PROJECT / "seeds", place, settings, lambda _: None, {})
    return both


@pytest.mark.slow
def test_a_build_gives_the_same_rows(built: Both) -> None:
    """But for the names and times of runs."""
    there, here = (
        {
            table: sorted(re.sub(r"'\d{8}T\d{6}\.\d{6}-\d+'", "'run'", row) for row in listed)
            for table, listed in rows(place).items()
            if table != "run"
        }
        for place in built
    )
    assert there == here
    assert len(there["alignment"]) > 50


@pytest.mark.slow
def test_a_second_build_has_nothing_to_do(built: Both) -> None:
    before = rows(built.server)
    settings = replace(Config(), translate=TranslateConfig(engine="none"), data=built.file.parent / "data")
    outcome = run.build(PROJECT / "seeds", built.server, settings, lambda _: None, {})
    assert not outcome.changed
    assert {name: listed for name, listed in rows(built.server).items() if name != "run"} == {
        name: listed for name, listed in before.items() if name != "run"
    }
    assert not [path for path in (built.file.parent / "data").rglob("*") if path.is_file()]
    with postgresql_reader.connect(built.server) as connection:
        assert connection.execute("SELECT count(*) > 100 FROM public_cache.kept").fetchone() == (True,)


@pytest.mark.slow
def test_every_command_of_the_page_works(cluster: Cluster, built: Both, tmp_path: Path) -> None:
    """In the order of docs/postgresql.md, with the server that the environment names."""
    (tmp_path / "db").mkdir()
    shutil.copy(built.file, tmp_path / "db" / "corpus.sqlite")
    for name in ("seeds", ".venv"):
        (tmp_path / name).symlink_to(PROJECT / name)
    page = (PROJECT / "docs" / "postgresql.md").read_text("utf-8")
    lines = [line.strip() for line in page.splitlines() if line.startswith("    ")]
    commands = [line for line in lines if line.startswith((".venv/bin/enregard", "createdb"))]
    roles = " ".join(line for line in lines if line.startswith(("CREATE ROLE", "GRANT")))
    assert (len(commands), roles.count(";")) == (6, 3)
    (tmp_path / "enregard.toml").write_text('[translate]\nengine = "none"\n', "utf-8")
    environment = os.environ | {"PGHOST": str(cluster.folder), "PGUSER": cluster.user}
    for command in commands:
        if command.endswith("copy db/corpus.sqlite postgresql:///corpus"):
            subprocess.run(["dropdb", "corpus"], env=environment, check=True)
            subprocess.run(["createdb", "corpus"], env=environment, check=True)
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert (command, done.returncode) == (command, 0), done.stderr
    subprocess.run(["psql", "-v", "ON_ERROR_STOP=1", "-c", roles, "corpus"], env=environment, check=True)
    reader = DatabaseServer(f"postgresql://reader@/corpus?host={cluster.folder}")
    assert enregard("query", "SELECT COUNT(*) FROM bitext", "--corpus", reader.url).returncode == 0
    assert enregard("build", PROJECT / "seeds", "--corpus", reader.url).returncode == 1


# What is no corpus, and what is not allowed


def test_a_database_of_another_program_is_left_alone(database: DatabaseServer) -> None:
    with postgresql_reader.connect(database) as connection:
        connection.execute("CREATE VIEW theirs AS SELECT 1 AS a")
    with pytest.raises(CorpusError, match="another program"):
        open_corpus(database)
    with pytest.raises(CorpusError, match="another program"), read_corpus(database):
        pass
    with postgresql_reader.connect(database) as connection:
        assert connection.execute(read_statements("catalogue.sql")["relations"].sql).fetchall() == [("theirs",)]


def test_an_empty_database_is_no_corpus_yet(database: DatabaseServer) -> None:
    with pytest.raises(CorpusError, match="no corpus there"), read_plainly(database):
        pass
    open_corpus(database).dispose()
    with read_plainly(database) as connection:
        assert connection.execute("SELECT COUNT(*) FROM document").fetchone() == (0,)


def test_views_are_made_anew_and_nothing_is_lost(both: Both, database: DatabaseServer) -> None:
    assert enregard("copy", both.file, database.url).returncode == 0
    before = rows(database)
    with postgresql_reader.connect(database) as connection:
        connection.execute("UPDATE enregard_corpus SET user_version = 1")
    with pytest.raises(CorpusError, match="earlier version"), read_corpus(database):
        pass
    open_corpus(database).dispose()
    assert rows(database) == before
    with postgresql_reader.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CorpusError, match="newer version"):
        open_corpus(database)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM segment",
        "SELECT 1; DELETE FROM segment",
        "COMMIT; DELETE FROM segment",
        "WITH gone AS (DELETE FROM segment RETURNING 1) SELECT * FROM gone",
        "COPY segment TO '/tmp/out'",
        "SET transaction_read_only = off",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "EXPLAIN ANALYZE DELETE FROM segment",
    ],
)
def test_a_query_does_not_write(both: Both, statement: str) -> None:
    before = rows(both.server)
    assert enregard("query", statement, "--corpus", both.server.url).returncode == 2
    assert rows(both.server) == before


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT * FROM segmets", "Did you mean segment"),
        ("SELECT txt FROM segment", "Did you mean text"),
        ("SELECT FROM WHERE", "PostgreSQL refuses the query"),
        ("SELECT :x", "--param"),
        ("SELECT pg_sleep(5)", "took too long"),
        ("SELECT * FROM segment_fts WHERE matches(words, 'a AND (')", "fts5"),
    ],
)
def test_what_a_server_refuses_is_explained(both: Both, statement: str, said: str) -> None:
    done = enregard("query", statement, "--seconds", "0.5", "--corpus", both.server.url)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_parameters_and_values_are_those_of_sqlite(both: Both) -> None:
    statement = "SELECT :a AS a, 0.5 AS half, left_text <> '' AS yes, score FROM alignment ORDER BY id LIMIT 2"
    said = [enregard("query", statement, "--param", "a=%s", "--json", "--corpus", str(place)) for place in both]
    assert said[0].stdout == said[1].stdout.replace("true", "1")


def test_one_writer_at_a_time(database: DatabaseServer) -> None:
    told: list[str] = []
    order: list[str] = []
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with access.locked(database, lambda event: told.append(event.note)):
            order.append("second")

    with access.locked(database, lambda event: told.append(event.note)):
        other = threading.Thread(target=second)
        other.start()
        begun.wait()
        while not told:
            pass
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert "Waiting for it to end" in told[0]


def test_two_who_write_wait_for_each_other(both: Both, database: DatabaseServer) -> None:
    assert enregard("copy", both.file, database.url).returncode == 0
    engines = [open_corpus(database) for _ in range(2)]
    row = {"pair_hash": "h", "left_text": "l", "right_text": "r", "verdict": "accept", "created": datetime.now(UTC)}

    def add(engine: sa.Engine) -> None:
        for _ in range(10):
            with transaction(engine) as connection:
                number = connection.scalar(sa.select(sa.func.count()).select_from(Review))
                write.insert_new(connection, Review, [row | {"reviewer": f"r{number}"}])

    threads = [threading.Thread(target=add, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engines[0].connect() as connection:
        assert len(set(connection.scalars(sa.select(Review.reviewer)))) == 21
    for engine in engines:
        engine.dispose()


# Passwords, drivers, triggers


@pytest.mark.parametrize(
    "url",
    ["postgresql://ada:s3cr%2Ft@127.0.0.1:1/c", "postgresql://ada@127.0.0.1:1/c?password=s3cr%2Ft&connect_timeout=1"],
)
def test_a_password_is_never_shown(url: str, tmp_path: Path) -> None:
    place = parse_place(url)
    assert "s3cr" not in f"{place} {place!r}"
    for command in (("query", "SELECT 1"), ("build", tmp_path), ("copy", url, tmp_path / "c.sqlite"), ("doctor",)):
        corpus = () if command[0] == "copy" else ("--corpus", url)
        done = enregard(*command, *corpus)
        assert "s3cr" not in done.stdout + done.stderr
        assert "postgresql://ada" in done.stdout + done.stderr
    assert hide_password("postgresql://ada@h/c") == "postgresql://ada@h/c"


def test_without_the_driver_it_is_said_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\nfrom pipeline.cli import main\n"
        "sys.argv = ['enregard', 'query', 'SELECT 1', '--corpus', 'postgresql:///c']\nsys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "enregard[postgresql]" in done.stderr


def test_a_file_needs_no_driver() -> None:
    code = "import sys, db.reader, db.engine, db.schema; print('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_every_trigger_becomes_one_of_the_server() -> None:
    for script in ("corrections.sql", "queue.sql"):
        statements = split_statements(read_script(script))
        triggers = [statement for statement in statements if "CREATE TRIGGER" in statement]
        assert len(triggers) == read_script(script).count("CREATE TRIGGER")
        translated = [translate_trigger(statement) for statement in triggers]
        assert all("EXECUTE FUNCTION" in statement for statement in translated)
        for_all = [statement for statement in translated if "FOR EACH STATEMENT" in statement]
        assert len(for_all) == sum(" UPDATE " not in statement.partition("BEGIN")[0] for statement in triggers)
        assert not [statement for statement in for_all if re.search(r"\b(new|old)\.", statement)]


def test_a_trigger_looks_up_by_index_however_many_rows_there_are(both: Both) -> None:
    tables = ("alignment", "alignment_segment", "finding", "queue_entry", "translation", "review")
    query = sa.text("SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = ANY(:tables)")
    engine = open_corpus(both.server)
    with transaction(engine) as connection:
        sides = [dict(row) for row in connection.execute(sa.select(AlignmentSegment.__table__)).mappings()]
        pairs = connection.scalars(sa.select(Alignment.id)).all()
        run_id = connection.scalars(sa.select(Run.id)).first()
        connection.execute(sa.delete(AlignmentSegment))
        before = {name: number for name, number in connection.execute(query, {"tables": list(tables)})}
        write.insert_new(connection, AlignmentSegment, sides)
        finding = {"code": "W999", "subject_kind": "alignment", "value": "", "run_id": run_id}
        write.insert_new(connection, Finding, [{**finding, "subject": key} for key in pairs])
        assert before.keys() == set(tables)
        assert {name: number for name, number in connection.execute(query, {"tables": list(tables)})} == before
        ranks = "SELECT docid, verdict, band, rank FROM {} ORDER BY docid"
        kept, fresh = (connection.execute(sa.text(ranks.format(name))).all() for name in ("queue_entry", "queue_order"))
        assert kept == fresh
        assert len({row.band for row in kept}) > 2
        connection.rollback()
    engine.dispose()


def test_a_place_is_a_file_or_a_url() -> None:
    assert parse_place("db/corpus.sqlite") == Path("db/corpus.sqlite")
    assert isinstance(parse_place("postgres://h/c"), DatabaseServer)
    assert places.resolve(Path("a")) == Path("a")


def test_shifts_of_the_scores_of_several_engines_are_kept(database: DatabaseServer) -> None:
    shifts = {f"{number:016}": number / 3 for number in range(20)}
    with access.open_for_writing(database, lambda _: None) as engine:
        opened = sample.store.start_run(engine, "one", "0", {})
        sample.store.save_shifts(opened, shifts, lambda log_odds, shift: log_odds + shift)
        assert sample.store.load_shifts(opened) == shifts


@pytest.mark.parametrize("microsecond", [0, 120_000, 123_456])
def test_times_are_written_as_in_a_file(database: DatabaseServer, tmp_path: Path, microsecond: int) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, microsecond, UTC)
    row = {"pair_hash": "h", "left_text": "l", "right_text": "r", "verdict": "accept", "reviewer": "a"}
    written = []
    for place in (tmp_path / "corpus.sqlite", database):
        engine = open_corpus(place)
        with transaction(engine) as connection:
            write.insert_new(connection, Review, [row | {"created": moment}])
        engine.dispose()
        with read_plainly(place) as plain:
            written.append(plain.execute("SELECT created FROM review").fetchall())
    assert written[0] == written[1]
