"""Bringing a corpus to the newest version: tables by Alembic, views, triggers and full text from SQL files."""

from sqlalchemy import Connection, Engine

from db import migrations
from db.models import Base
from db.twins import twin
from db.version import APPLICATION_ID, SCRIPTS, layout, read_script


class MigrationError(ValueError):
    """A migration would lose rows; nothing was changed."""


def migrate(engine: Engine) -> None:
    """Bring tables, views and triggers to the newest version, all or nothing.

    Views and triggers are dropped before and made anew after: rebuilding a table fails under views and silently drops
    triggers (sqlalchemy/alembic issue 1207). Raises MigrationError.
    """
    opened = engine.execution_options(writes=True).connect()
    with opened as connection, twin(connection).without_foreign_keys(connection), connection.begin():
        bring_up(connection)


def bring_up(connection: Connection) -> None:
    """The same inside the transaction at hand, which keeps foreign keys aside where the database must."""
    database = twin(connection)
    if database.get_user_version(connection) == layout():  # another process was quicker
        return
    drop_views(connection)
    migrations.upgrade(connection)
    database.finish_tables(connection)
    create_views(connection)
    broken = database.find_broken_row(connection)
    if broken:
        raise MigrationError(
            f"the migration would leave a row of {broken!r} without its counterpart; nothing was changed"
        )
    database.set_version(connection, APPLICATION_ID, layout())


def drop_views(connection: Connection) -> None:
    """Drop every view and trigger, and the full-text tables."""
    twin(connection).drop_derived(connection)


def create_views(connection: Connection) -> None:
    """Make every view, the full-text tables, the triggers that keep these in step, and the review queue."""
    database = twin(connection)
    for script in SCRIPTS:
        database.run_script(connection, read_script(database.SCRIPTS.get(script, script)))


def tables() -> list[str]:
    """Names of the tables, in the order of their foreign keys."""
    return [table.name for table in Base.metadata.sorted_tables]
