"""The left side of a pair can be corrected, too: see corrections.sql."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; the triggers that keep that of ``alignment`` are made with the views."""
    for table in ("alignment", "review"):
        op.add_column(table, sa.Column("left_correction", sa.Text(), nullable=True))
