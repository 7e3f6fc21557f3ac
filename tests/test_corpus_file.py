"""Which file is a corpus: anything else is left as it is; and a corpus can be read wherever it lies."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import text

from db import migrations
from db.engine import CorpusError, open_corpus, read_corpus, transaction
from db.version import APPLICATION_ID, FIRST_TABLES, layout, read_header
from pipeline.corpus import access
from pipeline.errors import StoreError
from tests import corpus as sample

PROJECT = Path(__file__).resolve().parent.parent
FOREIGN = {
    "clients": "CREATE TABLE clients (id); CREATE VIEW paying AS SELECT * FROM clients;"
    " CREATE TRIGGER t AFTER INSERT ON clients BEGIN DELETE FROM clients; END",
    "notes in full text": "CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('ten years')",
    "tables of our names": "CREATE TABLE document (id); CREATE TABLE segment (id)",
    "Alembic's": "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('0001')",
    "a mark of its own": "PRAGMA application_id = 7; CREATE TABLE t (id)",
    "only a mark": "PRAGMA application_id = 7",
    "a log of its own": "PRAGMA journal_mode = WAL; CREATE TABLE t (id); CREATE VIEW v AS SELECT * FROM t",
}


def content(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_database_that_is_no_corpus_is_refused_and_stays_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FOREIGN[name])
    before = content(tmp_path)
    with pytest.raises(CorpusError, match="another program; nothing in it was changed"):
        open_corpus(path)
    with pytest.raises(CorpusError, match="another program"), read_corpus(path):
        pass
    assert content(tmp_path) == before


@pytest.mark.parametrize("data", [b"x", b"SQLite format 3\0", b"# Notes\n" * 100, bytes(4096)])
def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "notes.md"
    path.write_bytes(data)
    with pytest.raises(CorpusError, match="that is no corpus"):
        open_corpus(path)
    assert content(tmp_path) == {"notes.md": hashlib.sha256(data).hexdigest()}


def test_an_empty_file_and_an_empty_database_become_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with closing(sqlite3.connect(tmp_path / "database")) as connection:
        connection.executescript("CREATE TABLE t (id); DROP TABLE t")
    for name in ("empty", "database"):
        open_corpus(tmp_path / name).dispose()
        assert read_header(tmp_path / name) == (True, APPLICATION_ID, layout())


def test_a_corpus_of_an_earlier_version_is_known_by_its_tables_and_marked(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001")
        assert set(sa.inspect(connection).get_table_names()) >= FIRST_TABLES
    engine.dispose()
    with pytest.raises(CorpusError, match=r"earlier version .* Run `make corpus`"), read_corpus(path):
        pass
    open_corpus(path).dispose()
    assert read_header(path) == (True, APPLICATION_ID, layout())
    with read_corpus(path) as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM review_queue")) == 0


def test_views_that_have_changed_are_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    sample.make(path).engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP VIEW segments; PRAGMA user_version = 1")
    open_corpus(path).dispose()
    with read_corpus(path) as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM segments"))


def test_a_newer_corpus_gets_one_sentence_whatever_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    engine = sample.make(path).engine
    with transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    engine.dispose()
    before = content(tmp_path)
    with pytest.raises(CorpusError, match=r"newer version of the program .* Install that version"):
        open_corpus(path)
    with pytest.raises(CorpusError, match="newer version"), read_corpus(path):
        pass
    assert content(tmp_path) == before
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "build", "--corpus", path, "seeds"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    assert done.returncode == 1
    assert "newer version" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["what?.sqlite", "a%41.sqlite", "a#b.sqlite", "file:x.sqlite", "q?mode=memory", "é"])
def test_the_path_is_a_path(tmp_path: Path, name: str) -> None:
    for other in ("what", "aA.sqlite"):
        (tmp_path / other).write_text("mine", "utf-8")
    sample.make(tmp_path / name).engine.dispose()
    with read_corpus(tmp_path / name) as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM document"))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "what", "aA.sqlite"])


def test_a_path_is_no_address_where_it_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_corpus(Path("file:x.sqlite?mode=memory")).dispose()
    assert [path.name for path in tmp_path.iterdir()] == ["file:x.sqlite?mode=memory"]


def test_a_corpus_in_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CorpusError, match="a corpus is a file"):
        open_corpus(Path(":memory:"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path, make: object) -> None:
    make(tmp_path / "corpus")  # type: ignore[operator]
    with pytest.raises(CorpusError, match="that is no file"):
        open_corpus(tmp_path / "corpus")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="only Linux has such a folder")
def test_a_folder_that_takes_no_files_is_named_and_not_waited_for() -> None:
    with pytest.raises(StoreError, match="cannot be made there"), access.locked(Path("/proc/self/x"), lambda _: None):
        pass


def test_no_lock_stays_beside_what_is_no_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.sqlite").write_text("a text", "utf-8")
    for name in ("text.sqlite", ":memory:"):
        with pytest.raises(StoreError), access.locked(Path(name), lambda _: None):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["text.sqlite"]


def test_nothing_stays_beside_a_corpus(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    sample.make(path).engine.dispose()
    assert [one.name for one in tmp_path.iterdir()] == ["corpus.sqlite"]
    with read_corpus(path) as connection:
        connection.execute(text("SELECT 1 FROM document")).all()
    assert [one.name for one in tmp_path.iterdir()] == ["corpus.sqlite"]


def test_a_corpus_is_read_where_nothing_can_be_written_beside_it(tmp_path: Path) -> None:
    """SQLite wants a ``-shm`` file; where it cannot be made (a read-only medium, a full disk) it is done without."""
    path = tmp_path / "corpus.sqlite"
    sample.make(path).engine.dispose()
    (tmp_path / "corpus.sqlite-shm").mkdir()
    for _ in range(2):
        with read_corpus(path) as connection:
            assert connection.scalar(text("SELECT COUNT(*) FROM document"))
    open_corpus(path).dispose()  # as the review does: pages are read, and only saving fails


def test_reading_does_not_wait_for_a_writer_nor_lock_it_out(tmp_path: Path) -> None:
    engine = sample.make(tmp_path / "corpus.sqlite").engine
    with engine.connect() as reader:
        before = reader.scalar(text("SELECT COUNT(*) FROM finding"))
        with transaction(engine) as writer:
            writer.execute(text("DELETE FROM finding"))
            with engine.connect() as second:
                assert second.scalar(text("SELECT COUNT(*) FROM finding")) == before
        assert reader.scalar(text("SELECT COUNT(*) FROM finding")) == before
    engine.dispose()


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """A transaction that reads first and writes then is not refused, because it has had the lock from its beginning."""
    engine = sample.make(tmp_path / "corpus.sqlite").engine

    def add() -> None:
        for _ in range(20):
            with transaction(engine) as connection:
                number = connection.scalar(text("SELECT COUNT(*) FROM stage"))
                row = {"name": f"stage {number}", "fingerprint": "", "run": "run-1"}
                connection.execute(text("INSERT INTO stage SELECT :name, :fingerprint, MIN(id) FROM run"), row)

    before = 0
    with engine.connect() as connection:
        before = connection.scalar(text("SELECT COUNT(*) FROM stage")) or 0
    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM stage")) == before + 60
    engine.dispose()


def test_opening_a_corpus_loads_neither_alembic_nor_the_models(tmp_path: Path) -> None:
    sample.make(tmp_path / "corpus.sqlite").engine.dispose()
    code = (
        "import sys, pathlib; from db.engine import open_corpus, read_corpus; path = pathlib.Path(sys.argv[1])\n"
        "open_corpus(path)\n"
        "with read_corpus(path): pass\n"
        "print([one for one in ('alembic', 'sqlalchemy.orm', 'db.models') if one in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "corpus.sqlite"],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    assert shown.stdout.strip() == "[]"


def test_a_damaged_corpus_is_named(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    sample.make(path).engine.dispose()
    shutil.copy(path, tmp_path / "whole")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(CorpusError, match=r"corpus\.sqlite: cannot be opened"):
        open_corpus(path)
