"""Changing the CHECKs of tables without copying them: Alembic's copy would lose them on SQLite."""

from typing import Any

from alembic import op


def replace_check(table: str, before: str, after: str) -> None:
    """Let a column's CHECK, ``column IN (...)``, take other values. No row changes.

    SQLite has the text of its schema changed, as https://sqlite.org/lang_altertable.html (section 7) says.
    """
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _rewrite_schema(connection, table, before, after)
        return
    name = op.f(f"ck_{table}_{after.partition(' ')[0]}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, after)


def _rewrite_schema(connection: Any, table: str, before: str, after: str) -> None:
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?", (before, after, table)
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
