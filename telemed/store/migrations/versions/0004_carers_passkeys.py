"""Whose a patient's passkey is: the patient's own, or that of somebody who acts for one."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As in 0002: both databases add a column with its reference in place, without copying the table.
_NEW_COLUMN = "ALTER TABLE passkey ADD COLUMN carer_id VARCHAR(40) CONSTRAINT fk_passkey_carer_id REFERENCES carer (id)"


def upgrade() -> None:
    """Apply."""
    op.execute(_NEW_COLUMN)
    op.create_index("ix_passkey_carer_id", "passkey", ["carer_id"])
