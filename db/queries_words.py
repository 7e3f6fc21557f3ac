"""Questions about word links: which facing texts have none, and which links belong to none."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from db.models import Alignment, WordLinks, faces


class FacingTexts(NamedTuple):
    """Two texts that face each other, their hash, and a pair that they stand in."""

    pair_hash: str
    left: str
    right: str
    alignment_id: str


def count_unlinked(connection: Connection, signature: str) -> int:
    """How many distinct pairs of texts have no links under ``signature``."""
    query = select(func.count(Alignment.pair_hash.distinct())).where(faces(), ~_is_linked(signature))
    return connection.execute(query).scalar_one()


def find_unlinked(connection: Connection, signature: str, after: str, limit: int) -> list[FacingTexts]:
    """The next ``limit`` of them after the hash ``after``, in the order of their hashes."""
    columns = (Alignment.left_text, Alignment.right_text, Alignment.id)
    query = select(Alignment.pair_hash, *map(func.min, columns)).where(faces(), Alignment.pair_hash > after)
    query = query.where(~_is_linked(signature)).group_by(Alignment.pair_hash).order_by(Alignment.pair_hash)
    return [FacingTexts._make(row) for row in connection.execute(query.limit(limit))]


def find_texts_of_pairs(connection: Connection, hashes: Sequence[str]) -> list[FacingTexts]:
    """The texts of pairs by their hashes (few), in the order of these."""
    columns = (Alignment.left_text, Alignment.right_text, Alignment.id)
    query = select(Alignment.pair_hash, *map(func.min, columns)).where(faces(), Alignment.pair_hash.in_(hashes))
    query = query.group_by(Alignment.pair_hash).order_by(Alignment.pair_hash)
    return [FacingTexts._make(row) for row in connection.execute(query)]


def find_corrected(connection: Connection) -> list[FacingTexts]:
    """Pairs that a person corrected, as they should be read; the hash is that of the texts before."""
    left = func.coalesce(Alignment.left_correction, Alignment.left_text)
    right = func.coalesce(Alignment.correction, Alignment.right_text)
    corrected = or_(Alignment.correction.is_not(None), Alignment.left_correction.is_not(None))
    query = select(Alignment.pair_hash, left, right, Alignment.id).where(faces(), corrected)
    return [FacingTexts._make(row) for row in connection.execute(query.order_by(Alignment.id))]


def find_linked(connection: Connection, hashes: Sequence[str], signature: str) -> set[str]:
    """Which of these hashes (few) have links under ``signature``."""
    query = select(WordLinks.pair_hash).where(WordLinks.pair_hash.in_(hashes), WordLinks.signature_id == signature)
    return set(connection.scalars(query))


def find_stray(connection: Connection) -> set[str]:
    """Hashes of texts that have links, and that no pair has as its own."""
    in_use = select(Alignment.id).where(Alignment.pair_hash == WordLinks.pair_hash, faces()).exists()
    return set(connection.scalars(select(WordLinks.pair_hash).where(~in_use)))


def _is_linked(signature: str) -> ColumnElement[bool]:
    query = select(WordLinks.pair_hash).where(WordLinks.pair_hash == Alignment.pair_hash)
    return query.where(WordLinks.signature_id == signature).exists()
