"""Alignments of the kind ``related``."""

from db.migrations.checks import replace_check

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('translation', 'bitext', 'passage')"
_MORE_KINDS = "kind IN ('translation', 'bitext', 'passage', 'related')"


def upgrade() -> None:
    """Let the CHECK take the new value."""
    replace_check("alignment", _KINDS, _MORE_KINDS)
