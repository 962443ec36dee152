"""An index for the list of messages sent: newest first, however many there are."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_outbox_organisation", "outbox", ["organisation_id", "created_at"])
