"""Which carer a seat belongs to, so that it ends with what the carer may do."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Plain ALTER TABLE: SQLite and PostgreSQL both add a column with its reference in place, without copying the table.
_COLUMN = "ALTER TABLE participant ADD COLUMN carer_id VARCHAR(40) CONSTRAINT fk_participant_carer_id REFERENCES carer (id)"
# A carer makes its own seat, as the trail says: so seats made before this column existed are known too.
_EARLIER = """
UPDATE participant SET carer_id = (
    SELECT audit.actor FROM audit
    WHERE audit.object_id = participant.id AND audit.action = 'participant.created' AND audit.role = 'carer'
      AND audit.actor IN (SELECT id FROM carer)
)
WHERE role = 'carer'
"""


def upgrade() -> None:
    """Apply."""
    op.execute(_COLUMN)
    op.execute(_EARLIER)
    op.create_index("ix_participant_carer_id", "participant", ["carer_id"])
