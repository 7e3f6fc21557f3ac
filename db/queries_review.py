"""What the review pages ask. ``get_*`` gives one row or None, ``find_*`` many, ``count_*`` numbers.

The queue has one order: unjudged before judged, pairs with findings before others, then the lowest score, where no
score counts as one half; equal scores in an order that stays. Pages go on after the last row's ``cursor``, never by
counting rows.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select, text

from db import queries, queue
from db.models import (
    KINDS,
    Alignment,
    AlignmentSegment,
    Resegmentation,
    Review,
    Run,
    Segment,
    Signature,
    Source,
    Translation,
)
from db.queries import SegmentRow
from db.queue import FACING, Place, Query

Filters = queue.Filters
QUEUE_VERDICTS = queue.QUEUE_VERDICTS
CONTEXT = 3  # segments before and after


class QueueRow(NamedTuple):
    """A pair in the queue. ``cursor`` goes into ``find_queue(after=...)``."""

    id: str
    kind: str
    shape: str
    score: float | None
    findings: int
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


class BeadRow(NamedTuple):
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


class EditRow(NamedTuple):
    """One re-segmentation; ``before`` and ``after`` are lists of ``[left ids, right ids, ...]``."""

    id: int
    left_document_id: str
    right_document_id: str
    before: list[Any]
    after: list[Any]
    undoes: int | None
    reviewer: str
    created: datetime


class PairView(NamedTuple):
    """All that the page of a pair shows. ``alignment``, ``signature``, ``run`` and ``translation`` are whole rows.

    ``contexts`` is keyed by side (for a machine translation the right one is empty: see ``ContextRow.facing``).
    ``verdicts`` is each reviewer's latest; ``history`` all there ever was, oldest first, as are ``edits``.
    """

    alignment: Row[Any]
    sides: Sequence[SideRow]
    contexts: Mapping[str, Context]
    previous: BeadRow | None
    next: BeadRow | None
    findings: Sequence[FindingRow]
    signature: Row[Any]
    run: Row[Any]
    translation: Row[Any] | None
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


REVIEW_COLUMNS = (
    Review.id,
    Review.pair_hash,
    Review.verdict,
    Review.correction,
    Review.comment,
    Review.reviewer,
    Review.created,
)
_HAS_SIDES = text(FACING.replace("a.", ""))
UNSCORED = f"SELECT a.kind, 'none', COUNT(*) FROM alignment AS a WHERE {FACING} AND a.score IS NULL GROUP BY 1"  # noqa: S608
WORDS = "SELECT reviewer, verdict, SUBSTR(created, 1, 10), COUNT(*) FROM verdicts GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
KIND_VERDICTS = f"""
WITH v AS MATERIALIZED (SELECT pair_hash, verdict FROM verdict)
SELECT a.kind, v.verdict, COUNT(*) FROM v CROSS JOIN alignment AS a
WHERE a.pair_hash = v.pair_hash AND {FACING} GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 -- fixed texts


# The queue


def find_queue(connection: Connection, filters: Filters, limit: int, after: str | None = None) -> list[QueueRow]:
    """At most ``limit`` pairs, the most doubtful first, from after the row with the cursor ``after``.

    Raises ValueError for a cursor that is none.
    """
    query = Query(connection, filters)
    places = query.places(limit, _parsed(after) if after else None)
    return _queue_rows(connection, query, places)


def next_in_queue(connection: Connection, filters: Filters, alignment: str) -> str | None:
    """Id of the pair after ``alignment``, which may have been judged meanwhile; None at the end of the queue."""
    return _beside(connection, filters, alignment, back=False)


def previous_in_queue(connection: Connection, filters: Filters, alignment: str) -> str | None:
    """Id of the pair before ``alignment``; None at the beginning of the queue."""
    return _beside(connection, filters, alignment, back=True)


def count_queue(connection: Connection, filters: Filters) -> int:
    """How many pairs the queue holds."""
    query = Query(connection, filters)
    if filters.verdict == "any":
        return query.total()
    judged = query.judged()
    if filters.verdict == "none":
        return query.total() - sum(judged.values())
    return sum(judged.values()) if filters.verdict == "judged" else judged.get(filters.verdict, 0)


