"""Commands that hand pairs to other programs, and take theirs."""

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from db.vocabulary import KINDS
from pipeline.commands.bars import Bars
from pipeline.commands.common import CORPUS, PATH, SKIPPED, WIDE, Number, named_output, tell, writing, writing_files
from pipeline.commands.database import database_errors, reading
from pipeline.config import Config
from pipeline.corpus.layout import guard
from pipeline.errors import NotFoundError, UsageError
from pipeline.export.dataset import write_dataset
from pipeline.export.distinct import REPEATED, distinct
from pipeline.export.lines import as_jsonl, as_tsv, moses
from pipeline.export.pages import write_pages
from pipeline.export.selection import (
    DOUBTFUL,
    EXPORTED,
    JUDGED,
    LIKELY,
    MACHINE,
    RESIDUE,
    UNJUDGED,
    ExportPair,
    Selection,
    base,
    documents,
    header,
    select,
    turned,
)
from pipeline.export.tmx import as_tmx
from pipeline.export.xliff import as_xliff
from pipeline.imports import load
from pipeline.imports.writer import SCHEME, ImportJob
from pipeline.language.counterparts import CODES
from pipeline.outfiles import replacing_folder

CAREFUL = frozenset({"tmx", "xliff", "moses"})  # formats that are taken for what people wrote
TEXT = ("title", "heading", "body", "caption")
EXPORTABLE = (*TEXT, "code", "boilerplate")
BY_PEOPLE, CORRECTED, BY_MACHINE = WRITTEN = ("by people", "corrected by reviewers", "by machine")
LEFT_OUT = {
    MACHINE: "by machine (--machine takes them)",
    RESIDUE: "web residue or code (--role)",
    DOUBTFUL: f"scored below {LIKELY} (--min-score)",
    REPEATED: "nearly the same as a pair before",
}
FORMATS = ("tmx", "xliff", "tsv", "jsonl", "moses", "html", "hf")
DESTINATION = click.Path(path_type=Path)
Pairs = Iterator[ExportPair]
Writer = Callable[[Pairs, "Target", "PairCounter"], None]


@dataclass(frozen=True, slots=True)
class Target:
    """Where an export goes. ``languages`` are those of formats that know two; ``header`` is that of an import."""

    output: Path | None
    title: str
    languages: tuple[str, str]
    scores: bool
    header: Mapping[str, Any] | None = None


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
    corpus: Path,
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


class PairCounter:
    """How many pairs were taken and who wrote them, and how many were left out and why.

    ``others`` are left out because of their languages, ``alike`` because both sides have the same one, ``left_out`` the
    rest, by the reason.
    """

    def __init__(self) -> None:
        self.pairs = 0
        self.others = 0
        self.alike = 0
        self.written_by: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    def counting(self, pairs: Pairs) -> Pairs:
        """The pairs, counted as they are taken."""
        for pair in pairs:
            self.pairs += 1
            self.written_by[_writer(pair)] += 1
            yield pair

    def contents(self) -> str:
        """Who wrote what was taken, and what was left out."""
        writers = [f"{self.written_by[who]:,} {who}" for who in WRITTEN if self.written_by[who]]
        reasons = [f"{self.left_out[why]:,} {LEFT_OUT[why]}" for why in LEFT_OUT if self.left_out[why]]
        return ", ".join(writers) + (f"; left out: {', '.join(reasons)}" if reasons else "")

    def within(self, pairs: Pairs, languages: tuple[str, str]) -> Pairs:
        """Those in two languages, the first of them on the left."""
        for pair in pairs:
            facing = turned(pair, languages)
            if facing is None:
                self.pairs, self.others = self.pairs - 1, self.others + 1
                self.written_by[_writer(pair)] -= 1
            else:
                yield facing

    def once(self, pairs: Pairs) -> Pairs:
        """Those that are not nearly the same as one before them."""
        for pair in distinct(pairs):
            if pair is None:
                self.left_out[REPEATED] += 1
            else:
                yield pair

    def bilingual(self, pairs: Pairs) -> Pairs:
        """Those with another language on either side: a unit of a memory that names one twice is half a unit."""
        for pair in pairs:
            if base(pair.left.language) == base(pair.right.language):
                self.pairs, self.alike = self.pairs - 1, self.alike + 1
                self.written_by[_writer(pair)] -= 1
            else:
                yield pair


def _writer(pair: ExportPair) -> str:
    """Who wrote the two texts, one of WRITTEN."""
    return BY_MACHINE if pair.by_machine else CORRECTED if pair.corrected else BY_PEOPLE


def in_words(pairs: int) -> str:
    """A number of pairs in words.

    >>> in_words(1), in_words(1200)
    ('1 pair', '1,200 pairs')
    """
    return f"{pairs:,} pair{'s' * (pairs != 1)}"


def _many(values: Sequence[str]) -> click.Choice[str]:
    return click.Choice(list(values))


