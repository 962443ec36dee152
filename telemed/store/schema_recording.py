"""The tables of recordings. Acts of consent, revisions of markers and views are append-only: triggers refuse to change them.

The files and keys of a recording lie beside the database (`layout.py`); a row here outlives them.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint, text

from telemed.care.recording.words import (
    OPEN,
    Basis,
    Bleed,
    BystanderLabel,
    ConsentAct,
    DecidedBy,
    RecordingFault,
    RecordingState,
    ReviewStatus,
    ViewKind,
    Visibility,
)
from telemed.care.states import SessionKind
from telemed.store.columns import WORD_LENGTH, UtcTime, Word
from telemed.store.schema_base import HASH_LENGTH, metadata, need, ref, row_id, time

MAX_TAG = 40  # characters
# Somebody or something still has to do with them: timers look for these.
UNFINISHED = OPEN | {RecordingState.FINALISING, RecordingState.FAILED}
UNFINISHED_WHERE = "state IN ('asking', 'recording', 'paused', 'finalising', 'failed')"
# Of few recordings. SQLite takes a partial index only where its condition stands in the statement as it stands here.
HELD_WHERE = "hold = 1"
UNDECIDED_WHERE = "decide_by IS NOT NULL AND erased_at IS NULL"
EXPIRING_WHERE = "expires_at IS NOT NULL AND erased_at IS NULL"

recording = Table(
    "recording",
    metadata,
    row_id(),
    ref("session_id", "session"),
    ref("organisation_id", "organisation", index=False),
    ref("site_id", "site", null=True, index=False),
    need("kind", Word(SessionKind)),
    need("state", Word(RecordingState)),
    time("state_since"),
    ref("started_by", "user", index=False),
    time("asked_at"),
    need("basis", Word(Basis)),
    need("reason", Text()),
    need("bleed", Word(Bleed)),
    time("started_at", null=True),
    time("stopped_at", null=True),
    time("ready_at", null=True),
    need("duration_ms", Integer()),
    need("size_bytes", Integer()),
    Column("manifest_hash", String(HASH_LENGTH), nullable=False),
    Column("chain_head", String(HASH_LENGTH), nullable=False),
    need("review_status", Word(ReviewStatus)),
    ref("reviewed_by", "user", null=True, index=False),
    time("reviewed_at", null=True),
    need("hold", Boolean()),
    need("hold_reason", Text()),
    ref("held_by", "user", null=True, index=False),
    time("expires_at", null=True),
    time("decide_by", null=True),
    time("erased_at", null=True),
    need("fault", Word(RecordingFault)),
    # Lists: newest first, each condition followed by the order, so that a page is read off the index.
    Index("ix_recording_newest", "organisation_id", "started_at", "id"),
    Index("ix_recording_kind", "organisation_id", "kind", "started_at", "id"),
    Index("ix_recording_review", "organisation_id", "review_status", "started_at", "id"),
    Index("ix_recording_sizes", "organisation_id", "state", "size_bytes"),  # sums come from the index alone
)


def _some(name: str, *columns: Column[object], where: str) -> None:
    """An index over the few rows that a timer or a rare list looks for."""
    Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


_some(
    "ix_recording_unfinished",
    recording.c.state,
    recording.c.state_since,
    where=UNFINISHED_WHERE,
)
_some("ix_recording_expires", recording.c.expires_at, where=EXPIRING_WHERE)
_some("ix_recording_decide", recording.c.decide_by, where=UNDECIDED_WHERE)
_some("ix_recording_held", recording.c.organisation_id, recording.c.started_at, where=HELD_WHERE)

# One that is open per visit: two people who press at the same moment start one recording.
Index(
    "uq_recording_open",
    recording.c.session_id,
    unique=True,
    sqlite_where=text("state IN ('asking', 'recording', 'paused')"),
    postgresql_where=text("state IN ('asking', 'recording', 'paused')"),
)

# `started_at` again, so that the newest recordings with a tag come without a sort.
recording_tag = Table(
    "recording_tag",
    metadata,
    ref("recording_id", "recording", index=False),
    need("tag", String(MAX_TAG)),
    ref("organisation_id", "organisation", index=False),
    time("started_at"),
    PrimaryKeyConstraint("recording_id", "tag"),
    Index("ix_recording_tag_newest", "organisation_id", "tag", "started_at", "recording_id"),
)

consent_event = Table(
    "consent_event",
    metadata,
    row_id(),
    ref("session_id", "session", index=False),
    need("sequence", Integer()),
    ref("recording_id", "recording", null=True, index=False),
    ref("participant_id", "participant", null=True, index=False),
    ref("bystander_id", "bystander", null=True, index=False),
    need("act", Word(ConsentAct)),
    need("by_id", String(WORD_LENGTH)),
    need("by_role", String(WORD_LENGTH)),
    need("text_version", String(WORD_LENGTH)),
    need("language", String(WORD_LENGTH)),
    time("at"),
    need("reason", Text()),
    UniqueConstraint("session_id", "sequence"),
)

bystander = Table(
    "bystander",
    metadata,
    row_id(),
    ref("session_id", "session"),
    need("label", Word(BystanderLabel)),
    ref("created_by", "participant", index=False),
    time("created_at"),
    need("decided_by", Word(DecidedBy)),
    need("agreed", Boolean()),
    need("by_name", Text()),
    need("reason", Text()),
    time("gone_at", null=True),
)

unrecorded_reason = Table(
    "unrecorded_reason",
    metadata,
    row_id(),
    ref("session_id", "session"),
    ref("user_id", "user", index=False),
    need("reason", Text()),
    time("at"),
)

recording_marker = Table(
    "recording_marker",
    metadata,
    need("id", String(WORD_LENGTH)),
    need("revision", Integer()),
    ref("recording_id", "recording"),
    need("start_ms", Integer()),
    Column("end_ms", Integer, nullable=True),
    need("category", String(WORD_LENGTH)),
    need("text", Text()),
    ref("author_id", "user", index=False),
    need("author_name", Text()),
    need("visibility", Word(Visibility)),
    time("at"),
    need("removed", Boolean()),
    PrimaryKeyConstraint("id", "revision"),
)

recording_view = Table(
    "recording_view",
    metadata,
    row_id(),
    ref("recording_id", "recording", index=False),
    ref("user_id", "user", null=True, index=False),
    need("name", Text()),
    need("role", String(WORD_LENGTH)),
    time("at"),
    need("what", Word(ViewKind)),
    need("reason", Text()),
    Index("ix_recording_view_newest", "recording_id", "at"),
    Index("ix_recording_view_reader", "recording_id", "user_id", "at"),
)

speaking_span = Table(
    "speaking_span",
    metadata,
    ref("recording_id", "recording", index=False),
    ref("participant_id", "participant", index=False),
    need("start_ms", Integer()),
    need("end_ms", Integer()),
    PrimaryKeyConstraint("recording_id", "participant_id", "start_ms"),
)

erase_request = Table(
    "erase_request",
    metadata,
    row_id(),
    ref("recording_id", "recording"),
    ref("asked_by", "user", index=False),
    need("reason", Text()),
    Column("at", UtcTime(), nullable=False),
    time("confirm_after", null=True),
    ref("confirmed_by", "user", null=True, index=False),
    time("confirmed_at", null=True),
    ref("cancelled_by", "user", null=True, index=False),
    time("cancelled_at", null=True),
)
Index(
    "uq_erase_request_open",
    erase_request.c.recording_id,
    unique=True,
    sqlite_where=text("confirmed_at IS NULL AND cancelled_at IS NULL"),
    postgresql_where=text("confirmed_at IS NULL AND cancelled_at IS NULL"),
)
