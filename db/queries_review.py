"""What the review pages ask. ``get_*`` gives one row or None, ``find_*`` many, ``count_*`` numbers.

The queue has one order: unjudged before judged, pairs with findings before others, then the lowest score, where no
score counts as one half; equal scores in an order that stays. Pages go on after the last row's ``cursor``, never by
counting rows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, Connection, Select, SQLColumnExpression, case, func, null, select, text, tuple_

from db import queries, queue
from db.expressions import JoinedTexts, bypass_index, is_listed
from db.models import (
    Alignment,
    AlignmentSegment,
    Document,
    Finding,
    Resegmentation,
    Review,
    Run,
    Segment,
    Signature,
    Source,
    faces,
)
from db.queue import QueuePosition
from db.row_types import AlignmentRow, RunRow, SegmentRow, SignatureRow, columns_of
from db.vocabulary import KINDS

Filters = queue.Filters
QUEUE_VERDICTS = queue.QUEUE_VERDICTS
Columns = TypeVarTuple("Columns")
CONTEXT = 3  # segments before and after


class QueueRow(NamedTuple):
    """A pair in the queue. ``findings`` are codes, a comma between. ``cursor`` goes into ``find_queue(after=...)``."""

    id: str
    kind: str
    shape: str
    score: float | None
    findings: str
    left_text: str
    left_language: str | None
    left_document_id: str
    left_path: str | None
    right_text: str
    right_language: str | None
    right_origin: str
    right_document_id: str
    right_path: str | None
    verdict: str | None
    reviewer: str | None
    cursor: str


class Progress(NamedTuple):
    """How far reviewing is: pairs in all, those judged, and how many of each verdict."""

    total: int
    judged: int
    by_verdict: Mapping[str, int]


class SideRow(NamedTuple):
    """A segment that stands in a pair."""

    side: str
    position: int
    segment: SegmentRow


class ContextRow(NamedTuple):
    """A segment beside a pair. ``facing`` is its machine translation, where the pair is one."""

    id: str
    text: str
    language: str | None
    role: str
    facing: str | None


class Context(NamedTuple):
    """What stands before and after a side of a pair, in the order of the text."""

    before: tuple[ContextRow, ...]
    after: tuple[ContextRow, ...]


class NeighbourRow(NamedTuple):
    """A neighbour of a pair in its document pair, gaps included; for a machine translation: in its document."""

    id: str
    shape: str
    left_text: str
    right_text: str


class DocumentRow(NamedTuple):
    """A document with its files."""

    id: str
    title: str | None
    date: str | None
    outlet: str | None
    author: str | None
    url: str | None
    licence: str | None
    main_language: str | None
    imported: Mapping[str, Any] | None
    paths: tuple[str, ...]


class FindingRow(NamedTuple):
    """A finding about a pair or its translation; ``pipeline.corpus.codes.CODES`` says what the code means."""

    code: str
    value: str
    subject_kind: str


class ReviewRow(NamedTuple):
    """One judgement of the history, withdrawn ones too."""

    id: int
    pair_hash: str
    verdict: str
    correction: str | None
    comment: str | None
    reviewer: str
    created: datetime
    left_correction: str | None = None


class EditRow(NamedTuple):
    """One re-segmentation; ``before`` and ``after`` are lists of ``[left ids, right ids, ...]``.

    ``texts`` are the segments and those around them: ``left`` and ``right``, each a list of ``[id, text]``.
    """

    id: int
    left_document_id: str
    right_document_id: str
    before: list[Any]
    after: list[Any]
    undoes: int | None
    reviewer: str
    created: datetime
    texts: dict[str, Any]


class PairView(NamedTuple):
    """All that the page of a pair shows.

    ``contexts`` is keyed by side (for a machine translation the right one is empty: see ``ContextRow.facing``).
    ``verdicts`` is each reviewer's latest; ``history`` all there ever was, oldest first, as are ``edits``.
    """

    alignment: AlignmentRow
    sides: Sequence[SideRow]
    contexts: Mapping[str, Context]
    previous: NeighbourRow | None
    next: NeighbourRow | None
    findings: Sequence[FindingRow]
    signature: SignatureRow
    run: RunRow
    documents: Mapping[str, DocumentRow]
    verdicts: Sequence[ReviewRow]
    history: Sequence[ReviewRow]
    edits: Sequence[EditRow]


class SampledRow(NamedTuple):
    """A pair of a random sample; ``by_hand`` where a reviewer cut it."""

    id: str
    kind: str
    score: float | None
    by_hand: bool
    verdict: str | None


class DocumentChoice(NamedTuple):
    """A document to choose, with the number of pairs that it takes part in."""

    id: str
    path: str | None
    title: str | None
    main_language: str | None
    pairs: int


class PairChoice(NamedTuple):
    """Two documents that face each other, with the number of their beads, gaps included."""

    id: str
    grade: str
    score: float
    left_document_id: str
    left_path: str | None
    left_title: str | None
    right_document_id: str
    right_path: str | None
    right_title: str | None
    beads: int


class Overview(NamedTuple):
    """What the overview plots. ``scores``: kind to the number of pairs in each tenth of 0..1.

    ``verdicts``: kind to verdict to the number of pairs (latest verdict). ``reviewers``: reviewer to verdict to number.
    ``days``: date (ISO) to the number of verdicts that stand from that day.
    """

    languages: Mapping[str, int]
    kinds: Mapping[str, int]
    grades: Mapping[str, int]
    findings: Mapping[str, int]
    scores: Mapping[str, Sequence[int]]
    verdicts: Mapping[str, Mapping[str, int]]
    reviewers: Mapping[str, Mapping[str, int]]
    days: Mapping[str, int]


ALIGNMENT_COLUMNS = columns_of(Alignment, AlignmentRow._fields)
EDIT_COLUMNS = columns_of(Resegmentation, EditRow._fields)
NEIGHBOUR_COLUMNS = columns_of(Alignment, NeighbourRow._fields)
REVIEW_COLUMNS = columns_of(Review, ReviewRow._fields)
VERDICT_DAYS = text(
    "SELECT reviewer, verdict, SUBSTR(CAST(created AS TEXT), 1, 10), COUNT(*) FROM verdicts"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)


# The queue


def find_queue(connection: Connection, filters: Filters, limit: int, after: str | None = None) -> list[QueueRow]:
    """At most ``limit`` pairs, in the order of the queue, from after the row with the cursor ``after``.

    Raises ValueError for a cursor that is none.
    """
    positions = queue.find_positions(connection, filters, limit, _parse_cursor(after) if after else None)
    return _queue_rows(connection, filters, positions)


def next_in_queue(connection: Connection, filters: Filters, alignment: str) -> str | None:
    """Id of the pair after ``alignment``, which may have been judged meanwhile; None at the end of the queue."""
    return _beside(connection, filters, alignment, back=False)


def previous_in_queue(connection: Connection, filters: Filters, alignment: str) -> str | None:
    """Id of the pair before ``alignment``; None at the beginning of the queue."""
    return _beside(connection, filters, alignment, back=True)


def progress(connection: Connection, filters: Filters) -> Progress:
    """How many pairs there are, judged or not (``filters.verdict`` is left aside), and how many are judged."""
    judged = queue.count_verdicts(connection, filters)
    return Progress(queue.count_entries(connection, filters), sum(judged.values()), judged)


def _beside(connection: Connection, filters: Filters, alignment: str, back: bool) -> str | None:
    position = queue.get_position(connection, filters, alignment)
    beside = queue.find_positions(connection, filters, 1, position, back) if position else ()
    return connection.scalar(select(Alignment.id).where(Alignment.docid == beside[0].docid)) if beside else None


def _queue_rows(connection: Connection, filters: Filters, positions: Sequence[QueuePosition]) -> list[QueueRow]:
    numbers = [position.docid for position in positions]
    machine = case((Alignment.correction.is_(None), Alignment.translation_id))  # says nothing of a person's correction
    findings = select(func.coalesce(JoinedTexts(Finding.code), "")).where(Finding.subject.in_((Alignment.id, machine)))
    paths = [
        select(func.min(Source.path)).where(Source.document_id == document).scalar_subquery()
        for document in (Alignment.left_document_id, Alignment.right_document_id)
    ]
    latest = queue.select_verdict_of(filters)
    query = select(
        Alignment.docid,
        Alignment.id,
        Alignment.kind,
        Alignment.shape,
        Alignment.score,
        findings.scalar_subquery(),
        func.coalesce(Alignment.left_correction, Alignment.left_text),
        Alignment.left_language,
        Alignment.left_document_id,
        paths[0],
        func.coalesce(Alignment.correction, Alignment.right_text),
        Alignment.right_language,
        Alignment.right_origin,
        Alignment.right_document_id,
        paths[1],
        latest.c.verdict,
        latest.c.reviewer,
    )
    query = query.outerjoin_from(Alignment, latest, latest.c.pair_hash == Alignment.pair_hash)
    query = query.where(is_listed(Alignment.__table__.c.docid, numbers))
    rows = {row[0]: row[1:] for row in connection.execute(query)}
    return [QueueRow._make((*rows[position.docid], _cursor(position))) for position in positions]


def _cursor(position: QueuePosition) -> str:
    return f"{int(position.judged)}:{position.band}:{position.rank!r}:{position.docid}"


def _parse_cursor(cursor: str) -> QueuePosition:
    """Raises ValueError for a cursor that is none."""
    judged, band, rank, docid = cursor.split(":")
    if judged not in {"0", "1"}:
        raise ValueError(f"{cursor!r} is no place in the queue")
    return QueuePosition(judged == "1", int(band), float(rank), int(docid))


# One pair


def get_pair_view(connection: Connection, alignment: str) -> PairView | None:
    """All that the page of a pair shows."""
    row = get_alignment(connection, alignment)
    if row is None:
        return None
    sides = find_sides(connection, alignment)
    before, after = find_neighbours(connection, row)
    return PairView(
        row,
        sides,
        _contexts(connection, row, sides),
        before,
        after,
        _findings(connection, [key for key in (row.id, row.translation_id) if key]),
        _signature(connection, row.signature_id),
        _run(connection, row.run_id),
        find_about(connection, {row.left_document_id, row.right_document_id}),
        find_verdicts(connection, row.pair_hash),
        find_history(connection, row.pair_hash),
        _touching(connection, row, {member.segment.id for member in sides}),
    )


def find_sides(connection: Connection, alignment: str) -> list[SideRow]:
    """The segments of an alignment, left before right, in order."""
    query = (
        select(AlignmentSegment.side, AlignmentSegment.position, *queries.SEGMENT_COLUMNS)
        .join(Segment, Segment.id == AlignmentSegment.segment_id)
        .where(AlignmentSegment.alignment_id == alignment)
        .order_by(AlignmentSegment.side, AlignmentSegment.position)
    )
    return [SideRow(row[0], row[1], SegmentRow._make(row[2:])) for row in connection.execute(query)]


def find_neighbours(connection: Connection, alignment: AlignmentRow) -> tuple[NeighbourRow | None, NeighbourRow | None]:
    """What stands before and after an alignment: in its document pair, or a machine translation in its document."""
    if alignment.kind in {"passage", "related"} or (alignment.kind == "bitext" and alignment.document_pair_id is None):
        return None, None
    return _neighbour(connection, alignment, back=True), _neighbour(connection, alignment, back=False)


def _neighbour(connection: Connection, alignment: AlignmentRow, back: bool) -> NeighbourRow | None:
    if alignment.kind == "translation":
        group = Alignment.left_document_id == alignment.left_document_id
    else:
        group = Alignment.document_pair_id == alignment.document_pair_id
    order = (Alignment.position, Alignment.id)
    start = (alignment.position, alignment.id)
    kind = bypass_index(Alignment.__table__.c.kind) == alignment.kind
    query = select(*NEIGHBOUR_COLUMNS).where(group, kind)
    row = connection.execute(_from(query, order, start, back).limit(1)).one_or_none()
    return NeighbourRow._make(row) if row else None


def _from(
    query: Select[*Columns], order: Sequence[SQLColumnExpression[Any]], start: Sequence[Any], back: bool
) -> Select[*Columns]:
    """What comes after ``start`` in an order, or before it and backwards."""
    beyond = tuple_(*order) < tuple_(*start) if back else tuple_(*order) > tuple_(*start)
    return query.where(beyond).order_by(*(column.desc() if back else column.asc() for column in order))


def _contexts(connection: Connection, alignment: AlignmentRow, sides: Sequence[SideRow]) -> dict[str, Context]:
    contexts = {}
    for side in ("left", "right"):
        segments = [member.segment for member in sides if member.side == side]
        if segments:
            contexts[side] = _context(connection, segments, alignment.kind == "translation")
        else:
            contexts[side] = _context_of_gap(connection, alignment, side)
    return contexts


def _context_of_gap(connection: Connection, alignment: AlignmentRow, side: str) -> Context:
    """What stands around the place where a bead has nothing on a side: after the last segment of the beads before."""
    if alignment.kind != "bitext":
        return Context((), ())
    query = (
        select(Segment.id, Segment.text, Segment.language, Segment.role, null())
        .join(AlignmentSegment, AlignmentSegment.segment_id == Segment.id)
        .join(Alignment, Alignment.id == AlignmentSegment.alignment_id)
        .where(AlignmentSegment.side == side, Alignment.document_pair_id == alignment.document_pair_id)
        .where(Alignment.kind == "bitext", Alignment.position < alignment.position)
        .order_by(Alignment.position.desc(), AlignmentSegment.position.desc())
    )
    row = connection.execute(query.limit(1)).one_or_none()
    if row is None:
        return Context((), ())
    last = ContextRow._make(row)
    before = [last, *_beyond(connection, last.id, False, back=True)][:CONTEXT]
    return Context(tuple(reversed(before)), tuple(_beyond(connection, last.id, False, back=False)))


def _context(connection: Connection, segments: Sequence[SegmentRow], translated: bool) -> Context:
    """Segments before the first and after the last of ``segments``, separators left out."""
    before = _beyond(connection, segments[0].id, translated, back=True)
    return Context(tuple(reversed(before)), tuple(_beyond(connection, segments[-1].id, translated, back=False)))


def _beyond(connection: Connection, segment: str, translated: bool, back: bool) -> list[ContextRow]:
    start = select(Segment.document_id, Segment.position).where(Segment.id == segment).subquery()
    query = (
        select(Segment.id, Segment.text, Segment.language, Segment.role, _machine_text() if translated else null())
        .join(start, Segment.document_id == start.c.document_id)
        .where(Segment.role != "separator")
        .limit(CONTEXT)
    )
    rows = connection.execute(_from(query, (Segment.position,), (start.c.position,), back))
    return [ContextRow._make(row) for row in rows]


def _machine_text() -> ColumnElement[str]:
    """What stands in the place of a segment in a machine translation, corrected where somebody corrected it."""
    text = func.coalesce(Alignment.correction, Alignment.right_text)
    query = select(text).join(AlignmentSegment, AlignmentSegment.alignment_id == Alignment.id)
    query = query.where(AlignmentSegment.segment_id == Segment.id, Alignment.kind == "translation")
    return query.limit(1).correlate(Segment).scalar_subquery()


def _findings(connection: Connection, subjects: Sequence[str]) -> list[FindingRow]:
    query = select(*columns_of(Finding, FindingRow._fields)).where(Finding.subject.in_(subjects))
    return [FindingRow._make(row) for row in connection.execute(query.order_by(Finding.code))]


def _signature(connection: Connection, key: str) -> SignatureRow:
    query = select(*queries.SIGNATURE_COLUMNS).where(Signature.id == key)
    return SignatureRow._make(connection.execute(query).one())


def _run(connection: Connection, key: str) -> RunRow:
    return RunRow._make(connection.execute(select(*queries.RUN_COLUMNS).where(Run.id == key)).one())


def find_about(connection: Connection, documents: Iterable[str]) -> dict[str, DocumentRow]:
    """What is known of ``documents`` (few)."""
    query = select(*columns_of(Document, DocumentRow._fields[:-1])).where(Document.id.in_(list(documents)))
    about = {}
    for row in connection.execute(query):
        paths = connection.scalars(select(Source.path).where(Source.document_id == row.id).order_by(Source.path))
        about[row.id] = DocumentRow._make((*row, tuple(paths)))
    return about


# What was said and done


def find_history(connection: Connection, pair_hash: str) -> list[ReviewRow]:
    """All that was ever said of two texts, oldest first."""
    query = select(*REVIEW_COLUMNS).where(Review.pair_hash == pair_hash).order_by(Review.id)
    return [ReviewRow._make(row) for row in connection.execute(query)]


def find_verdicts(connection: Connection, pair_hash: str) -> list[ReviewRow]:
    """Each reviewer's latest verdict on two texts, the latest first."""
    latest: dict[str, ReviewRow] = {}
    for row in find_history(connection, pair_hash):
        latest[row.reviewer] = row
    standing = [review for review in latest.values() if review.verdict != "withdrawn"]
    return sorted(standing, key=lambda review: -review.id)