def progress(connection: Connection, filters: Filters) -> Progress:
    """How many pairs there are, judged or not (``filters.verdict`` is left aside), and how many are judged."""
    query = Query(connection, filters)
    judged = query.judged()
    return Progress(query.total(), sum(judged.values()), judged)


def _beside(connection: Connection, filters: Filters, alignment: str, back: bool) -> str | None:
    query = Query(connection, filters)
    place = query.place(alignment)
    found = query.places(1, place, back) if place else ()
    return connection.scalar(select(Alignment.id).where(Alignment.docid == found[0].docid)) if found else None


def _queue_rows(connection: Connection, query: Query, places: Sequence[Place]) -> list[QueueRow]:
    sql = f"""
        SELECT a.id, a.kind, a.shape, a.score,
          (SELECT COUNT(*) FROM finding AS f WHERE f.subject = a.id OR f.subject = a.translation_id),
          a.left_text, a.left_language, a.left_document_id,
          (SELECT MIN(path) FROM source WHERE source.document_id = a.left_document_id),
          a.right_text, a.right_language, a.right_origin, a.right_document_id,
          (SELECT MIN(path) FROM source WHERE source.document_id = a.right_document_id),
          v.verdict, v.reviewer
        FROM json_each(:chosen) AS chosen CROSS JOIN alignment AS a ON a.docid = chosen.value
        LEFT JOIN {query.verdicts} AS v ON v.pair_hash = a.pair_hash
        ORDER BY chosen.key
        """  # noqa: S608 -- fixed texts
    values = {"chosen": json.dumps([one.docid for one in places])}
    if query.filters.reviewer is not None:
        values["reviewer"] = query.filters.reviewer
    rows = connection.execute(text(sql), values)
    return [QueueRow._make((*row, _cursor(place))) for row, place in zip(rows, places, strict=True)]


def _cursor(place: Place) -> str:
    return f"{place.judged}{place.plain}:{place.score!r}:{place.docid}"


def _parsed(cursor: str) -> Place:
    section, score, key = cursor.split(":")
    if section not in {"00", "01", "10", "11"}:
        raise ValueError(f"{cursor!r} is no place in the queue")
    return Place(int(section[0]), int(section[1]), float(score), int(key))


# One pair


def get_pair(connection: Connection, alignment: str) -> PairView | None:
    """All that the page of a pair shows."""
    row = connection.execute(select(Alignment).where(Alignment.id == alignment)).one_or_none()
    if row is None:
        return None
    sides = find_sides(connection, alignment)
    before, after = find_neighbours(connection, row)
    translation = _one(connection, Translation, row.translation_id)
    return PairView(
        row,
        sides,
        _contexts(connection, sides, row.kind == "translation"),
        before,
        after,
        _findings(connection, [row.id, row.translation_id or ""]),
        _one(connection, Signature, row.signature_id),
        _one(connection, Run, row.run_id),
        translation,
        find_about(connection, {row.left_document_id, row.right_document_id}),
        find_verdicts(connection, row.pair_hash),
        find_history(connection, row.pair_hash),
        _touching(connection, row, {one.segment.id for one in sides}),
    )


def find_sides(connection: Connection, alignment: str) -> list[SideRow]:
    """The segments of an alignment, left before right, in order."""
    rows = queries.find_sides(connection, alignment)
    return [SideRow(row.side, row.position, SegmentRow._make(tuple(row)[2:])) for row in rows]


def find_neighbours(connection: Connection, row: Row[Any]) -> tuple[BeadRow | None, BeadRow | None]:
    """What stands before and after an alignment: in its document pair, or a machine translation in its document."""
    if row.kind == "passage" or (row.kind == "bitext" and row.document_pair_id is None):
        return None, None
    column = "left_document_id" if row.kind == "translation" else "document_pair_id"
    return (
        _neighbour(connection, row, column, "<", "DESC"),
        _neighbour(connection, row, column, ">", "ASC"),
    )


def _neighbour(connection: Connection, row: Row[Any], column: str, than: str, way: str) -> BeadRow | None:
    query = f"""
        SELECT id, shape, left_text, right_text FROM alignment
        WHERE {column} = :group AND +kind = :kind AND (position, id) {than} (:position, :id)
        ORDER BY position {way}, id {way} LIMIT 1
        """  # noqa: S608 -- fixed texts
    values = {"group": getattr(row, column), "kind": row.kind, "position": row.position, "id": row.id}
    found = connection.execute(text(query), values).one_or_none()
    return BeadRow._make(found) if found else None


