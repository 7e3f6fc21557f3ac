"""Which translation is chosen for a text where it is not the usual one: a table of the connection's own, for a while.

A corpus holds translations made in several ways. Which of them a text is to have now is known to the program alone, so
the exceptions are put beside the tables for as long as the questions about them take.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Column, Connection, MetaData, String, Table, insert

CHOICE = Table(
    "translation_choice",
    MetaData(),
    Column("text_hash", String(16), primary_key=True),
    Column("signature_id", String(16), nullable=False),
    prefixes=["TEMPORARY"],
)


@contextmanager
def choosing(connection: Connection, choices: Sequence[Mapping[str, str]]) -> Iterator[None]:
    """Within, ``CHOICE`` says under which signature (``signature_id``) a text (``text_hash``) has its translation."""
    CHOICE.create(connection)
    try:
        if choices:
            connection.execute(insert(CHOICE), list(choices))
        yield
    finally:
        CHOICE.drop(connection)
