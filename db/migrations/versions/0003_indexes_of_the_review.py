"""Indexes for the review queue: its order, counts and verdicts; and for web residue."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FACING = sa.text("left_text <> '' AND right_text <> ''")
QUEUE = (("score", "docid"), ("kind", "score", "docid"), ("pair_hash", "kind", "score"))


def upgrade() -> None:
    """Pairs that face each other, in the order of the queue; judgements by texts and reviewer; residue."""
    op.drop_index(op.f("ix_alignment_pair_hash"), "alignment")
    for columns in QUEUE:
        name = op.f(f"ix_alignment_{'_'.join(columns)}")
        op.create_index(name, "alignment", list(columns), sqlite_where=FACING, postgresql_where=FACING)
    op.drop_index(op.f("ix_review_pair_hash"), "review")
    op.create_index(op.f("ix_review_pair_hash_reviewer"), "review", ["pair_hash", "reviewer"])
    residue = sa.text("role = 'boilerplate'")
    op.create_index(
        "ix_segment_boilerplate", "segment", ["document_id"], sqlite_where=residue, postgresql_where=residue
    )
