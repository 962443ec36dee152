"""The entry's state machine as a table: what moves it, who may, and what each state means to those who look at it.

Presence moves it (the page sleeps, wakes, leaves, comes back) and staff do. Whoever leaves may come back to the same place for
15 minutes. Somebody who left a number is waited for: the page may sleep until the turn comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction as A
from telemed.care.queues.records import EntryRecord
from telemed.care.queues.words import IN_HAND, IN_LINE
from telemed.care.queues.words import EntryEvent as E
from telemed.care.queues.words import EntryState as S
from telemed.care.states import Cause
from telemed.errors import Conflict

RETURN_SECONDS = 15 * 60.0  # as long as a seat that fell silent is waited for
LONGEST_SLEEP = 12 * 3600.0  # of somebody who left a number: a day's work
HELD_FOR = timedelta(minutes=5)  # a called person's place, before staff are asked
KEPT_FOR = timedelta(hours=24)  # what was said at the door, once nobody comes back: as long as a visit can be corrected


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
    """What a state means. After `time_out` seconds the entry is over (asleep: has left; left: its session expires)."""

    time_out: float | None
    self_sees: str
    staff_see: str


RULES: Mapping[S, StateRule] = {
    S.WAITING: StateRule(None, "place, people ahead, expected wait, chat", "a row in line, page open"),
    S.ASLEEP: StateRule(LONGEST_SLEEP, "the same, when the page wakes", "a row in line, asleep"),
    S.BEING_SEEN: StateRule(None, "the call, or that it was called", "who has it; calling back while the page is away"),
    S.ON_HOLD: StateRule(None, "on hold, told so", "who has it, on hold"),
    S.LEFT: StateRule(RETURN_SECONDS, "goodbye, with a way back to the same place", "nothing"),
    S.NO_SHOW: StateRule(None, "that it was called and did not come, with the phone number", "nothing"),
    S.DONE: StateRule(None, "goodbye", "nothing; the outcome as a task"),
    S.REMOVED: StateRule(None, "removed, with the phone number", "nothing"),
}

_SELF = frozenset({Cause.SELF})
_SYSTEM = frozenset({Cause.SYSTEM})
_STAFF = frozenset({Cause.STAFF})
_STAFF_OR_SYSTEM = _STAFF | _SYSTEM
_ANYONE = frozenset(Cause)

_ROWS: tuple[tuple[S, E, frozenset[Cause], S, A | None], ...] = (
    (S.WAITING, E.WOKE, _ANYONE, S.WAITING, None),
    (S.WAITING, E.FELL_ASLEEP, _ANYONE, S.ASLEEP, A.ENTRY_ASLEEP),
    (S.WAITING, E.ANSWERED, _STAFF, S.BEING_SEEN, A.ENTRY_ANSWERED),
    (S.WAITING, E.TRANSFERRED, _STAFF, S.WAITING, A.ENTRY_TRANSFERRED),
    (S.WAITING, E.LEFT, _ANYONE, S.LEFT, A.ENTRY_LEFT),
    (S.WAITING, E.NO_SHOW, _STAFF, S.NO_SHOW, A.ENTRY_NO_SHOW),
    (S.WAITING, E.REMOVED, _STAFF, S.REMOVED, A.ENTRY_REMOVED),
    (S.WAITING, E.ENDED, _STAFF_OR_SYSTEM, S.LEFT, A.ENTRY_LEFT),
    (S.ASLEEP, E.FELL_ASLEEP, _ANYONE, S.ASLEEP, None),
    (S.ASLEEP, E.WOKE, _ANYONE, S.WAITING, A.ENTRY_AWAKE),
    (S.ASLEEP, E.ANSWERED, _STAFF, S.BEING_SEEN, A.ENTRY_ANSWERED),
    (S.ASLEEP, E.TRANSFERRED, _STAFF, S.ASLEEP, A.ENTRY_TRANSFERRED),
    (S.ASLEEP, E.LEFT, _ANYONE, S.LEFT, A.ENTRY_LEFT),
    (S.ASLEEP, E.NO_SHOW, _STAFF, S.NO_SHOW, A.ENTRY_NO_SHOW),
    (S.ASLEEP, E.REMOVED, _STAFF, S.REMOVED, A.ENTRY_REMOVED),
    (S.ASLEEP, E.ENDED, _STAFF_OR_SYSTEM, S.LEFT, A.ENTRY_LEFT),
    (S.BEING_SEEN, E.HELD, _STAFF, S.ON_HOLD, A.ENTRY_HELD),
    (S.BEING_SEEN, E.PUT_BACK, _STAFF, S.WAITING, A.ENTRY_PUT_BACK),
    (S.BEING_SEEN, E.DECLINED, _SELF, S.WAITING, A.ENTRY_DECLINED),
    (S.BEING_SEEN, E.TRANSFERRED, _STAFF, S.WAITING, A.ENTRY_TRANSFERRED),
    (S.BEING_SEEN, E.NO_SHOW, _STAFF, S.NO_SHOW, A.ENTRY_NO_SHOW),
    (S.BEING_SEEN, E.REMOVED, _STAFF, S.REMOVED, A.ENTRY_REMOVED),
    (S.BEING_SEEN, E.ENDED, _STAFF_OR_SYSTEM, S.DONE, A.ENTRY_DONE),
    (S.ON_HOLD, E.HELD, _STAFF, S.ON_HOLD, None),
    (S.ON_HOLD, E.RESUMED, _STAFF, S.BEING_SEEN, A.ENTRY_RESUMED),
    (S.ON_HOLD, E.PUT_BACK, _STAFF, S.WAITING, A.ENTRY_PUT_BACK),
    (S.ON_HOLD, E.TRANSFERRED, _STAFF, S.WAITING, A.ENTRY_TRANSFERRED),
    (S.ON_HOLD, E.NO_SHOW, _STAFF, S.NO_SHOW, A.ENTRY_NO_SHOW),
    (S.ON_HOLD, E.REMOVED, _STAFF, S.REMOVED, A.ENTRY_REMOVED),
    (S.ON_HOLD, E.ENDED, _STAFF_OR_SYSTEM, S.DONE, A.ENTRY_DONE),
    (S.LEFT, E.LEFT, _ANYONE, S.LEFT, None),
    (S.LEFT, E.RETURNED, _ANYONE, S.WAITING, A.ENTRY_RETURNED),
    (S.LEFT, E.REMOVED, _STAFF, S.REMOVED, A.ENTRY_REMOVED),
    (S.LEFT, E.ENDED, _STAFF_OR_SYSTEM, S.LEFT, None),
    (S.NO_SHOW, E.ENDED, _STAFF_OR_SYSTEM, S.NO_SHOW, None),
    (S.DONE, E.ENDED, _STAFF_OR_SYSTEM, S.DONE, None),
    (S.REMOVED, E.ENDED, _STAFF_OR_SYSTEM, S.REMOVED, None),
)

TABLE: Mapping[tuple[S, E], Transition] = {(row[0], row[1]): Transition(*row) for row in _ROWS}
_OVER = frozenset({S.NO_SHOW, S.DONE, S.REMOVED})


def transition(state: S, event: E, cause: Cause) -> Transition:
    """Look up one row; raise Conflict (`entry_taken`, `entry_over` or `conflict`) when the event means nothing in this state."""
    row = TABLE.get((state, event))
    if row is not None and cause in row.causes:
        return row
    if event is E.ANSWERED and state in IN_HAND:
        raise Conflict("Somebody else has answered.", code="entry_taken")
    if state in _OVER or state is S.LEFT:
        raise Conflict("This person does not wait any more.", code="entry_over")
    raise Conflict("This is not possible in the present state.")


def apply(entry: EntryRecord, event: E, cause: Cause, now_utc: datetime) -> tuple[EntryRecord, A | None]:
    """Return the entry after `event` and the audit action to record (None: nothing changed). Raises Conflict."""
    row = transition(entry.state, event, cause)
    state = row.next_state
    moved = replace(entry, state=state, state_since=entry.state_since if state is entry.state else now_utc)
    if event is E.ANSWERED:
        return replace(moved, answered_at=now_utc), row.audit
    if event in (E.PUT_BACK, E.TRANSFERRED, E.DECLINED):
        free = replace(moved, taken_by=None, answered_at=None, called_at=None, held_until=None)
        return replace(free, into_session_id=None, into_participant_id=None), row.audit
    if state in _OVER or state is S.LEFT:
        return replace(moved, ended_at=entry.ended_at or now_utc, called_at=None, held_until=None), row.audit
    if event is E.RETURNED:
        return replace(moved, ended_at=None), row.audit
    return moved, row.audit


def due_at(entry: EntryRecord) -> float | None:
    """Return when the time-out of its state is over as UTC seconds since 1970, None when none is running."""
    time_out = RULES[entry.state].time_out
    return None if time_out is None else entry.state_since.timestamp() + time_out


def forgotten(entry: EntryRecord, now_utc: datetime) -> EntryRecord:
    """The same without what was said at the door and about it. Name and reason are the visit's as well and stay there; when
    what happened stays here."""
    said = replace(entry, reason="", birth_date=None, answers=(), phone="", transfer_note="", removed_reason="")
    return replace(said, forgotten_at=entry.forgotten_at or now_utc)


def is_asked(entry: EntryRecord, now_utc: datetime) -> bool:
    """Whether staff are to decide what becomes of somebody who was called and has not come."""
    return entry.state in IN_HAND and entry.held_until is not None and now_utc >= entry.held_until


def is_unacknowledged(entry: EntryRecord) -> bool:
    """Whether the arrival still sounds."""
    return entry.state in IN_LINE and entry.acknowledged_at is None
