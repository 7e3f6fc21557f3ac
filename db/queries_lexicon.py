"""Linked pairs for the lexicon, with the statements of ``lexicon.sql``."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from db.place import PlainConnection as Connection
from db.statements import Statement, dialect_of, read_statements


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
    (count,) = connection.execute(_statements(connection)["count"].sql).fetchone()
    return int(count)


def find_linked_pairs(connection: Connection, machine: bool) -> Iterator[LinkedRow]:
    """Pairs that are rather right, each two texts once: those that people wrote, with ``machine`` all."""
    rows = connection.execute(_statements(connection)["linked"].sql, {"mt": machine})
    for _, same in groupby(rows, key=lambda row: row[-1]):
        row = next(same)
        yield LinkedRow._make([*row[:6], json.loads(row[6])])


def find_corrected_pairs(connection: Connection, machine: bool) -> list[ExampleRow]:
    """Pairs that somebody corrected, as they should be read; their links stand under the hash of these texts."""
    rows = connection.execute(_statements(connection)["corrected"].sql, {"mt": machine})
    return [ExampleRow._make(row) for row in rows]


def find_examples(connection: Connection, ids: Sequence[str]) -> list[ExampleRow]:
    """These pairs (few)."""
    rows = connection.execute(_statements(connection)["examples"].sql, {"alignments": json.dumps(ids)})
    return [ExampleRow._make(row) for row in rows]


def _statements(connection: Connection) -> Mapping[str, Statement]:
    return read_statements("lexicon.sql", dialect_of(connection))
