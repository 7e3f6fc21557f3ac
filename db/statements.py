"""SQL by name: statements that stand written out in a file of this package, and never in a string that is put together.

A file has a comment for each, ``-- name: what it is for``, and then the SQL. ``/* name */`` inside one stands for an
earlier one, so that a condition is written once. What a statement is asked with goes in as ``:name``.
"""

import re
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

_ENTRY = re.compile(r"^-- ([a-z-]+): (.+)\n((?:(?!--).*\n?)+)", re.MULTILINE)
_INSERT = re.compile(r"/\* ([a-z-]+) \*/")


class Statement(NamedTuple):
    """What a statement is for, and its SQL."""

    purpose: str
    sql: str


@cache
def read_statements(file: str, swaps: tuple[tuple[str, str], ...] = ()) -> MappingProxyType[str, Statement]:
    """Name to statement, from a file of this package. Raises KeyError where one names another that it does not have.

    Each of ``swaps`` names a statement and another that stands in its place wherever the first is inserted.
    """
    statements: dict[str, Statement] = {}
    inserted = dict(swaps)
    for name, purpose, sql in _ENTRY.findall(resources.files("db").joinpath(file).read_text("utf-8")):
        filled = _INSERT.sub(lambda match: statements[inserted.get(match[1], match[1])].sql, sql)
        statements[name] = Statement(purpose, filled.strip())
    return MappingProxyType(statements)
