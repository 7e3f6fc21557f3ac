"""The schema: known by its hash, equal to the models, and it survives a migration with views and triggers in place."""

import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_mock_engine, text

from db import migrations
from db.engine import open_corpus, read_corpus
from db.models import Base
from db.schema import create_views, drop_views, migrate
from db.version import HEAD, REVISIONS, layout
from tests import corpus as sample

# When this test fails, the schema has changed. If that was meant: has a migration been added, HEAD been moved and
# docs/schema.md been written anew (`make docs`)? Then put the new hash here.
SCHEMA = "8635b9d0ce1b0899"


def live_schema(path: Path) -> str:
    with read_corpus(path) as connection:
        own = "sql IS NOT NULL AND NOT (type = 'table' AND name GLOB '*_fts_*')"  # FTS5's own tables vary by version
        rows = connection.execute(text(f"SELECT sql FROM sqlite_master WHERE {own} ORDER BY type, name"))
        return "\n".join(" ".join(row.sql.split()) for row in rows)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.sqlite"


def test_the_schema_is_the_known_one(path: Path) -> None:
    open_corpus(path)
    assert hashlib.sha256(live_schema(path).encode()).hexdigest()[:16] == SCHEMA


def test_models_and_migrations_agree(path: Path) -> None:
    with open_corpus(path).connect() as connection:
        drop_views(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
        connection.rollback()
    assert found == []


def test_head_is_the_newest_script() -> None:
    scripts = migrations.scripts()
    assert scripts.get_current_head() == HEAD
    assert tuple(reversed([one.revision for one in scripts.walk_revisions()])) == REVISIONS


def test_opening_twice_changes_nothing(path: Path) -> None:
    open_corpus(path)
    before = live_schema(path)
    open_corpus(path)
    assert live_schema(path) == before


def test_a_full_corpus_survives_the_rebuild_of_a_table(path: Path) -> None:
    """SQLite changes a column by copying the table; under views that fails, and triggers are lost without a word."""
    engine = sample.make(path).engine
    before, counts = live_schema(path), table_counts(path)
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            drop_views(connection)
            operations = Operations(MigrationContext.configure(connection))
            for table in ("segment", "alignment"):
                with operations.batch_alter_table(table, recreate="always") as batch:
                    batch.add_column(sa.Column("added", sa.Text()))
            create_views(connection)
    assert table_counts(path) == counts
    assert live_schema(path).count("CREATE TRIGGER") == before.count("CREATE TRIGGER") == 19
    assert found(path, "marche") == 1
    with engine.begin() as connection:
        connection.execute(
            text("DELETE FROM document WHERE id IN (SELECT document_id FROM source WHERE path='fr.txt')")
        )
    assert found(path, "marche") == 0


def test_an_older_corpus_takes_the_new_roles_and_grades(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrations.upgrade(connection, "0007")
    engine.dispose()
    with open_corpus(path).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO run (id, started, version, settings, summary, status) "
                "VALUES ('r', '2026-01-01', '1', '{}', '{}', 'done')"
            )
        )
        connection.execute(text("INSERT INTO document (id, text, profile, run_id) VALUES ('d', 'a b', '{}', 'r')"))
        row = "INSERT INTO block (id, document_id, role, start_offset, end_offset) VALUES (:role, 'd', :role, 0, 1)"
        for role in ("code", "caption"):
            connection.execute(text(row), {"role": role})
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(text(row), {"role": "verse"})
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_verdicts_of_the_first_schema_stay(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001")
        connection.execute(
            text(
                "INSERT INTO review (pair_hash, left_text, right_text, verdict, reviewer, created)"
                " VALUES ('a', 'Oui.', 'Yes.', 'accept', 'Ada', '2026-01-01')"
            )
        )
    engine.dispose()
    with open_corpus(path).begin() as connection:
        assert connection.execute(text("SELECT verdict, reviewer FROM verdict")).all() == [("accept", "Ada")]
        connection.execute(
            text(
                "INSERT INTO review (pair_hash, left_text, right_text, verdict, reviewer, created)"
                " VALUES ('a', 'Oui.', 'Yes.', 'reject', 'Bo', '2026-01-02'),"
                " ('a', 'Oui.', 'Yes.', 'withdrawn', 'Bo', '2026-01-03')"
            )
        )
        assert connection.execute(text("SELECT verdict, reviewer FROM verdict")).all() == [("accept", "Ada")]


def test_an_interrupted_migration_leaves_the_old_corpus(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sample.make(path).engine
    before, counts = live_schema(path), table_counts(path)

    def fail(connection: sa.Connection) -> None:
        connection.exec_driver_sql("DELETE FROM segment")
        raise RuntimeError("power cut")

    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        connection.exec_driver_sql("PRAGMA user_version = 1")
    monkeypatch.setattr(migrations, "upgrade", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})
        connection.exec_driver_sql(f"PRAGMA user_version = {layout()}")
    assert live_schema(path) == before
    assert table_counts(path) == counts


def test_full_text_ignores_accents_and_case(path: Path) -> None:
    sample.make(path)
    assert found(path, "MARCHE") == found(path, "marché") == 1


def test_the_connection_for_readers_cannot_write(path: Path) -> None:
    sample.make(path)
    with read_corpus(path) as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.execute(text("DELETE FROM segment"))


def test_a_query_that_takes_too_long_is_stopped(path: Path) -> None:
    sample.make(path)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    with read_corpus(path, seconds=0.2) as connection, pytest.raises(sa.exc.OperationalError, match="interrupted"):
        connection.execute(text(endless))


def test_postgresql_would_take_the_tables() -> None:
    """The same models compile for PostgreSQL (that the views run there too is not tested here)."""
    statements: list[str] = []
    engine = create_mock_engine(
        "postgresql+psycopg://", lambda sql, *_a, **_k: statements.append(str(sql.compile(dialect=engine.dialect)))
    )
    Base.metadata.create_all(engine, checkfirst=False)
    assert sum("CREATE TABLE" in one for one in statements) == len(Base.metadata.tables)


def table_counts(path: Path) -> dict[str, int]:
    with read_corpus(path) as connection:
        return {
            name: connection.execute(text(f"SELECT COUNT(*) FROM {name}")).scalar_one() for name in Base.metadata.tables
        }


def found(path: Path, word: str) -> int:
    query = "SELECT COUNT(*) FROM segment_fts JOIN segment ON docid = segment_fts.rowid WHERE segment_fts MATCH :word"
    with read_corpus(path) as connection:
        return connection.execute(text(query), {"word": word}).scalar_one()
