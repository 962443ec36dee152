"""When a caller's picture was frozen to be drawn on, and instructions by their visit: for the timeline of a recording."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "incident_frame",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("incident_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("shown_by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.String(length=27), nullable=False),
        sa.Column("shapes", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_frame_incident_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_incident_frame_participant_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_incident_frame_session_id"),
        sa.ForeignKeyConstraint(["shown_by"], ["user.id"], name="fk_incident_frame_shown_by"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_frame"),
    )
    op.create_index("ix_incident_frame_session_id", "incident_frame", ["session_id"], unique=False)
    op.create_index("ix_incident_instruction_session_id", "incident_instruction", ["session_id"], unique=False)
