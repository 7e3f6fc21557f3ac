"""What one of several processes looks at before it writes a batch: whether the run goes on, what others have done."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from db.models import Alignment, DocumentPair, Run


def is_under_way(connection: Connection, run: str) -> bool:
    """Whether a run has begun, and neither ended nor been followed by another."""
    return connection.execute(select(Run.id).where(Run.id == run, Run.status == "running")).first() is not None


def find_pending(
    connection: Connection, signed: InstrumentedAttribute[str | None], keys: Collection[str], signature: str
) -> set[str]:
    """Of the rows under ``keys`` (few) those that are there and that ``signed`` does not give ``signature`` yet."""
    key = signed.class_.id
    query = select(key).where(key.in_(keys), signed.is_distinct_from(signature))
    return set(connection.scalars(query))


def is_facing_others(connection: Connection, documents: Sequence[str]) -> bool:
    """Whether one of ``documents`` (few) faces another document, in a pair or in an alignment."""
    for table in (DocumentPair, Alignment):
        sides = (table.left_document_id, table.right_document_id)
        either = or_(*(side.in_(documents) for side in sides))
        if connection.execute(select(table.id).where(and_(either, sides[0] != sides[1])).limit(1)).first():
            return True
    return False