def _contexts(connection: Connection, sides: Sequence[SideRow], translated: bool) -> dict[str, Context]:
    found = {}
    for side in ("left", "right"):
        segments = [one.segment for one in sides if one.side == side]
        found[side] = _context(connection, segments, translated) if segments else Context((), ())
    return found


def _context(connection: Connection, segments: Sequence[SegmentRow], translated: bool) -> Context:
    """Segments before the first and after the last of ``segments``, separators left out."""
    before = _beyond(connection, segments[0].id, "<", "DESC", translated)
    return Context(tuple(reversed(before)), tuple(_beyond(connection, segments[-1].id, ">", "ASC", translated)))


def _beyond(connection: Connection, segment: str, than: str, way: str, translated: bool) -> list[ContextRow]:
    facing = """(SELECT a.right_text FROM alignment_segment AS s JOIN alignment AS a ON a.id = s.alignment_id
        WHERE s.segment_id = other.id AND a.kind = 'translation' LIMIT 1)"""
    query = f"""
        SELECT other.id, other.text, other.language, other.role, {facing if translated else "NULL"}
        FROM segment AS here JOIN segment AS other
          ON other.document_id = here.document_id AND other.position {than} here.position
        WHERE here.id = :segment AND other.role <> 'separator' ORDER BY other.position {way} LIMIT :limit
        """  # noqa: S608 -- fixed texts
    rows = connection.execute(text(query), {"segment": segment, "limit": CONTEXT})
    return [ContextRow._make(row) for row in rows]


def _findings(connection: Connection, subjects: Sequence[str]) -> list[FindingRow]:
    found = queries.find_findings(connection, [one for one in subjects if one])
    return [FindingRow(one.code, one.value, one.subject_kind) for one in found]


def _one(connection: Connection, model: Any, key: str | None) -> Any:
    return connection.execute(select(model).where(model.id == key)).one_or_none() if key else None


def find_about(connection: Connection, documents: Iterable[str]) -> dict[str, DocumentRow]:
    """What is known of ``documents`` (few)."""
    found = {}
    for key in documents:
        row = queries.get_document(connection, key)
        if row is not None:
            about = (row.title, row.date, row.outlet, row.author, row.url, row.licence, row.main_language)
            paths = connection.scalars(select(Source.path).where(Source.document_id == key).order_by(Source.path))
            found[key] = DocumentRow(key, *about, row.imported, tuple(paths))
    return found


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
    return sorted((one for one in latest.values() if one.verdict != "withdrawn"), key=lambda one: -one.id)


def find_own_reviews(connection: Connection, reviewer: str) -> list[ReviewRow]:
    """All that one reviewer ever said, oldest first."""
    query = select(*REVIEW_COLUMNS).where(Review.reviewer == reviewer).order_by(Review.id)
    return [ReviewRow._make(row) for row in connection.execute(query)]


def find_edits(connection: Connection, left: str, right: str) -> list[EditRow]:
    """Re-segmentations of a pair of documents, those undone and the undoing among them, oldest first."""
    here = (Resegmentation.left_document_id == left, Resegmentation.right_document_id == right)
    rows = connection.execute(select(Resegmentation).where(*here).order_by(Resegmentation.id))
    return [EditRow._make(row) for row in rows]


def find_own_edits(connection: Connection, reviewer: str) -> list[EditRow]:
    """Re-segmentations by one reviewer that were not undone, oldest first."""
    undone = select(Resegmentation.undoes).where(Resegmentation.undoes.is_not(None))
    own = (Resegmentation.reviewer == reviewer, Resegmentation.undoes.is_(None), Resegmentation.id.not_in(undone))
    rows = connection.execute(select(Resegmentation).where(*own).order_by(Resegmentation.id))
    return [EditRow._make(row) for row in rows]


def _touching(connection: Connection, row: Row[Any], segments: set[str]) -> list[EditRow]:
    """Re-segmentations that moved any of ``segments``."""
    edits = find_edits(connection, row.left_document_id, row.right_document_id) if row.kind == "bitext" else []
    return [one for one in edits if not segments.isdisjoint(key for bead in one.after for key in (*bead[0], *bead[1]))]


