"""Corrections stand in the pairs that they belong to, and are found by their left text: see corrections.sql."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; the triggers that keep them are made with the views."""
    op.add_column("alignment", sa.Column("correction", sa.Text(), nullable=True))
    op.add_column("alignment", sa.Column("corrected_by", sa.Text(), nullable=True))
    op.add_column("review", sa.Column("left_hash", sa.String(length=16), nullable=True))
    op.create_index(op.f("ix_review_left_hash"), "review", ["left_hash"])
    connection = op.get_bind()
    review = sa.table("review", *(sa.column(name, sa.String) for name in ("left_hash", "left_text")))
    for left_text in connection.scalars(sa.select(review.c.left_text).distinct()).all():
        left_hash = hashlib.sha256((left_text + "\x1f").encode("utf-8", "surrogatepass")).hexdigest()[:16]
        connection.execute(sa.update(review).where(review.c.left_text == left_text).values(left_hash=left_hash))
