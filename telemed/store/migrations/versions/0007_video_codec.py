"""Which video codec a visit has: the clinic's policy when it began. Visits so far had VP8."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("ALTER TABLE session ADD COLUMN video_codec VARCHAR(8) DEFAULT 'vp8' NOT NULL")