# Choices and the overview


def find_choices(connection: Connection) -> list[DocumentChoice]:
    """Documents with facing pairs, by path; gaps count, too."""
    query = """
        SELECT document.id, (SELECT MIN(path) FROM source WHERE source.document_id = document.id) AS path,
          document.title, document.main_language, SUM(sides.number)
        FROM (
          SELECT left_document_id AS id, COUNT(*) AS number FROM alignment GROUP BY 1
          UNION ALL SELECT right_document_id, COUNT(*) FROM alignment WHERE kind <> 'translation' GROUP BY 1
        ) AS sides JOIN document ON document.id = sides.id
        GROUP BY document.id ORDER BY path, document.id
        """
    return [DocumentChoice._make(row) for row in connection.execute(text(query))]


def find_document_pairs(connection: Connection) -> list[PairChoice]:
    """Document pairs that are aligned, the best first."""
    query = """
        SELECT pair.id, pair.grade, pair.score,
          pair.left_document_id, (SELECT MIN(path) FROM source WHERE source.document_id = l.id), l.title,
          pair.right_document_id, (SELECT MIN(path) FROM source WHERE source.document_id = r.id), r.title,
          (SELECT COUNT(*) FROM alignment WHERE alignment.document_pair_id = pair.id) AS beads
        FROM document_pair AS pair
        JOIN document AS l ON l.id = pair.left_document_id JOIN document AS r ON r.id = pair.right_document_id
        WHERE beads > 0 ORDER BY pair.score DESC, pair.id
        """
    return [PairChoice._make(row) for row in connection.execute(text(query))]


def find_finding_codes(connection: Connection) -> dict[str, int]:
    """Code to the number of findings about pairs and their translations."""
    query = """
        SELECT code, COUNT(*) FROM finding WHERE subject_kind IN ('alignment', 'translation') GROUP BY 1 ORDER BY 1
        """
    return {code: number for code, number in connection.execute(text(query))}


def find_reviewers(connection: Connection) -> list[str]:
    """Everybody who ever judged, by name."""
    return list(connection.scalars(select(Review.reviewer).distinct().order_by(Review.reviewer)))


def get_overview(connection: Connection) -> Overview:
    """Counts for the overview."""
    scores, unscored = _scores(connection), _tree(connection, UNSCORED)
    kinds = {kind: sum(scores.get(kind, ())) + sum(unscored.get(kind, {}).values()) for kind in KINDS}
    said = connection.execute(text(WORDS)).all()
    reviewers: dict[str, Counter[str]] = {}
    days: Counter[str] = Counter()
    for reviewer, verdict, day, number in said:
        reviewers.setdefault(reviewer, Counter())[verdict] += number
        days[day] += number
    return Overview(
        queries.count_by(connection, "document", "COALESCE(main_language, 'und')"),
        {kind: number for kind, number in kinds.items() if number},
        queries.count_by(connection, "document_pair", "grade"),
        find_finding_codes(connection),
        scores,
        _tree(connection, KIND_VERDICTS),
        reviewers,
        dict(sorted(days.items())),
    )


def _scores(connection: Connection) -> dict[str, list[int]]:
    """Kind to the number of scores in each tenth: counted along the index, tenth by tenth."""
    query = f"""
        SELECT kind.value, (SELECT COUNT(*) FROM alignment AS a WHERE {FACING} AND a.kind = kind.value
          AND a.score >= tenth.value / 10.0
          AND a.score < CASE tenth.value WHEN 9 THEN 2 ELSE (tenth.value + 1) / 10.0 END)
        FROM json_each(:kinds) AS kind CROSS JOIN json_each('[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]') AS tenth
        ORDER BY kind.key, tenth.key
        """  # noqa: S608 -- fixed texts
    counts: dict[str, list[int]] = {}
    for kind, number in connection.execute(text(query), {"kinds": json.dumps(KINDS)}):
        counts.setdefault(kind, []).append(number)
    return {kind: tenths for kind, tenths in counts.items() if any(tenths)}


def _tree(connection: Connection, query: str) -> dict[str, dict[str, int]]:
    """Rows of two names and a number, by the first name."""
    found: dict[str, dict[str, int]] = {}
    for name, inner, number in connection.execute(text(query)):
        found.setdefault(name, {})[inner] = number
    return found


