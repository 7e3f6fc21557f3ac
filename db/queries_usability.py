"""How machine translations were judged, and the log odds of their scores."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, column, select, table

from db.models import Alignment, Review, Translation, faces

VERDICT = table("verdict", *(column(name) for name in ("pair_hash", "verdict", "correction")))  # the view


class JudgedRow(NamedTuple):
    """The latest verdict on a machine translation ``text``, made under ``signature_id``, and the pair's evidence."""

    signature_id: str
    text: str
    features: dict[str, Any]
    verdict: str
    correction: str | None


class EvidenceRow(NamedTuple):
    """A translation that faces its source, and the evidence of the pair."""

    translation_id: str
    signature_id: str
    features: dict[str, Any]


def find_judged(connection: Connection) -> list[JudgedRow]:
    """Judged machine translations, each two texts once, in the order of their hashes."""
    query = (
        select(
            Alignment.pair_hash,
            Translation.signature_id,
            Alignment.right_text,
            Alignment.features,
            VERDICT.c.verdict,
            VERDICT.c.correction,
        )
        .join(Translation, Translation.id == Alignment.translation_id)
        .join(VERDICT, VERDICT.c.pair_hash == Alignment.pair_hash)
        .where(Alignment.pair_hash.in_(select(Review.pair_hash)), faces())  # few, from which an index leads to pairs
        .order_by(Alignment.pair_hash, Alignment.id)
    )
    by_pair = {pair: JudgedRow._make(row) for pair, *row in connection.execute(query)}
    return list(by_pair.values())


def iter_evidence(connection: Connection) -> Iterator[EvidenceRow]:
    """Every translation that faces its source, once."""
    query = (
        select(Translation.id, Translation.signature_id, Alignment.features)
        .join(Alignment, Alignment.translation_id == Translation.id)
        .order_by(Translation.id, Alignment.id)
    )
    last = None
    for row in map(EvidenceRow._make, connection.execute(query)):
        if row.translation_id != last:
            yield row
        last = row.translation_id
