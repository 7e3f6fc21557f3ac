"""SQL against the corpus, and the queries that have a name."""

import sys
from collections.abc import Sequence

import click

from db import place as places
from db.place import DatabaseServer
from pipeline.commands.common import Number, tell
from pipeline.commands.view import View, viewing
from pipeline.errors import UsageError
from pipeline.search import sql as asked


@click.command()
@click.argument("sql", required=False)
@click.option("--recipe", help="Run one of the named queries.")
@click.option("--recipes", is_flag=True, help="List the named queries.")
@click.option("--param", "params", metavar="NAME=VALUE", multiple=True, help="A value for :NAME in the query.")
@click.option("--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="At most so many rows.")
@click.option(
    "--seconds",
    type=Number(0.01, 86_400),
    default=30,
    show_default=True,
    help="Stop the query after so long.",
)
@viewing
def query(  # noqa: PLR0913, PLR0917 -- one a flag
    view: View, sql: str | None, recipe: str | None, recipes: bool, params: Sequence[str], limit: int, seconds: float
) -> None:
    """Run read-only SQL against the corpus; - reads it from standard input."""
    if recipes:
        listed = [(name, entry.purpose, " ".join(entry.parameters)) for name, entry in asked.recipes().items()]
        view.rows(("name", "what for", "parameters"), listed)
        return
    if bool(recipe) == bool(sql):
        raise UsageError("give an SQL query, or --recipe NAME (--recipes lists them).")
    parameters = dict(map(_parameter, params))
    if recipe:
        named = asked.recipe(
            recipe, "postgresql" if isinstance(places.resolve(view.corpus), DatabaseServer) else "sqlite"
        )
        statement, values = named.sql, asked.filled(named, parameters)
    else:
        statement, values = sys.stdin.read() if sql == "-" else str(sql), dict(parameters)
    with view.reading(seconds) as connection:
        result = asked.run(connection, statement, limit, values)
    view.rows(result.names, result.rows)
    if result.more:
        tell(f"Only the first {limit} rows are shown; --limit shows more.")


def _parameter(assignment: str) -> tuple[str, str]:
    name, equals, value = assignment.partition("=")
    if not equals or not name.isidentifier():
        raise UsageError(f"{assignment!r} is no parameter. Write it as name=value.")
    return name, value
