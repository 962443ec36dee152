"""Specialities with duty rosters, pages for somebody on call, handovers and vital signs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _rosters()
    _pages()
    _rings()
    _scene()


def _rosters() -> None:
    """Specialities and who is on duty."""
    op.create_table(
        "speciality",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("timeouts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_speciality_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_speciality"),
        sa.UniqueConstraint("organisation_id", "name", name="uq_speciality_organisation_id"),
    )
    op.create_table(
        "duty_shift",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("speciality_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("from_minute", sa.Integer(), nullable=True),
        sa.Column("to_minute", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.String(length=27), nullable=True),
        sa.Column("ends_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["speciality_id"], ["speciality.id"], name="fk_duty_shift_speciality_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_duty_shift_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_duty_shift"),
    )
    op.create_index("ix_duty_shift_speciality_id", "duty_shift", ["speciality_id"], unique=False)
    op.create_index("ix_duty_shift_user_id", "duty_shift", ["user_id"], unique=False)


def _pages() -> None:
    """Calls for somebody on duty."""
    op.create_table(
        "oncall_page",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("speciality_id", sa.String(length=40), nullable=False),
        sa.Column("speciality", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("timeouts", sa.Text(), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("asked_name", sa.Text(), nullable=False),
        sa.Column("asked_role", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.String(length=27), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("step_started_at", sa.String(length=27), nullable=True),
        sa.Column("due_at", sa.String(length=27), nullable=True),
        sa.Column("taken_by", sa.String(length=40), nullable=True),
        sa.Column("taken_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["user.id"], name="fk_oncall_page_asked_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_oncall_page_organisation_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_oncall_page_session_id"),
        sa.ForeignKeyConstraint(["speciality_id"], ["speciality.id"], name="fk_oncall_page_speciality_id"),
        sa.ForeignKeyConstraint(["taken_by"], ["user.id"], name="fk_oncall_page_taken_by"),
        sa.PrimaryKeyConstraint("id", name="pk_oncall_page"),
    )
    op.create_index(
        "ix_oncall_page_due",
        "oncall_page",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'ringing'"),
        postgresql_where=sa.text("state = 'ringing'"),
    )
    op.create_index("ix_oncall_page_session_id", "oncall_page", ["session_id"], unique=False)
    op.create_index(
        "uq_oncall_page_ringing",
        "oncall_page",
        ["session_id", "speciality_id"],
        unique=True,
        sqlite_where=sa.text("state = 'ringing'"),
        postgresql_where=sa.text("state = 'ringing'"),
    )


def _rings() -> None:
    """Their steps, and who was called."""
    op.create_table(
        "oncall_step",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("page_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(length=27), nullable=False),
        sa.Column("due_at", sa.String(length=27), nullable=False),
        sa.Column("end", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["oncall_page.id"], name="fk_oncall_step_page_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oncall_step"),
        sa.UniqueConstraint("page_id", "number", name="uq_oncall_step_page_id"),
    )
    op.create_table(
        "oncall_ring",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("page_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.String(length=27), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["oncall_page.id"], name="fk_oncall_ring_page_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_oncall_ring_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oncall_ring"),
        sa.UniqueConstraint("page_id", "user_id", name="uq_oncall_ring_page_id"),
    )


def _scene() -> None:
    """Handovers and vital signs."""
    op.create_table(
        "handover",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("from_user", sa.String(length=40), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("from_role", sa.String(length=40), nullable=False),
        sa.Column("to_user", sa.String(length=40), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("to_role", sa.String(length=40), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("offered_at", sa.String(length=27), nullable=False),
        sa.Column("answered_at", sa.String(length=27), nullable=True),
        sa.Column("released_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["from_user"], ["user.id"], name="fk_handover_from_user"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_handover_session_id"),
        sa.ForeignKeyConstraint(["to_user"], ["user.id"], name="fk_handover_to_user"),
        sa.PrimaryKeyConstraint("id", name="pk_handover"),
    )
    op.create_index("ix_handover_session_id", "handover", ["session_id"], unique=False)
    op.create_index(
        "uq_handover_open",
        "handover",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('offered', 'accepted')"),
        postgresql_where=sa.text("state IN ('offered', 'accepted')"),
    )
    op.create_table(
        "vital",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("entered_at", sa.String(length=27), nullable=False),
        sa.Column("removed_at", sa.String(length=27), nullable=True),
        sa.Column("removed_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_vital_participant_id"),
        sa.ForeignKeyConstraint(["removed_by"], ["user.id"], name="fk_vital_removed_by"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_vital_session_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_vital_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_vital"),
    )
    op.create_index("ix_vital_session_id", "vital", ["session_id"], unique=False)
