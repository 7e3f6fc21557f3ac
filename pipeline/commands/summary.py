"""What a person wants to know after a run."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from db import queries, queries_cuts, queries_orphans
from db.queries import SkipRow
from db.queries_review import EditRow
from pipeline.align.passages import expected
from pipeline.calibration import Expected
from pipeline.commands.console import plain
from pipeline.corpus.codes import CODES, FAILED
from pipeline.language.cldr import language_name
from pipeline.records import ALIGNABLE
from pipeline.run import Outcome

DOCUMENTS = 30  # profiles shown
CUTS, SHOWN = 10, 60  # cuts that no longer fit; characters of each


@dataclass(frozen=True, slots=True)
class Summary:
    """What is in a corpus after a run, and what the run did."""

    outcome: Outcome
    documents: int
    duplicates: int
    repeated: int
    profiles: Sequence[tuple[str, Mapping[str, float]]]  # of the first DOCUMENTS
    languages: Mapping[str, int]
    engines: Mapping[str, int]
    untranslated: Mapping[str, int]
    pairs: Mapping[str, int]
    alignments: Mapping[str, int]
    mined: Expected
    findings: Sequence[tuple[str, int, str]]
    skips: Sequence[SkipRow]
    failures: Sequence[tuple[str, str]]  # what a stage failed on, and what happened
    lost_cuts: Sequence[EditRow]
    orphans: int  # verdicts whose texts face each other no more


def summarise(connection: Connection, outcome: Outcome) -> Summary:
    """Counts of everything in the corpus, with the documents' language profiles and the files that were skipped."""
    totals = queries.count_totals(connection)
    engines = queries.find_engines(connection)
    run = queries.get_last_run(connection)
    configured = [run.settings["translate"]["source"]] if run and "translate" in run.settings else []
    return Summary(
        outcome,
        totals["documents"],
        totals["duplicates"],
        queries.count_repeated(connection, sorted(ALIGNABLE)),
        queries.find_profiles(connection, DOCUMENTS),
        queries.count_segment_languages(connection),
        engines,
        queries.count_untranslated(connection, [*configured, *queries.find_translated_languages(connection)]),
        queries.count_grades(connection),
        queries.count_facing_kinds(connection),
        expected(queries.find_passage_scores(connection)),
        [(code, count, CODES.get(code, "")) for code, count in queries.count_findings(connection).items()],
        queries.find_skips(connection),
        queries.find_failures(connection, FAILED),
        queries_cuts.find_lost_edits(connection),
        queries_orphans.count_orphans(connection),
    )


def render(summary: Summary) -> Iterator[Table | Text]:
    """What a person wants to know after a run."""
    grid = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _summary_rows(summary):
        if value:
            grid.add_row(plain(name, "bold"), plain(value))
    yield grid
    for skip in summary.skips:
        yield plain(f"Skipped {skip.path}: {skip.skip_reason} ({skip.skip_code})", "yellow")
    for subject, value in summary.failures:
        yield plain(f"Failed on {subject}: {value}. The next run tries again.", "yellow")
    yield from (plain(_lost(cut), "yellow") for cut in summary.lost_cuts[:CUTS])
    if len(summary.lost_cuts) > CUTS:
        yield plain(f"... and {len(summary.lost_cuts) - CUTS} more cuts no longer fit.", "yellow")
    if summary.orphans:
        yield plain(_orphaned(summary), "yellow")
    if summary.outcome.note:
        yield plain(summary.outcome.note, "yellow")
    yield plain(_next(summary))


def _summary_rows(summary: Summary) -> Iterator[tuple[str, str]]:
    yield "Documents", f"{summary.documents}{_copies(summary)}"
    for path, profile in summary.profiles:
        yield "", f"{path}  {shares(profile)}"
    if summary.documents > len(summary.profiles):
        yield "", f"... and {summary.documents - len(summary.profiles)} more, in the view `documents`"
    yield "Segments", _counts(summary.languages)
    yield "Translations", _counts(summary.engines) or "none"
    yield "Untranslated", _untranslated(summary.untranslated)
    yield "Document pairs", _counts(summary.pairs) or "none"
    yield "Alignments", _counts(summary.alignments) or "none"
    yield "Passages", _mined(summary.mined)
    yield "Related", _related(summary.alignments.get("related", 0))
    for code, count, meaning in summary.findings:
        yield "Finding", f"{code}  {count:4}  {meaning}"
    yield "Skipped files", str(len(summary.skips)) if summary.skips else ""
    yield (
        "Time",
        ", ".join(f"{name} {seconds:.1f} s" for name, seconds in summary.outcome.seconds.items() if seconds >= 0.05),
    )
    yield "Corpus", str(summary.outcome.corpus)


def _lost(cut: EditRow) -> str:
    """Which cut no longer fits, and what to do."""
    texts = {key: text for side in cut.texts.values() for key, text in side}
    first = next((texts[key] for bead in cut.after for side in bead[:2] for key in side if key in texts), "")
    return (
        f"A cut by {cut.reviewer} of {cut.created:%Y-%m-%d} no longer fits: its sentences are gone or changed "
        f"(“{shorten(first, SHOWN, placeholder='…')}”). It waits for them; cut what stands there now, if need be."
    )


def _orphaned(summary: Summary) -> str:
    number = "1 verdict meets" if summary.orphans == 1 else f"{summary.orphans} verdicts meet"
    return (
        f"{number} no pair any more: its texts changed. `enregard review --corpus {summary.outcome.corpus}` has them "
        "under Overview, to lay on again or put aside; the recipe `orphans` lists them."
    )


def _untranslated(counts: Mapping[str, int]) -> str:
    """How many segments wait for a translation.

    >>> _untranslated({"fr": 3, "de": 2})
    '3 French segments, 2 German segments'
    """
    return ", ".join(f"{count:,} {language_name(code, 'en')} segments" for code, count in counts.items())


def _copies(summary: Summary) -> str:
    if not summary.duplicates:
        return ""
    repeated = f"{summary.repeated} of their segments, which these have too, face nothing"
    return f", {summary.duplicates} of them near-duplicates of others ({repeated})"


def shares(profile: Mapping[str, float]) -> str:
    """Such as ``en 96 %, fr 4 %``; what is below half a per cent is left out."""
    return ", ".join(f"{code} {share:.0%}".replace("%", " %") for code, share in profile.items() if share >= 0.005)


def _mined(expectation: Expected) -> str:
    """How many of the mined passages are likely to be right."""
    if not expectation.total:
        return ""
    mined = f"{expectation.total} passages mined" if expectation.total > 1 else "1 passage mined"
    interval = f"precision {expectation.precision:.2f} ({expectation.low:.2f} to {expectation.high:.2f})"
    return f"{mined}, {expectation.right:.1f} expected to be right: {interval}"


def _related(number: int) -> str:
    """What the kind is, since nobody who asks for no kind gets any of it."""
    pairs = "1 pair tells" if number == 1 else f"{number} pairs tell"
    return f"{pairs} of the same event and say{'s' if number == 1 else ''} different things of it" if number else ""


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _next(summary: Summary) -> str:
    if not summary.documents:
        return "Nothing to show yet: put documents into the folder and run the same command again."
    if not summary.outcome.changed:
        return "Nothing has changed since the last run."
    corpus = shlex.quote(str(summary.outcome.corpus))
    return f"Next: make review CORPUS={corpus}, or .venv/bin/enregard search WORDS --corpus {corpus}"
