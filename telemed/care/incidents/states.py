"""The incident's state machine: what moves it, who may, what each side sees, when it moves by itself, and its audit event.

new -> sent -> opened -> live <-> handed over -> closed; false alarm, unreachable from wherever it is open; reopened from these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from telemed.care.audit_actions import AuditAction as A
from telemed.care.incidents.words import OVER
from telemed.care.incidents.words import IncidentCause as C
from telemed.care.incidents.words import IncidentEvent as E
from telemed.care.incidents.words import IncidentState as S
from telemed.errors import Conflict


@dataclass(frozen=True, slots=True)
class Transition:
    """One row. `audit` is None where nothing changes."""

    state: S
    event: E
    causes: frozenset[C]
    next_state: S
    audit: A | None


@dataclass(frozen=True, slots=True)
class StateRule:
    """What a state means. `time_out` is that of its visit (`session_states`), which then ends and with it the incident."""

    time_out: str
    staff_see: str
    caller_sees: str


_UNUSED = "24 h after the last change of the visit: unreachable"
_EMPTY = "15 min after the last person has left the call: closed"
RULES: Mapping[S, StateRule] = {
    S.NEW: StateRule(_UNUSED, "link made; delivery, code and QR code", "nothing yet"),
    S.SENT: StateRule(_UNUSED, "sent; delivery and code", "a message with the link"),
    S.OPENED: StateRule(_EMPTY, "opened; what the device can do", "service, code, one button"),
    S.LIVE: StateRule(_EMPTY, "place, track, picture, sound", "the call and what staff ask for"),
    S.HANDED_OVER: StateRule(_EMPTY, "handed over to the crew", "the call and what staff ask for"),
    S.REOPENED: StateRule(_UNUSED, "new link made; delivery, code and QR code", "nothing yet"),
    S.CLOSED: StateRule("none", "summary; may be reopened", "over, with the service's phone number"),
    S.FALSE_ALARM: StateRule("none", "summary, false alarm; may be reopened", "over, with the service's phone number"),
    S.UNREACHABLE: StateRule("none", "summary, unreachable; may be reopened", "over, with the service's phone number"),
}

_CALLER, _STAFF, _SYSTEM = frozenset({C.CALLER}), frozenset({C.STAFF}), frozenset({C.SYSTEM})
_BEFORE = (S.NEW, S.SENT, S.REOPENED)  # nobody has opened the present link
_INSIDE = (S.OPENED, S.LIVE, S.HANDED_OVER)

_ROWS: tuple[tuple[S, E, frozenset[C], S, A | None], ...] = (
    (S.NEW, E.SENT, _SYSTEM, S.SENT, A.INCIDENT_SENT),
    (S.REOPENED, E.SENT, _SYSTEM, S.SENT, A.INCIDENT_SENT),
    # A report of the gateway may come late, and is nothing new to somebody who is there.
    *((state, E.SENT, _SYSTEM, state, None) for state in (S.SENT, *_INSIDE)),
    *((state, E.OPENED, _CALLER, S.OPENED, A.INCIDENT_OPENED) for state in _BEFORE),
    *((state, E.OPENED, _CALLER, state, None) for state in _INSIDE),
    (S.OPENED, E.SEEN, _SYSTEM, S.LIVE, A.INCIDENT_LIVE),
    (S.LIVE, E.SEEN, _SYSTEM, S.LIVE, None),
    (S.HANDED_OVER, E.SEEN, _SYSTEM, S.HANDED_OVER, None),
    (S.OPENED, E.HANDED_OVER, _STAFF, S.HANDED_OVER, A.INCIDENT_HANDED_OVER),
    (S.LIVE, E.HANDED_OVER, _STAFF, S.HANDED_OVER, A.INCIDENT_HANDED_OVER),
    (S.HANDED_OVER, E.HANDED_OVER, _STAFF, S.HANDED_OVER, None),
    (S.HANDED_OVER, E.TAKEN_BACK, _STAFF, S.LIVE, A.INCIDENT_TAKEN_BACK),
    *((state, E.CLOSED, _STAFF, S.CLOSED, A.INCIDENT_CLOSED) for state in (*_BEFORE, *_INSIDE)),
    *((state, E.FALSE_ALARM, _STAFF, S.FALSE_ALARM, A.INCIDENT_FALSE_ALARM) for state in (*_BEFORE, *_INSIDE)),
    *((state, E.UNREACHABLE, _STAFF, S.UNREACHABLE, A.INCIDENT_UNREACHABLE) for state in (*_BEFORE, *_INSIDE)),
    *((state, E.SESSION_OVER, _SYSTEM, S.UNREACHABLE, A.INCIDENT_UNREACHABLE) for state in _BEFORE),
    *((state, E.SESSION_OVER, _SYSTEM, S.CLOSED, A.INCIDENT_CLOSED) for state in _INSIDE),
    *((state, E.SESSION_OVER, _SYSTEM, state, None) for state in sorted(OVER)),
    *((state, E.SENT, _SYSTEM, state, None) for state in sorted(OVER)),
    *((state, E.REOPENED, _STAFF, S.REOPENED, A.INCIDENT_REOPENED) for state in sorted(OVER)),
)

TABLE: Mapping[tuple[S, E], Transition] = {(row[0], row[1]): Transition(*row) for row in _ROWS}


def transition(state: S, event: E, cause: C) -> Transition:
    """Look up one row. Raises Conflict when the event means nothing in this state or this cause may not bring it about."""
    row = TABLE.get((state, event))
    if row is None or cause not in row.causes:
        raise Conflict("This is not possible in the present state of the incident.")
    return row
