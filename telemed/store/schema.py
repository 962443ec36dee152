"""The tables as they are now. `migrations/` leads there step by step; a test compares the two.

Column names are the field names of `care/records.py`. The unique constraints make doubled effects impossible: one seat per user
and session, one line per chat command, one answer per command, one open wish per seat. Nothing here PostgreSQL would refuse.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from telemed.care.roles import Role
from telemed.care.states import Outcome, ParticipantEvent, ParticipantState, SessionKind, SessionState
from telemed.store.columns import WORD_LENGTH, DeviceJson, UtcTime, Word

HASH_LENGTH = 64  # hex SHA-256

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[Any]:
    return Column("id", String(WORD_LENGTH), primary_key=True)


def _ref(name: str, target: str, *, null: bool = False, index: bool = True) -> Column[Any]:
    """A foreign key to the id of `target`."""
    return Column(name, String(WORD_LENGTH), ForeignKey(f"{target}.id"), nullable=null, index=index)


def _hash(name: str, *, unique: bool = False) -> Column[Any]:
    return Column(name, String(HASH_LENGTH), nullable=False, unique=unique)


def _time(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, UtcTime(), nullable=null)


def _need(name: str, kind: TypeEngine[Any]) -> Column[Any]:
    return Column(name, kind, nullable=False)


organisation = Table(
    "organisation",
    metadata,
    _id(),
    _need("name", Text()),
    _need("phone", Text()),
    _need("emergency_number", Text()),
    _need("is_demo", Boolean()),
    _time("created_at"),
)

user = Table(
    "user",
    metadata,
    _id(),
    _ref("organisation_id", "organisation"),
    _need("role", Word(Role)),
    _need("name", Text()),
    Column("email", Text, nullable=False, unique=True),
    _need("password_hash", Text()),
    _time("created_at"),
    _need("is_active", Boolean()),
    _need("is_demo", Boolean()),
)

login = Table(
    "login",
    metadata,
    _id(),
    _ref("user_id", "user"),
    _hash("token_hash", unique=True),
    _time("created_at"),
    _time("last_seen_at"),
    _time("expires_at"),
    _time("revoked_at", null=True),
)

session = Table(
    "session",
    metadata,
    _id(),
    _ref("organisation_id", "organisation"),
    _need("kind", Word(SessionKind)),
    _need("state", Word(SessionState)),
    _time("state_since"),
    _ref("created_by", "user", index=False),
    _time("created_at"),
    _need("patient_name", Text()),
    _need("reason", Text()),
    _time("starts_at", null=True),
    _time("started_at", null=True),
    _time("ended_at", null=True),
    Column("outcome", Word(Outcome), nullable=True),
    _time("completed_at", null=True),
    _time("sealed_at", null=True),
    Index("ix_session_state", "state", "created_at"),
)

participant = Table(
    "participant",
    metadata,
    _id(),
    _ref("session_id", "session", index=False),
    _need("role", Word(Role)),
    _need("name", Text()),
    _need("state", Word(ParticipantState)),
    _time("since"),
    _time("created_at"),
    _ref("user_id", "user", null=True, index=False),
    _time("admitted_at", null=True),
    _need("held", Boolean()),
    _time("silent_since", null=True),
    Column("device", DeviceJson(), nullable=True),
    _time("acknowledged_at", null=True),
    _need("reason", Text()),
    UniqueConstraint("session_id", "user_id"),
    Index("ix_participant_state", "state"),
)

seat_token = Table(
    "seat_token",
    metadata,
    _id(),
    _ref("participant_id", "participant"),
    _ref("session_id", "session", index=False),
    _hash("token_hash", unique=True),
    _hash("device_hash"),
    _time("created_at"),
    _time("expires_at"),
    _time("revoked_at", null=True),
)

link = Table(
    "link",
    metadata,
    _id(),
    _ref("session_id", "session"),
    _ref("participant_id", "participant"),
    _need("role", Word(Role)),
    _hash("token_hash", unique=True),
    _ref("created_by", "user", index=False),
    _time("created_at"),
    _time("expires_at"),
    _time("not_before", null=True),
    _time("opened_at", null=True),
    _time("revoked_at", null=True),
)

link_request = Table(
    "link_request",
    metadata,
    _id(),
    _ref("session_id", "session"),
    _ref("participant_id", "participant", index=False),
    _time("at"),
    _time("handled_at", null=True),
    _ref("handled_by", "user", null=True, index=False),
)
Index(
    "uq_link_request_open",
    link_request.c.participant_id,
    unique=True,
    sqlite_where=text("handled_at IS NULL"),
    postgresql_where=text("handled_at IS NULL"),
)

move_request = Table(
    "move_request",
    metadata,
    _id(),
    _ref("session_id", "session"),
    _ref("participant_id", "participant"),
    _hash("device_hash"),
    _time("at"),
    Column("approved", Boolean, nullable=True),
    _ref("decided_by", "participant", null=True, index=False),
    _time("decided_at", null=True),
    _time("used_at", null=True),
)
Index(
    "uq_move_request_undecided",
    move_request.c.participant_id,
    move_request.c.device_hash,
    unique=True,
    sqlite_where=text("approved IS NULL"),
    postgresql_where=text("approved IS NULL"),
)

participant_event = Table(
    "participant_event",
    metadata,
    _id(),
    _ref("session_id", "session", index=False),
    _ref("participant_id", "participant"),
    _need("event", Word(ParticipantEvent)),
    _need("from_state", Word(ParticipantState)),
    _need("to_state", Word(ParticipantState)),
    _need("cause_id", String(WORD_LENGTH)),
    _need("cause_role", String(WORD_LENGTH)),
    _time("at"),
    Index("ix_participant_event_session", "session_id", "at"),
)

message = Table(
    "message",
    metadata,
    _id(),
    _ref("session_id", "session", index=False),
    _need("sequence", Integer()),
    _ref("participant_id", "participant", index=False),
    _need("name", Text()),
    _need("body", Text()),
    _time("at"),
    _need("command_id", String(64)),
    UniqueConstraint("session_id", "sequence"),
    UniqueConstraint("participant_id", "command_id"),
)

staff_note = Table(
    "staff_note",
    metadata,
    _ref("session_id", "session", index=False),
    _need("revision", Integer()),
    _need("body", Text()),
    _ref("author_id", "user", index=False),
    _time("updated_at"),
    PrimaryKeyConstraint("session_id", "revision"),
)

command_ack = Table(
    "command_ack",
    metadata,
    _need("actor_id", String(WORD_LENGTH)),
    _need("command_id", String(64)),
    _need("ack", JSON()),
    Column("at", UtcTime(), nullable=False, index=True),
    PrimaryKeyConstraint("actor_id", "command_id"),
)

quality_minute = Table(
    "quality_minute",
    metadata,
    _ref("participant_id", "participant", index=False),
    _ref("session_id", "session"),
    _time("minute"),
    _need("freezes", Integer()),
    _need("rtt_ms", Integer()),
    _need("concealed", Float()),
    PrimaryKeyConstraint("participant_id", "minute"),
)

# Ids without foreign keys: the trail outlives what it speaks of. Triggers refuse UPDATE and DELETE.
audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _need("at", String(27)),
    _need("actor", String(80)),
    _need("role", String(WORD_LENGTH)),
    _need("action", String(80)),
    _need("object_id", String(80)),
    _need("outcome", String(WORD_LENGTH)),
    _hash("previous_hash", unique=True),
    _hash("hash", unique=True),
)

# One row, written with each audit row: shows a cut-off end of the trail, which the chain alone cannot.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _need("sequence", Integer()),
    _hash("hash"),
)
