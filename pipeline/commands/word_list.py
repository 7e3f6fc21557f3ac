"""The word and term list that a corpus makes of itself."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from db.place import PlainConnection as Connection
from db.queries_lexicon import count_linked
from db.queries_search import has_links
from pipeline.commands.bars import Bars
from pipeline.commands.common import WIDE, tell, writing
from pipeline.commands.view import View, viewing
from pipeline.config import Config
from pipeline.errors import NotFoundError
from pipeline.lexicon.corpus_pairs import find_examples, linked_pairs
from pipeline.lexicon.counting import LexiconEntry, LexiconOptions, extract
from pipeline.lexicon.glossary_list import as_glossary
from pipeline.lexicon.linked_text import LexiconPair
from pipeline.lexicon.tbx import as_tbx
from pipeline.records import Event

SECONDS = 36_000.0  # in which the largest corpus is gone through twice
ENTRIES = 50  # entries on a terminal
STEP = 1_000  # pairs between two signs of progress
ENDS = {".tbx": "tbx", ".json": "json", ".csv": "csv"}


@click.command()
@viewing
@click.option("--tbx", "form", flag_value="tbx", help="As TBX-Basic, for terminology tools.")
@click.option("--glossary", "form", flag_value="glossary", help="As a glossary to be reviewed: one translation each.")
@click.option(
    "--min-count", "least", type=click.IntRange(1), default=2, show_default=True, help="Rarer ones are left out."
)
@click.option("--limit", type=click.IntRange(1), help=f"At most so many (default: all; on a terminal {ENTRIES}).")
@click.option("--terms", is_flag=True, help="Only terms of several words.")
@click.option("--machine", is_flag=True, help="Machine translations, too.")
@click.pass_obj
def lexicon(config: Config, /, view: View, **options: Any) -> None:
    """List words and terms that translate each other in the corpus, the surest first.

    Pairs that people wrote are counted, each two texts once; rejected ones and those scored below one half are left
    out. The end of --output (.tbx, .json, .csv) says the form; else it is a table with tabs.
    """
    view.guard()
    form = view.form or ENDS.get(view.output.suffix if view.output else "")
    view, languages = replace(view, form=form), (config.translate.source, config.translate.target)
    with view.reading(SECONDS) as connection:
        entries = _extracted(connection, LexiconOptions(languages, options["least"]), machine=options["machine"])
        selected = [entry for entry in entries if entry.words > 1 or not options["terms"]]
        if not selected:
            raise NotFoundError(_nothing(connection, options["machine"]))
        on_terminal = not (view.form or view.output) and sys.stdout.isatty()
        listed = selected[: options["limit"] or (ENTRIES if on_terminal else None)]
        _write(view, connection, listed, languages)
    tell(f"{len(listed):,} of {len(selected):,} entries.")


def _extracted(connection: Connection, lexicon_options: LexiconOptions, *, machine: bool) -> list[LexiconEntry]:
    """The lexicon, with a bar for each of the two times that the corpus is gone through."""
    total = count_linked(connection)
    with Bars(Console(stderr=True, width=None if sys.stderr.isatty() else WIDE)) as bars:

        def pairs() -> Iterator[LexiconPair]:
            for number, pair in enumerate(linked_pairs(connection, lexicon_options.languages, machine), 1):
                if number % STEP == 0:
                    bars(Event("lexicon", number, total))
                if pair is not None:
                    yield pair

        return extract(pairs, lexicon_options)


def _write(view: View, connection: Connection, entries: Sequence[LexiconEntry], languages: tuple[str, str]) -> None:
    if view.form == "tbx":
        first = [key for entry in entries for key in entry.examples[:1]]
        texts = find_examples(connection, first, languages)
        with writing(view.output) as out:
            out.writelines(as_tbx(entries, languages, Path(str(view.corpus)).stem, texts))
    elif view.form == "glossary":
        with writing(view.output) as out:
            out.writelines(as_glossary(entries))
    else:
        names = (*languages, "times", *(f"{language}_share" for language in languages), "g2", "examples")
        view.rows(names, [_row(entry, view.form) for entry in entries])


def _row(entry: LexiconEntry, form: str | None) -> tuple[Any, ...]:
    examples: Any = list(entry.examples) if form == "json" else " ".join(entry.examples)
    figures = entry.times, entry.source_share, entry.target_share, entry.g2
    return entry.source, entry.target, *figures, examples


def _nothing(connection: Connection, machine: bool) -> str:
    if not has_links(connection):
        return "no words of this corpus are linked yet. Run `make corpus` to link them."
    among = "" if machine else " in what people wrote; --machine takes machine translations, too"
    return f"no two words face each other often enough{among}. --min-count 1 takes rare ones."
