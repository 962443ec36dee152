"""The tables of incidents: the emergency, the ways in by link, the track of the caller, what it was asked, and the steps."""

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

from telemed.care.incidents.words import Allowed, IncidentEvent, IncidentState, InstructionKind, Part, SendState
from telemed.care.notify.records import Route
from telemed.store.columns import WORD_LENGTH, Shapes, UtcTime, Word, Words
from telemed.store.schema_base import HASH_LENGTH, metadata, need, ref, row_id, time

ERASED_WHERE = "erased_at IS NOT NULL"
FORGETTABLE_WHERE = "ended_at IS NOT NULL AND forgotten_at IS NULL"
TEXTS_WHERE = "ended_at IS NOT NULL AND texts_forgotten_at IS NULL"

incident = Table(
    "incident",
    metadata,
    row_id(),
    ref("organisation_id", "organisation"),
    ref("site_id", "site", null=True, index=False),
    ref("session_id", "session"),
    need("state", Word(IncidentState)),
    time("state_since"),
    ref("created_by", "user", index=False),
    need("created_by_name", Text()),
    time("created_at"),
    need("code", String(WORD_LENGTH)),
    need("kinds", Words(Allowed)),
    need("language", String(WORD_LENGTH)),
    need("script_version", String(WORD_LENGTH)),
    need("caller_agreed", Boolean()),
    need("reason", Text()),
    need("note", Text()),
    time("ended_at", null=True),
    time("forgotten_at", null=True),
    Column("forgotten_positions", Integer, nullable=False, server_default=text("0")),
    time("texts_forgotten_at", null=True),
    Index("ix_incident_forgettable", "ended_at", sqlite_where=text(FORGETTABLE_WHERE), postgresql_where=text(FORGETTABLE_WHERE)),
    Index("ix_incident_texts", "ended_at", sqlite_where=text(TEXTS_WHERE), postgresql_where=text(TEXTS_WHERE)),
)

incident_access = Table(
    "incident_access",
    metadata,
    Column("id", String(WORD_LENGTH), primary_key=True),  # that of the link
    ref("incident_id", "incident"),
    ref("session_id", "session", index=False),
    ref("participant_id", "participant", index=False),
    need("part", Word(Part)),
    time("created_at"),
    need("pin_hash", String(HASH_LENGTH)),
    need("wrong_pins", Integer()),
    time("locked_at", null=True),
    time("opened_at", null=True),
    time("revoked_at", null=True),
)

incident_caller = Table(
    "incident_caller",
    metadata,
    Column("id", String(WORD_LENGTH), primary_key=True),  # that of the link
    ref("incident_id", "incident"),
    ref("session_id", "session", index=False),
    ref("participant_id", "participant", index=False),
    ref("made_by", "user", index=False),
    need("made_with", Text()),
    need("phone", Text()),
    need("send_state", Word(SendState)),
    time("send_since", null=True),
    need("sends", Integer()),
    need("route", Word(Route)),
    Column("message_id", String(WORD_LENGTH), nullable=True),
    Column("repeats_id", String(WORD_LENGTH), nullable=True),
    time("second_route_at", null=True),
    need("place", Text()),
    Column("call_back", Text, nullable=True),
    need("left_quickly", Boolean()),
    need("facts", JSON()),
)

incident_position = Table(
    "incident_position",
    metadata,
    ref("incident_id", "incident", index=False),
    ref("participant_id", "participant", index=False),
    need("sequence", Integer()),
    need("lat", Float()),
    need("lon", Float()),
    need("accuracy", Float()),
    Column("altitude", Float, nullable=True),
    Column("heading", Float, nullable=True),
    Column("speed", Float, nullable=True),
    time("taken_at"),
    time("received_at"),
    PrimaryKeyConstraint("participant_id", "sequence"),
    UniqueConstraint("participant_id", "taken_at", name="uq_incident_position_taken_at"),
    Index("ix_incident_position_newest", "incident_id", "received_at", "sequence"),
)

incident_instruction = Table(
    "incident_instruction",
    metadata,
    row_id(),
    ref("incident_id", "incident", index=False),
    ref("session_id", "session", index=False),
    ref("participant_id", "participant", index=False),
    need("kind", Word(InstructionKind)),
    need("value", String(WORD_LENGTH)),
    need("card_id", String(WORD_LENGTH)),
    need("card_version", String(WORD_LENGTH)),
    ref("given_by", "user", index=False),
    need("given_by_name", Text()),
    time("given_at"),
    time("shown_at", null=True),
    time("cleared_at", null=True),
    Index("ix_incident_instruction_newest", "incident_id", "given_at", "id"),
    Index("ix_incident_instruction_session_id", "session_id"),
)

incident_frame = Table(
    "incident_frame",
    metadata,
    row_id(),
    ref("incident_id", "incident", null=True, index=False),
    ref("session_id", "session"),
    ref("participant_id", "participant", index=False),
    ref("shown_by", "user", index=False),
    need("by_name", Text()),
    time("shown_at"),
    need("shapes", Integer()),
    time("ended_at", null=True),
    need("width", Integer()),
    need("height", Integer()),
    need("lines", Shapes()),
    need("size", Integer()),
    time("erased_at", null=True),
    need("erase_reason", Text()),
    Index("ix_incident_frame_newest", "incident_id", "shown_at", "id"),
)
Index(
    "ix_incident_frame_erased",
    incident_frame.c.erased_at,
    sqlite_where=text(ERASED_WHERE),
    postgresql_where=text(ERASED_WHERE),
)

incident_event = Table(
    "incident_event",
    metadata,
    row_id(),
    ref("incident_id", "incident", index=False),
    need("event", Word(IncidentEvent)),
    need("state", Word(IncidentState)),
    need("by_name", Text()),
    Column("at", UtcTime(), nullable=False),
    Index("ix_incident_event_order", "incident_id", "at", "id"),
)
