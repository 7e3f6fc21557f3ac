"""A pair as its page shows it: made from what the queries give, nothing is asked here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from db.queries_review import BeadRow, Context, ContextRow, DocumentRow, EditRow, PairView, ReviewRow
from pipeline import errors
from pipeline.corpus.meanings import source_of_score
from pipeline.language.counterparts import Unmatched
from pipeline.review import marking
from pipeline.review.marking import Edit, Piece

SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
EMPTY = Context((), ())


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair with what stands around it. ``sentences`` are its segments, for cutting it elsewhere.

    ``text`` is as it should be read; where ``corrected_by`` corrected it, ``changes`` tell how.
    """

    name: Literal["left", "right"]
    text: str
    language: str | None
    origin: str
    pieces: tuple[Piece, ...]
    before: tuple[ContextRow, ...]
    after: tuple[ContextRow, ...]
    sentences: tuple[str, ...]
    document: DocumentRow | None
    segment: str | None
    corrected_by: str | None = None
    changes: tuple[Edit, ...] = ()

    @property
    def title(self) -> str:
        """What its document is called."""
        return called(self.document)


@dataclass(frozen=True, slots=True)
class Missing:
    """A number or a name that only one side has."""

    side: Literal["left", "right"]
    what: Literal["number", "name"]
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measure behind a score."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of a pair's history: a verdict, ``withdrawn``, ``resegmented`` or ``undone``."""

    what: str
    reviewer: str
    when: datetime
    comment: str | None = None
    correction: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A pair with all that helps to judge it.

    ``mine`` is what the reviewer who looks says of it so far; ``scored`` the key in ``meanings.SCORES``.
    """

    id: str
    key: str
    kind: str
    shape: str
    score: float | None
    scored: str
    sides: tuple[Side, Side]
    verdicts: tuple[ReviewRow, ...]
    mine: ReviewRow | None
    missing: tuple[Missing, ...]
    evidence: tuple[Evidence, ...]
    findings: tuple[tuple[str, str], ...]
    history: tuple[Deed, ...]
    previous: BeadRow | None
    next: BeadRow | None
    pair: str | None
    seen: str

    @property
    def left(self) -> Side:
        """The left side: French wherever one side is."""
        return self.sides[0]

    @property
    def right(self) -> Side:
        """The right side, which can be corrected."""
        return self.sides[1]

    @property
    def verdict(self) -> ReviewRow | None:
        """The latest verdict, whoever judged."""
        return max(self.verdicts, key=lambda one: one.id, default=None)

    @property
    def corrected(self) -> str:
        """What the field for the correction begins with: the latest correction, else the right side."""
        mine = self.mine.correction if self.mine else None
        others = self.verdict.correction if self.verdict else None
        return mine or others or self.right.text

    @property
    def recut(self) -> bool:
        """Whether the pair can be cut elsewhere: people's texts that were aligned sentence by sentence."""
        return self.kind == "bitext" and self.pair is not None and not _imported(self.sides)


def card(view: PairView, seen: str, reviewer: str) -> Card:
    """The card of a pair that ``reviewer`` looks at, shown with the token ``seen``."""
    row = view.alignment
    missing = marking.differences(row.left_text, row.correction or row.right_text)
    return Card(
        row.id,
        row.pair_hash,
        row.kind,
        row.shape,
        row.score,
        source_of_score(row.kind, view.signature.stage),
        (_side(view, "left", missing), _side(view, "right", missing)),
        tuple(view.verdicts),
        next((one for one in view.verdicts if one.reviewer == reviewer), None),
        tuple(_missing(one, row.left_text, row.correction or row.right_text) for one in missing),
        tuple(evidence(row.features)),
        tuple((one.code, one.value) for one in view.findings),
        tuple(history(view)),
        view.previous,
        view.next,
        row.document_pair_id,
        seen,
    )


def called(document: DocumentRow | None) -> str:
    """What a document is called: its title, its file, or its id."""
    if document is None:
        return ""
    return document.title or next(iter(document.paths), "") or document.id


def evidence(features: Mapping[str, Any] | None) -> Iterator[Evidence]:
    """The measures behind a score, as far as they are numbers."""
    for name, value in (features or {}).items():
        if isinstance(value, int | float):
            yield Evidence(name, float(value))


def history(view: PairView) -> list[Deed]:
    """All that people did to a pair, oldest first."""
    deeds = [_judged(one, view.alignment.right_text) for one in view.history]
    return sorted([*deeds, *map(_recut, view.edits)], key=lambda one: one.when)


def done(one: errors.Deed, text: str = "") -> Deed:
    """What another reviewer did, as a page shows it; ``text`` is what a correction began with."""
    correction = marking.edits(text or one.correction, one.correction) if one.correction else ()
    return Deed(one.what, one.reviewer, moment(one.when), one.comment, correction)


def moment(value: datetime) -> datetime:
    """A moment of the corpus, which keeps them in UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _side(view: PairView, name: Literal["left", "right"], missing: Sequence[Unmatched]) -> Side:
    row = view.alignment
    written, document = str(getattr(row, f"{name}_text")), str(getattr(row, f"{name}_document_id"))
    corrected = name == "right" and row.correction is not None
    text = str(row.correction) if corrected else written
    standing = [one.segment for one in view.sides if one.side == name]
    context = view.contexts.get(name, EMPTY)
    return Side(
        name,
        text,
        getattr(row, f"{name}_language"),
        getattr(row, f"{name}_origin"),
        marking.pieces(text, name, missing),
        context.before,
        context.after,
        tuple(one.text for one in standing),
        view.documents.get(document),
        standing[0].id if standing else None,
        row.corrected_by if corrected else None,
        marking.edits(written, text) if corrected else (),
    )


def _missing(one: Unmatched, left: str, right: str) -> Missing:
    return Missing(one.side, one.what, (left if one.side == "left" else right)[one.start : one.end])


def _judged(one: ReviewRow, text: str) -> Deed:
    correction = marking.edits(text, one.correction) if one.correction else ()
    return Deed(one.verdict, one.reviewer, moment(one.created), one.comment, correction)


def _recut(one: EditRow) -> Deed:
    return Deed("undone" if one.undoes else "resegmented", one.reviewer, moment(one.created))


def _imported(sides: Sequence[Side]) -> bool:
    return any(one.document is not None and one.document.imported is not None for one in sides)
