"""Rows as the queries of several modules give them; what only one module gives stands there.

The fields of a row are columns of one table, by their names, so that ``columns_of`` can select them.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement

from db.models import Base


class SegmentRow(NamedTuple):
    """A segment as it stands in the corpus."""

    id: str
    document_id: str
    block_id: str
    role: str
    start_offset: int
    end_offset: int
    text: str
    language: str | None
    confidence: float | None
    method: str | None


class RunRow(NamedTuple):
    """A run: when, with which settings, how it ended, and what came of it."""

    id: str
    started: datetime
    finished: datetime | None
    status: str
    version: str
    settings: dict[str, Any]
    summary: dict[str, Any]


class SignatureRow(NamedTuple):
    """How something was made."""

    id: str
    stage: str
    engine: str
    version: str
    model: str
    model_sha256: str
    settings: dict[str, Any]


class DocumentPairRow(NamedTuple):
    """Two documents that face each other, with the grade; ``align_signature_id`` is None where they are not aligned."""

    id: str
    left_document_id: str
    right_document_id: str
    grade: str
    score: float
    align_signature_id: str | None


class AlignmentRow(NamedTuple):
    """An alignment, gaps included.

    ``correction`` is what a person wrote in the place of the right side, ``left_correction`` of the left.
    """

    id: str
    kind: str
    left_document_id: str
    right_document_id: str
    document_pair_id: str | None
    translation_id: str | None
    position: int
    shape: str
    left_text: str
    right_text: str
    left_language: str | None
    right_language: str | None
    left_origin: str
    right_origin: str
    pair_hash: str
    correction: str | None
    left_correction: str | None
    corrected_by: str | None
    score: float | None
    features: dict[str, Any]
    attributes: dict[str, Any] | None
    signature_id: str
    run_id: str


def columns_of(model: type[Base], names: tuple[str, ...]) -> tuple[ColumnElement[Any], ...]:
    """The columns of a table for the fields of a row. Raises KeyError for a name that is none."""
    return tuple(model.__table__.c[name] for name in names)
