"""What a person wants to know after a run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from db import queries
from db.queries import SkipRow
from pipeline.align.passages import expected
from pipeline.calibration import Expected
from pipeline.corpus.codes import CODES, FAILED
from pipeline.records import ALIGNABLE
from pipeline.run import Outcome

DOCUMENTS = 30  # profiles shown


@dataclass(frozen=True, slots=True)
class Summary:
    """What is in a corpus after a run, and what the run did."""

    outcome: Outcome
    documents: int
    duplicates: int
    repeated: int
    profiles: Sequence[tuple[str, Mapping[str, float]]]
    languages: Mapping[str, int]
    engines: Mapping[str, int]
    untranslated: int
    pairs: Mapping[str, int]
    alignments: Mapping[str, int]
    mined: Expected
    findings: Sequence[tuple[str, int, str]]
    skips: Sequence[SkipRow]
    failures: Sequence[tuple[str, str]]  # what a stage failed on, and what happened


def summarise(connection: Connection, outcome: Outcome) -> Summary:
    """Counts of everything in the corpus, with the documents' language profiles and the files that were skipped."""
    documents = queries.find_documents(connection)
    engines = queries.find_engines(connection)
    french = queries.count_language(connection, "fr")
    findings = queries.count_by(connection, "finding", "code")
    return Summary(
        outcome,
        len(documents),
        sum(document.duplicate_of is not None for document in documents),
        queries.count_repeated(connection, sorted(ALIGNABLE)),
        queries.find_profiles(connection),
        queries.count_by(connection, "segment", "language", "role <> 'separator'"),
        engines,
        french - sum(engines.values()),
        queries.count_by(connection, "document_pair", "grade"),
        queries.count_by(connection, "bitext", "kind"),
        expected(queries.find_passage_scores(connection)),
        [(code, count, CODES.get(code, "")) for code, count in findings.items()],
        queries.find_skips(connection),
        queries.find_failures(connection, FAILED),
    )


def render(one: Summary) -> Iterator[Table | Text]:
    """What a person wants to know after a run."""
    made = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _summary_rows(one):
        if value:
            made.add_row(Text(name, "bold"), Text(value))
    yield made
    for skip in one.skips:
        yield Text(f"Skipped {skip.path}: {skip.skip_reason} ({skip.skip_code})", "yellow")
    for subject, value in one.failures:
        yield Text(f"Failed on {subject}: {value}. The next run tries again.", "yellow")
    if one.outcome.note:
        yield Text(one.outcome.note, "yellow")
    yield Text(_next(one))


def _summary_rows(one: Summary) -> Iterator[tuple[str, str]]:
    yield "Documents", f"{one.documents}{_copies(one)}"
    for path, profile in one.profiles[:DOCUMENTS]:
        yield "", f"{path}  {shares(profile)}"
    if len(one.profiles) > DOCUMENTS:
        yield "", f"... and {len(one.profiles) - DOCUMENTS} more, in the view `documents`"
    yield "Segments", _counts(one.languages)
    yield "Translations", _counts(one.engines) or "none"
    yield "Untranslated", f"{one.untranslated} French segments" if one.untranslated else ""
    yield "Document pairs", _counts(one.pairs) or "none"
    yield "Alignments", _counts(one.alignments) or "none"
    yield "Passages", _mined(one.mined)
    for code, count, meaning in one.findings:
        yield "Finding", f"{code}  {count:4}  {meaning}"
    yield "Skipped files", str(len(one.skips)) if one.skips else ""
    yield (
        "Time",
        ", ".join(f"{name} {seconds:.1f} s" for name, seconds in one.outcome.seconds.items() if seconds >= 0.05),
    )
    yield "Corpus", str(one.outcome.corpus)


def _copies(summary: Summary) -> str:
    if not summary.duplicates:
        return ""
    repeated = f"{summary.repeated} of their segments, which these have too, face nothing"
    return f", {summary.duplicates} of them near-duplicates of others ({repeated})"


def shares(profile: Mapping[str, float]) -> str:
    """Such as ``en 96 %, fr 4 %``; what is below half a per cent is left out."""
    return ", ".join(f"{code} {share:.0%}".replace("%", " %") for code, share in profile.items() if share >= 0.005)


def _mined(one: Expected) -> str:
    """How many of the mined passages are likely to be right."""
    if not one.total:
        return ""
    mined = f"{one.total} passages mined" if one.total > 1 else "1 passage mined"
    interval = f"precision {one.precision:.2f} ({one.low:.2f} to {one.high:.2f})"
    return f"{mined}, {one.right:.1f} expected to be right: {interval}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _next(one: Summary) -> str:
    if not one.documents:
        return "Nothing to show yet: put documents into the folder and run the same command again."
    if not one.outcome.changed:
        return "Nothing has changed since the last run."
    corpus = one.outcome.corpus
    return f"Next: make review CORPUS={corpus}, or .venv/bin/enregard search WORDS --corpus {corpus}"
