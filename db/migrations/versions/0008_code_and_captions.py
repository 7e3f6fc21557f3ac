"""Roles ``code`` and ``caption``, and the grade ``contained``."""

from db.migrations.checks import replace_check

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLES = "role IN ('title', 'heading', 'body', 'boilerplate', 'separator')"
_MORE_ROLES = "role IN ('title', 'heading', 'body', 'caption', 'code', 'boilerplate', 'separator')"
_GRADES = "grade IN ('translation', 'partial', 'comparable', 'duplicate')"
_MORE_GRADES = "grade IN ('translation', 'partial', 'comparable', 'duplicate', 'contained')"
CHECKS = (("block", _ROLES, _MORE_ROLES), ("segment", _ROLES, _MORE_ROLES), ("document_pair", _GRADES, _MORE_GRADES))


def upgrade() -> None:
    """Let the CHECKs take the new values."""
    for table, before, after in CHECKS:
        replace_check(table, before, after)
