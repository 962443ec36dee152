"""When what people said was deleted, kinds of kept answers, and frozen pictures by their incident.

Incidents whose places were deleted before are looked at again: names of their callers are deleted now as well.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("incident", sa.Column("texts_forgotten_at", sa.String(length=27), nullable=True))
    texts = sa.text("ended_at IS NOT NULL AND texts_forgotten_at IS NULL")
    op.create_index("ix_incident_texts", "incident", ["ended_at"], sqlite_where=texts, postgresql_where=texts)
    op.execute("UPDATE incident SET forgotten_at = NULL WHERE forgotten_at IS NOT NULL")
    op.add_column("queue_entry", sa.Column("forgotten_at", sa.String(length=27), nullable=True))
    closed = sa.text("closed_at IS NOT NULL AND forgotten_at IS NULL")
    op.create_index("ix_queue_entry_forgettable", "queue_entry", ["closed_at"], sqlite_where=closed, postgresql_where=closed)
    op.create_index("ix_incident_frame_newest", "incident_frame", ["incident_id", "shown_at", "id"])
    op.add_column("command_ack", sa.Column("kind", sa.Text(), nullable=False, server_default=""))
