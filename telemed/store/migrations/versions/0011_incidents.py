"""Incidents: their rows, ways in, tracks, instructions and steps; and what a seat or a visit is to one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("ALTER TABLE session ADD COLUMN silent BOOLEAN DEFAULT 0 NOT NULL")
    op.execute("ALTER TABLE participant ADD COLUMN part VARCHAR(40) DEFAULT '' NOT NULL")
    _incident()
    _access()
    _position()
    _instruction()
    _event()


def _word(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=40), nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=27), nullable=null)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _incident() -> None:
    """One emergency."""
    op.create_table(
        "incident",
        _word("id"),
        _word("organisation_id"),
        _word("site_id", null=True),
        _word("session_id"),
        _word("state"),
        _time("state_since"),
        _word("created_by"),
        _text("created_by_name"),
        _time("created_at"),
        _word("code"),
        sa.Column("kinds", sa.JSON(), nullable=False),
        _word("language"),
        _word("script_version"),
        sa.Column("caller_agreed", sa.Boolean(), nullable=False),
        _word("link_actor_id"),
        _text("link_command_id"),
        _text("reason"),
        _text("phone"),
        _word("send_state"),
        _time("send_since", null=True),
        sa.Column("sends", sa.Integer(), nullable=False),
        _word("message_id", null=True),
        _text("place"),
        _text("call_back", null=True),
        sa.Column("left_quickly", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        _text("note"),
        _time("ended_at", null=True),
        _time("forgotten_at", null=True),
        _key("incident", "created_by", "user"),
        _key("incident", "link_actor_id", "user"),
        _key("incident", "organisation_id", "organisation"),
        _key("incident", "session_id", "session"),
        _key("incident", "site_id", "site"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_organisation_id", "incident", ["organisation_id"], unique=False)
    op.create_index("ix_incident_session_id", "incident", ["session_id"], unique=False)
    where = sa.text("ended_at IS NOT NULL AND forgotten_at IS NULL")
    op.create_index("ix_incident_forgettable", "incident", ["ended_at"], unique=False, sqlite_where=where, postgresql_where=where)


def _access() -> None:
    """Ways in by a link."""
    op.create_table(
        "incident_access",
        _word("id"),
        _word("incident_id"),
        _word("session_id"),
        _word("participant_id"),
        _word("part"),
        _time("created_at"),
        sa.Column("pin_hash", sa.String(length=64), nullable=False),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        _time("locked_at", null=True),
        _time("opened_at", null=True),
        _time("revoked_at", null=True),
        _key("incident_access", "incident_id", "incident"),
        _key("incident_access", "participant_id", "participant"),
        _key("incident_access", "session_id", "session"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_access"),
    )
    op.create_index("ix_incident_access_incident_id", "incident_access", ["incident_id"], unique=False)


def _position() -> None:
    """The track of a caller."""
    op.create_table(
        "incident_position",
        _word("incident_id"),
        _word("participant_id"),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("accuracy", sa.Float(), nullable=False),
        sa.Column("altitude", sa.Float(), nullable=True),
        sa.Column("heading", sa.Float(), nullable=True),
        sa.Column("speed", sa.Float(), nullable=True),
        _time("taken_at"),
        _time("received_at"),
        _key("incident_position", "incident_id", "incident"),
        _key("incident_position", "participant_id", "participant"),
        sa.PrimaryKeyConstraint("participant_id", "sequence", name="pk_incident_position"),
        sa.UniqueConstraint("participant_id", "taken_at", name="uq_incident_position_taken_at"),
    )
    op.create_index("ix_incident_position_newest", "incident_position", ["incident_id", "received_at", "sequence"], unique=False)


def _instruction() -> None:
    """What a caller was asked to do, and the cards it was shown."""
    op.create_table(
        "incident_instruction",
        _word("id"),
        _word("incident_id"),
        _word("session_id"),
        _word("participant_id"),
        _word("kind"),
        _word("value"),
        _word("card_id"),
        _word("card_version"),
        _word("given_by"),
        _text("given_by_name"),
        _time("given_at"),
        _time("shown_at", null=True),
        _time("cleared_at", null=True),
        _key("incident_instruction", "given_by", "user"),
        _key("incident_instruction", "incident_id", "incident"),
        _key("incident_instruction", "participant_id", "participant"),
        _key("incident_instruction", "session_id", "session"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_instruction"),
    )
    op.create_index("ix_incident_instruction_newest", "incident_instruction", ["incident_id", "given_at", "id"], unique=False)


def _event() -> None:
    """The steps of an incident."""
    op.create_table(
        "incident_event",
        _word("id"),
        _word("incident_id"),
        _word("event"),
        _word("state"),
        _text("by_name"),
        _time("at"),
        _key("incident_event", "incident_id", "incident"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_event"),
    )
    op.create_index("ix_incident_event_order", "incident_event", ["incident_id", "at", "id"], unique=False)
