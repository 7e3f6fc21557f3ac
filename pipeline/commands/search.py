"""Search: hits with what faces them, and what they amount to."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import click
from click.core import ParameterSource

from db.place import PlainConnection as Connection
from db.queries_search import Hit, count_undated, has_links
from db.vocabulary import KINDS, VERDICTS
from pipeline.commands.common import Number, tell, writing
from pipeline.commands.view import View, viewing
from pipeline.search import concordance, equivalents, statistics, subcorpora
from pipeline.search.concordance import ORIGINS, ROLES, SORTS, TEXT, Found, Question
from pipeline.search.equivalents import Equivalent
from pipeline.search.hit_rows import FIELDS, row_of
from pipeline.search.subcorpora import DIMENSIONS

ALL = "all documents"  # what the row of totals is called
NONE = "(no counterpart)"
MODES = ("count", "equivalents", "collocates", "dispersion")


@dataclass(frozen=True, slots=True)
class Presentation:
    """What is made of the hits, and how much of it is shown."""

    modes: tuple[str, ...]
    limit: int
    sort: str
    span: int
    least: int
    common: int
    width: int | None
    by: str | None


def asking(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that say what is looked for, as a Question."""

    @click.option("--lemma", "inflected", is_flag=True, help="Each word in all its forms, as if it stood in [ ].")
    @click.option("--lang", "language", help="Only hits in this language.")
    @click.option(
        "--document", "documents", multiple=True, help="Only here: a path, a folder or the beginning of an id."
    )
    @click.option(
        "--from", "since", metavar="DATE", help="Only documents of this date or later: 2024, 2024-05, 2024-05-31."
    )
    @click.option("--to", "until", metavar="DATE", help="Only documents of this date or earlier.")
    @click.option("--origin", type=click.Choice(ORIGINS), help="Only what people wrote, or only machine translations.")
    @click.option(
        "--role",
        "roles",
        multiple=True,
        type=click.Choice(ROLES),
        help="Only here (default: title, heading, body, caption; not web residue and code).",
    )
    @click.option("--duplicates", is_flag=True, help="Also what near-copies have from their originals.")
    @click.option("--facing", metavar="WORDS", help="Only pairs whose other side says this.")
    @click.option("--facing-without", "without", metavar="WORDS", help="Only pairs whose other side does not say this.")
    @click.option("--kind", type=click.Choice(KINDS), help="Only pairs of this kind (default: all but related).")
    @click.option("--verdict", type=click.Choice((*VERDICTS[:-1], "none")), help="Only pairs that were judged so.")
    @click.option("--min-score", "low", type=Number(0, 1), help="Only pairs with at least this score.")
    @click.option("--max-score", "high", type=Number(0, 1), help="Only pairs with at most this score.")
    @wraps(command)
    def wrapped(*arguments: Any, words: Sequence[str] = (), **options: Any) -> None:
        names = Question.__dataclass_fields__.keys() & options.keys()
        fields = {name: options.pop(name) for name in names}
        fields["roles"] = fields["roles"] or TEXT
        command(*arguments, question=Question(" ".join(words), **fields), **options)

    return wrapped


