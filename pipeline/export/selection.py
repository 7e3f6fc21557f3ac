"""The facing pairs that an export holds, one after the other, with where each comes from.

A reviewer's correction stands in the place of the text that it corrects; ``ExportPair`` says so and keeps that text.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection

from db import queries_export as queries
from db.queries_export import About, FacingPair, Member, Verdict
from db.vocabulary import SAME
from pipeline.batches import batched
from pipeline.errors import NotFoundError
from pipeline.records import HUMAN, UNKNOWN, Event

JUDGED = ("accept", "correct", "unsure", "reject")
UNJUDGED = "none"
EXPORTED = frozenset({"accept", "correct", "unsure", UNJUDGED})
RESIDUE, MACHINE, DOUBTFUL = REASONS = ("residue", "machine", "doubtful")
LIKELY = 0.5  # score from which a pair is rather right
STEP = 1_000  # pairs between two signs of progress
REMEMBERED = 1_000  # documents whose names are remembered

Corrected: TypeAlias = Literal["", "left", "right", "both"]
Progress = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pairs are wanted. ``documents`` are ids; every one of ``languages`` must be on one of the sides.

    Without ``machine`` no side may be a machine's; ``roles`` are those that segments may have (None: any);
    ``likely`` is the score below which a pair that was aligned or mined here is left out, unless people accepted it.
    """

    kinds: frozenset[str] = frozenset(SAME)
    verdicts: frozenset[str] = EXPORTED
    min_score: float | None = None
    documents: frozenset[str] | None = None
    languages: frozenset[str] = frozenset()
    machine: bool = True
    roles: frozenset[str] | None = None
    likely: float | None = None


@dataclass(frozen=True, slots=True)
class PairSide:
    """One side of a pair. ``origin`` is ``human``, or ``mt:`` and the engine; ``members`` are its segments."""

    text: str
    language: str
    origin: str
    about: About
    members: tuple[Member, ...] = ()

    @property
    def path(self) -> str:
        """The file that the text comes from."""
        return self.about.path


@dataclass(frozen=True, slots=True)
class ExportPair:
    """Two texts that say the same. ``corrected`` names the side that a reviewer wrote, ``uncorrected`` what it said.

    Where that is both sides, ``uncorrected`` is what the right one said, ``uncorrected_left`` the left. ``run`` made
    the pair at ``created`` as ``signature`` says; ``judged`` is when the verdict was given. Times are in UTC.
    ``links`` are those of words, as ``models.WordLinks`` has them; None where nobody asked, or there are none.
    """

    id: str
    kind: str
    score: float | None
    left: PairSide
    right: PairSide
    made_by: str
    verdict: str | None = None
    reviewer: str | None = None
    comment: str | None = None
    corrected: Corrected = ""
    uncorrected: str | None = None
    uncorrected_left: str | None = None
    attributes: Mapping[str, Any] | None = None
    run: str = ""
    signature: str = ""
    created: datetime | None = None
    judged: datetime | None = None
    links: Sequence[Sequence[int]] | None = None

    @property
    def by_machine(self) -> bool:
        """Whether a side is as a machine wrote it."""
        sides = (("left", self.left), ("right", self.right))
        return any(side.origin != HUMAN and self.corrected not in {name, "both"} for name, side in sides)


def select(
    connection: Connection, selection: Selection, progress: Progress, left_out: Counter[str] | None = None
) -> Iterator[ExportPair]:
    """The pairs that are wanted: by document on the left, in the order of its text. All are of one moment.

    ``left_out`` counts, by reason, those that ``machine``, ``roles`` and ``likely`` keep out.
    """
    queries.begin_reading(connection)
    reader = _Reader(connection)
    written, total = 0, queries.count_pairs(connection)
    for document in queries.find_left_documents(connection, selection.documents):
        for rows in batched(_rows(connection, document, selection), queries.BATCH):
            for row, verdict in reader.judged(rows):
                if (verdict.verdict if verdict else UNJUDGED) in selection.verdicts:
                    pair = reader.pair(row, verdict)
                    reason = _objection(pair, selection)
                    if reason is None:
                        yield pair
                    elif left_out is not None:
                        left_out[reason] += 1
            written += len(rows)
            if written % STEP < len(rows):
                progress(Event("export", written, total))
    progress(Event("export", total, total))


def _objection(pair: ExportPair, selection: Selection) -> str | None:
    """Why a pair is left out, one of REASONS."""
    roles = {member.role for side in (pair.left, pair.right) for member in side.members}
    if selection.roles is not None and not roles <= selection.roles:
        return RESIDUE
    if pair.by_machine and not selection.machine:
        return MACHINE
    doubtful = selection.likely is not None and pair.score is not None and pair.score < selection.likely
    made_here = pair.attributes is None and pair.kind != "translation"
    return DOUBTFUL if doubtful and made_here and pair.verdict not in {"accept", "correct"} else None


def documents(connection: Connection, names: Iterable[str]) -> frozenset[str]:
    """Ids of the documents that ``names`` (ids, their beginnings, paths, files) stand for.

    Raises NotFoundError for a name of no document, or of several.
    """
    matching: set[str] = set()
    for name in names:
        by_id = queries.find_documents_beginning(connection, name)
        ids = queries.find_documents_of(connection, name) or by_id
        if not ids or (ids is by_id and len(ids) > 1):
            number = "several documents are" if ids else "no document is"
            listed = "enregard query 'SELECT id, path FROM documents'"
            raise NotFoundError(f"{number} called {name!r}. Give an id, or a path as in `{listed}`.")
        matching.update(ids)
    return frozenset(matching)


