"""Roles ``code`` and ``caption``, and the grade ``contained``."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLES = "role IN ('title', 'heading', 'body', 'boilerplate', 'separator')"
_MORE_ROLES = "role IN ('title', 'heading', 'body', 'caption', 'code', 'boilerplate', 'separator')"
_GRADES = "grade IN ('translation', 'partial', 'comparable', 'duplicate')"
_MORE_GRADES = "grade IN ('translation', 'partial', 'comparable', 'duplicate', 'contained')"
CHECKS = (("block", _ROLES, _MORE_ROLES), ("segment", _ROLES, _MORE_ROLES), ("document_pair", _GRADES, _MORE_GRADES))


def upgrade() -> None:
    """Let the CHECKs take the new values.

    No row changes, so the text of the schema is changed and no table copied, as https://sqlite.org/lang_altertable.html
    (section 7) says: Alembic would copy each table, and lose its CHECKs.
    """
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for table, before, after in CHECKS:
        connection.exec_driver_sql(
            "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
            (before, after, table),
        )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
