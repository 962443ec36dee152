"""The tables of on-call duty: specialities with their rosters, pages with steps and rings, handovers, vital signs."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from telemed.care.oncall.words import HandoverState, PageState, RingMode, RingState, StepEnd, VitalKind
from telemed.store.columns import WORD_LENGTH, Word
from telemed.store.schema_base import metadata, need, ref, row_id, time

RINGING_WHERE = "state = 'ringing'"
OPEN_HANDOVER_WHERE = "state IN ('offered', 'accepted')"

speciality = Table(
    "speciality",
    metadata,
    row_id(),
    ref("organisation_id", "organisation", index=False),
    need("name", Text()),
    need("mode", Word(RingMode)),
    need("phone", Text()),
    need("time_zone", Text()),
    need("timeouts", Text()),
    time("created_at"),
    need("revision", Integer()),
    time("closed_at", null=True),
    UniqueConstraint("organisation_id", "name"),
)

duty_shift = Table(
    "duty_shift",
    metadata,
    row_id(),
    ref("speciality_id", "speciality"),
    ref("user_id", "user"),
    need("level", Integer()),
    need("phone", Text()),
    Column("weekday", Integer, nullable=True),
    Column("from_minute", Integer, nullable=True),
    Column("to_minute", Integer, nullable=True),
    time("starts_at", null=True),
    time("ends_at", null=True),
)

oncall_page = Table(
    "oncall_page",
    metadata,
    row_id(),
    ref("organisation_id", "organisation", index=False),
    ref("session_id", "session"),
    ref("speciality_id", "speciality", index=False),
    need("speciality", Text()),
    need("phone", Text()),
    need("mode", Word(RingMode)),
    need("timeouts", Text()),
    need("brief", Text()),
    ref("asked_by", "user", index=False),
    need("asked_name", Text()),
    need("asked_role", String(WORD_LENGTH)),
    need("state", Word(PageState)),
    time("state_since"),
    time("created_at"),
    need("step", Integer()),
    time("step_started_at", null=True),
    time("due_at", null=True),
    ref("taken_by", "user", null=True, index=False),
    need("taken_name", Text()),
)
# Of few rows: what the clock looks for. SQLite takes the index only where its condition stands in the statement as it does here.
Index(
    "ix_oncall_page_due",
    oncall_page.c.due_at,
    sqlite_where=text(RINGING_WHERE),
    postgresql_where=text(RINGING_WHERE),
)
# One at a time for the same speciality and session: two taps are one page.
Index(
    "uq_oncall_page_ringing",
    oncall_page.c.session_id,
    oncall_page.c.speciality_id,
    unique=True,
    sqlite_where=text(RINGING_WHERE),
    postgresql_where=text(RINGING_WHERE),
)

oncall_step = Table(
    "oncall_step",
    metadata,
    row_id(),
    ref("page_id", "oncall_page", index=False),
    need("number", Integer()),
    time("started_at"),
    time("due_at"),
    need("end", Word(StepEnd)),
    time("ended_at", null=True),
    UniqueConstraint("page_id", "number"),
)

oncall_ring = Table(
    "oncall_ring",
    metadata,
    row_id(),
    ref("page_id", "oncall_page", index=False),
    ref("user_id", "user", index=False),
    need("name", Text()),
    need("level", Integer()),
    need("step", Integer()),
    need("state", Word(RingState)),
    need("reached", Boolean()),
    time("started_at"),
    time("ended_at", null=True),
    UniqueConstraint("page_id", "user_id"),
)

handover = Table(
    "handover",
    metadata,
    row_id(),
    ref("session_id", "session"),
    ref("from_user", "user", index=False),
    need("from_name", Text()),
    need("from_role", String(WORD_LENGTH)),
    ref("to_user", "user", index=False),
    need("to_name", Text()),
    need("to_role", String(WORD_LENGTH)),
    need("brief", Text()),
    need("state", Word(HandoverState)),
    time("offered_at"),
    time("answered_at", null=True),
    time("released_at", null=True),
)
Index(
    "uq_handover_open",
    handover.c.session_id,
    unique=True,
    sqlite_where=text(OPEN_HANDOVER_WHERE),
    postgresql_where=text(OPEN_HANDOVER_WHERE),
)

vital = Table(
    "vital",
    metadata,
    row_id(),
    ref("session_id", "session"),
    ref("participant_id", "participant", index=False),
    ref("user_id", "user", index=False),
    need("name", Text()),
    need("kind", Word(VitalKind)),
    need("value", Integer()),
    Column("second", Integer, nullable=True),
    time("at"),
    time("entered_at"),
    time("removed_at", null=True),
    ref("removed_by", "user", null=True, index=False),
)
