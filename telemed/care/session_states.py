"""The session's state machine: what moves it, who may, and when it moves by itself.

created -> open -> active <-> empty (15 min) -> ended -> sealed (24 h after the end or at sign-off);
or cancelled, expired, failed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction as A
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.states import IN_CALL, Cause, ParticipantState
from telemed.care.states import SessionEvent as E
from telemed.care.states import SessionState as S
from telemed.errors import Conflict

UNUSED_SECONDS = 24 * 3600.0  # a visit nobody came to is no visit a day later
EMPTY_SECONDS = 15 * 60.0  # as long as a silent seat is waited for
SEAL_SECONDS = 24 * 3600.0  # time to correct the note after the end


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: in `state`, `event` may be caused by `causes` and leads to `next_state`. `audit` is None where nothing changes."""

    state: S
    event: E
    causes: frozenset[Cause]
    next_state: S
    audit: A | None


@dataclass(frozen=True, slots=True)
class StateRule:
    """What a state means. `time_out` seconds after `state_since` (created: after the planned start) TIMED_OUT is due."""

    time_out: float | None
    staff_see: str
    guests_see: str


RULES: Mapping[S, StateRule] = {
    S.CREATED: StateRule(UNUSED_SECONDS, "planned", "device check, then waiting"),
    S.OPEN: StateRule(UNUSED_SECONDS, "open, nobody in the call yet", "device check, then waiting"),
    S.ACTIVE: StateRule(None, "in call", "the call"),
    S.EMPTY: StateRule(EMPTY_SECONDS, "everyone has left", "the call, alone and told so"),
    S.ENDED: StateRule(SEAL_SECONDS, "ended; outcome and note", "goodbye"),
    S.SEALED: StateRule(None, "sealed; addenda only", "goodbye"),
    S.CANCELLED: StateRule(None, "cancelled", "cancelled, with the clinic's phone number"),
    S.EXPIRED: StateRule(None, "expired", "expired, with the clinic's phone number"),
    S.FAILED: StateRule(None, "failed; outcome and note", "something went wrong, with the clinic's phone number"),
}

_STAFF = frozenset({Cause.STAFF})
_SYSTEM = frozenset({Cause.SYSTEM})
_ANYONE = frozenset(Cause)

_ROWS: tuple[tuple[S, E, frozenset[Cause], S, A | None], ...] = (
    (S.CREATED, E.OPENED, _ANYONE, S.OPEN, A.SESSION_OPENED),
    (S.CREATED, E.CANCELLED, _STAFF, S.CANCELLED, A.SESSION_CANCELLED),
    (S.CREATED, E.ENDED, _STAFF, S.ENDED, A.SESSION_ENDED),
    (S.CREATED, E.TIMED_OUT, _SYSTEM, S.EXPIRED, A.SESSION_EXPIRED),
    (S.CREATED, E.FAILED, _SYSTEM, S.FAILED, A.SESSION_FAILED),
    (S.OPEN, E.OPENED, _ANYONE, S.OPEN, None),
    (S.OPEN, E.CALL_STARTED, _ANYONE, S.ACTIVE, A.SESSION_STARTED),
    (S.OPEN, E.EVERYONE_LEFT, _ANYONE, S.OPEN, None),
    (S.OPEN, E.CANCELLED, _STAFF, S.CANCELLED, A.SESSION_CANCELLED),
    (S.OPEN, E.ENDED, _STAFF, S.ENDED, A.SESSION_ENDED),
    (S.OPEN, E.TIMED_OUT, _SYSTEM, S.EXPIRED, A.SESSION_EXPIRED),
    (S.OPEN, E.FAILED, _SYSTEM, S.FAILED, A.SESSION_FAILED),
    (S.ACTIVE, E.OPENED, _ANYONE, S.ACTIVE, None),
    (S.ACTIVE, E.CALL_STARTED, _ANYONE, S.ACTIVE, None),
    (S.ACTIVE, E.SOMEONE_RETURNED, _ANYONE, S.ACTIVE, None),
    (S.ACTIVE, E.EVERYONE_LEFT, _ANYONE, S.EMPTY, A.SESSION_EMPTY),
    (S.ACTIVE, E.ENDED, _STAFF, S.ENDED, A.SESSION_ENDED),
    (S.ACTIVE, E.FAILED, _SYSTEM, S.FAILED, A.SESSION_FAILED),
    (S.EMPTY, E.OPENED, _ANYONE, S.EMPTY, None),
    (S.EMPTY, E.CALL_STARTED, _ANYONE, S.ACTIVE, A.SESSION_RETURNED),
    (S.EMPTY, E.SOMEONE_RETURNED, _ANYONE, S.ACTIVE, A.SESSION_RETURNED),
    (S.EMPTY, E.EVERYONE_LEFT, _ANYONE, S.EMPTY, None),
    (S.EMPTY, E.ENDED, _STAFF, S.ENDED, A.SESSION_ENDED),
    (S.EMPTY, E.TIMED_OUT, _SYSTEM, S.ENDED, A.SESSION_ENDED),
    (S.EMPTY, E.FAILED, _SYSTEM, S.FAILED, A.SESSION_FAILED),
    (S.ENDED, E.ENDED, _STAFF, S.ENDED, None),
    (S.ENDED, E.TIMED_OUT, _SYSTEM, S.SEALED, A.SESSION_SEALED),
    (S.ENDED, E.SIGNED_OFF, _STAFF, S.SEALED, A.SESSION_SEALED),
)