# What the desk asks


def get_alignment(connection: Connection, alignment: str) -> Row[Any] | None:
    """All columns of one alignment."""
    return connection.execute(select(Alignment).where(Alignment.id == alignment)).one_or_none()


def get_facing(connection: Connection, pair_hash: str) -> Row[Any] | None:
    """All columns of one facing pair with these texts."""
    query = select(Alignment).where(Alignment.pair_hash == pair_hash, _HAS_SIDES)
    return connection.execute(query.limit(1)).one_or_none()


def get_judged(connection: Connection, review: int) -> dict[str, str]:
    """The two texts that a verdict is about."""
    row = connection.execute(select(Review.left_text, Review.right_text).where(Review.id == review)).one()
    return {"left_text": row.left_text, "right_text": row.right_text}


def find_places(connection: Connection, pair_hash: str) -> list[str]:
    """Ids of the facing pairs with these texts."""
    query = select(Alignment.id).where(Alignment.pair_hash == pair_hash, _HAS_SIDES)
    return list(connection.scalars(query.order_by(Alignment.id)))


def find_keyed(connection: Connection, keys: Sequence[str]) -> dict[str, SegmentRow]:
    """Segments by id, of those that are there (few)."""
    query = select(*queries.SEGMENT_COLUMNS).where(Segment.id.in_(keys))
    return {row.id: SegmentRow._make(row) for row in connection.execute(query)}


def find_holding(connection: Connection, left: str, right: str, keys: Iterable[str]) -> list[Row[Any]]:
    """The bitext alignments of two documents that any of these segments (few) stand in, in order."""
    holding = select(AlignmentSegment.alignment_id).where(AlignmentSegment.segment_id.in_(list(keys)))
    here = (Alignment.left_document_id == left, Alignment.right_document_id == right, Alignment.kind == "bitext")
    query = select(Alignment).where(Alignment.id.in_(holding), *here).order_by(Alignment.position, Alignment.id)
    return list(connection.execute(query))


def find_edits_since(connection: Connection, edit: int) -> list[EditRow]:
    """Re-segmentations of any documents after the one of that id, oldest first."""
    rows = connection.execute(select(Resegmentation).where(Resegmentation.id > edit).order_by(Resegmentation.id))
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
    return max((one for one in times if one is not None), default=None)


def find_words(connection: Connection) -> list[tuple[str, str, str]]:
    """Reviewer, hash of the texts and verdict: the latest of each reviewer on each pair."""
    query = text("SELECT reviewer, pair_hash, verdict FROM verdicts ORDER BY pair_hash, reviewer")
    return [(row.reviewer, row.pair_hash, row.verdict) for row in connection.execute(query)]


def find_sampled(connection: Connection, filters: Filters) -> list[SampledRow]:
    """The pairs of ``filters.sample``, whatever else is filtered, with the verdict that counts."""
    query = Query(connection, filters)
    sql = f"""
        SELECT a.id, a.kind, a.score, signature.stage = 'review', v.verdict
        FROM json_each(:chosen) AS chosen CROSS JOIN alignment AS a ON a.id = chosen.value
        JOIN signature ON signature.id = a.signature_id
        LEFT JOIN {query.verdicts} AS v ON v.pair_hash = a.pair_hash ORDER BY chosen.key
        """  # noqa: S608 -- fixed texts
    chosen = queue.sample(connection, filters.sample or 0, filters.seed, filters.kind)
    values = {"chosen": json.dumps(chosen)} | ({} if filters.reviewer is None else {"reviewer": filters.reviewer})
    return [SampledRow._make(row) for row in connection.execute(text(sql), values)]


def find_faced(connection: Connection, pair: str | None = None, document: str | None = None) -> list[str]:
    """Ids of the facing pairs of a document pair, or of a document and its machine translation, in order."""
    group = "a.document_pair_id = :key AND +a.kind = 'bitext'"
    if pair is None:
        group = "a.left_document_id = :key AND +a.kind = 'translation'"
    query = f"SELECT a.id FROM alignment AS a WHERE {group} AND {FACING} ORDER BY a.position, a.id"  # noqa: S608
    return list(connection.scalars(text(query), {"key": pair or document}))
