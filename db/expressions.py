"""Expressions that SQLite and PostgreSQL write differently: SQLAlchemy compiles each for the database at hand."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    Integer,
    Select,
    String,
    cast,
    column,
    false,
    literal,
    select,
    table,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from db.twins import twin

PAIRS = table("bitext_fts", column("rowid", Integer))
FINDINGS = table("findings", column("code", String), column("subject_kind", String), column("subject", String))


class ListedValues(FunctionElement[Any]):
    """The values of a JSON list as rows, however many: one parameter for all of them."""

    inherit_cache = True
    name = "listed_values"


class MatchingPairs(FunctionElement[Any]):
    """Whether a row of the full-text index of pairs matches an expression of FTS5.

    It has no type: a Boolean would be compared with 1, and FTS5 wants MATCH by itself.
    """

    inherit_cache = True
    name = "matching_pairs"


class PairRank(FunctionElement[float]):
    """How well such a row matches; lower is better."""

    inherit_cache = True
    type = Double()
    name = "pair_rank"


class Truncated(FunctionElement[int]):
    """A number of at least 0 without its fraction."""

    inherit_cache = True
    type = Integer()
    name = "truncated"


class JoinedTexts(FunctionElement[str]):
    """Different texts of a group, in no order, a comma between."""

    inherit_cache = True
    type = String()
    name = "joined_texts"


def is_listed(value: ColumnElement[Any], values: Sequence[str | int]) -> ColumnElement[bool]:
    """Whether a column has one of these values."""
    listed = ListedValues(literal(json.dumps(values), String())).table_valued("value").c.value
    return value.in_(select(cast(listed, BigInteger) if isinstance(value.type, Integer) else listed))


def bypass_index(value: ColumnElement[str]) -> ColumnElement[str]:
    """The same value, but nothing that SQLite would look up in an index: for a column with a handful of values."""
    return value.concat("")


def select_pairs_with(connection: Connection, words: str) -> Select[int]:
    """Numbers of the facing pairs that hold ``words``, as ``read_words`` reads them; none where nothing can be read."""
    match = read_words(connection, words)
    query: Select[int] = select(PAIRS.c.rowid)
    return query.where(false() if match is None else MatchingPairs(literal(match)))


def read_words(connection: Connection, words: str) -> str | None:
    """``words`` as FTS5 can read them: as they are, or else each word for itself; None where there is no word."""
    for match in (words, " ".join(f'"{word}"' for word in words.replace('"', " ").split())):
        if match.strip() and twin(connection).can_match(connection, match):
            return match
    return None


def _argument(element: FunctionElement[Any], compiler: SQLCompiler, options: dict[str, Any]) -> str:
    return compiler.process(element.clauses, **options)


@compiles(ListedValues, "sqlite")
def _(element: ListedValues, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({_argument(element, compiler, options)})"


@compiles(ListedValues, "postgresql")
def _(element: ListedValues, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text(CAST({_argument(element, compiler, options)} AS JSON))"


@compiles(MatchingPairs, "sqlite")
def _(element: MatchingPairs, compiler: SQLCompiler, **options: Any) -> str:
    return f"bitext_fts MATCH {_argument(element, compiler, options)}"


@compiles(MatchingPairs, "postgresql")
def _(element: MatchingPairs, compiler: SQLCompiler, **options: Any) -> str:
    return f"matches(bitext_fts.words, {_argument(element, compiler, options)})"


@compiles(PairRank, "sqlite")
def _(_element: PairRank, _compiler: SQLCompiler, **_options: Any) -> str:
    return "bitext_fts.rank"


@compiles(PairRank, "postgresql")
def _(element: PairRank, compiler: SQLCompiler, **options: Any) -> str:
    return f"relevance(bitext_fts.words, {_argument(element, compiler, options)})"


@compiles(Truncated, "sqlite")
def _(element: Truncated, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({_argument(element, compiler, options)} AS INTEGER)"


@compiles(Truncated, "postgresql")
def _(element: Truncated, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(trunc({_argument(element, compiler, options)}) AS INTEGER)"


@compiles(JoinedTexts, "sqlite")
def _(element: JoinedTexts, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat(DISTINCT {_argument(element, compiler, options)})"


@compiles(JoinedTexts, "postgresql")
def _(element: JoinedTexts, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg(DISTINCT {_argument(element, compiler, options)}, ',')"
