"""Where a command reads the corpus, and where and how it shows what it found."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from db.engine import CorpusError, read_corpus
from pipeline.commands import console
from pipeline.commands.common import CORPUS, OUTPUT, writing
from pipeline.corpus.layout import guard
from pipeline.errors import StoreError


@dataclass(frozen=True, slots=True)
class View:
    """Where a command reads the corpus, and where and how it shows what it found."""

    corpus: Path
    output: Path | None
    form: str | None

    @contextmanager
    def reading(self, seconds: float = 30.0) -> Iterator[Connection]:
        """A read-only connection to the corpus; a query is stopped after ``seconds``."""
        try:
            with database_errors(), read_corpus(self.corpus, seconds) as connection:
                yield connection
        except CorpusError as error:
            raise StoreError(str(error)) from error

    def guard(self) -> None:
        """Refuse to write over the corpus."""
        if self.output:
            guard(self.output, self.corpus)

    def rows(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Rows as a table on a terminal; as JSON or CSV where asked for; else with tabs."""
        self.guard()
        if self.form or self.output or not sys.stdout.isatty():
            with writing(self.output) as out:
                console.write_rows(names, rows, self.form or "tsv", out)
        else:
            shown = Console(highlight=False)
            shown.print(console.table(names, rows, shown.width))

    def facts(self, facts: Mapping[str, Any]) -> None:
        """Names and values, or JSON where asked for."""
        self.guard()
        with writing(self.output) as out:
            console.write_facts(facts, self.form, out)


@contextmanager
def database_errors() -> Iterator[None]:
    """What the database says, as a StoreError with what to do."""
    try:
        yield
    except DatabaseError as error:
        advice = "Is the disk full, or does another program hold the corpus?"
        raise StoreError(f"the database says: {error.orig}. {advice}") from error


def viewing(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of a View, and the View as its first argument."""

    @CORPUS
    @OUTPUT
    @click.option("--json", "form", flag_value="json", help="As JSON.")
    @click.option("--csv", "form", flag_value="csv", help="As comma-separated values.")
    @wraps(command)
    def wrapped(corpus: Path, output: Path | None, form: str | None, **rest: Any) -> None:
        command(View(corpus, output, form), **rest)

    return wrapped
