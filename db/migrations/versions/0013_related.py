"""Alignments of the kind ``related``."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('translation', 'bitext', 'passage')"
_MORE_KINDS = "kind IN ('translation', 'bitext', 'passage', 'related')"


def upgrade() -> None:
    """Let the CHECK take the new value, as revision 0008 does it and for its reasons."""
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'alignment'",
        (_KINDS, _MORE_KINDS),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
