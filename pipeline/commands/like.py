"""Hits of a search by meaning, shown."""

import sys

from rich.console import Console

from pipeline.commands.bars import Bars
from pipeline.commands.common import tell
from pipeline.commands.console import print_similar
from pipeline.commands.view import View
from pipeline.embedding import use
from pipeline.errors import NotFoundError, UsageError
from pipeline.search import meaning
from pipeline.search.concordance import Question
from pipeline.search.hit_rows import FIELDS, row_of

LIMIT = 10  # hits, unless it says otherwise


def show_similar(view: View, question: Question, like: str, limit: int) -> None:
    """The segments nearest to a text, or to the segment or pair of an id, best first.

    Raises UsageError for a question or a form that this search does not have.
    """
    if question.words or view.form == "html":
        raise UsageError(
            "--like goes without WORDS and --html. Search for the one or the other, as a table, JSON or CSV."
        )
    if not like.strip():
        raise UsageError("--like wants a sentence, or the id of a segment or a pair.")
    with Bars(Console(stderr=True)) as bars:
        index = meaning.load_index(view.corpus, bars)
    with view.reading() as connection:
        try:
            sought = meaning.seek_row(connection, index, like)
        except NotFoundError:
            sought = meaning.seek_text(index, like, use.load())
        matches = meaning.find_similar(connection, index, question, sought, limit)
    if view.form or view.output or not sys.stdout.isatty():
        view.rows(
            ("similarity", *FIELDS),
            [(round(match.similarity, 3), *row_of(match.hit, None, view.form)) for match in matches],
        )
    else:
        print_similar(matches)
    if not matches:
        tell("Nothing found.")
