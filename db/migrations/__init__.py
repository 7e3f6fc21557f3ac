"""Alembic's migrations, run from code: no ini file, no command.

``db.version.HEAD`` is the version that this program writes; a test holds it to the newest script. Alembic is loaded
where a migration runs, so that whoever only reads does not wait for it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from db.version import HEAD

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection


def scripts() -> "ScriptDirectory":
    """The migration scripts, as Alembic sees them."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(__file__).parent))


def upgrade(connection: "Connection", target: str = HEAD) -> None:
    """Run what is missing up to ``target``, inside the transaction at hand."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    directory = scripts()
    context = MigrationContext.configure(
        connection,
        opts={"fn": lambda revision, _context: directory._upgrade_revs(target, revision), "transactional_ddl": True},
    )
    with Operations.context(context):
        context.run_migrations()
