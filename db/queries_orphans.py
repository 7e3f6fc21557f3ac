"""What is asked about verdicts whose texts face each other no more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, DateTime, Integer, String, column, func, literal, select, table
from sqlalchemy.types import TypeEngine

from db.expressions import PAIRS, MatchingPairs, PairRank
from db.models import Alignment, faces
from db.row_types import columns_of


class OrphanRow(NamedTuple):
    """A verdict on two texts that face each other no more."""

    id: int
    verdict: str
    correction: str | None
    comment: str | None
    reviewer: str
    created: datetime
    left_text: str
    right_text: str
    left_correction: str | None


class LikelyRow(NamedTuple):
    """A facing pair that shares words with such texts."""

    id: str
    left_text: str
    right_text: str


TYPES: Mapping[str, TypeEngine[Any]] = {"id": Integer(), "created": DateTime()}
ORPHANED = table("orphaned_verdicts", *(column(name, TYPES.get(name, String())) for name in OrphanRow._fields))


def count_orphans(connection: Connection) -> int:
    """How many there are."""
    return connection.execute(select(func.count()).select_from(ORPHANED)).scalar_one()


def find_orphans(connection: Connection, limit: int, after: int | None = None) -> list[OrphanRow]:
    """At most ``limit``, the latest first; ``after`` is the id of the last one of the page before."""
    query = select(ORPHANED).order_by(ORPHANED.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(ORPHANED.c.id < after)
    return [OrphanRow._make(row) for row in connection.execute(query)]


def get_orphan(connection: Connection, review: int) -> OrphanRow | None:
    """One of them, by the number of its judgement."""
    row = connection.execute(select(ORPHANED).where(ORPHANED.c.id == review)).one_or_none()
    return None if row is None else OrphanRow._make(row)


def find_likely(connection: Connection, words: str, limit: int) -> list[LikelyRow]:
    """Facing pairs that have most of ``words``, an expression of the full-text index; the likeliest first."""
    query = select(*columns_of(Alignment, LikelyRow._fields)).join(PAIRS, Alignment.docid == PAIRS.c.rowid)
    match = literal(words)
    query = query.where(MatchingPairs(match), faces()).order_by(PairRank(match)).limit(limit)
    return [LikelyRow._make(row) for row in connection.execute(query)]
