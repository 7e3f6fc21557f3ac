"""The corpus as one self-contained HTML page: documents side by side, their languages, scores and findings.

A large corpus is an index and a page for each document: see ``paged``.

The page is made piece by piece, so that no more than one document is in memory at a time. It needs no script to be
read, loads nothing from anywhere, and its Content-Security-Policy names its one style and its one script by hash.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from sqlalchemy import Connection

from db import queries
from db.queries import PageDocument, PairRow, PassageRow
from db.vocabulary import RELATED, SAME
from pipeline import templating
from pipeline.records import UNKNOWN
from pipeline.report import facing, plots
from pipeline.report.facing import Contents, FindingMark, Material, RowGroup
from pipeline.wording import Wording

FOLDER = Path(__file__).parent
STEPS = 20  # bars of a histogram
NAME = 15  # characters of a word from which it is a name that needs places to break
_JOINTS = re.compile(r"(?<=[_/\\-])(?=\w)")
_BEFORE_HIGH = re.compile(" (?=[:;!?»])|(?<=«) ")


@dataclass(frozen=True, slots=True)
class Options:
    """How much of a corpus is shown, and below which score a row counts as doubtful."""

    title: str = ""
    documents: int = 200
    segments: int = 2_000  # of one document
    passages: int = 500
    doubtful: float = 0.5
    language: str = "en"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A section of the page: one document, or two that face each other."""

    documents: tuple[PageDocument, ...]
    pair: str | None = None
    grade: str = ""
    score: float = 0.0

    @property
    def repeats(self) -> bool:
        """Whether it is a copy, whose text is not shown again."""
        return self.documents[0].duplicate_of is not None


@dataclass(frozen=True, slots=True)
class Edition:
    """The text of a section. ``plain``: nothing faces it, so one column does."""

    entry: PageEntry
    row_groups: tuple[RowGroup, ...]
    marks: dict[str, tuple[FindingMark, ...]]
    origins: tuple[str, ...]
    plain: bool
    left_out: int


DEFAULTS = Options()


def render(connection: Connection, options: Options = DEFAULTS) -> Iterator[str]:
    """The page, in pieces. The connection is read while the pieces are taken."""
    frame = overview(connection, options)
    contents, entries = frame["contents"], frame["entries"]
    editions = (edition(connection, entry, options, contents) for entry in entries if not entry.repeats)
    return environment(options).get_template("page.html.j2").generate(**frame, editions=editions, apart=False)


def overview(connection: Connection, options: Options) -> dict[str, Any]:
    """What templates show of a corpus as a whole."""
    documents = queries.find_page_documents(connection, options.documents)
    return {
        "options": options,
        "run": queries.get_last_run(connection),
        "counts": queries.count_totals(connection),
        "languages": queries.count_segment_languages(connection),
        "alignments": queries.count_facing_kinds(connection),
        "engines": queries.find_engines(connection),
        "histograms": _histograms(connection),
        "findings": _findings(connection),
        "skips": queries.find_skips(connection),
        "signatures": queries.find_current_signatures(connection),
        "entries": list(_entries(connection, documents)),
        "shown": len(documents),
        "contents": Contents(
            {document.id: title(document) for document in documents},
            options.segments,
            frozenset(document.id for document in documents if document.duplicate_of is not None),
        ),
        "passages": queries.find_passages(connection, "passage", options.passages),
        "related": queries.find_passages(connection, RELATED, options.passages),
    }


def _passage_languages(passages: Sequence[PassageRow]) -> tuple[list[str], list[str]]:
    """The languages of either column of the passages; English stands right, if it faces another."""
    columns: tuple[dict[str, None], dict[str, None]] = ({}, {})
    for passage in passages:
        sides = passage.left_language or UNKNOWN, passage.right_language or UNKNOWN
        for column, code in zip(columns, sides[::-1] if sides[0] == facing.ENGLISH != sides[1] else sides, strict=True):
            column[code] = None
    return sorted(columns[0]), sorted(columns[1])


def _entries(connection: Connection, documents: Sequence[PageDocument]) -> Iterator[PageEntry]:
    """Sections in the order of the documents; the best pairs first choose who faces whom."""
    originals = {document.id: document for document in documents if document.duplicate_of is None}
    partner: dict[str, PairRow] = {}
    for pair in queries.find_facing_pairs(connection):
        sides = {pair.left_document_id, pair.right_document_id}
        if sides <= originals.keys() and not sides & partner.keys():
            partner |= dict.fromkeys(sides, pair)
    placed: set[str] = set()
    for document in documents:
        if document.id in placed:
            continue
        entry = (
            _pair_entry(connection, originals, partner[document.id])
            if document.id in partner
            else PageEntry((document,))
        )
        placed |= {document.id for document in entry.documents}
        yield entry


