"""Writing what reviewers do. Verdicts and re-segmentations are only ever added. Always in a ``transaction``."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from db.models import Alignment, Resegmentation, Review, SettledVerdict


def add_review(connection: Connection, row: Mapping[str, Any]) -> None:
    """Append a verdict."""
    connection.execute(insert(Review), dict(row))


def settle_verdict(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write down that somebody dealt with a verdict whose texts are gone; what was written before is replaced."""
    connection.execute(delete(SettledVerdict).where(SettledVerdict.review_id == row["review_id"]))
    connection.execute(insert(SettledVerdict), dict(row))


def add_resegmentation(connection: Connection, row: Mapping[str, Any]) -> None:
    """Append a re-segmentation."""
    connection.execute(insert(Resegmentation), dict(row))


def move_resegmentation(connection: Connection, edit: int, row: Mapping[str, Any]) -> None:
    """Let a re-segmentation name the segments that its own have become."""
    connection.execute(update(Resegmentation).where(Resegmentation.id == edit).values(**row))


def shift_positions(connection: Connection, pair: str, after: int, by: int) -> None:
    """Move the bitext of a document pair that stands behind position ``after``."""
    behind = (Alignment.document_pair_id == pair, Alignment.position > after)
    connection.execute(update(Alignment).where(*behind).values(position=Alignment.position + by))
