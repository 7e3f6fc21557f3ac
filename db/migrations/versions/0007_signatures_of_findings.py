"""Findings have a signature, and each translation says which checks it went through."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = (("finding", "signature_id"), ("translation", "check_signature_id"))


def upgrade() -> None:
    """NULL in all rows: the next run makes the findings again.

    In words of SQL, since Alembic adds a column with a foreign key by copying the table, and loses its CHECKs.
    """
    for table, name in COLUMNS:
        reference = f"CONSTRAINT {op.f(f'fk_{table}_{name}')} REFERENCES signature (id)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} VARCHAR(16) {reference}")
    op.create_index(op.f("ix_translation_check_signature_id"), "translation", ["check_signature_id"])