def header(connection: Connection, selection: Selection) -> Mapping[str, Any] | None:
    """What the TMX file says of itself that all the documents were imported from, if there is one."""
    if len(queries.find_left_files(connection, selection.documents)) != 1:
        return None
    (document, *_) = queries.find_left_documents(connection, selection.documents)
    imported = queries.get_about(connection, document).imported or {}
    return imported.get("header") if imported.get("format") == "tmx" else None


def base(code: str | None) -> str:
    """The language of a BCP 47 code, without region or script.

    >>> base("fr-CA"), base(None)
    ('fr', 'und')
    """
    return (code or UNKNOWN).replace("_", "-").partition("-")[0].lower()


def turned(pair: ExportPair, languages: tuple[str, str]) -> ExportPair | None:
    """The pair with the first of ``languages`` on the left, or None where it is in other languages."""
    languages_of_pair = base(pair.left.language), base(pair.right.language)
    if languages_of_pair == languages[::-1]:
        return replace(pair, left=pair.right, right=pair.left, **_turned_correction(pair))
    return pair if languages_of_pair == languages else None


def _turned_correction(pair: ExportPair) -> dict[str, Any]:
    if pair.corrected == "both":
        return {"uncorrected": pair.uncorrected_left, "uncorrected_left": pair.uncorrected}
    return {"corrected": {"left": "right", "right": "left"}.get(pair.corrected, "")}


def facts(pair: ExportPair) -> dict[str, str]:
    """Where a pair comes from, as names and values; what is not known is left out. Texts stand elsewhere."""
    values = {
        "kind": pair.kind,
        "score": None if pair.score is None else f"{pair.score:.4f}",
        "made-by": pair.made_by,
        "verdict": pair.verdict,
        "reviewer": pair.reviewer,
        "corrected": pair.corrected,
        "uncorrected": pair.uncorrected,
        "uncorrected-left": pair.uncorrected_left,
        "comment": pair.comment,
    }
    return {name: value for name, value in values.items() if value}


def _rows(connection: Connection, document: str, selection: Selection) -> Iterator[FacingPair]:
    for row in queries.iter_pairs(connection, document, selection.kinds, selection.min_score):
        sides = {row.left_document_id, row.right_document_id}
        spoken = {base(row.left_language), base(row.right_language)}
        if (selection.documents is None or sides & selection.documents) and selection.languages <= spoken:
            yield row


class _Reader:
    """Puts pairs together, remembering what many of them share."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.reviewed = queries.has_reviews(connection)
        self.members: dict[str, list[Member]] = {}
        self.started = lru_cache(REMEMBERED)(lambda run: queries.get_run_start(connection, run))
        self.about = lru_cache(REMEMBERED)(lambda document: queries.get_about(connection, document))
        self.made_by = lru_cache(REMEMBERED)(self._made_by)

    def judged(self, rows: tuple[FacingPair, ...]) -> Iterator[tuple[FacingPair, Verdict | None]]:
        self.members = queries.find_members(self.connection, [row.id for row in rows])
        hashes = [row.pair_hash for row in rows]
        verdicts = queries.find_verdicts_on(self.connection, hashes) if self.reviewed else {}
        return ((row, verdicts.get(row.pair_hash) or _carried(row)) for row in rows)

    def pair(self, row: FacingPair, verdict: Verdict | None) -> ExportPair:
        left, right = self.about(row.left_document_id), self.about(row.right_document_id)
        pair = ExportPair(
            row.id,
            row.kind,
            row.score,
            self._side(row, "left", left),
            self._side(row, "right", right),
            self.made_by(row.signature_id),
            attributes=row.attributes,
            run=row.run_id,
            signature=row.signature_id,
            created=self.started(row.run_id),
        )
        return _judged(pair, verdict) if verdict else pair

    def _side(self, row: FacingPair, side: Literal["left", "right"], about: About) -> PairSide:
        language = getattr(row, f"{side}_language") or about.main_language or UNKNOWN
        members = tuple(member for member in self.members.get(row.id, ()) if member.side == side)
        return PairSide(getattr(row, f"{side}_text"), language, getattr(row, f"{side}_origin"), about, members)

    def _made_by(self, signature: str) -> str:
        row = queries.get_signature(self.connection, signature)
        return f"{row.engine}-{row.version}" + (f"+{row.model}" if row.model else "")


def _carried(row: FacingPair) -> Verdict | None:
    """The correction of other machine text for the same sentence: it belongs to the sentence."""
    if row.corrected_by is None:
        return None
    return Verdict(row.pair_hash, "correct", row.correction, None, row.corrected_by, row.left_correction)


def _judged(pair: ExportPair, verdict: Verdict) -> ExportPair:
    """``pair`` with its verdict, and with what the reviewer wrote in the place of either side."""
    judged = replace(
        pair,
        verdict=verdict.verdict,
        reviewer=verdict.reviewer,
        comment=verdict.comment,
        judged=verdict.created,
    )
    if verdict.verdict != "correct":
        return judged
    left, right = verdict.left_correction, verdict.correction
    if left:
        judged = replace(judged, left=replace(pair.left, text=left), corrected="left", uncorrected=pair.left.text)
    if right:
        judged = replace(
            judged,
            right=replace(pair.right, text=right),
            corrected="both" if left else "right",
            uncorrected=pair.right.text,
            uncorrected_left=pair.left.text if left else None,
        )
    return judged
