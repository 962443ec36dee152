"""Silence belongs to one caller of an incident, not to all who are in the visit."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Whoever was silent stays so; nobody else is.
_COPY = """
UPDATE participant SET silent = 1
WHERE part = 'caller' AND session_id IN (SELECT id FROM session WHERE silent = 1)
"""


def upgrade() -> None:
    """Apply."""
    op.execute("ALTER TABLE participant ADD COLUMN silent BOOLEAN DEFAULT 0 NOT NULL")
    op.execute(_COPY)
    op.execute("ALTER TABLE session DROP COLUMN silent")