def find_own_reviews(connection: Connection, reviewer: str) -> list[ReviewRow]:
    """All that one reviewer ever said, oldest first."""
    query = select(*REVIEW_COLUMNS).where(Review.reviewer == reviewer).order_by(Review.id)
    return [ReviewRow._make(row) for row in connection.execute(query)]


class LatestRow(NamedTuple):
    """What a reviewer said of two texts, and the pair in which they stand, if any."""

    verdict: str
    left_text: str
    right_text: str
    left_correction: str | None
    correction: str | None
    created: datetime
    alignment: str | None


def find_latest_reviews(connection: Connection, reviewer: str, limit: int) -> list[LatestRow]:
    """What one reviewer said last of two texts each, newest first, at most ``limit``; but for what was withdrawn."""
    newest = select(func.max(Review.id)).where(Review.reviewer == reviewer).group_by(Review.pair_hash)
    pair = select(func.min(Alignment.id)).where(Alignment.pair_hash == Review.pair_hash).scalar_subquery()
    texts = (Review.left_text, Review.right_text, Review.left_correction, Review.correction)
    query = select(Review.verdict, *texts, Review.created, pair).where(Review.id.in_(newest))
    query = query.where(Review.verdict != "withdrawn")
    return [LatestRow._make(row) for row in connection.execute(query.order_by(Review.id.desc()).limit(limit))]


