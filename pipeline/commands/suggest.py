"""What people said before for a sentence like this one."""

import sys

import click

from pipeline.commands.common import Number, tell
from pipeline.commands.view import View, viewing
from pipeline.search import marks
from pipeline.search.memory import Suggestion, suggest

FIELDS = ("similarity", "text", "facing", "kind", "verdict", "reviewer", "path", "alignment")


@click.command("suggest")
@click.argument("sentence")
@click.option("--min-match", "least", type=Number(0, 1), default=0.5, show_default=True, help="At least so much alike.")
@click.option("--limit", type=click.IntRange(min=1), default=5, show_default=True, help="At most so many pairs.")
@viewing
def suggest_pairs(view: View, sentence: str, least: float, limit: int) -> None:
    """Pairs that people wrote or confirmed with a side like SENTENCE, in either language, best first.

    Text by people that faces text by people counts, unless it was rejected, and whatever was accepted or corrected;
    a machine's translation that nobody has looked at does not.
    """
    view.guard()
    with view.reading() as connection:
        matches = suggest(connection, sentence, least, limit)
    if view.form or view.output or not sys.stdout.isatty():
        view.rows(FIELDS, [_row(match) for match in matches])
    else:
        from pipeline.commands.console import print_matches

        print_matches(matches)
    number = "1 pair" if len(matches) == 1 else f"{len(matches)} pairs"
    tell(f"{number}." if matches else "No pair is that much alike; --min-match asks for less.")


def _row(match: Suggestion) -> tuple[object, ...]:
    about = (match.row.kind, match.row.verdict, match.row.reviewer, match.row.path, match.row.id)
    return (round(match.similarity, 3), marks.plain(match.text), marks.plain(match.facing), *about)
