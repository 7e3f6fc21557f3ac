"""What the pages that show whole documents ask."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from db.models import Document, DocumentPair, Source
from db.queries import PageDocument, page_columns


class PartnerRow(NamedTuple):
    """A pair that a document makes with ``partner``, another one."""

    id: str
    grade: str
    score: float
    partner: str


def get_page_document(connection: Connection, document: str) -> PageDocument | None:
    """One document; how many others face it is not counted."""
    query = select(*page_columns()).where(Document.id == document)
    row = connection.execute(query).one_or_none()
    return PageDocument._make((*row, 0, 0)) if row else None


def find_names(connection: Connection, limit: int) -> list[tuple[str, str]]:
    """(id, title or file) of at most ``limit`` documents, by title or file."""
    path = select(func.min(Source.path)).where(Source.document_id == Document.id).scalar_subquery()
    query = select(Document.id, func.coalesce(Document.title, path, Document.id).label("name"))
    rows = connection.execute(query.order_by("name", Document.id).limit(limit))
    return [(row.id, row.name) for row in rows]


def find_partners(connection: Connection, document: str) -> list[PartnerRow]:
    """The pairs that a document makes with another, best first."""
    left, right = DocumentPair.left_document_id, DocumentPair.right_document_id
    partners: list[PartnerRow] = []
    for side, opposite in ((left, right), (right, left)):
        query = select(DocumentPair.id, DocumentPair.grade, DocumentPair.score, opposite)
        rows = connection.execute(query.where(side == document, opposite != document))
        partners += map(PartnerRow._make, rows)
    return sorted(partners, key=lambda row: (-row.score, row.id))
