"""Commands that show one row: what it holds, and how it was made."""

import sys

import click

from pipeline.commands import inspection
from pipeline.commands.view import View, viewing


@click.command()
@click.argument("name", metavar="ID")
@click.option("--words", is_flag=True, help="Which words of an alignment translate each other.")
@viewing
def show(view: View, name: str, words: bool) -> None:
    """Show an alignment with its score and evidence, or a document in English. The beginning of the id is enough."""
    with view.reading(typed=True) as connection:
        facts = inspection.show(connection, name)
    if words:
        from pipeline.commands.word_links import with_words

        facts = with_words(facts, name)
    if words and not (view.form or view.output) and sys.stdout.isatty():
        from pipeline.commands.console import print_facing

        print_facing(facts["left"], facts["right"], facts["words"])
        facts = {key: value for key, value in facts.items() if key not in {"left", "right", "words"}}
    view.facts(facts)


@click.command()
@click.argument("name", metavar="ID")
@viewing
def why(view: View, name: str) -> None:
    """Print the chain that made a row: source file and offsets, run, engine, model, settings."""
    with view.reading(typed=True) as connection:
        chain = inspection.why(connection, name)
    view.facts(chain)