TABLE: Mapping[tuple[S, E], Transition] = {(row[0], row[1]): Transition(*row) for row in _ROWS}

# Rooms exist for these; links work for these (link_rules.py).
USABLE = frozenset({S.CREATED, S.OPEN, S.ACTIVE, S.EMPTY})
# Outcome and note may be written.
WRITABLE_NOTE = USABLE | {S.ENDED, S.FAILED}


def transition(state: S, event: E, cause: Cause) -> Transition:
    """Look up one row; raise Conflict when the event means nothing in this state or this cause may not bring it about."""
    row = TABLE.get((state, event))
    if row is None or cause not in row.causes:
        raise Conflict("This is not possible in the present state of the visit.")
    return row


def next_state(state: S, event: E, cause: Cause) -> S:
    """Return where `event` leads. Raises Conflict."""
    return transition(state, event, cause).next_state


def apply(session: SessionRecord, event: E, cause: Cause, now_utc: datetime) -> tuple[SessionRecord, A | None]:
    """Return the session after `event` and the audit action to record (None: nothing changed). Raises Conflict."""
    row = transition(session.state, event, cause)
    if row.next_state is session.state:
        return session, row.audit
    moved = replace(session, state=row.next_state, state_since=now_utc)
    if row.next_state is S.ACTIVE and session.started_at is None:
        return replace(moved, started_at=now_utc), row.audit
    if row.next_state in (S.ENDED, S.CANCELLED, S.EXPIRED, S.FAILED):
        return replace(moved, ended_at=now_utc), row.audit
    if row.next_state is S.SEALED:
        return replace(moved, sealed_at=now_utc), row.audit
    return moved, row.audit


def due_at(session: SessionRecord) -> float | None:
    """Return when TIMED_OUT is due as UTC seconds since 1970, None when nothing is running."""
    time_out = RULES[session.state].time_out
    if time_out is None:
        return None
    start = session.state_since
    if session.state in (S.CREATED, S.OPEN) and session.starts_at is not None:
        start = max(start, session.starts_at)
    return start.timestamp() + time_out


def occupancy_event(state: S, seats: Collection[ParticipantRecord]) -> E | None:
    """Return what the seats say about the session now, None when its state is right.

    The call has started when somebody from outside is in it, or two members of staff (a group consultation without the patient).
    Seats on hold and reconnecting count as present: nobody is sent home for a hold.
    """
    present = [seat for seat in seats if seat.state in IN_CALL or seat.state is ParticipantState.ON_HOLD]
    outside = any(seat.user_id is None for seat in present)
    if state is S.OPEN:
        return E.CALL_STARTED if outside or len(present) > 1 else None
    if state is S.ACTIVE:
        return None if present else E.EVERYONE_LEFT
    if state is S.EMPTY:
        return E.SOMEONE_RETURNED if present else None
    return None
