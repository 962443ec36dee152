"""The tables of what comes after a visit: messages to the patient, and what is to be done on a later day."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from telemed.care.aftercare.words import FollowUpState, MessageWay
from telemed.store.columns import DateText, Word
from telemed.store.schema_base import HASH_LENGTH, metadata, need, ref, row_id, time

OPEN_WHERE = "state = 'open'"

visit_message = Table(
    "visit_message",
    metadata,
    row_id(),
    ref("session_id", "session"),
    need("way", Word(MessageWay)),
    ref("author_id", "user", index=False),
    need("author_name", Text()),
    need("body", Text()),
    time("created_at"),
    Column("token_hash", String(HASH_LENGTH), nullable=True, unique=True),
    Column("birth_date", DateText(), nullable=True),
    time("expires_at", null=True),
    need("tries", Integer()),
    time("opened_at", null=True),
)

follow_up = Table(
    "follow_up",
    metadata,
    row_id(),
    ref("organisation_id", "organisation", index=False),
    ref("session_id", "session"),
    ref("user_id", "user", index=False),
    need("due_on", DateText()),
    need("text", Text()),
    need("state", Word(FollowUpState)),
    time("state_since"),
    time("created_at"),
    need("revision", Integer()),
)
Index(
    "ix_follow_up_open",
    follow_up.c.user_id,
    follow_up.c.due_on,
    sqlite_where=text(OPEN_WHERE),
    postgresql_where=text(OPEN_WHERE),
)
