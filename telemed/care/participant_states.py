"""The seat's state machine as two tables: what moves a seat, and what each state means to those who look at it.

The rules behind the rows:
* A silent page is asleep, not gone: 15 minutes, then lost. Silence never moves a seat that is in the call; only its media do.
* A seat on hold whose page is gone for 15 minutes is lost too, or its visit would never end; it comes back on hold.
* Left and lost seats come back by themselves: on hold if they were held, else admitted if they had been admitted, else to where
  they were before (lost: waiting; left: the device check). Nobody is admitted twice, and leaving does not end a hold.
* Staff may send somebody back into a waiting room: the seat was never admitted then, and no hold is left.
* Denied and removed seats come back only when staff make a new link, and then start from the beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction as A
from telemed.care.records import ParticipantRecord
from telemed.care.states import Cause
from telemed.care.states import ParticipantEvent as E
from telemed.care.states import ParticipantState as S
from telemed.errors import Conflict

SILENCE_SECONDS = 15 * 60.0  # a phone in a pocket, a tunnel, a called-away carer; longer and staff should stop waiting
RECONNECT_SECONDS = 60.0  # a lift, a changed network; after it the tile goes, the seat stays and returns by itself


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
    """What a state means. `time_out` in seconds leads to the event TIMED_OUT, None: stays until something happens.

    With `silent_only` the time runs from `silent_since` and only while the page is silent, else from `since`.
    `self_sees`, `staff_see` and `others_see` are the words of the table, for people and tests.
    """

    time_out: float | None
    silent_only: bool
    self_sees: str
    staff_see: str
    others_see: str


RULES: Mapping[S, StateRule] = {
    S.INVITED: StateRule(None, False, "nothing yet", "invited", "nothing"),
    S.CHECKING: StateRule(SILENCE_SECONDS, True, "device check", "checking the device", "nothing"),
    S.WAITING: StateRule(None, False, "waiting page", "waiting, with name and device verdict", "nothing"),
    S.ASLEEP: StateRule(SILENCE_SECONDS, False, "waiting page, when it wakes", "waiting, page asleep", "nothing"),
    S.ADMITTED: StateRule(SILENCE_SECONDS, True, "joining the call", "joining", "tile without picture"),
    S.CONNECTED: StateRule(None, False, "the call", "tile", "tile"),
    S.RECONNECTING: StateRule(RECONNECT_SECONDS, False, "reconnecting", "veiled tile", "veiled tile"),
    S.ON_HOLD: StateRule(SILENCE_SECONDS, True, "on hold, told so", "on hold", "name, on hold"),
    S.LEFT: StateRule(None, False, "goodbye, with a way back", "left", "nothing"),
    S.LOST: StateRule(None, False, "the same place, when it returns", "lost", "nothing"),
    S.DENIED: StateRule(None, False, "denied, with the clinic's phone number", "denied", "nothing"),
    S.REMOVED: StateRule(None, False, "removed, with the clinic's phone number", "removed", "nothing"),
}

_SELF = frozenset({Cause.SELF})
_STAFF = frozenset({Cause.STAFF})
_SYSTEM = frozenset({Cause.SYSTEM})
_SELF_OR_SYSTEM = _SELF | _SYSTEM
_STAFF_OR_SYSTEM = _STAFF | _SYSTEM
# Ending a session is staff's word; a time-out or reconciliation may do it for them.

_ROWS: tuple[tuple[S, E, frozenset[Cause], S, A | None], ...] = (
    # Arriving. A reload of the link is LINK_OPENED again and changes nothing once inside.
    (S.INVITED, E.LINK_OPENED, _SELF, S.CHECKING, A.PARTICIPANT_ARRIVED),
    (S.INVITED, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.INVITED, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.INVITED, None),
    (S.CHECKING, E.LINK_OPENED, _SELF, S.CHECKING, None),
    (S.CHECKING, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.CHECKING, None),
    (S.CHECKING, E.PAGE_AWAKE, _SELF_OR_SYSTEM, S.CHECKING, None),
    (S.CHECKING, E.ENTERED_WAITING, _SELF, S.WAITING, A.PARTICIPANT_WAITING),
    (S.CHECKING, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.CHECKING, E.LEFT, _SELF, S.LEFT, A.PARTICIPANT_LEFT),
    (S.CHECKING, E.TIMED_OUT, _SYSTEM, S.LEFT, A.PARTICIPANT_LEFT),
    (S.CHECKING, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.LEFT, A.PARTICIPANT_LEFT),
    # Waiting.
    (S.WAITING, E.LINK_OPENED, _SELF, S.WAITING, None),
    (S.WAITING, E.ENTERED_WAITING, _SELF, S.WAITING, None),
    (S.WAITING, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.ASLEEP, A.PARTICIPANT_ASLEEP),
    (S.WAITING, E.PAGE_AWAKE, _SELF_OR_SYSTEM, S.WAITING, None),
    (S.WAITING, E.ADMITTED, _STAFF_OR_SYSTEM, S.ADMITTED, A.PARTICIPANT_ADMITTED),  # the caller of an incident never waits
    (S.WAITING, E.DENIED, _STAFF, S.DENIED, A.PARTICIPANT_DENIED),
    (S.WAITING, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.WAITING, E.LEFT, _SELF, S.LEFT, A.PARTICIPANT_LEFT),
    (S.WAITING, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.LEFT, A.PARTICIPANT_LEFT),
    (S.ASLEEP, E.LINK_OPENED, _SELF, S.WAITING, A.PARTICIPANT_AWAKE),
    (S.ASLEEP, E.ENTERED_WAITING, _SELF, S.WAITING, A.PARTICIPANT_AWAKE),
    (S.ASLEEP, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.ASLEEP, None),
    (S.ASLEEP, E.PAGE_AWAKE, _SELF_OR_SYSTEM, S.WAITING, A.PARTICIPANT_AWAKE),
    (S.ASLEEP, E.ADMITTED, _STAFF, S.ADMITTED, A.PARTICIPANT_ADMITTED),
    (S.ASLEEP, E.DENIED, _STAFF, S.DENIED, A.PARTICIPANT_DENIED),
    (S.ASLEEP, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.ASLEEP, E.LEFT, _SELF, S.LEFT, A.PARTICIPANT_LEFT),
    (S.ASLEEP, E.TIMED_OUT, _SYSTEM, S.LOST, A.PARTICIPANT_LOST),
    (S.ASLEEP, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.LEFT, A.PARTICIPANT_LEFT),
    # In the call. A dropped WebSocket never drops media, so silence alone changes nothing.
    (S.ADMITTED, E.LINK_OPENED, _SELF, S.ADMITTED, None),
    (S.ADMITTED, E.ADMITTED, _STAFF, S.ADMITTED, None),
    (S.ADMITTED, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.ADMITTED, None),
    (S.ADMITTED, E.PAGE_AWAKE, _SELF_OR_SYSTEM, S.ADMITTED, None),
    (S.ADMITTED, E.MEDIA_CONNECTED, _SYSTEM, S.CONNECTED, A.PARTICIPANT_CONNECTED),
    (S.ADMITTED, E.MEDIA_LOST, _SYSTEM, S.ADMITTED, None),
    (S.ADMITTED, E.HELD, _STAFF, S.ON_HOLD, A.PARTICIPANT_HELD),
    (S.ADMITTED, E.SENT_BACK, _STAFF, S.WAITING, A.PARTICIPANT_SENT_BACK),
    (S.ADMITTED, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.ADMITTED, E.LEFT, _SELF, S.LEFT, A.PARTICIPANT_LEFT),
    (S.ADMITTED, E.TIMED_OUT, _SYSTEM, S.LOST, A.PARTICIPANT_LOST),
    (S.ADMITTED, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.LEFT, A.PARTICIPANT_LEFT),
    (S.CONNECTED, E.LINK_OPENED, _SELF, S.CONNECTED, None),
    (S.CONNECTED, E.ADMITTED, _STAFF, S.CONNECTED, None),
    (S.CONNECTED, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.CONNECTED, None),
    (S.CONNECTED, E.PAGE_AWAKE, _SELF_OR_SYSTEM, S.CONNECTED, None),
    (S.CONNECTED, E.MEDIA_CONNECTED, _SYSTEM, S.CONNECTED, None),
    (S.CONNECTED, E.MEDIA_LOST, _SYSTEM, S.RECONNECTING, A.PARTICIPANT_RECONNECTING),
    (S.CONNECTED, E.HELD, _STAFF, S.ON_HOLD, A.PARTICIPANT_HELD),
    (S.CONNECTED, E.SENT_BACK, _STAFF, S.WAITING, A.PARTICIPANT_SENT_BACK),
    (S.CONNECTED, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.CONNECTED, E.LEFT, _SELF, S.LEFT, A.PARTICIPANT_LEFT),
    (S.CONNECTED, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.LEFT, A.PARTICIPANT_LEFT),
    (S.RECONNECTING, E.LINK_OPENED, _SELF, S.RECONNECTING, None),
    (S.RECONNECTING, E.ADMITTED, _STAFF, S.RECONNECTING, None),
    (S.RECONNECTING, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.RECONNECTING, None),
    (S.RECONNECTING, E.PAGE_AWAKE, _SELF_OR_SYSTEM, S.RECONNECTING, None),
    (S.RECONNECTING, E.MEDIA_CONNECTED, _SYSTEM, S.CONNECTED, A.PARTICIPANT_CONNECTED),
    (S.RECONNECTING, E.MEDIA_LOST, _SYSTEM, S.RECONNECTING, None),
    (S.RECONNECTING, E.HELD, _STAFF, S.ON_HOLD, A.PARTICIPANT_HELD),
    (S.RECONNECTING, E.SENT_BACK, _STAFF, S.WAITING, A.PARTICIPANT_SENT_BACK),
    (S.RECONNECTING, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.RECONNECTING, E.LEFT, _SELF, S.LEFT, A.PARTICIPANT_LEFT),
    (S.RECONNECTING, E.TIMED_OUT, _SYSTEM, S.LOST, A.PARTICIPANT_LOST),
    (S.RECONNECTING, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.LEFT, A.PARTICIPANT_LEFT),
    # On hold: the transport may come and go unseen. Resuming leads back to connected; a dead transport then reports MEDIA_LOST.
    (S.ON_HOLD, E.LINK_OPENED, _SELF, S.ON_HOLD, None),
    (S.ON_HOLD, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.ON_HOLD, None),
    (S.ON_HOLD, E.PAGE_AWAKE, _SELF_OR_SYSTEM, S.ON_HOLD, None),
    (S.ON_HOLD, E.MEDIA_CONNECTED, _SYSTEM, S.ON_HOLD, None),
    (S.ON_HOLD, E.MEDIA_LOST, _SYSTEM, S.ON_HOLD, None),
    (S.ON_HOLD, E.HELD, _STAFF, S.ON_HOLD, None),
    (S.ON_HOLD, E.RESUMED, _STAFF, S.CONNECTED, A.PARTICIPANT_RESUMED),
    (S.ON_HOLD, E.SENT_BACK, _STAFF, S.WAITING, A.PARTICIPANT_SENT_BACK),
    (S.ON_HOLD, E.TIMED_OUT, _SYSTEM, S.LOST, A.PARTICIPANT_LOST),
    (S.ON_HOLD, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.ON_HOLD, E.LEFT, _SELF, S.LEFT, A.PARTICIPANT_LEFT),
    (S.ON_HOLD, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.LEFT, A.PARTICIPANT_LEFT),
    # Coming back (`next_state` corrects the target by the seat's history).
    (S.LEFT, E.LINK_OPENED, _SELF, S.CHECKING, A.PARTICIPANT_RETURNED),
    (S.LEFT, E.SENT_BACK, _STAFF, S.LEFT, None),
    (S.LEFT, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.LEFT, None),
    (S.LEFT, E.PAGE_AWAKE, _SELF, S.CHECKING, A.PARTICIPANT_RETURNED),
    (S.LEFT, E.MEDIA_LOST, _SYSTEM, S.LEFT, None),
    (S.LEFT, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.LEFT, E.LEFT, _SELF, S.LEFT, None),
    (S.LEFT, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.LEFT, None),
    (S.LOST, E.LINK_OPENED, _SELF, S.WAITING, A.PARTICIPANT_RETURNED),
    (S.LOST, E.ADMITTED, _STAFF, S.LOST, None),  # called: it comes back into the call
    (S.LOST, E.SENT_BACK, _STAFF, S.LOST, None),
    (S.LOST, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.LOST, None),
    (S.LOST, E.PAGE_AWAKE, _SELF_OR_SYSTEM, S.WAITING, A.PARTICIPANT_RETURNED),
    (S.LOST, E.MEDIA_CONNECTED, _SYSTEM, S.WAITING, A.PARTICIPANT_RETURNED),
    (S.LOST, E.MEDIA_LOST, _SYSTEM, S.LOST, None),
    (S.LOST, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.LOST, E.LEFT, _SELF, S.LEFT, A.PARTICIPANT_LEFT),
    (S.LOST, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.LOST, None),
    # Sent away.
    (S.DENIED, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.DENIED, None),
    (S.DENIED, E.DENIED, _STAFF, S.DENIED, None),
    (S.DENIED, E.REINVITED, _STAFF, S.INVITED, A.PARTICIPANT_REINVITED),
    (S.DENIED, E.REMOVED, _STAFF, S.REMOVED, A.PARTICIPANT_REMOVED),
    (S.DENIED, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.DENIED, None),
    (S.REMOVED, E.PAGE_SILENT, _SELF_OR_SYSTEM, S.REMOVED, None),
    (S.REMOVED, E.MEDIA_LOST, _SYSTEM, S.REMOVED, None),
    (S.REMOVED, E.REMOVED, _STAFF, S.REMOVED, None),
    (S.REMOVED, E.REINVITED, _STAFF, S.INVITED, A.PARTICIPANT_REINVITED),
    (S.REMOVED, E.SESSION_ENDED, _STAFF_OR_SYSTEM, S.REMOVED, None),
)

TABLE: Mapping[tuple[S, E], Transition] = {(row[0], row[1]): Transition(*row) for row in _ROWS}

_GONE = frozenset({S.LEFT, S.LOST})


def transition(state: S, event: E, cause: Cause) -> Transition:
    """Look up one row; raise Conflict when the event means nothing in this state or this cause may not bring it about."""
    row = TABLE.get((state, event))
    if row is None or cause not in row.causes:
        raise Conflict("This is not possible in the present state.")
    return row


def next_state(seat: ParticipantRecord, event: E, cause: Cause) -> S:
    """Return where `event` leads `seat`, its history considered. Raises Conflict."""
    target = transition(seat.state, event, cause).next_state
    if seat.state not in _GONE or target in _GONE or target is S.REMOVED:
        return target
    return _return_to(seat, target)


def _return_to(seat: ParticipantRecord, target: S) -> S:
    """Where a left or lost seat comes back to."""
    if seat.held:
        return S.ON_HOLD
    if seat.admitted_at is not None or seat.user_id is not None:
        return S.ADMITTED
    return target


def apply(seat: ParticipantRecord, event: E, cause: Cause, now_utc: datetime) -> tuple[ParticipantRecord, A | None]:
    """Return the seat after `event` and the audit action to record (None: nothing changed that is worth a row).

    Keeps `since`, `admitted_at`, `held`, `identity` and `silent_since` right. Raises Conflict.
    """
    row = transition(seat.state, event, cause)
    state = next_state(seat, event, cause)
    moved = replace(
        seat,
        state=state,
        since=seat.since if state is seat.state else now_utc,
        silent_since=_silent_since(seat, event, now_utc),
    )
    if event is E.REINVITED:
        return replace(moved, admitted_at=None, held=False, reason="", acknowledged_at=None, identity=None), row.audit
    if event is E.SENT_BACK:
        return replace(moved, admitted_at=None, held=False, silent_since=None, identity=None), row.audit
    if event is E.HELD or event is E.RESUMED:
        return replace(moved, held=event is E.HELD), row.audit
    if seat.admitted_at is None and (state is S.ADMITTED or event is E.ADMITTED):
        return replace(moved, admitted_at=now_utc), row.audit
    return moved, row.audit


def due_at(seat: ParticipantRecord) -> float | None:
    """Return when TIMED_OUT is due as UTC seconds since 1970, None when nothing is running."""
    rule = RULES[seat.state]
    if rule.time_out is None:
        return None
    start = seat.silent_since if rule.silent_only else seat.since
    return None if start is None else start.timestamp() + rule.time_out


def _silent_since(seat: ParticipantRecord, event: E, now_utc: datetime) -> datetime | None:
    """When the page fell silent; any sign of life from it clears the mark."""
    if event is E.PAGE_SILENT:
        return seat.silent_since or now_utc
    if event in (E.PAGE_AWAKE, E.LINK_OPENED, E.ENTERED_WAITING, E.MEDIA_CONNECTED):
        return None
    return seat.silent_since
