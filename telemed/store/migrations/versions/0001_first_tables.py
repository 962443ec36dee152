"""The first tables: people, calls, ways in, words, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite's form; another database states the same in its own words. Refusing here holds against a slip in our code and against a
# casual hand; whoever may change the schema can drop a trigger, and is found by the hash chain.
_APPEND_ONLY = """
CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END
"""


def upgrade() -> None:
    """Apply."""
    _people()
    _sessions()
    _seats()
    _steps()
    _links()
    _moves()
    _words()
    _records()
    for verb in ("UPDATE", "DELETE"):
        op.execute(_APPEND_ONLY.format(verb=verb))


def _people() -> None:
    """The clinic, its accounts and sign-ins."""
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("emergency_number", sa.Text(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_user_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("email", name="uq_user_email"),
    )
    op.create_index("ix_user_organisation_id", "user", ["organisation_id"])
    op.create_table(
        "login",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("last_seen_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_login_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_login"),
        sa.UniqueConstraint("token_hash", name="uq_login_token_hash"),
    )
    op.create_index("ix_login_user_id", "login", ["user_id"])


def _sessions() -> None:
    """Consultation calls."""
    op.create_table(
        "session",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.String(length=27), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("patient_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.String(length=27), nullable=True),
        sa.Column("started_at", sa.String(length=27), nullable=True),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("completed_at", sa.String(length=27), nullable=True),
        sa.Column("sealed_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name="fk_session_created_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_session_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
    )
    op.create_index("ix_session_organisation_id", "session", ["organisation_id"])
    op.create_index("ix_session_state", "session", ["state", "created_at"])


def _seats() -> None:
    """Seats and their cookies."""
    op.create_table(
        "participant",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("since", sa.String(length=27), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("admitted_at", sa.String(length=27), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("silent_since", sa.String(length=27), nullable=True),
        sa.Column("device", sa.JSON(), nullable=True),
        sa.Column("acknowledged_at", sa.String(length=27), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_participant_session_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_participant_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_participant"),
        sa.UniqueConstraint("session_id", "user_id", name="uq_participant_session_id"),
    )
    op.create_index("ix_participant_state", "participant", ["state"])
    op.create_table(
        "seat_token",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_seat_token_participant_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_seat_token_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_seat_token"),
        sa.UniqueConstraint("token_hash", name="uq_seat_token_token_hash"),
    )
    op.create_index("ix_seat_token_participant_id", "seat_token", ["participant_id"])


def _steps() -> None:
    """What happened to seats, and how well the call went."""
    op.create_table(
        "participant_event",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=False),
        sa.Column("to_state", sa.String(length=40), nullable=False),
        sa.Column("cause_id", sa.String(length=40), nullable=False),
        sa.Column("cause_role", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_participant_event_participant_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_participant_event_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_participant_event"),
    )
    op.create_index("ix_participant_event_participant_id", "participant_event", ["participant_id"])
    op.create_index("ix_participant_event_session", "participant_event", ["session_id", "at"])
    op.create_table(
        "quality_minute",
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("minute", sa.String(length=27), nullable=False),
        sa.Column("freezes", sa.Integer(), nullable=False),
        sa.Column("rtt_ms", sa.Integer(), nullable=False),
        sa.Column("concealed", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_quality_minute_participant_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_quality_minute_session_id"),
        sa.PrimaryKeyConstraint("participant_id", "minute", name="pk_quality_minute"),
    )
    op.create_index("ix_quality_minute_session_id", "quality_minute", ["session_id"])


def _links() -> None:
    """Invitations and wishes for new ones."""
    op.create_table(
        "link",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("not_before", sa.String(length=27), nullable=True),
        sa.Column("opened_at", sa.String(length=27), nullable=True),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name="fk_link_created_by"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_link_participant_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_link_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.UniqueConstraint("token_hash", name="uq_link_token_hash"),
    )
    op.create_index("ix_link_participant_id", "link", ["participant_id"])
    op.create_index("ix_link_session_id", "link", ["session_id"])
    op.create_table(
        "link_request",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("handled_at", sa.String(length=27), nullable=True),
        sa.Column("handled_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["handled_by"], ["user.id"], name="fk_link_request_handled_by"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_link_request_participant_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_link_request_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_link_request"),
    )
    op.create_index("ix_link_request_session_id", "link_request", ["session_id"])
    op.create_index(
        "uq_link_request_open",
        "link_request",
        ["participant_id"],
        unique=True,
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )


def _moves() -> None:
    """Requests of second devices."""
    op.create_table(
        "move_request",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.String(length=27), nullable=True),
        sa.Column("used_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["participant.id"], name="fk_move_request_decided_by"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_move_request_participant_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_move_request_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_move_request"),
    )
    op.create_index("ix_move_request_participant_id", "move_request", ["participant_id"])
    op.create_index("ix_move_request_session_id", "move_request", ["session_id"])
    op.create_index(
        "uq_move_request_undecided",
        "move_request",
        ["participant_id", "device_hash"],
        unique=True,
        sqlite_where=sa.text("approved IS NULL"),
        postgresql_where=sa.text("approved IS NULL"),
    )


def _words() -> None:
    """Chat and staff notes."""
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_message_participant_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_message_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("participant_id", "command_id", name="uq_message_participant_id"),
        sa.UniqueConstraint("session_id", "sequence", name="uq_message_session_id"),
    )
    op.create_table(
        "staff_note",
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name="fk_staff_note_author_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_staff_note_session_id"),
        sa.PrimaryKeyConstraint("session_id", "revision", name="pk_staff_note"),
    )


def _records() -> None:
    """Answers to commands and the audit trail."""
    op.create_table(
        "command_ack",
        sa.Column("actor_id", sa.String(length=40), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("ack", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "command_id", name="pk_command_ack"),
    )
    op.create_index("ix_command_ack_at", "command_ack", ["at"])
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
        sa.UniqueConstraint("hash", name="uq_audit_hash"),
        sa.UniqueConstraint("previous_hash", name="uq_audit_previous_hash"),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
