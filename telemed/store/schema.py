"""The tables as they are now. `migrations/` leads there step by step; a test compares the two.

Column names are the field names of `care/records.py`. The unique constraints make doubled effects impossible: one seat per user
and session, one line per chat command, one answer per command, one open wish per seat. Nothing here PostgreSQL would refuse.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from telemed.care.incidents.words import Part
from telemed.care.patients.words import Need
from telemed.care.roles import Role
from telemed.care.states import Outcome, ParticipantEvent, ParticipantState, SessionKind, SessionState
from telemed.store import (
    schema_aftercare,
    schema_identity,
    schema_incidents,
    schema_oncall,
    schema_operation,
    schema_people,
    schema_queues,
    schema_recording,
    schema_stills,
)
from telemed.store.columns import WORD_LENGTH, DeviceJson, IdentityJson, UtcTime, Word, Words
from telemed.store.schema_base import HASH_LENGTH, digest, metadata, need, ref, row_id, time

__all__ = [
    "HASH_LENGTH",
    "metadata",
    "schema_aftercare",
    "schema_identity",
    "schema_incidents",
    "schema_oncall",
    "schema_operation",
    "schema_people",
    "schema_queues",
    "schema_recording",
    "schema_stills",
]

organisation = Table(
    "organisation",
    metadata,
    row_id(),
    need("name", Text()),
    need("phone", Text()),
    need("emergency_number", Text()),
    need("is_demo", Boolean()),
    time("created_at"),
)

user = Table(
    "user",
    metadata,
    row_id(),
    ref("organisation_id", "organisation"),
    need("role", Word(Role)),
    need("name", Text()),
    Column("email", Text, nullable=False, unique=True),
    need("password_hash", Text()),
    time("created_at"),
    need("is_active", Boolean()),
    need("is_demo", Boolean()),
    ref("site_id", "site", null=True),
    Column("language", Text, nullable=False, server_default=""),
    Column("is_privacy_officer", Boolean, nullable=False, server_default=text("0")),
)

login = Table(
    "login",
    metadata,
    row_id(),
    ref("user_id", "user"),
    digest("token_hash", unique=True),
    time("created_at"),
    time("last_seen_at"),
    time("expires_at"),
    time("revoked_at", null=True),
    Column("device", Text, nullable=False, server_default=""),
    Column("method", String(WORD_LENGTH), nullable=False, server_default="password"),
    time("proved_at", null=True),
    time("locked_at", null=True),
)

session = Table(
    "session",
    metadata,
    row_id(),
    ref("organisation_id", "organisation"),
    need("kind", Word(SessionKind)),
    need("state", Word(SessionState)),
    time("state_since"),
    ref("created_by", "user"),  # whose recordings are listed by who made the visit
    time("created_at"),
    need("patient_name", Text()),
    need("reason", Text()),
    time("starts_at", null=True),
    time("started_at", null=True),
    time("ended_at", null=True),
    Column("outcome", Word(Outcome), nullable=True),
    time("completed_at", null=True),
    time("sealed_at", null=True),
    ref("patient_id", "patient", null=True),
    ref("site_id", "site", null=True, index=False),
    Column("video_codec", String(8), nullable=False, server_default="vp8"),
    Index("ix_session_state", "state", "created_at"),
    Index("ix_session_organisation", "organisation_id", "created_at"),
)

participant = Table(
    "participant",
    metadata,
    row_id(),
    ref("session_id", "session", index=False),
    need("role", Word(Role)),
    need("name", Text()),
    need("state", Word(ParticipantState)),
    time("since"),
    time("created_at"),
    ref("user_id", "user", null=True),
    time("admitted_at", null=True),
    need("held", Boolean()),
    time("silent_since", null=True),
    Column("device", DeviceJson(), nullable=True),
    time("acknowledged_at", null=True),
    need("reason", Text()),
    ref("carer_id", "carer", null=True),  # set: taken from Home by somebody who acts for the patient
    Column("needs", Words(Need), nullable=True),  # null: nothing was said
    Column("part", Word(Part), nullable=False, server_default=""),
    Column("identity", IdentityJson(), nullable=True),  # null: nobody has made sure who this is
    Column("silent", Boolean, nullable=False, server_default=text("0")),  # of a caller: nothing may be heard there
    UniqueConstraint("session_id", "user_id"),
    Index("ix_participant_state", "state"),
)

seat_token = Table(
    "seat_token",
    metadata,
    row_id(),
    ref("participant_id", "participant"),
    ref("session_id", "session", index=False),
    digest("token_hash", unique=True),
    digest("device_hash"),
    time("created_at"),
    time("expires_at"),
    time("revoked_at", null=True),
)

link = Table(
    "link",
    metadata,
    row_id(),
    ref("session_id", "session"),
    ref("participant_id", "participant"),
    need("role", Word(Role)),
    digest("token_hash", unique=True),
    ref("created_by", "user", index=False),
    time("created_at"),
    time("expires_at"),
    time("not_before", null=True),
    time("opened_at", null=True),
    time("revoked_at", null=True),
)

link_request = Table(
    "link_request",
    metadata,
    row_id(),
    ref("session_id", "session"),
    ref("participant_id", "participant", index=False),
    time("at"),
    time("handled_at", null=True),
    ref("handled_by", "user", null=True, index=False),
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
    row_id(),
    ref("session_id", "session"),
    ref("participant_id", "participant"),
    digest("device_hash"),
    time("at"),
    Column("approved", Boolean, nullable=True),
    ref("decided_by", "participant", null=True, index=False),
    time("decided_at", null=True),
    time("used_at", null=True),
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
    row_id(),
    ref("session_id", "session", index=False),
    ref("participant_id", "participant"),
    need("event", Word(ParticipantEvent)),
    need("from_state", Word(ParticipantState)),
    need("to_state", Word(ParticipantState)),
    need("cause_id", String(WORD_LENGTH)),
    need("cause_role", String(WORD_LENGTH)),
    time("at"),
    Index("ix_participant_event_session", "session_id", "at"),
)

message = Table(
    "message",
    metadata,
    row_id(),
    ref("session_id", "session", index=False),
    need("sequence", Integer()),
    ref("participant_id", "participant", index=False),
    need("name", Text()),
    need("body", Text()),
    time("at"),
    need("command_id", String(64)),
    ref("to_participant_id", "participant", null=True, index=False),  # null: for everybody in the call
    UniqueConstraint("session_id", "sequence"),
    UniqueConstraint("participant_id", "command_id"),
)

staff_note = Table(
    "staff_note",
    metadata,
    ref("session_id", "session", index=False),
    need("revision", Integer()),
    need("body", Text()),
    ref("author_id", "user", index=False),
    time("updated_at"),
    PrimaryKeyConstraint("session_id", "revision"),
)

command_ack = Table(
    "command_ack",
    metadata,
    need("actor_id", String(WORD_LENGTH)),
    need("command_id", String(64)),
    Column("kind", Text, nullable=False, server_default=""),  # "": of an earlier version
    need("ack", JSON()),
    Column("at", UtcTime(), nullable=False, index=True),
    PrimaryKeyConstraint("actor_id", "command_id"),
)

quality_minute = Table(
    "quality_minute",
    metadata,
    ref("participant_id", "participant", index=False),
    ref("session_id", "session"),
    time("minute"),
    *(Column(name, Integer()) for name in ("freezes", "rtt_ms", "height", "layer")),
    *(Column(name, Float()) for name in ("concealed", "frozen", "paused", "no_picture")),
    *(Column(name, Float()) for name in ("up_loss", "down_loss")),
    *(Column(name, Integer()) for name in ("up_jitter_ms", "down_jitter_ms", "up_rate", "down_rate")),
    Column("way", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("participant_id", "minute"),
)

# Ids without foreign keys: the trail outlives what it speaks of. Triggers refuse UPDATE and DELETE.
audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    need("at", String(27)),
    need("actor", String(80)),
    need("role", String(WORD_LENGTH)),
    need("action", String(80)),
    need("object_id", String(80)),
    need("outcome", String(WORD_LENGTH)),
    digest("previous_hash", unique=True),
    digest("hash", unique=True),
    # For searches: each ends in the row's number, so that the newest rows of a person, an act or an object come without a sort.
    Index("ix_audit_actor", "actor", "action"),
    Index("ix_audit_action", "action"),
    Index("ix_audit_object_id", "object_id"),
    Index("ix_audit_refused", "outcome", sqlite_where=text("outcome = 'refused'"), postgresql_where=text("outcome = 'refused'")),
)

# One row, written with each audit row: shows a cut-off end of the trail, which the chain alone cannot.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    need("sequence", Integer()),
    digest("hash"),
)
