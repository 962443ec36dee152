"""Recordings: their rows, acts of consent, markers, views and wishes to erase; and indexes to list them by person."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# As for the audit trail: against a slip in our code and a casual hand.
_APPEND_ONLY = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} rows are append-only'); END
"""
_KEPT = ("consent_event", "recording_marker", "recording_view")


def upgrade() -> None:
    """Apply."""
    _recording()
    _recording_indexes()
    _tags()
    _bystanders()
    _consent_events()
    _markers()
    _views()
    _erasing()
    _people()
    for table in _KEPT:
        for verb in ("UPDATE", "DELETE"):
            op.execute(_APPEND_ONLY.format(table=table, verb=verb))


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _recording() -> None:
    """One take within a visit."""
    op.create_table(
        "recording",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.String(length=27), nullable=False),
        sa.Column("started_by", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.String(length=27), nullable=False),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("bleed", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.String(length=27), nullable=True),
        sa.Column("stopped_at", sa.String(length=27), nullable=True),
        sa.Column("ready_at", sa.String(length=27), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("manifest_hash", sa.String(length=64), nullable=False),
        sa.Column("chain_head", sa.String(length=64), nullable=False),
        sa.Column("review_status", sa.String(length=40), nullable=False),
        sa.Column("reviewed_by", sa.String(length=40), nullable=True),
        sa.Column("reviewed_at", sa.String(length=27), nullable=True),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.Column("hold_reason", sa.Text(), nullable=False),
        sa.Column("held_by", sa.String(length=40), nullable=True),
        sa.Column("expires_at", sa.String(length=27), nullable=True),
        sa.Column("decide_by", sa.String(length=27), nullable=True),
        sa.Column("erased_at", sa.String(length=27), nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["held_by"], ["user.id"], name="fk_recording_held_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_recording_organisation_id"),
        sa.ForeignKeyConstraint(["reviewed_by"], ["user.id"], name="fk_recording_reviewed_by"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_recording_session_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_recording_site_id"),
        sa.ForeignKeyConstraint(["started_by"], ["user.id"], name="fk_recording_started_by"),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
    )


def _recording_indexes() -> None:
    """Lists and timers."""
    op.create_index(
        "ix_recording_decide", "recording", ["decide_by"], unique=False, **_where("decide_by IS NOT NULL AND erased_at IS NULL")
    )
    op.create_index(
        "ix_recording_expires",
        "recording",
        ["expires_at"],
        unique=False,
        **_where("expires_at IS NOT NULL AND erased_at IS NULL"),
    )
    op.create_index("ix_recording_held", "recording", ["organisation_id", "started_at"], unique=False, **_where("hold = 1"))
    op.create_index("ix_recording_kind", "recording", ["organisation_id", "kind", "started_at", "id"], unique=False)
    op.create_index("ix_recording_sizes", "recording", ["organisation_id", "state", "size_bytes"], unique=False)
    op.create_index("ix_recording_newest", "recording", ["organisation_id", "started_at", "id"], unique=False)
    op.create_index("ix_recording_review", "recording", ["organisation_id", "review_status", "started_at", "id"], unique=False)
    op.create_index("ix_recording_session_id", "recording", ["session_id"], unique=False)
    op.create_index(
        "ix_recording_unfinished",
        "recording",
        ["state", "state_since"],
        unique=False,
        **_where("state IN ('asking', 'recording', 'paused', 'finalising', 'failed')"),
    )
    op.create_index(
        "uq_recording_open", "recording", ["session_id"], unique=True, **_where("state IN ('asking', 'recording', 'paused')")
    )


def _tags() -> None:
    """Words under which recordings are found."""
    op.create_table(
        "recording_tag",
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_recording_tag_organisation_id"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_recording_tag_recording_id"),
        sa.PrimaryKeyConstraint("recording_id", "tag", name="pk_recording_tag"),
    )
    op.create_index(
        "ix_recording_tag_newest", "recording_tag", ["organisation_id", "tag", "started_at", "recording_id"], unique=False
    )


def _bystanders() -> None:
    """People in the room, and visits that went on unrecorded."""
    op.create_table(
        "bystander",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("gone_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["participant.id"], name="fk_bystander_created_by"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_bystander_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bystander"),
    )
    op.create_index("ix_bystander_session_id", "bystander", ["session_id"], unique=False)
    op.create_table(
        "unrecorded_reason",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_unrecorded_reason_session_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_unrecorded_reason_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unrecorded_reason"),
    )
    op.create_index("ix_unrecorded_reason_session_id", "unrecorded_reason", ["session_id"], unique=False)


def _consent_events() -> None:
    """Acts of consent."""
    op.create_table(
        "consent_event",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.String(length=40), nullable=True),
        sa.Column("participant_id", sa.String(length=40), nullable=True),
        sa.Column("bystander_id", sa.String(length=40), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.String(length=40), nullable=False),
        sa.Column("by_role", sa.String(length=40), nullable=False),
        sa.Column("text_version", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bystander_id"], ["bystander.id"], name="fk_consent_event_bystander_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_consent_event_participant_id"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_consent_event_recording_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_consent_event_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_event"),
        sa.UniqueConstraint("session_id", "sequence", name="uq_consent_event_session_id"),
    )
    # ### end Alembic commands ###


def _markers() -> None:
    """Markers with all their revisions, and who spoke when."""
    op.create_table(
        "recording_marker",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.String(length=40), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name="fk_recording_marker_author_id"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_recording_marker_recording_id"),
        sa.PrimaryKeyConstraint("id", "revision", name="pk_recording_marker"),
    )
    op.create_index("ix_recording_marker_recording_id", "recording_marker", ["recording_id"], unique=False)
    op.create_table(
        "speaking_span",
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_speaking_span_participant_id"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_speaking_span_recording_id"),
        sa.PrimaryKeyConstraint("recording_id", "participant_id", "start_ms", name="pk_speaking_span"),
    )


def _views() -> None:
    """Who watched."""
    op.create_table(
        "recording_view",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_recording_view_recording_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_recording_view_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recording_view"),
    )
    op.create_index("ix_recording_view_newest", "recording_view", ["recording_id", "at"], unique=False)
    op.create_index("ix_recording_view_reader", "recording_view", ["recording_id", "user_id", "at"], unique=False)


def _erasing() -> None:
    """Wishes to erase."""
    op.create_table(
        "erase_request",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("confirm_after", sa.String(length=27), nullable=True),
        sa.Column("confirmed_by", sa.String(length=40), nullable=True),
        sa.Column("confirmed_at", sa.String(length=27), nullable=True),
        sa.Column("cancelled_by", sa.String(length=40), nullable=True),
        sa.Column("cancelled_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["user.id"], name="fk_erase_request_asked_by"),
        sa.ForeignKeyConstraint(["cancelled_by"], ["user.id"], name="fk_erase_request_cancelled_by"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["user.id"], name="fk_erase_request_confirmed_by"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_erase_request_recording_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erase_request"),
    )
    op.create_index("ix_erase_request_recording_id", "erase_request", ["recording_id"], unique=False)
    op.create_index(
        "uq_erase_request_open",
        "erase_request",
        ["recording_id"],
        unique=True,
        **_where("confirmed_at IS NULL AND cancelled_at IS NULL"),
    )


def _people() -> None:
    """Whose visits a recording may be of."""
    op.create_index("ix_participant_user_id", "participant", ["user_id"], unique=False)
    op.create_index("ix_session_created_by", "session", ["created_by"], unique=False)