@click.command("export")
@click.option("--format", "form", type=_many(FORMATS), required=True, help="What to write.")
@click.option(
    "--output",
    type=DESTINATION,
    callback=named_output,
    help="File (html, hf: folder; moses: beginning of the files' names).",
)
@click.option("--kind", "kinds", multiple=True, type=_many(KINDS), help="Only pairs of this kind.")
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
@click.option("--machine", is_flag=True, help="Machine text, too, where tmx, xliff and moses leave it out.")
@click.option(
    "--role", "roles", multiple=True, type=_many(EXPORTABLE), help="Only pairs whose segments have this role."
)
@click.option("--distinct", "once", is_flag=True, help="Leave out what is nearly the same as a pair before it (W706).")
@click.option("--scores", is_flag=True, help="With --format moses: a third file, of scores.")
@click.option("--title", default="Bilingual corpus", show_default=True, help="With --format html or hf: its title.")
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
    corpus: Path,
) -> None:
    """Write facing pairs as TMX, XLIFF, TSV, JSON Lines, Moses files, HTML pages or a folder for `datasets`.

    Options of one kind widen the choice, but for --language: each one given must be on one of the sides. Rejected pairs
    are left out unless --verdict asks for them. A reviewer's correction takes the place of the English, and says so.

    TMX, XLIFF and Moses hold what people wrote, of roles that are text, and what is rather right (score 0.5): machine
    text with --machine or --kind translation, web residue and code with --role, less sure pairs with --min-score.
    """
    if output is None and form in {"moses", "html", "hf"}:
        raise UsageError(f"--format {form} makes several files. Say where with --output.")
    if output:
        for path in (output, *_moses_files(output, _two(languages, config))):
            guard(path, corpus)
    careful = form in CAREFUL
    selection = Selection(
        frozenset(kinds or KINDS),
        frozenset(verdicts) or EXPORTED,
        min_score,
        languages=frozenset(map(base, languages)),
        machine=machine or "translation" in kinds or not careful,
        roles=frozenset(roles) or (frozenset(TEXT) if careful else None),
        likely=LIKELY if careful and min_score is None else None,
    )
    with reading(corpus, math.inf) as connection, _bars() as bars:
        if names:
            selection = replace(selection, documents=documents(connection, names))
        imported_header = header(connection, selection) if form == "tmx" else None
        target, count = Target(output, title, _two(languages, config), scores, imported_header), PairCounter()
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


def _some(pairs: Pairs) -> Pairs:
    """The pairs, of which there is one at least: nothing is written for none."""
    first = next(pairs, None)
    if first is None:
        raise NotFoundError("no pair fits, so nothing was written. Widen the choice, or see `enregard export --help`.")
    return chain([first], pairs)


def _file(lines: Callable[[Pairs], Iterator[str]]) -> Writer:
    """A writer of one file that holds pairs in whatever languages."""

    def write(pairs: Pairs, target: Target, _count: PairCounter) -> None:
        nonempty = _some(pairs)
        with writing(target.output) as out:
            out.writelines(lines(nonempty))

    return write


def _tmx(pairs: Pairs, target: Target, count: PairCounter) -> None:
    nonempty = _some(count.bilingual(pairs))
    with writing(target.output) as out:
        out.writelines(as_tmx(nonempty, target.header))


def _xliff(pairs: Pairs, target: Target, count: PairCounter) -> None:
    nonempty = _some(count.within(pairs, target.languages))
    with writing(target.output) as out:
        out.writelines(as_xliff(nonempty, target.languages))


def _moses(pairs: Pairs, target: Target, count: PairCounter) -> None:
    files = _moses_files(target.output or Path(), target.languages)
    nonempty = _some(count.within(pairs, target.languages))
    with writing_files(files[: 3 if target.scores else 2]) as [left, right, *scores]:
        for pair in nonempty:
            lines = moses(pair)
            left.write(lines[0])
            right.write(lines[1])
            for out in scores:
                out.write(f"{'' if pair.score is None else f'{pair.score:.4f}'}\n")


def _moses_files(output: Path, languages: Sequence[str]) -> list[Path]:
    """The files of a Moses export: a side each, and the scores."""
    return [output.with_name(f"{output.name}.{end}") for end in (*languages, "scores")]


def _folder(write: Callable[[Pairs, Path, str], None]) -> Writer:
    """A writer of a folder."""

    def write_all(pairs: Pairs, target: Target, _count: PairCounter) -> None:
        nonempty = _some(pairs)
        with replacing_folder(target.output or Path()) as folder:
            write(nonempty, folder, target.title)

    return write_all


WRITERS: dict[str, Writer] = {
    "tmx": _tmx,
    "xliff": _xliff,
    "tsv": _file(as_tsv),
    "jsonl": _file(as_jsonl),
    "moses": _moses,
    "html": _folder(write_pages),
    "hf": _folder(write_dataset),
}
