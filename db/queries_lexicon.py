"""Linked pairs for the lexicon, with the statements of ``lexicon.sql``."""

import json
from collections.abc import Iterator, Sequence
from sqlite3 import Connection
from typing import NamedTuple

from db.statements import read_statements


class LinkedRow(NamedTuple):
    """Two facing texts as they should be read, and the links of their words as ``models.WordLinks`` has them."""

    id: str
    score: float
    left: str
    right: str
    left_language: str | None
    right_language: str | None
    links: list[list[int]]


class ExampleRow(NamedTuple):
    """A pair as it should be read."""

    id: str
    score: float
    left: str
    right: str
    left_language: str | None
    right_language: str | None


def count_linked(connection: Connection) -> int:
    """How many pairs of texts are linked, whoever wrote them."""
    (count,) = connection.execute(read_statements("lexicon.sql")["count"].sql).fetchone()
    return int(count)


def find_linked_pairs(connection: Connection, machine: bool) -> Iterator[LinkedRow]:
    """Pairs that are rather right, each two texts once: those that people wrote, with ``machine`` all."""
    for row in connection.execute(read_statements("lexicon.sql")["linked"].sql, {"mt": machine}):
        yield LinkedRow._make([*row[:6], json.loads(row[6])])


def find_corrected_pairs(connection: Connection, machine: bool) -> list[ExampleRow]:
    """Pairs that somebody corrected, as they should be read; their links stand under the hash of these texts."""
    rows = connection.execute(read_statements("lexicon.sql")["corrected"].sql, {"mt": machine})
    return [ExampleRow._make(row) for row in rows]


def find_examples(connection: Connection, ids: Sequence[str]) -> list[ExampleRow]:
    """These pairs (few)."""
    rows = connection.execute(read_statements("lexicon.sql")["examples"].sql, {"ids": json.dumps(ids)})
    return [ExampleRow._make(row) for row in rows]
