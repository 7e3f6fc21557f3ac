"""The review queue: which facing pairs it holds under some filters, and where each of them stands.

``queue_entry`` has a row for each facing pair with its rank, kept by the triggers of ``queue.sql``; so a page of the
queue is a walk along its one index: unjudged before judged, then ``band``, ``rank`` and ``docid``. What the rank is
made from is decided in the view ``queue_order`` alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    FromClause,
    Select,
    SelectBase,
    String,
    and_,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    tuple_,
    union,
    union_all,
)

from db.expressions import is_listed, select_pairs_with
from db.models import Alignment, Finding, QueueEntry, faces
from db.vocabulary import RELATED

QUEUE_VERDICTS = ("any", "none", "judged", "accept", "reject", "unsure", "correct")
OVERLAP = 0.1  # of a shared queue that everybody judges
VERDICTS = table("verdicts", *(column(name, String) for name in ("pair_hash", "verdict", "reviewer")))
VERDICT = table("verdict", *(column(name, String) for name in ("pair_hash", "verdict", "reviewer")))
ENTRY = QueueEntry.__table__.c


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pairs: all conditions hold at once; None leaves a condition out. Gaps (one side empty) are never shown.

    ``kind``: without it, all but what is only ``related``.

    ``low`` and ``high`` are bounds of the score, both included; pairs without a score count as 0.5. ``verdict`` is one
    of ``QUEUE_VERDICTS``: ``any`` (judged or not), ``none`` (not judged), ``judged``, or one verdict. ``reviewer``:
    only this reviewer's verdicts count, so ``verdict='none', reviewer='Ada'`` is what Ada has not judged; None: the
    latest, whoever judged. ``words`` is searched in both texts, as FTS5 reads it where it can. ``sample`` and ``seed``:
    only the pairs of that random sample (of all kinds, or of ``kind``). ``disputed``: only pairs of which reviewers say
    different things, and none of these more than half of them. ``part`` ("2/3"): one reviewer's part of a shared queue,
    with the tenth that all of them judge, for agreement.
    """

    document: str | None = None
    kind: str | None = None
    low: float | None = None
    high: float | None = None
    verdict: str = "any"
    finding: str | None = None
    words: str | None = None
    reviewer: str | None = None
    sample: int | None = None
    seed: int = 1
    disputed: bool = False
    part: str | None = None


class QueuePosition(NamedTuple):
    """Where a pair stands in the queue: positions in their order are the queue."""

    judged: bool
    band: int
    rank: float
    docid: int


def find_positions(
    connection: Connection, filters: Filters, limit: int, start: QueuePosition | None = None, back: bool = False
) -> list[QueuePosition]:
    """At most ``limit`` positions after ``start``, or before it and backwards."""
    conditions = _conditions(connection, filters)
    positions: list[QueuePosition] = []
    for judged in _sections(filters, back):
        if start and (judged < start.judged if not back else judged > start.judged):
            continue
        inside = start if start and start.judged == judged else None
        query = _walk(filters, judged, conditions, _Stretch(inside, back, limit - len(positions)))
        positions += [QueuePosition(judged, *row) for row in connection.execute(query)]
        if len(positions) == limit:
            break
    return positions


def get_position(connection: Connection, filters: Filters, alignment: str) -> QueuePosition | None:
    """Where a pair stands; one that may just have been judged: where it stood."""
    query = select(ENTRY.band, ENTRY.rank, ENTRY.docid)
    query = query.join(Alignment, Alignment.docid == ENTRY.docid).where(Alignment.id == alignment)
    row = connection.execute(query).one_or_none()
    return QueuePosition(filters.verdict not in {"any", "none"}, *row) if row else None


def count_entries(connection: Connection, filters: Filters) -> int:
    """How many pairs there are, judged or not."""
    query = select(func.count()).select_from(QueueEntry.__table__).where(*_conditions(connection, filters))
    return connection.execute(query).scalar_one()


def count_verdicts(connection: Connection, filters: Filters) -> dict[str, int]:
    """Verdict to the number of pairs that it is the last word on."""
    verdict: ColumnElement[str] = ENTRY.verdict
    if filters.reviewer is not None:
        latest = select(VERDICTS.c.verdict).where(VERDICTS.c.pair_hash == ENTRY.pair_hash)
        verdict = latest.where(VERDICTS.c.reviewer == filters.reviewer).scalar_subquery().label("latest")
    query = select(verdict, func.count()).where(ENTRY.judged, verdict.is_not(None))
    query = query.where(*_conditions(connection, filters)).group_by(verdict).order_by(verdict)
    return {name: number for name, number in connection.execute(query)}


def select_verdict_of(filters: Filters) -> FromClause:
    """Relation of pair_hash, verdict and reviewer: the verdict that counts on each pair of texts."""
    if filters.reviewer is None:
        return VERDICT
    return select(VERDICTS).where(VERDICTS.c.reviewer == filters.reviewer).subquery()


def draw_sample(connection: Connection, size: int, seed: int, kind: str | None) -> list[str]:
    """Ids of ``size`` facing pairs with different texts, drawn at random, the same for the same seed.

    The hash of a pair's texts is as good as random; so the pairs are taken whose hashes follow the point that the seed
    gives, beginning anew at the end. What is added to the corpus, or goes, changes the sample by a few pairs at most.
    """
    start = sha256(f"sample {seed}".encode()).hexdigest()[:16]
    pair_hash: ColumnElement[str] = Alignment.__table__.c.pair_hash
    drawn: list[str] = []
    for side in (pair_hash >= start, pair_hash < start):
        query = select(func.min(Alignment.id)).where(faces(), side, _is_kind(Alignment.__table__.c.kind, kind))
        query = query.group_by(pair_hash).order_by(pair_hash)
        drawn += connection.scalars(query.limit(size - len(drawn)))
    return drawn


