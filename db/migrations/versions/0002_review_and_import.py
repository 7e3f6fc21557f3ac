"""What reviewers do to beads, verdicts that are taken back, and bitext that came from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``resegmentation``, ``document.imported`` and ``alignment.attributes``; let a verdict be withdrawn."""
    op.create_table(
        "resegmentation",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("left_document_id", sa.String(length=16), nullable=False),
        sa.Column("right_document_id", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resegmentation")),
    )
    op.create_index(
        op.f("ix_resegmentation_left_document_id_right_document_id"),
        "resegmentation",
        ["left_document_id", "right_document_id"],
        unique=False,
    )
    op.add_column("document", sa.Column("imported", sa.JSON(), nullable=True))
    op.add_column("alignment", sa.Column("attributes", sa.JSON(), nullable=True))
    with op.batch_alter_table("review") as batch:
        batch.drop_constraint(op.f("ck_review_verdict"), type_="check")
        batch.create_check_constraint(
            op.f("ck_review_verdict"), "verdict IN ('accept', 'reject', 'unsure', 'correct', 'withdrawn')"
        )
    op.create_index(op.f("ix_review_reviewer"), "review", ["reviewer"], unique=False)
