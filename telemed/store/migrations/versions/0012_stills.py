"""Stills: pictures taken during visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "still",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.String(length=27), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.String(length=27), nullable=True),
        sa.Column("kept_at", sa.String(length=27), nullable=True),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("has_thumbnail", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.Column("erased_at", sa.String(length=27), nullable=True),
        sa.Column("erase_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_still_participant_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_still_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_still"),
        sa.UniqueConstraint("participant_id", "command_id", name="uq_still_participant_id"),
        sa.UniqueConstraint("session_id", "number", name="uq_still_session_id"),
    )
    _some("ix_still_unfinished", ["state", "state_since"], "state IN ('asked', 'sending')")
    _some("ix_still_erased", ["erased_at"], "erased_at IS NOT NULL")


def _some(name: str, columns: list[str], condition: str) -> None:
    """An index over the few rows that a timer looks for."""
    op.create_index(name, "still", columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
