"""The review queue is stored: ``queue_entry`` has a row for each facing pair, kept by the triggers of queue.sql."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table with its one index; the indexes that the queue was walked along before go."""
    op.create_table(
        "queue_entry",
        sa.Column("docid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("pair_hash", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("judged", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["docid"], ["alignment.docid"], name=op.f("fk_queue_entry_docid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("docid", name=op.f("pk_queue_entry")),
    )
    op.create_index(
        op.f("ix_queue_entry_judged_band_rank_docid_kind_verdict_score"),
        "queue_entry",
        ["judged", "band", "rank", "docid", "kind", "verdict", "score"],
    )
    op.drop_index(op.f("ix_alignment_score_docid"), "alignment")
