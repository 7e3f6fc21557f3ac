"""Where a command reads the corpus, and where and how it shows what it found."""

import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from db.place import Place, PlainConnection
from db.postgresql_reader import ServerError
from db.reader import SECONDS, CorpusError, read_plainly
from pipeline.commands.common import ADVICE, CORPUS, OUTPUT, writing
from pipeline.commands.output import write_facts, write_rows
from pipeline.corpus.layout import guard
from pipeline.errors import StoreError, UsageError

STOPPED = "57014"  # what PostgreSQL calls a statement that took too long


@dataclass(frozen=True, slots=True)
class View:
    """Where a command reads the corpus, and where and how it shows what it found."""

    corpus: Place
    output: Path | None
    form: str | None

    @contextmanager
    def reading(self, seconds: float = SECONDS, typed: bool = False) -> Iterator[PlainConnection]:
        """A read-only connection; a query is stopped after ``seconds``. ``typed``: see ``read_plainly``."""
        try:
            with read_plainly(self.corpus, seconds, typed) as connection:
                yield connection
        except CorpusError as error:
            raise StoreError(str(error)) from error
        except (sqlite3.DatabaseError, ServerError) as error:
            if "interrupted" in str(error) or getattr(error, "code", "") == STOPPED:
                raise UsageError(
                    f"that took more than {seconds:g} s and was stopped. Look for rarer words, or in fewer documents."
                ) from error
            raise StoreError(f"the database says: {error}. {ADVICE}") from error

    def guard(self) -> None:
        """Refuse to write over the corpus."""
        if self.output:
            guard(self.output, self.corpus)

    def rows(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Rows as a table on a terminal; as JSON or CSV where asked for; else with tabs."""
        self.guard()
        if self.form or self.output or not sys.stdout.isatty():
            with writing(self.output) as out:
                write_rows(names, rows, self.form or "tsv", out)
        else:
            from pipeline.commands.console import print_table

            print_table(names, rows)

    def facts(self, facts: Mapping[str, Any]) -> None:
        """Names and values, or JSON where asked for."""
        self.guard()
        with writing(self.output) as out:
            write_facts(facts, self.form, out)


def viewing(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of a View, and the View as its first argument."""

    @CORPUS
    @OUTPUT
    @click.option("--json", "form", flag_value="json", help="As JSON.")
    @click.option("--csv", "form", flag_value="csv", help="As comma-separated values.")
    @wraps(command)
    def wrapped(corpus: Place, output: Path | None, form: str | None, **options: Any) -> None:
        command(View(corpus, output, form), **options)

    return wrapped
