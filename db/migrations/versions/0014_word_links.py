"""Which words of two facing texts translate each other."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more table; the next run fills it."""
    op.create_table(
        "word_links",
        sa.Column("pair_hash", sa.String(length=16), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("signature_id", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_word_links_run_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"], name=op.f("fk_word_links_signature_id")),
        sa.PrimaryKeyConstraint("pair_hash", name=op.f("pk_word_links")),
    )
    op.create_index(op.f("ix_word_links_signature_id"), "word_links", ["signature_id"], unique=False)
