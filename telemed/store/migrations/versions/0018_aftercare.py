"""What comes after a visit: messages to the patient, and what is to be done on a later day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "visit_message",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.String(length=40), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("expires_at", sa.String(length=27), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name="fk_visit_message_author_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_visit_message_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_message"),
        sa.UniqueConstraint("token_hash", name="uq_visit_message_token_hash"),
    )
    op.create_index("ix_visit_message_session_id", "visit_message", ["session_id"])
    op.create_table(
        "follow_up",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.String(length=27), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_follow_up_organisation_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_follow_up_session_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_follow_up_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up"),
    )
    op.create_index("ix_follow_up_session_id", "follow_up", ["session_id"])
    is_open = sa.text("state = 'open'")
    op.create_index("ix_follow_up_open", "follow_up", ["user_id", "due_on"], sqlite_where=is_open, postgresql_where=is_open)