def find_edits(connection: Connection, left: str, right: str) -> list[EditRow]:
    """Re-segmentations of a pair of documents, those undone and the undoing among them, oldest first."""
    return find_edits_among(connection, [left, right]).get((left, right), [])


def find_edits_among(connection: Connection, documents: Sequence[str]) -> dict[tuple[str, str], list[EditRow]]:
    """The same of each pair of ``documents`` (few) that has any, by its left and right document."""
    within = (Resegmentation.left_document_id.in_(documents), Resegmentation.right_document_id.in_(documents))
    by_pair: dict[tuple[str, str], list[EditRow]] = {}
    for row in map(EditRow._make, connection.execute(select(*EDIT_COLUMNS).where(*within).order_by(Resegmentation.id))):
        by_pair.setdefault((row.left_document_id, row.right_document_id), []).append(row)
    return by_pair


def find_own_edits(connection: Connection, reviewer: str) -> list[EditRow]:
    """Re-segmentations by one reviewer that were not undone, oldest first."""
    undone = select(Resegmentation.undoes).where(Resegmentation.undoes.is_not(None))
    edits = (Resegmentation.reviewer == reviewer, Resegmentation.undoes.is_(None), Resegmentation.id.not_in(undone))
    rows = connection.execute(select(*EDIT_COLUMNS).where(*edits).order_by(Resegmentation.id))
    return [EditRow._make(row) for row in rows]


