"""Bringing a corpus to the newest version: tables by Alembic, views, triggers and full text from SQL files."""

from sqlalchemy import Connection, Engine, inspect, text

from db import migrations, sqlite
from db.models import Base
from db.version import APPLICATION_ID, SCRIPTS, layout, read_script


class MigrationError(ValueError):
    """A migration would lose rows; nothing was changed."""


def migrate(engine: Engine) -> None:
    """Bring tables, views and triggers to the newest version, all or nothing.

    Views and triggers are dropped before and made anew after: rebuilding a table fails under views and silently drops
    triggers (sqlalchemy/alembic issue 1207). Raises MigrationError.
    """
    opened = engine.execution_options(writes=True).connect()
    with opened as connection, sqlite.without_foreign_keys(connection), connection.begin():
        if sqlite.get_user_version(connection) == layout():  # another process was quicker
            return
        drop_views(connection)
        migrations.upgrade(connection)
        create_views(connection)
        broken = sqlite.find_broken_row(connection)
        if broken:
            raise MigrationError(
                f"the migration would leave a row of {broken!r} without its counterpart; nothing was changed"
            )
        sqlite.set_version(connection, APPLICATION_ID, layout())


def drop_views(connection: Connection) -> None:
    """Drop every view and trigger, and the full-text tables."""
    for kind in ("trigger", "view"):
        for name in _names(connection, kind):
            sqlite.drop(connection, kind, name)
    for name in _full_text(connection):
        sqlite.drop(connection, "table", name)


def create_views(connection: Connection) -> None:
    """Make every view, the full-text tables, the triggers that keep these in step, and the review queue."""
    for script in SCRIPTS:
        for statement in sqlite.split_statements(read_script(script)):
            connection.exec_driver_sql(statement)


def tables() -> list[str]:
    """Names of the tables, in the order of their foreign keys."""
    return [table.name for table in Base.metadata.sorted_tables]


def _names(connection: Connection, kind: str) -> list[str]:
    if kind == "view":
        return inspect(connection).get_view_names()
    rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = :kind"), {"kind": kind})
    return [str(row.name) for row in rows]


def _full_text(connection: Connection) -> list[str]:
    query = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%fts5%'")
    return [str(row.name) for row in connection.execute(query)]
