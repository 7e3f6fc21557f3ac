"""What the pages that show whole documents ask."""

from typing import Any

from sqlalchemy import Connection, Row, func, select

from db.models import Document, DocumentPair, Source
from db.queries import PageDocument, page_columns


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


def find_partners(connection: Connection, document: str) -> list[Row[Any]]:
    """Id, grade and score of the pairs that a document makes with another, and ``other``, best first."""
    found: list[Row[Any]] = []
    for mine, other in (
        (DocumentPair.left_document_id, DocumentPair.right_document_id),
        (DocumentPair.right_document_id, DocumentPair.left_document_id),
    ):
        query = select(DocumentPair.id, DocumentPair.grade, DocumentPair.score, other.label("other"))
        found += list(connection.execute(query.where(mine == document, other != document)))
    return sorted(found, key=lambda row: (-row.score, row.id))
