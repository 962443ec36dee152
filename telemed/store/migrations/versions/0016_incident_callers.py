"""Several callers of an incident, each with a message and words of its own; the route of a message; what a deletion leaves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# What was told of the one caller of an incident is from now on told of each.
_MOVED = ("phone", "send_state", "send_since", "sends", "message_id", "place", "call_back", "left_quickly", "facts")
_MADE = ("link_actor_id", "link_command_id")
_COPY = f"""
INSERT INTO incident_caller (id, incident_id, session_id, participant_id, made_by, made_with, route, {", ".join(_MOVED)})
SELECT incident_access.id, incident.id, incident.session_id, incident_access.participant_id, incident.link_actor_id,
 incident.link_command_id, 'first', {", ".join(f"incident.{name}" for name in _MOVED)}
FROM incident JOIN incident_access
ON incident_access.incident_id = incident.id AND incident_access.session_id = incident.session_id
 AND incident_access.part = 'caller'
"""  # noqa: S608 - names of columns alone


def upgrade() -> None:
    """Apply."""
    op.execute("ALTER TABLE outbox ADD COLUMN route VARCHAR(40) DEFAULT 'first' NOT NULL")
    op.execute("ALTER TABLE incident ADD COLUMN forgotten_positions INTEGER DEFAULT 0 NOT NULL")
    _caller()
    op.execute(_COPY)
    _incident()


def _word(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=40), nullable=null)


def _key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_incident_caller_{column}")


def _caller() -> None:
    """One caller; the id is that of its link."""
    op.create_table(
        "incident_caller",
        _word("id"),
        _word("incident_id"),
        _word("session_id"),
        _word("participant_id"),
        _word("made_by"),
        sa.Column("made_with", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        _word("send_state"),
        sa.Column("send_since", sa.String(length=27), nullable=True),
        sa.Column("sends", sa.Integer(), nullable=False),
        _word("route"),
        _word("message_id", null=True),
        _word("repeats_id", null=True),
        sa.Column("second_route_at", sa.String(length=27), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("call_back", sa.Text(), nullable=True),
        sa.Column("left_quickly", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        _key("incident_id", "incident"),
        _key("made_by", "user"),
        _key("participant_id", "participant"),
        _key("session_id", "session"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_caller"),
    )
    op.create_index("ix_incident_caller_incident_id", "incident_caller", ["incident_id"], unique=False)


def _incident() -> None:
    """What has moved goes. SQLite copies the table; the index over few rows is made anew, whose condition a copy would lose."""
    op.drop_index("ix_incident_forgettable", "incident")
    with op.batch_alter_table("incident") as table:
        table.drop_constraint("fk_incident_link_actor_id", type_="foreignkey")
        for name in (*_MOVED, *_MADE):
            table.drop_column(name)
    where = sa.text("ended_at IS NOT NULL AND forgotten_at IS NULL")
    op.create_index("ix_incident_forgettable", "incident", ["ended_at"], unique=False, sqlite_where=where, postgresql_where=where)
