"""Which of ``sqlite`` and ``postgresql`` a connection speaks to: what each does its own way has one name in both."""

from types import ModuleType

from sqlalchemy import Connection

from db import postgresql, sqlite


def twin(connection: Connection) -> ModuleType:
    """The module for the database behind a connection."""
    return postgresql if connection.dialect.name == "postgresql" else sqlite
