"""Cuts know the texts of the segments that they arranged, and find them again when a document changes."""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

AROUND = 3  # segments before and after


def upgrade() -> None:
    """Fill in the texts of cuts whose segments are there still."""
    op.add_column("resegmentation", sa.Column("texts", sa.JSON(), nullable=False, server_default="{}"))
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, after FROM resegmentation")).all():
        beads = json.loads(row.after)
        texts = {name: _lines(connection, {key for bead in beads for key in bead[side]})
                 for side, name in enumerate(("left", "right"))}  # fmt: skip
        update = sa.text("UPDATE resegmentation SET texts = :texts WHERE id = :id")
        connection.execute(update, {"id": row.id, "texts": json.dumps(texts)})


def _lines(connection: Any, keys: Iterable[str]) -> list[list[str]]:
    """Id and text of the segments, and of those around them."""
    named: Any = sa.bindparam("keys", sorted(keys), expanding=True)
    found = connection.execute(
        sa.text("SELECT document_id, MIN(position) AS first, MAX(position) AS last FROM segment WHERE id IN :keys"
                " GROUP BY document_id").bindparams(named)
    ).one_or_none()  # fmt: skip
    if found is None:
        return []
    span = {"document": found.document_id, "first": found.first - AROUND, "last": found.last + AROUND}
    lines = connection.execute(
        sa.text("SELECT id, text FROM segment WHERE document_id = :document AND role <> 'separator'"
                " AND position BETWEEN :first AND :last ORDER BY position"), span
    )  # fmt: skip
    return [[line.id, line.text] for line in lines]
