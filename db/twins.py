"""Which of ``sqlite`` and ``postgresql`` a connection speaks to: what each does its own way has one name in both."""

from types import ModuleType

from sqlalchemy import Connection

from db import sqlite


def twin(connection: Connection) -> ModuleType:
    """The module for the database behind a connection; that for a server takes long to load."""
    if connection.dialect.name != "postgresql":
        return sqlite
    from db import postgresql

    return postgresql