def _pair_entry(connection: Connection, originals: dict[str, PageDocument], pair: PairRow) -> PageEntry:
    """Two documents face to face, the English one on the right."""
    sides = (originals[pair.left_document_id], originals[pair.right_document_id])
    if sides[0].main_language == facing.ENGLISH != sides[1].main_language:
        sides = (sides[1], sides[0])
    row = queries.get_document_pair(connection, pair.id)
    return PageEntry(sides, pair.id, row.grade if row else "", row.score if row else 0.0)


def title(document: PageDocument) -> str:
    """What a document is called."""
    return document.title or document.path or document.id


def edition(connection: Connection, entry: PageEntry, options: Options, contents: Contents) -> Edition:
    """The text of a section with all that faces it."""
    materials = [material(connection, document, entry, options.segments) for document in entry.documents]
    if entry.pair:
        rows = facing.rows_faced(materials[0], materials[1], queries.find_beads(connection, entry.pair), contents)
    else:
        rows = facing.rows_alone(materials[0], contents)
    origins = {row.origin for material in materials for row in material.machine.values()}
    return Edition(
        entry,
        tuple(facing.row_groups(rows)),
        {
            document.id: material.marks.get(document.id, ())
            for document, material in zip(entry.documents, materials, strict=True)
        },
        tuple(sorted(origins)),
        not any(row.facings or row.right or row.gap or row.also for row in rows),
        sum(max(0, document.segments - options.segments) for document in entry.documents),
    )


def material(connection: Connection, document: PageDocument, entry: PageEntry, limit: int) -> Material:
    """What is known about a document; what its partner in the same section says stands beside it anyway."""
    partners = {partner.id for partner in entry.documents} - {document.id}
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for span in queries.find_document_spans(connection, document.id):
        spans.setdefault(span.segment_id, []).append((span.start_offset, span.end_offset, span.language))
    counterparts: dict[str, list[queries.CounterpartRow]] = {}
    for row in queries.find_counterparts(connection, document.id):
        if row.document_id not in partners:
            counterparts.setdefault(row.segment_id, []).append(row)
    marks: dict[str, tuple[FindingMark, ...]] = {}
    for subject, code, value in queries.find_document_findings(connection, document.id):
        marks[subject] = (*marks.get(subject, ()), FindingMark(code, value))
    return Material(
        document.main_language,
        queries.find_first_segments(connection, document.id, limit),
        spans,
        {row.segment_id: row for row in queries.find_machine_rows(connection, document.id)},
        counterparts,
        marks,
    )


def _histograms(connection: Connection) -> list[tuple[str, list[int]]]:
    """(kind, counts) for each kind of alignment that has scores."""
    counts = queries.count_scores(connection, STEPS)
    return [(kind, counts[kind]) for kind in SAME if kind in counts]


def _findings(connection: Connection) -> list[tuple[str, int]]:
    """(code, how many), the most frequent first."""
    return list(queries.count_findings(connection).items())


def environment(options: Options = DEFAULTS) -> Environment:
    """Templates of the report and of exports, with the filters that they use."""
    templates = templating.environment(FOLDER, FOLDER.parent)
    templates.filters.update(FILTERS)
    words = Wording(options.language)
    templates.globals["t"] = words
    templates.filters.update(
        language=words.named,
        number=words.number,
        columns=_passage_languages,
        spoken=lambda counts: words.listed(plots.principal(counts)) if counts else words("undetermined"),
        shares=partial(plots.by_language, named=words.named),
        moment=lambda value: words.moment(value) if value else words("report_unfinished"),
    )
    templates.filters.update(doubtful=lambda row: row.doubtful(options.doubtful))
    templates.tests["web_address"] = lambda url: bool(url) and url.lower().startswith(("https://", "http://"))
    return templates


def typeset(text: str) -> Markup:
    """A title, or the name of a file, that breaks between lines only where it may.

    Before high punctuation and within guillemets a space does not break; a long name may after ``_``, ``-``, ``/``.

    >>> print(typeset("2024-06-24_the-pact.html"))
    2024-<wbr>06-<wbr>24_<wbr>the-<wbr>pact.html
    """
    held = _BEFORE_HIGH.sub("\N{NO-BREAK SPACE}", str(templating.visible(text)))
    return Markup(" ").join(
        Markup("<wbr>").join(_JOINTS.split(word) if len(word) > NAME else [word]) for word in held.split(" ")
    )


def level(score: float | None) -> int:
    """The shade of a score in 0..1: 1 (lowest) to 5, or 0 where there is none.

    >>> [level(score) for score in (None, 0.0, 0.5, 1.0)]
    [0, 1, 3, 5]
    """
    return 0 if score is None else min(5, int(score * 5) + 1)


def origin(value: str) -> str:
    """``mt:apertium-3.8`` as people read it."""
    kind, _, engine = value.partition(":")
    return engine or kind


# What templates do with what they show: those of the report, and those of the review.
FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "shares": plots.by_language,
        "bars": plots.histogram,
        "language": plots.name,
        "level": level,
        "title": title,
        "typeset": typeset,
        "anchor": facing.anchor,
        "origin": origin,
        "doubtful": lambda row: row.doubtful(DEFAULTS.doubtful),
    }
)
