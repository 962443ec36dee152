"""Frozen pictures of responders at a scene, where there is no incident."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. SQLite copies the table, which nothing refers to; PostgreSQL alters it."""
    with op.batch_alter_table("incident_frame") as table:
        table.alter_column("incident_id", existing_type=sa.String(length=40), existing_nullable=False, nullable=True)
