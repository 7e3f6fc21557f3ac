"""Alembic's migrations, run from code: no ini file, no command.

``HEAD`` is the version that this program writes; a test holds it to the newest script.
"""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

HEAD = "0005"


def current(connection: Connection) -> str | None:
    """The version of the corpus at hand; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def scripts() -> ScriptDirectory:
    """The migration scripts, as Alembic sees them."""
    return ScriptDirectory(str(Path(__file__).parent))


def upgrade(connection: Connection, target: str = HEAD) -> None:
    """Run what is missing up to ``target``, inside the transaction at hand."""
    directory = scripts()
    context = MigrationContext.configure(
        connection,
        opts={"fn": lambda revision, _context: directory._upgrade_revs(target, revision), "transactional_ddl": True},
    )
    with Operations.context(context):
        context.run_migrations()
