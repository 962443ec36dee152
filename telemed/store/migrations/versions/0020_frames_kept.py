"""Frozen pictures and what is drawn on them outlive a restart, and stand on the timeline of a recording."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_COLUMNS = (
    "width INTEGER NOT NULL DEFAULT 0",
    "height INTEGER NOT NULL DEFAULT 0",
    "lines JSON NOT NULL DEFAULT '[]'",
    "size INTEGER NOT NULL DEFAULT 0",
    "erased_at VARCHAR(27)",
    "erase_reason TEXT NOT NULL DEFAULT ''",
)


def upgrade() -> None:
    """Apply."""
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE incident_frame ADD COLUMN {column}")
    where = sa.text("erased_at IS NOT NULL")
    op.create_index(
        "ix_incident_frame_erased", "incident_frame", ["erased_at"], sqlite_where=where, postgresql_where=where
    )