def _touching(connection: Connection, alignment: AlignmentRow, segments: set[str]) -> list[EditRow]:
    """Re-segmentations that moved any of ``segments``."""
    if alignment.kind != "bitext":
        return []
    edits = find_edits(connection, alignment.left_document_id, alignment.right_document_id)
    return [
        edit for edit in edits if not segments.isdisjoint(key for bead in edit.after for key in (*bead[0], *bead[1]))
    ]


# Choices and the overview


def find_choices(connection: Connection) -> list[DocumentChoice]:
    """Documents with facing pairs, by path; gaps count, too."""
    query = text(
        """
        SELECT document.id, (SELECT MIN(path) FROM source WHERE source.document_id = document.id) AS path,
          document.title, document.main_language, CAST(SUM(sides.number) AS INTEGER)
        FROM (
          SELECT left_document_id AS id, COUNT(*) AS number FROM alignment GROUP BY 1
          UNION ALL SELECT right_document_id, COUNT(*) FROM alignment WHERE kind <> 'translation' GROUP BY 1
        ) AS sides JOIN document ON document.id = sides.id
        GROUP BY document.id ORDER BY path, document.id
        """
    )
    return [DocumentChoice._make(row) for row in connection.execute(query)]


def find_document_pairs(connection: Connection) -> list[PairChoice]:
    """Document pairs that are aligned, the best first."""
    query = text(
        """
        SELECT pair.id, pair.grade, pair.score,
          pair.left_document_id, (SELECT MIN(path) FROM source WHERE source.document_id = l.id), l.title,
          pair.right_document_id, (SELECT MIN(path) FROM source WHERE source.document_id = r.id), r.title,
          (SELECT COUNT(*) FROM alignment WHERE alignment.document_pair_id = pair.id) AS beads
        FROM document_pair AS pair
        JOIN document AS l ON l.id = pair.left_document_id JOIN document AS r ON r.id = pair.right_document_id
        WHERE EXISTS (SELECT 1 FROM alignment WHERE alignment.document_pair_id = pair.id)
        ORDER BY pair.score DESC, pair.id
        """
    )
    return [PairChoice._make(row) for row in connection.execute(query)]


