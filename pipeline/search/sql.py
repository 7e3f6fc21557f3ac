"""SQL that people write: run read-only, with limits on rows and time; what is refused is explained at its place."""

import difflib
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from db import queries_lookup as queries
from db.place import PlainConnection as Connection
from db.postgresql_reader import ServerError
from db.statements import Dialect, read_statements
from pipeline.errors import NotFoundError, UsageError

TRIES = 50  # places at which a word that SQLite stumbles over is looked for
_PARAMETER = re.compile(r":([a-z]+)\b")


class Recipe(NamedTuple):
    """A query with a name: what it is for, the SQL, and the parameters that it has a default for."""

    purpose: str
    sql: str
    parameters: tuple[str, ...]


class Result(NamedTuple):
    """Column names, rows, and whether there are more."""

    names: list[str]
    rows: list[Sequence[Any]]
    more: bool


def recipes(dialect: Dialect = "sqlite") -> dict[str, Recipe]:
    """Name to recipe, from ``db/recipes.sql``, in the SQL of one database."""
    return {
        name: Recipe(purpose, sql, tuple(dict.fromkeys(_PARAMETER.findall(sql))))
        for name, (purpose, sql) in read_statements("recipes.sql", dialect).items()
    }


def recipe(name: str, dialect: Dialect = "sqlite") -> Recipe:
    """One recipe. Raises NotFoundError with the list of names."""
    library = recipes(dialect)
    if name not in library:
        listed = "\n".join(f"  {title:14} {entry.purpose}" for title, entry in library.items())
        raise NotFoundError(f"there is no recipe {name!r}. Recipes:\n{listed}")
    return library[name]


def filled(query: Recipe, values: Mapping[str, str]) -> dict[str, str | None]:
    """The parameters of a recipe, those that are not given as NULL. Raises UsageError for one that it has not."""
    for name in values:
        if name not in query.parameters:
            has = f"It has {', '.join(query.parameters)}." if query.parameters else "It has none."
            raise UsageError(f"the recipe has no parameter {name!r}. {has}")
    return {name: values.get(name) for name in query.parameters}


def run(connection: Connection, sql: str, limit: int, values: Mapping[str, Any] | None = None) -> Result:
    """At most ``limit`` rows of a query; ``values`` are those of ``:name`` in it.

    Raises UsageError where SQLite refuses the query, writing included, or it takes too long.
    """
    if not sql.strip().strip(";"):
        raise UsageError("the query is empty. For example: SELECT path, main_language FROM documents")
    try:
        return Result(*queries.run_sql(connection, sql, limit, values or {}))
    except (sqlite3.Error, sqlite3.Warning) as error:  # a warning: two statements in one query
        raise UsageError(explained(connection, sql, str(error))) from error
    except ServerError as error:
        raise UsageError(_refused(connection, sql, error)) from error


def _refused(connection: Connection, sql: str, error: ServerError) -> str:
    """Why PostgreSQL refuses a query, where in it, and what to do."""
    if sql.split(None, 1)[0].upper() not in _READING:
        return _CODES["25006"]
    if error.code in _CODES:
        return _CODES[error.code]
    if re.search(r'at or near ":|parameter missing', str(error)):
        return _PLAINLY["binding parameter"]
    if "multiple commands" in str(error):
        return _PLAINLY["one statement"]
    name = re.search(r'relation "(\S+)" does not exist|column "?([\w.]+)"? does not exist', str(error))
    kind = f"no such {'table' if name and name[1] else 'column'}: {name and (name[1] or name[2])}" if name else ""
    lines = [f"PostgreSQL refuses the query: {error}.", *_shown(sql, error.place)]
    lines += [*_known(connection, sql, kind), *([error.hint] if error.hint else [])]
    return "\n".join([*lines, "Tables and views are described in docs/schema.md."])


def explained(connection: Connection, sql: str, reason: str) -> str:
    """Why SQLite refuses a query, where in it, and what to do."""
    for phrase, explanation in _PLAINLY.items():
        if phrase in reason:
            return explanation
    lines = [f"SQLite refuses the query: {reason}.", *_shown(sql, _place(connection, sql, reason))]
    return "\n".join([*lines, *_known(connection, sql, reason), "Tables and views are described in docs/schema.md."])


_PLAINLY = {
    "readonly": "the corpus is opened for reading only; this query would write.",
    "not authorized": "a query may not open another database.",
    "authorization denied": "a query may not write another database.",
    "interrupted": "the query took too long and was stopped. Narrow it down, add LIMIT, or allow more with --seconds.",
    "one statement": "a query is one statement. Run one after the other.",
    "binding parameter": "the query has a :name without a value. Give it with --param name=value.",
    "Binding": "the query has a ? without a value. Write :name, and give it with --param name=value.",
    "too big": "a value in the result is too large. Ask for a part of it, with substr().",
}


_READING = ("SELECT", "WITH", "VALUES", "TABLE", "EXPLAIN", "(")  # how a query begins
_CODES = {
    "25006": "the corpus is opened for reading only; this query would write.",
    "57014": _PLAINLY["interrupted"],
    "42P02": _PLAINLY["binding parameter"],
}


def _place(connection: Connection, sql: str, reason: str) -> int | None:
    """Where in the query SQLite stumbles, if that can be told."""
    if "incomplete input" in reason:
        return len(sql.rstrip().rstrip(";"))
    word = re.search(r'^near "(.+)": syntax error|^unrecognized token: "(.+)"', reason, re.DOTALL)
    if word:
        return _stumble(connection, sql, word[1] or word[2], reason)
    name = re.search(r"^(?:no such \w+|ambiguous column name|no such table-valued function): (\S+)", reason)
    match = re.search(rf"(?<!\w){re.escape(name[1])}(?!\w)", sql, re.IGNORECASE) if name else None
    return match.start() if match else None


def _stumble(connection: Connection, sql: str, word: str, reason: str) -> int | None:
    """The first place of ``word`` up to which SQLite gives the same reason: it reads from left to right."""
    starts = [match.start() for match in re.finditer(re.escape(word), sql)][:TRIES]
    for start in starts:
        if queries.refusal(connection, sql[: start + len(word)]) == reason:
            return start
    return starts[0] if len(starts) == 1 else None


def _shown(sql: str, offset: int | None) -> Iterator[str]:
    """The line of the query with the place, and a mark under it."""
    if offset is not None:
        start = sql.rfind("\n", 0, offset) + 1
        line = sql[start:].split("\n", 1)[0]
        yield f"  {''.join(char if char.isprintable() else ' ' for char in line)}"
        yield f"  {' ' * (offset - start)}^"


def _known(connection: Connection, sql: str, reason: str) -> Iterator[str]:
    """Names that were meant, perhaps."""
    kind, _, name = reason.partition(": ")
    tables = queries.find_columns(connection)
    bare = name.rpartition(".")[2]
    if kind == "no such table":
        near = difflib.get_close_matches(bare, tables, 3, 0.5)
        yield f"Did you mean {', '.join(near)}?" if near else f"There are: {', '.join(sorted(tables))}."
    elif kind == "no such column":
        mentioned = {table: columns for table, columns in tables.items() if re.search(rf"\b{table}\b", sql)}
        near = difflib.get_close_matches(bare, sorted({c for columns in mentioned.values() for c in columns}), 3, 0.5)
        if near:
            yield f"Did you mean {', '.join(near)}?"
        else:
            yield from (f"{table} has {', '.join(columns)}." for table, columns in mentioned.items())
