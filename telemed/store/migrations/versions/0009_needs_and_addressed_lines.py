"""What a person said of talking with them, kept with the seat; and lines of chat that are for one person."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Plain ALTER TABLE: SQLite and PostgreSQL both add a column with its reference in place, without copying the table.
_ADDRESSEE = (
    "ALTER TABLE message ADD COLUMN to_participant_id VARCHAR(40) "
    "CONSTRAINT fk_message_to_participant_id REFERENCES participant (id)"
)


def upgrade() -> None:
    """Apply."""
    op.execute("ALTER TABLE participant ADD COLUMN needs JSON")
    op.execute(_ADDRESSEE)