def find_finding_codes(connection: Connection) -> dict[str, int]:
    """Code to the number of findings about pairs and their translations, as they stand."""
    query = text(
        """
        SELECT code, COUNT(*) FROM findings WHERE subject_kind IN ('alignment', 'translation') GROUP BY 1 ORDER BY 1
        """
    )
    return {code: number for code, number in connection.execute(query)}


def find_reviewers(connection: Connection) -> list[str]:
    """Everybody who ever judged, by name."""
    return list(connection.scalars(select(Review.reviewer).distinct().order_by(Review.reviewer)))


def get_overview(connection: Connection) -> Overview:
    """Counts for the overview."""
    entry = queue.ENTRY
    kinds = select(entry.kind, func.count()).group_by(entry.kind)
    numbers = {kind: number for kind, number in connection.execute(kinds)}
    verdicts = select(entry.kind, entry.verdict, func.count()).where(entry.judged).group_by(entry.kind, entry.verdict)
    by_kind: dict[str, dict[str, int]] = {}
    for kind, verdict, number in connection.execute(verdicts):
        by_kind.setdefault(kind, {})[verdict] = number
    reviewers: dict[str, Counter[str]] = {}
    days: Counter[str] = Counter()
    for reviewer, verdict, day, number in connection.execute(VERDICT_DAYS):
        reviewers.setdefault(reviewer, Counter())[verdict] += number
        days[day] += number
    return Overview(
        queries.count_document_languages(connection),
        {kind: numbers[kind] for kind in KINDS if kind in numbers},
        queries.count_grades(connection),
        find_finding_codes(connection),
        queries.count_scores(connection, 10),
        by_kind,
        reviewers,
        dict(sorted(days.items())),
    )