def shaping(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that say what is made of the hits, as a Presentation."""

    @click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many hits.")
    @click.option(
        "--sort", type=click.Choice(SORTS), default="document", show_default=True, help="The order of the hits."
    )
    @click.option("--width", type=click.IntRange(1, 1_000), help="So many characters on each side of what was found.")
    @click.option("--count", is_flag=True, help="How often, by document and by language.")
    @click.option("--equivalents", is_flag=True, help="How it is translated: what faces it, and how often.")
    @click.option("--collocates", is_flag=True, help="Which words stand near more often than by chance.")
    @click.option(
        "--span", type=click.IntRange(1, 50), default=5, show_default=True, help="How near that is, in words."
    )
    @click.option(
        "--min-count", "least", type=click.IntRange(1), default=3, show_default=True, help="Rarer ones are left out."
    )
    @click.option(
        "--drop-common", "common", type=click.IntRange(0), default=0, help="Leave out the most frequent words."
    )
    @click.option("--dispersion", is_flag=True, help="Where in each document, and how evenly.")
    @click.option("--by", type=click.Choice(DIMENSIONS), help="How often, and in a million words, in each part.")
    @wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> None:
        modes = tuple(mode for mode in MODES if options.pop(mode))
        modes += ("by",) if options["by"] else ()
        names = Presentation.__dataclass_fields__.keys() & options.keys()
        shape = Presentation(modes, **{name: options.pop(name) for name in names})
        command(*arguments, shape=shape, **options)

    return wrapped


@click.command()
@click.argument("words", nargs=-1)
@click.option("--like", metavar="TEXT|ID", help="What means the same as a sentence, a segment or a pair, not WORDS.")
@click.option("--html", "form", flag_value="html", help="As one HTML page that loads nothing.")
@viewing
@asking
@shaping
def search(view: View, question: Question, shape: Presentation, like: str | None) -> None:
    """Search the corpus for WORDS, in both languages; accents and case do not matter.

    Words, "phrases", prefix*, a NEAR b, AND, OR and NOT are understood; [manger] is a word in all its forms, and
    /expression/ a regular expression that hits match as well. Each hit comes with what faces it, its counterpart there
    marked. --count, --by, --collocates and --dispersion count what people wrote; with --origin machine, its
    translations. --equivalents counts pairs of human texts; with --kind translation, machine translations. Web residue,
    code and what near-copies repeat are left out unless --role and --duplicates ask for them.
    """
    view.guard()
    if like is not None:
        from pipeline.commands import like as likeness

        likeness.show_similar(view, question, like, _limit(shape.limit, likeness.LIMIT))
        return
    if not question.words:
        raise click.UsageError("Missing argument 'WORDS...'.")
    with view.reading() as connection:
        _tell_undated(connection, question)
        if view.form == "html":
            _page(view, connection, question, shape)
        elif shape.modes:
            for mode in shape.modes:
                _STATISTICS[mode](view, connection, question, shape)
        else:
            result = _marked(connection, concordance.find(connection, question, shape.limit, shape.sort))
            said = _said(result, not result.hits and concordance.is_elsewhere(connection, question))
            _hits(view, result, said, shape.width)


def _limit(limit: int, usual: int) -> int:
    """The limit that was asked for, or else ``usual``."""
    source = click.get_current_context().get_parameter_source("limit")
    return usual if source is ParameterSource.DEFAULT else limit


def _tell_undated(connection: Connection, question: Question) -> None:
    """Say how many documents an option leaves out because nobody knows their date."""
    undated = count_undated(connection) if question.since or question.until else 0
    if undated:
        tell(f"{undated:,} document{'s' * (undated > 1)} without a date left out.")


def _hits(view: View, result: Found, said: str, width: int | None) -> None:
    if view.form or view.output or not sys.stdout.isatty():
        view.rows(FIELDS, [row_of(hit, width, view.form) for hit in result.hits])
    else:
        from pipeline.commands.console import print_hits

        print_hits(result.hits, width)
    tell(said)


def _marked(connection: Connection, result: Found) -> Found:
    """What was found, with its counterparts marked in what faces it."""
    return replace(result, hits=equivalents.mark(connection, result.hits))


def _said(result: Found, elsewhere: bool = False) -> str:
    if not result.hits:
        where = " in the text; web residue, code or near-copies have it: see --role and --duplicates"
        return f"Nothing found{where if elsewhere else ''}."
    if result.total is None:
        sentence = f"{len(result.hits)} of more than {concordance.MOST:,} hits"
        return f"{sentence}, taken evenly from all that is searched; --limit shows more, --count counts all."
    if result.total > len(result.hits):
        return f"{len(result.hits)} of {result.total:,} hits; --limit shows more."
    return f"{len(result.hits)} hit{'s' * (len(result.hits) > 1)}."


def _count(view: View, connection: Connection, question: Question, _shape: Presentation) -> None:
    rows = statistics.counts(connection, question)
    if view.form is None:
        rows = [row._replace(path=row.path or ALL) for row in rows]
    view.rows(statistics.Count._fields, rows)


def _equivalents(view: View, connection: Connection, question: Question, shape: Presentation) -> None:
    rows = _translated(connection, question)
    view.rows(equivalents.Equivalent._fields, [_named(row, view.form) for row in rows[: shape.limit]])


def _named(row: Equivalent, form: str | None) -> Equivalent:
    return row if form or row.equivalent else row._replace(equivalent=NONE)


def _translated(connection: Connection, question: Question) -> list[Equivalent]:
    """What faces the hits; says where nothing can be told, and why."""
    rows = equivalents.equivalents(connection, question)
    if not rows:
        by_machine = replace(question, kind="translation")
        if not has_links(connection):
            tell("No words of this corpus are linked yet. Run `make corpus` to link them.")
        elif question.kind is None and equivalents.equivalents(connection, by_machine):
            tell("No pair that people wrote has it; --kind translation counts machine translations.")
        else:
            tell("No pair has it.")
    return rows


def _collocates(view: View, connection: Connection, question: Question, shape: Presentation) -> None:
    in_one_language = _one_language(connection, question)
    rows = statistics.collocates(connection, in_one_language, shape.span, shape.least, shape.common)
    view.rows(statistics.Collocate._fields, rows[: shape.limit])


def _dispersion(view: View, connection: Connection, question: Question, _shape: Presentation) -> None:
    from pipeline.commands.console import print_dispersion
    from pipeline.search.terminal import summary

    spread = statistics.dispersion(connection, _one_language(connection, question))
    if view.form or view.output or not sys.stdout.isatty():
        view.rows(statistics.Spread._fields, [(*document[:-1], list(document.cells)) for document in spread.spreads])
        tell(summary(spread))
    else:
        print_dispersion(spread)


def _by(view: View, connection: Connection, question: Question, shape: Presentation) -> None:
    spread = _shares(connection, question, shape)
    rows = spread.shares
    if view.form is None:
        rows = [row._replace(subcorpus=row.subcorpus or f"no {shape.by}") for row in rows]
    view.rows((shape.by or "", *subcorpora.Share._fields[1:]), rows)
    tell(_said_of_parts(spread))


def _shares(connection: Connection, question: Question, shape: Presentation) -> subcorpora.Shares:
    by = shape.by or DIMENSIONS[0]
    return subcorpora.shares(connection, question if by == "language" else _one_language(connection, question), by)


def _said_of_parts(spread: subcorpora.Shares) -> str:
    """How evenly hits are spread over spread."""
    if spread.dp is None or spread.normalised is None:
        return "Dispersion is measured across at least two parts with a hit between them."
    return f"DP {spread.dp:.3f}, normalised {spread.normalised:.3f} (0: evenly spread; 1: all in one place)."


_STATISTICS = {
    "count": _count,
    "equivalents": _equivalents,
    "collocates": _collocates,
    "dispersion": _dispersion,
    "by": _by,
}


def _one_language(connection: Connection, question: Question) -> Question:
    """Words are compared within one language."""
    language = statistics.language(connection, question)
    if language != question.language:
        tell(f"In {language}, where most of the hits are; --lang chooses another language.")
    return replace(question, language=language)


def _page(view: View, connection: Connection, question: Question, shape: Presentation) -> None:
    from pipeline.search import page
    from pipeline.search.terminal import summary

    hits: Sequence[Hit] = ()
    note = ""
    if not shape.modes:
        result = _marked(connection, concordance.find(connection, question, shape.limit, shape.sort))
        hits, note = result.hits, _said(result)
    counts = statistics.counts(connection, question) if "count" in shape.modes else ()
    facing = _translated(connection, question)[: shape.limit] if "equivalents" in shape.modes else ()
    near: Sequence[statistics.Collocate] = ()
    if "collocates" in shape.modes:
        in_one_language = _one_language(connection, question)
        near = statistics.collocates(connection, in_one_language, shape.span, shape.least, shape.common)[: shape.limit]
    spread = None
    if "dispersion" in shape.modes:
        spread = statistics.dispersion(connection, _one_language(connection, question))
    if spread is not None:
        note = summary(spread)
    shares = _shares(connection, question, shape) if shape.by else None
    with writing(view.output) as out:
        sheet = page.Sheet(question.words, note, hits, counts, near, spread, shape.width, shares, shape.by, facing)
        out.write(page.render(sheet))
