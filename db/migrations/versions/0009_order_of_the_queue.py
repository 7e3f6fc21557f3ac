"""The review queue in another order: views and triggers are made anew after every migration, and rank every pair."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: see db/queue.sql."""