# What the desk asks


def get_alignment(connection: Connection, alignment: str) -> AlignmentRow | None:
    """One alignment, gaps included."""
    row = connection.execute(select(*ALIGNMENT_COLUMNS).where(Alignment.id == alignment)).one_or_none()
    return AlignmentRow._make(row) if row else None


def get_facing(connection: Connection, pair_hash: str) -> AlignmentRow | None:
    """One facing pair with these texts."""
    query = select(*ALIGNMENT_COLUMNS).where(Alignment.pair_hash == pair_hash, faces())
    row = connection.execute(query.limit(1)).one_or_none()
    return AlignmentRow._make(row) if row else None


def get_judged(connection: Connection, review: int) -> tuple[str, str]:
    """The left and the right text that a verdict is about."""
    row = connection.execute(select(Review.left_text, Review.right_text).where(Review.id == review)).one()
    return row.left_text, row.right_text


def find_facing_ids(connection: Connection, pair_hash: str) -> list[str]:
    """Ids of the facing pairs with these texts."""
    query = select(Alignment.id).where(Alignment.pair_hash == pair_hash, faces())
    return list(connection.scalars(query.order_by(Alignment.id)))


def find_keyed(connection: Connection, keys: Sequence[str]) -> dict[str, SegmentRow]:
    """Segments by id, of those that are there (few)."""
    query = select(*queries.SEGMENT_COLUMNS).where(Segment.id.in_(keys))
    return {row.id: SegmentRow._make(row) for row in connection.execute(query)}


