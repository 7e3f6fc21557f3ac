"""A pair as its page shows it: made from what the queries give, nothing is asked here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from db.queries_review import Context, ContextRow, DocumentRow, EditRow, NeighbourRow, PairView, ReviewRow
from pipeline import errors
from pipeline.corpus.meanings import source_of_score
from pipeline.language.counterparts import Unmatched
from pipeline.review import marking
from pipeline.review.linker import WordLink
from pipeline.review.marking import Piece, TextEdit
from pipeline.translation.terminology import agreed, signed_terms

Linker = Callable[[str, str], Sequence[WordLink]]
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
EMPTY = Context((), ())


@dataclass(frozen=True, slots=True)
class CardSide:
    """One side of a pair with what stands around it. ``sentences`` are its segments, for cutting it elsewhere.

    ``text`` is as it should be read; where ``corrected_by`` corrected it, ``changes`` tell how. ``draft`` is what the
    field for a correction begins with: the reviewer's own latest correction, else the latest, else the text. ``span``
    is where it stands in its document, None where it stands in none.
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
    changes: tuple[TextEdit, ...] = ()
    draft: str = ""
    span: tuple[int, int] | None = None

    @property
    def title(self) -> str:
        """What its document is called."""
        return called(self.document)


@dataclass(frozen=True, slots=True)
class Missing:
    """A number or a name that only one side has."""

    side: Literal["left", "right"]
    kind: Literal["number", "name"]
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measure behind a score."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry of a pair's history: a verdict, ``withdrawn``, ``resegmented`` or ``undone``."""

    action: str
    reviewer: str
    when: datetime
    comment: str | None = None
    correction: tuple[TextEdit, ...] = ()
    beads: tuple[tuple[str, str], ...] = ()  # what a cut made, as texts
    left_correction: tuple[TextEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A pair with all that helps to judge it.

    ``mine`` is what the reviewer who looks says of it so far; ``scored`` the key in ``meanings.SCORES``; ``terms`` are
    those that the translation had to use, and whether the text as it should be read has them.
    """

    id: str
    key: str
    kind: str
    shape: str
    score: float | None
    scored: str
    sides: tuple[CardSide, CardSide]
    verdicts: tuple[ReviewRow, ...]
    mine: ReviewRow | None
    missing: tuple[Missing, ...]
    evidence: tuple[Evidence, ...]
    findings: tuple[tuple[str, str], ...]
    history: tuple[HistoryEntry, ...]
    previous: NeighbourRow | None
    next: NeighbourRow | None
    pair: str | None
    version: str
    terms: tuple[tuple[str, bool], ...] = ()

    @property
    def left(self) -> CardSide:
        """The left side: French wherever one side is."""
        return self.sides[0]

    @property
    def right(self) -> CardSide:
        """The right side."""
        return self.sides[1]

    @property
    def faces(self) -> bool:
        """Whether both sides have a text: otherwise there is nothing to judge."""
        return bool(self.left.text and self.right.text)

    @property
    def verdict(self) -> ReviewRow | None:
        """The latest verdict, whoever judged."""
        return max(self.verdicts, key=lambda review: review.id, default=None)

    @property
    def recut(self) -> bool:
        """Whether the pair can be cut elsewhere: people's texts that were aligned sentence by sentence."""
        return self.kind == "bitext" and self.pair is not None and not _imported(self.sides)


def card(view: PairView, version: str, reviewer: str, linker: Linker | None = None) -> Card:
    """The card of a pair that ``reviewer`` looks at, shown with the token ``version``.

    With ``linker``, what one side seems to lack is settled with the word links first.
    """
    row = view.alignment
    texts = readings(view)
    missing = marking.differences(*texts)
    if missing and linker:
        missing = marking.unlinked(missing, texts, linker(*texts))
    own_verdict = next((review for review in view.verdicts if review.reviewer == reviewer), None)
    return Card(
        row.id,
        row.pair_hash,
        row.kind,
        row.shape,
        row.score if row.left_text and row.right_text else None,
        source_of_score(row.kind, view.signature.stage),
        (_side(view, "left", missing, own_verdict), _side(view, "right", missing, own_verdict)),
        tuple(view.verdicts),
        own_verdict,
        tuple(_missing(difference, *texts) for difference in missing),
        tuple(evidence(row.features)),
        tuple(findings(view)),
        tuple(history(view)),
        view.previous,
        view.next,
        row.document_pair_id,
        version,
        tuple(agreed(signed_terms(view.signature.settings), *texts)),
    )


def readings(view: PairView) -> tuple[str, str]:
    """Both sides as they should be read: what a person wrote in the place of either, where somebody did."""
    row = view.alignment
    return row.left_correction or row.left_text, row.correction or row.right_text


def findings(view: PairView) -> Iterator[tuple[str, str]]:
    """(code, value) of what was found; what was found about machine text says nothing of a person's correction."""
    for finding in view.findings:
        if view.alignment.correction is None or finding.subject_kind != "translation":
            yield finding.code, finding.value


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


def history(view: PairView) -> list[HistoryEntry]:
    """All that people did to a pair, oldest first."""
    row = view.alignment
    verdicts = [_judged(review, (row.left_text, row.right_text)) for review in view.history]
    return sorted([*verdicts, *map(_recut, view.edits)], key=lambda entry: entry.when)


def history_entry(action: errors.ReviewAction, texts: tuple[str, str] = ("", "")) -> HistoryEntry:
    """What another reviewer did, as a page shows it; ``texts`` are what corrections of either side began with."""
    left, right = _edits(texts[0], action.left_correction), _edits(texts[1], action.correction)
    return HistoryEntry(action.what, action.reviewer, moment(action.when), action.comment, right, left_correction=left)


def moment(value: datetime) -> datetime:
    """A moment of the corpus, which keeps them in UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _side(
    view: PairView, name: Literal["left", "right"], missing: Sequence[Unmatched], own_verdict: ReviewRow | None
) -> CardSide:
    row, place = view.alignment, SIDES.index(name)
    written, document = str(getattr(row, f"{name}_text")), str(getattr(row, f"{name}_document_id"))
    text = str(readings(view)[place])
    corrected = text != written
    standing = [member.segment for member in view.sides if member.side == name]
    context = _translated(view) if name == "right" and row.kind == "translation" else view.contexts.get(name, EMPTY)
    return CardSide(
        name,
        text,
        _language(view, name),
        getattr(row, f"{name}_origin"),
        marking.pieces(text, name, missing),
        context.before,
        context.after,
        tuple(segment.text for segment in standing),
        view.documents.get(document),
        standing[0].id if standing else None,
        row.corrected_by if corrected else None,
        marking.edits(written, text) if corrected else (),
        (own_verdict and _corrections(own_verdict)[place]) or text,
        (standing[0].start_offset, standing[-1].end_offset) if standing else None,
    )


def _language(view: PairView, name: Literal["left", "right"]) -> str | None:
    """The language of a side; of one without a text, that of its document."""
    document = view.documents.get(str(getattr(view.alignment, f"{name}_document_id")))
    language: str | None = getattr(view.alignment, f"{name}_language")
    return language or (document.main_language if document and not getattr(view.alignment, f"{name}_text") else None)


def _corrections(review: ReviewRow) -> tuple[str | None, str | None]:
    return review.left_correction, review.correction


def _translated(view: PairView) -> Context:
    """What stands around a machine translation: the translations of the sentences around its source."""
    source, language = view.contexts.get("left", EMPTY), view.alignment.right_language

    def facing(rows: Sequence[ContextRow]) -> tuple[ContextRow, ...]:
        return tuple(row._replace(text=row.facing, language=language) for row in rows if row.facing)

    return Context(facing(source.before), facing(source.after))


def _missing(difference: Unmatched, left: str, right: str) -> Missing:
    return Missing(
        difference.side,
        difference.what,
        (left if difference.side == "left" else right)[difference.start : difference.end],
    )


def _judged(review: ReviewRow, texts: tuple[str, str]) -> HistoryEntry:
    left, right = _edits(texts[0], review.left_correction), _edits(texts[1], review.correction)
    return HistoryEntry(
        review.verdict, review.reviewer, moment(review.created), review.comment, right, left_correction=left
    )


def _edits(written: str, correction: str | None) -> tuple[TextEdit, ...]:
    return marking.edits(written or correction, correction) if correction else ()


def _recut(edit: EditRow) -> HistoryEntry:
    texts = {key: text for side in edit.texts.values() for key, text in side}
    beads = [[" ".join(texts.get(key, "…") for key in side) for side in bead[:2]] for bead in edit.after]
    what = "undone" if edit.undoes else "resegmented"
    return HistoryEntry(what, edit.reviewer, moment(edit.created), beads=tuple((left, right) for left, right in beads))


def _imported(sides: Sequence[CardSide]) -> bool:
    return any(side.document is not None and side.document.imported is not None for side in sides)
