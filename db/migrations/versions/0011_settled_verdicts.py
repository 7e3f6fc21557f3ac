"""Verdicts whose texts are gone can be laid on again, or put aside."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more table."""
    op.create_table(
        "settled_verdict",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("laid_on", sa.String(length=16), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_settled_verdict_review_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_settled_verdict")),
    )