def _is_kind(column: ColumnElement[str], kind: str | None) -> ColumnElement[bool]:
    return column == kind if kind else column != RELATED


class _Stretch(NamedTuple):
    """A stretch of the queue: what follows ``start`` (or comes before it, backwards), at most ``limit`` pairs."""

    start: QueuePosition | None
    back: bool
    limit: int


_ORDER: tuple[ColumnElement[int], ColumnElement[float], ColumnElement[int]] = (ENTRY.band, ENTRY.rank, ENTRY.docid)


def _sections(filters: Filters, back: bool) -> Iterator[bool]:
    """Unjudged before judged, as far as the filter on the verdict lets them be."""
    sections = {"any": (False, True), "none": (False,)}.get(filters.verdict, (True,))
    yield from reversed(sections) if back else sections


def _walk(
    filters: Filters, judged: bool, conditions: Sequence[ColumnElement[bool]], stretch: _Stretch
) -> CompoundSelect[int, float, int]:
    """Band, rank and number of the pairs of a section, each way of being in it walked along the index."""
    order = _directed(_ORDER, stretch.back)
    beyond = _beyond(stretch)
    walks = [
        select(*_ORDER).where(way, *conditions, *beyond).order_by(*order).limit(stretch.limit).subquery()
        for way in _ways(filters, judged)
    ]
    together = union_all(*(select(walk.c.band, walk.c.rank, walk.c.docid) for walk in walks))
    columns = together.selected_columns
    return together.order_by(*_directed((columns.band, columns.rank, columns.docid), stretch.back)).limit(stretch.limit)


def _directed(columns: Sequence[ColumnElement[Any]], back: bool) -> list[ColumnElement[Any]]:
    return [column.desc() if back else column.asc() for column in columns]


def _beyond(stretch: _Stretch) -> list[ColumnElement[bool]]:
    if stretch.start is None:
        return []
    position = tuple_(*_ORDER)
    start = tuple_(*(literal(value) for value in stretch.start[1:]))
    return [position < start if stretch.back else position > start]


def _ways(filters: Filters, judged: bool) -> list[ColumnElement[bool]]:
    """How a pair can be judged, or not: by whomever the filters ask about. What nobody judged, no one reviewer did."""
    if filters.reviewer is None:
        return [and_(ENTRY.judged == judged, *_has_verdict(filters, ENTRY.verdict, judged))]
    verdicts = exists().where(VERDICTS.c.pair_hash == ENTRY.pair_hash, VERDICTS.c.reviewer == filters.reviewer)
    if judged:
        return [and_(ENTRY.judged, verdicts.where(*_has_verdict(filters, VERDICTS.c.verdict, judged)))]
    return [~ENTRY.judged, and_(ENTRY.judged, ~verdicts)]


def _has_verdict(filters: Filters, verdict: ColumnElement[str], judged: bool) -> list[ColumnElement[bool]]:
    return [verdict == filters.verdict] if judged and filters.verdict not in {"any", "judged"} else []


def _conditions(connection: Connection, filters: Filters) -> list[ColumnElement[bool]]:
    """What the filters ask of an entry, the verdict left out."""
    conditions: list[ColumnElement[bool]] = [_is_kind(ENTRY.kind, filters.kind)]
    if filters.low is not None:
        conditions.append(ENTRY.score >= filters.low)
    if filters.high is not None:
        conditions.append(ENTRY.score <= filters.high)
    if filters.disputed:
        conditions.append(ENTRY.pair_hash.in_(_disputed()))
    if filters.part is not None:
        conditions.append(_in_part(filters.part))
    return conditions + [ENTRY.docid.in_(numbers) for numbers in _numbers(connection, filters)]


def _disputed() -> Select[str]:
    """Hashes of the pairs of texts on which no verdict is that of more than half of those who judged."""
    said = select(VERDICTS.c.pair_hash, func.count().label("votes")).group_by(VERDICTS.c.pair_hash, VERDICTS.c.verdict)
    votes = said.subquery()
    grouped = select(votes.c.pair_hash).group_by(votes.c.pair_hash)
    return grouped.having(func.count() > 1, 2 * func.max(votes.c.votes) <= func.sum(votes.c.votes))


def _in_part(part: str) -> ColumnElement[bool]:
    """Whether the hash of a pair's texts, which is as good as random, is in the part, or its end in the overlap."""
    number, whole = map(int, part.split("/"))
    first, last = (f"{2**32 * edge // whole:08x}" for edge in (number - 1, number))
    inside = and_(ENTRY.pair_hash >= first, *([ENTRY.pair_hash < last] if number < whole else []))
    return or_(inside, func.substr(ENTRY.pair_hash, 9) < f"{int(2**32 * OVERLAP):08x}")


def _numbers(connection: Connection, filters: Filters) -> Iterator[SelectBase]:
    """Numbers of the pairs of a document, with a finding, with some words, of a sample."""
    if filters.document is not None:
        sides = (Alignment.left_document_id, Alignment.right_document_id)
        yield union(*(select(Alignment.docid).where(side == filters.document) for side in sides))
    if filters.finding is not None:
        subjects = select(Finding.subject).where(Finding.code == filters.finding)
        keys = (Alignment.id, Alignment.translation_id)
        yield union(*(select(Alignment.docid).where(key.in_(subjects)) for key in keys))
    if filters.words is not None:
        yield select_pairs_with(connection, filters.words)
    if filters.sample is not None:
        drawn = draw_sample(connection, filters.sample, filters.seed, filters.kind)
        yield select(Alignment.docid).where(is_listed(Alignment.__table__.c.id, drawn))
