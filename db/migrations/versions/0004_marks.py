"""What a file's markup says of its text: headings, code, captions, quotations."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``document.marks``: a list of ``[start, end, markup]``."""
    op.add_column("document", sa.Column("marks", sa.JSON(), server_default="[]", nullable=False))
