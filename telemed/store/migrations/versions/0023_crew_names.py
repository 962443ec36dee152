"""Incidents whose callers were forgotten before are looked at again: names of their crews are deleted now as well."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("UPDATE incident SET forgotten_at = NULL WHERE forgotten_at IS NOT NULL")
