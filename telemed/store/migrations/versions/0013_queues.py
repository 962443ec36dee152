"""Waiting rooms: queues, who works in them, walk-in links, and who came."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _queue()
    _queue_member()
    _walk_in_link()
    _queue_entry()


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _queue() -> None:
    op.create_table(
        "queue",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("closed_days", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("max_waiting", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("late_at", sa.String(length=27), nullable=True),
        sa.Column("alerted_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name="fk_queue_created_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_queue_organisation_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_queue_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_queue"),
        sa.UniqueConstraint("organisation_id", "name", name="uq_queue_organisation_id"),
    )


def _queue_member() -> None:
    op.create_table(
        "queue_member",
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("alerts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name="fk_queue_member_queue_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_queue_member_user_id"),
        sa.PrimaryKeyConstraint("queue_id", "user_id", name="pk_queue_member"),
    )
    op.create_index("ix_queue_member_user_id", "queue_member", ["user_id"], unique=False)


def _walk_in_link() -> None:
    op.create_table(
        "walk_in_link",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name="fk_walk_in_link_created_by"),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name="fk_walk_in_link_queue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_walk_in_link"),
        sa.UniqueConstraint("token_hash", name="uq_walk_in_link_token_hash"),
    )
    op.create_index("ix_walk_in_link_queue_id", "walk_in_link", ["queue_id"], unique=False)


def _queue_entry() -> None:
    op.create_table(
        "queue_entry",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("origin_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.String(length=27), nullable=False),
        sa.Column("joined_at", sa.String(length=27), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("interpreter_language", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("taken_by", sa.String(length=40), nullable=True),
        sa.Column("for_user", sa.String(length=40), nullable=True),
        sa.Column("answered_at", sa.String(length=27), nullable=True),
        sa.Column("called_at", sa.String(length=27), nullable=True),
        sa.Column("held_until", sa.String(length=27), nullable=True),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=40), nullable=True),
        sa.Column("acknowledged_at", sa.String(length=27), nullable=True),
        sa.Column("read_sequence", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("place_command", sa.String(length=64), nullable=False),
        sa.Column("told_soon_at", sa.String(length=27), nullable=True),
        sa.Column("transferred_from", sa.String(length=40), nullable=True),
        sa.Column("transfer_note", sa.Text(), nullable=False),
        sa.Column("removed_reason", sa.Text(), nullable=False),
        sa.Column("into_session_id", sa.String(length=40), nullable=True),
        sa.Column("into_participant_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["user.id"], name="fk_queue_entry_acknowledged_by"),
        sa.ForeignKeyConstraint(["for_user"], ["user.id"], name="fk_queue_entry_for_user"),
        sa.ForeignKeyConstraint(["into_participant_id"], ["participant.id"], name="fk_queue_entry_into_participant_id"),
        sa.ForeignKeyConstraint(["into_session_id"], ["session.id"], name="fk_queue_entry_into_session_id"),
        sa.ForeignKeyConstraint(["origin_id"], ["queue.id"], name="fk_queue_entry_origin_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_queue_entry_participant_id"),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name="fk_queue_entry_queue_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_queue_entry_session_id"),
        sa.ForeignKeyConstraint(["taken_by"], ["user.id"], name="fk_queue_entry_taken_by"),
        sa.ForeignKeyConstraint(["transferred_from"], ["queue.id"], name="fk_queue_entry_transferred_from"),
        sa.PrimaryKeyConstraint("id", name="pk_queue_entry"),
        sa.UniqueConstraint("session_id", name="uq_queue_entry_session_id"),
    )
    op.create_index("ix_queue_entry_line", "queue_entry", ["queue_id", "state"], unique=False)
    op.create_index(
        "ix_queue_entry_served",
        "queue_entry",
        ["queue_id", "ended_at"],
        unique=False,
        **_where("answered_at IS NOT NULL AND ended_at IS NOT NULL"),
    )
    op.create_index(
        "uq_queue_entry_device", "queue_entry", ["origin_id", "device_hash"], unique=True, **_where("closed_at IS NULL")
    )
