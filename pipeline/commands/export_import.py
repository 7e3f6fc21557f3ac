"""Commands that hand pairs to other programs, and take theirs."""

import math
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from db.place import Place
from db.vocabulary import KINDS, SAME
from pipeline.commands.bars import Bars
from pipeline.commands.common import CORPUS, PATH, SKIPPED, WIDE, Number, named_output, tell
from pipeline.commands.database import database_errors, reading
from pipeline.commands.report import environment_language
from pipeline.commands.writers import WRITERS, PairCounter, Target, in_words, moses_files
from pipeline.config import Config
from pipeline.corpus.layout import guard
from pipeline.errors import UsageError
from pipeline.export.selection import (
    EXPORTED,
    JUDGED,
    LIKELY,
    UNJUDGED,
    Selection,
    base,
    documents,
    header,
    select,
)
from pipeline.imports import load
from pipeline.imports.writer import SCHEME, ImportJob
from pipeline.language.counterparts import CODES
from pipeline.wording import LANGUAGES

# Formats that are taken for what people wrote.
CAREFUL = frozenset({"tmx", "xliff", "moses", "vertical", "tei", "xces"})
IN_FILES = frozenset({"moses", "html", "hf", "vertical", "tei", "xces", "parquet"})  # cannot go to standard output
TEXT = ("title", "heading", "body", "caption")
EXPORTABLE = (*TEXT, "code", "boilerplate")
FORMATS = ("tmx", "xliff", "tsv", "jsonl", "moses", "html", "hf", "vertical", "tei", "xces", "parquet")
DESTINATION = click.Path(path_type=Path)


@click.command("import")
@click.argument("file", type=PATH, required=False)
@click.option("--left", default="fr", show_default=True, help="Language of the left side.")
@click.option("--right", default="en", show_default=True, help="Language of the right side.")
@click.option("--name", help="What it is called in the corpus (default: the name of the file).")
@click.option("--remove", metavar="NAME", help="Take out what was imported under this name.")
@click.option("--again", is_flag=True, help="Also take pairs that face each other in the corpus already.")
@click.option("--check", is_flag=True, help="Only say what would be imported, and what is wrong with it.")
@CORPUS
def import_(  # noqa: PLR0913, PLR0917 -- one a flag
    file: Path | None,
    left: str,
    right: str,
    name: str | None,
    remove: str | None,
    again: bool,
    check: bool,
    corpus: Place,
) -> None:
    """Take bitext that exists already (FILE.tmx, .xliff, .sdlxliff, .tsv, .csv, .xlsx or .jsonl) into the corpus.

    Each side becomes a document of its own, marked as imported; `make corpus` leaves it as it is. A file of the same
    name takes the place of what it brought before.
    """
    if (file is None) == (remove is None):
        raise UsageError("name a file to import, or a name with --remove.")
    with database_errors(), _bars() as bars:
        if remove is not None:
            load.remove(remove, corpus, bars)
            tell(f"{SCHEME}{remove}: removed.")
        if file is not None:
            job = replace(load.job(file, name, left, right), again=again)
            _report(job, load.check(job, bars) if check else load.load(job, corpus, bars), check)


def _report(job: ImportJob, outcome: load.ImportOutcome, check: bool) -> None:
    """Say what an import did, or would do; exit status 3 if units were left out."""
    if outcome.unchanged:
        tell(f"{job.file}: imported before, and the same since. Nothing to do.")
        return
    tell(f"{job.file}: {in_words(outcome.units)} {'would be ' if check else ''}imported.")
    if outcome.known:
        tell(
            f"  {outcome.known:,} of {outcome.units + outcome.known:,} face each other in the corpus already and were "
            "not added again (--again adds them)."
        )
    if outcome.doubtful:
        tell(f"  {outcome.doubtful:,} of them score below {load.DOUBTFUL:g}: rather no translations.")
    for code, number in sorted(outcome.findings.items()):
        tell(f"  {code} {number:,}: {CODES[code]}.")
    for unit in outcome.named:
        tell(f"{job.request.path}, line {unit.line}: left out, {unit.reason}.")
    if outcome.bad > len(outcome.named):
        tell(f"... and {outcome.bad - len(outcome.named):,} more.")
    if outcome.bad:
        raise click.exceptions.Exit(SKIPPED)


def _many(values: Sequence[str]) -> click.Choice[str]:
    return click.Choice(list(values))


