"""The tables of waiting rooms. What is unique makes doubled effects impossible: one entry a session, one a device and room."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint, text

from telemed.care.queues.words import EntryState, Priority
from telemed.store.columns import DateText, Word
from telemed.store.queue_columns import days, openings, pairs, questions, texts
from telemed.store.schema_base import digest, metadata, need, ref, row_id, time

MAX_ZONE = 64  # characters of a time zone's name
MAX_COMMAND = 64
OPEN_WHERE = "closed_at IS NULL"
FORGETTABLE_WHERE = "closed_at IS NOT NULL AND forgotten_at IS NULL"
SERVED_WHERE = "answered_at IS NOT NULL AND ended_at IS NOT NULL"

queue = Table(
    "queue",
    metadata,
    row_id(),
    ref("organisation_id", "organisation", index=False),
    need("name", Text()),
    ref("created_by", "user", index=False),
    time("created_at"),
    ref("site_id", "site", null=True, index=False),
    need("revision", Integer()),
    need("phone", Text()),
    need("notice", Text()),
    need("time_zone", String(MAX_ZONE)),
    need("hours", openings()),
    need("closed_days", days()),
    need("reasons", texts()),
    need("questions", questions()),
    need("max_waiting", Integer()),
    need("closed", Boolean()),
    need("late_minutes", Integer()),
    time("late_at", null=True),
    time("alerted_at", null=True),
    UniqueConstraint("organisation_id", "name"),
)

queue_member = Table(
    "queue_member",
    metadata,
    ref("queue_id", "queue", index=False),
    ref("user_id", "user"),
    need("alerts", Boolean()),
    PrimaryKeyConstraint("queue_id", "user_id"),
)

walk_in_link = Table(
    "walk_in_link",
    metadata,
    row_id(),
    ref("queue_id", "queue"),
    digest("token_hash", unique=True),
    ref("created_by", "user", index=False),
    time("created_at"),
    time("revoked_at", null=True),
)

queue_entry = Table(
    "queue_entry",
    metadata,
    row_id(),
    ref("queue_id", "queue", index=False),
    ref("origin_id", "queue", index=False),
    ref("session_id", "session", index=False),
    ref("participant_id", "participant", index=False),
    digest("device_hash"),
    need("state", Word(EntryState)),
    time("state_since"),
    time("joined_at"),
    need("reason", Text()),
    Column("birth_date", DateText(), nullable=True),
    need("answers", pairs()),
    need("interpreter_language", Text()),
    need("language", Text()),
    need("priority", Word(Priority)),
    ref("taken_by", "user", null=True, index=False),
    ref("for_user", "user", null=True, index=False),
    time("answered_at", null=True),
    time("called_at", null=True),
    time("held_until", null=True),
    time("ended_at", null=True),
    time("closed_at", null=True),
    ref("acknowledged_by", "user", null=True, index=False),
    time("acknowledged_at", null=True),
    need("read_sequence", Integer()),
    need("phone", Text()),
    need("place_command", String(MAX_COMMAND)),
    time("told_soon_at", null=True),
    ref("transferred_from", "queue", null=True, index=False),
    need("transfer_note", Text()),
    need("removed_reason", Text()),
    ref("into_session_id", "session", null=True, index=False),
    ref("into_participant_id", "participant", null=True, index=False),
    time("forgotten_at", null=True),
    UniqueConstraint("session_id"),
    Index("ix_queue_entry_line", "queue_id", "state"),
)
Index(
    "uq_queue_entry_device",
    queue_entry.c.origin_id,
    queue_entry.c.device_hash,
    unique=True,
    sqlite_where=text(OPEN_WHERE),
    postgresql_where=text(OPEN_WHERE),
)
Index(
    "ix_queue_entry_served",
    queue_entry.c.queue_id,
    queue_entry.c.ended_at,
    sqlite_where=text(SERVED_WHERE),
    postgresql_where=text(SERVED_WHERE),
)
Index(
    "ix_queue_entry_forgettable",
    queue_entry.c.closed_at,
    sqlite_where=text(FORGETTABLE_WHERE),
    postgresql_where=text(FORGETTABLE_WHERE),
)
