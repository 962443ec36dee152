"""The table of stills. The files and keys lie beside the database (`layout.py`); a row outlives them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from telemed.care.stills.words import StillState
from telemed.store.columns import WORD_LENGTH, Word
from telemed.store.schema_base import HASH_LENGTH, metadata, need, ref, row_id, time

# Timers look for these.
UNFINISHED_WHERE = "state IN ('asked', 'sending')"
ERASED_WHERE = "erased_at IS NOT NULL"

still = Table(
    "still",
    metadata,
    row_id(),
    ref("session_id", "session", index=False),
    ref("participant_id", "participant", index=False),
    need("number", Integer()),
    need("state", Word(StillState)),
    time("state_since"),
    time("created_at"),
    need("asked_by", String(WORD_LENGTH)),
    Column("command_id", String(64), nullable=True),
    need("length", Integer()),
    time("taken_at", null=True),
    time("kept_at", null=True),
    need("mime", String(WORD_LENGTH)),
    need("size", Integer()),
    need("width", Integer()),
    need("height", Integer()),
    Column("sha256", String(HASH_LENGTH), nullable=False),
    need("has_thumbnail", Boolean()),
    need("fault", String(WORD_LENGTH)),
    time("erased_at", null=True),
    need("erase_reason", Text()),
    UniqueConstraint("session_id", "number"),
    UniqueConstraint("participant_id", "command_id"),
)
Index(
    "ix_still_unfinished",
    still.c.state,
    still.c.state_since,
    sqlite_where=text(UNFINISHED_WHERE),
    postgresql_where=text(UNFINISHED_WHERE),
)
Index("ix_still_erased", still.c.erased_at, sqlite_where=text(ERASED_WHERE), postgresql_where=text(ERASED_WHERE))