@click.command("export")
@click.option("--format", "form", type=_many(FORMATS), required=True, help="What to write.")
@click.option(
    "--output",
    type=DESTINATION,
    callback=named_output,
    help="File (html, hf, vertical, tei, xces: folder; moses: beginning of the files' names).",
)
@click.option(
    "--kind", "kinds", multiple=True, type=_many(KINDS), help="Only pairs of this kind (default: all but related)."
)
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=_many([*JUDGED, UNJUDGED]),
    help="Only pairs with this verdict; none: not judged (default: all but rejected pairs).",
)
@click.option("--min-score", type=Number(0, 1), help="Only pairs that have a score, of at least so much.")
@click.option("--document", "names", multiple=True, help="Only pairs of this document: an id or a path.")
@click.option("--language", "languages", multiple=True, help="Only pairs with a side in this language.")
@click.option("--machine", is_flag=True, help="Machine text, too, where it is left out.")
@click.option(
    "--role", "roles", multiple=True, type=_many(EXPORTABLE), help="Only pairs whose segments have this role."
)
@click.option("--distinct", "once", is_flag=True, help="Leave out what is nearly the same as a pair before it (W706).")
@click.option("--scores", is_flag=True, help="With --format moses: a third file, of scores.")
@click.option("--title", default="Bilingual corpus", show_default=True, help="For html, hf, vertical, tei.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Of html (default: the environment's, as LANG names it).")
@CORPUS
@click.pass_obj
def export(  # noqa: PLR0913, PLR0917 -- one a flag
    config: Config,
    form: str,
    output: Path | None,
    kinds: Sequence[str],
    verdicts: Sequence[str],
    min_score: float | None,
    names: Sequence[str],
    languages: Sequence[str],
    machine: bool,
    roles: Sequence[str],
    once: bool,
    scores: bool,
    title: str,
    lang: str | None,
    corpus: Place,
) -> None:
    """Write facing pairs for translators (TMX, XLIFF), programs (TSV, JSON Lines, Parquet, Moses, a folder for
    `datasets`), corpus tools (verticals, TEI, XCES) or readers (HTML).

    Options of one kind widen the choice, but for --language: each one given must be on one of the sides. Rejected pairs
    are left out unless --verdict asks for them. A reviewer's correction takes the place of what it corrects.

    TMX, XLIFF, Moses, verticals, TEI and XCES hold what people wrote, of roles that are text, and what is rather right
    (score 0.5): machine text with --machine or --kind translation, web residue and code with --role, less sure pairs
    with --min-score.
    """
    if output is None and form in IN_FILES:
        raise UsageError(f"--format {form} does not go to standard output. Say where with --output.")
    if output:
        for path in (output, *moses_files(output, _two(languages, config))):
            guard(path, corpus)
    careful = form in CAREFUL
    texts = frozenset(roles or TEXT)
    language = lang or environment_language(os.environ)
    selection = Selection(
        frozenset(kinds or SAME),
        frozenset(verdicts) or EXPORTED,
        min_score,
        languages=frozenset(map(base, languages)),
        machine=machine or "translation" in kinds or not careful,
        roles=texts if roles or careful else None,
        likely=LIKELY if careful and min_score is None else None,
    )
    with reading(corpus, math.inf) as connection, _bars() as bars:
        if names:
            selection = replace(selection, documents=documents(connection, names))
        imported_header = header(connection, selection) if form == "tmx" else None
        count = PairCounter()
        target = Target(connection, output, title, _two(languages, config), scores, imported_header, texts, language)
        pairs = select(connection, selection, bars, count.left_out)
        WRITERS[form](count.counting(count.once(pairs) if once else pairs), target, count)
    if count.others:
        between = " and ".join(target.languages)
        tell(f"{in_words(count.others)} not in {between} left out; --language names others.")
    if count.alike:
        tell(f"{in_words(count.alike)} with one language on both sides left out.")
    tell(f"{in_words(count.pairs)}{f' in {output}' if output else ''}: {count.contents()}.")


def _two(languages: Sequence[str], config: Config) -> tuple[str, str]:
    """The languages of a format that has two: those that were asked for, or those of the corpus."""
    if len(languages) == 2:
        return base(languages[0]), base(languages[1])
    return config.translate.source, config.translate.target


def _bars() -> Bars:
    return Bars(Console(stderr=True, width=None if sys.stderr.isatty() else WIDE))