def find_holding(connection: Connection, left: str, right: str, keys: Iterable[str]) -> list[AlignmentRow]:
    """The bitext alignments of two documents that any of these segments (few) stand in, in order."""
    holding = select(AlignmentSegment.alignment_id).where(AlignmentSegment.segment_id.in_(list(keys)))
    pair = (Alignment.left_document_id == left, Alignment.right_document_id == right, Alignment.kind == "bitext")
    query = select(*ALIGNMENT_COLUMNS).where(Alignment.id.in_(holding), *pair)
    rows = connection.execute(query.order_by(Alignment.position, Alignment.id))
    return [AlignmentRow._make(row) for row in rows]


def find_edits_since(connection: Connection, edit: int) -> list[EditRow]:
    """Re-segmentations of any documents after the one of that id, oldest first."""
    rows = connection.execute(select(*EDIT_COLUMNS).where(Resegmentation.id > edit).order_by(Resegmentation.id))
    return [EditRow._make(row) for row in rows]


def get_last_edit(connection: Connection) -> int:
    """Id of the newest re-segmentation, 0 where there is none."""
    return connection.scalar(select(func.max(Resegmentation.id))) or 0


def get_last_time(connection: Connection, reviewer: str) -> datetime | None:
    """When a reviewer did something last."""
    times = [
        connection.scalar(select(func.max(model.created)).where(model.reviewer == reviewer))
        for model in (Review, Resegmentation)
    ]
    return max((moment for moment in times if moment is not None), default=None)


def find_reviewer_verdicts(connection: Connection) -> list[tuple[str, str, str]]:
    """Reviewer, hash of the texts and verdict: the latest of each reviewer on each pair."""
    query = text("SELECT reviewer, pair_hash, verdict FROM verdicts ORDER BY pair_hash, reviewer")
    return [(row.reviewer, row.pair_hash, row.verdict) for row in connection.execute(query)]


def find_sampled(connection: Connection, filters: Filters) -> list[SampledRow]:
    """The pairs of ``filters.sample``, whatever else is filtered, with the verdict that counts."""
    drawn = queue.draw_sample(connection, filters.sample or 0, filters.seed, filters.kind)
    latest = queue.select_verdict_of(filters)
    by_hand = (Signature.stage == "review").label("by_hand")
    query = (
        select(Alignment.id, Alignment.kind, Alignment.score, by_hand, latest.c.verdict)
        .join(Signature, Signature.id == Alignment.signature_id)
        .outerjoin(latest, latest.c.pair_hash == Alignment.pair_hash)
        .where(is_listed(Alignment.__table__.c.id, drawn))
    )
    rows = {row.id: SampledRow._make(row) for row in connection.execute(query)}
    return [rows[key] for key in drawn]


def find_faced(connection: Connection, pair: str | None = None, document: str | None = None) -> list[str]:
    """Ids of the facing pairs of a document pair, or of a document and its machine translation, in order."""
    kind = bypass_index(Alignment.__table__.c.kind)
    group = (Alignment.document_pair_id == pair, kind == "bitext")
    if pair is None:
        group = (Alignment.left_document_id == document, kind == "translation")
    query = select(Alignment.id).where(*group, faces()).order_by(Alignment.position, Alignment.id)
    return list(connection.scalars(query))
