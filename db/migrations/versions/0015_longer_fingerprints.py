"""What a stage over the whole corpus last saw may be longer than a hash: a server holds columns to their length."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Shifts of scores stand there, by the signature of the translations."""
    with op.batch_alter_table("stage") as batch:
        batch.alter_column("fingerprint", existing_type=sa.String(16), type_=sa.Text(), existing_nullable=False)
