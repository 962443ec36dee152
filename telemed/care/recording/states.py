"""The recording's state machine: what moves it, who may, what the audit trail says, and when it moves by itself.

asking -> recording <-> paused -> finalising -> ready -> erased; or cancelled before anything was written, or failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction as A
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.words import Basis
from telemed.care.recording.words import RecordingCause as C
from telemed.care.recording.words import RecordingEvent as E
from telemed.care.recording.words import RecordingState as S
from telemed.errors import Conflict

ASKING_SECONDS = 3600.0  # whoever has not answered in an hour will not; a new recording asks again
LONGEST_SECONDS = 12 * 3600.0  # of one take without a pause: longer is one that was forgotten
PAUSED_SECONDS = 2 * 3600.0  # forgotten too; what there is becomes a recording


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: in `state`, `event` may be caused by `causes` and leads to `next_state`. `audit` is None where nothing changes."""

    state: S
    event: E
    causes: frozenset[C]
    next_state: S
    audit: A | None


@dataclass(frozen=True, slots=True)
class StateRule:
    """What a state means. `time_out` seconds after `state_since` TIMED_OUT is due."""

    time_out: float | None
    writes: bool  # whether media may be written
    people_see: str


RULES: Mapping[S, StateRule] = {
    S.ASKING: StateRule(ASKING_SECONDS, False, "a question, with a yes and a no of the same size"),
    S.RECORDING: StateRule(LONGEST_SECONDS, True, "the notice that it is recorded, and how to withdraw"),
    S.PAUSED: StateRule(PAUSED_SECONDS, False, "the notice that it is paused"),
    S.FINALISING: StateRule(None, False, "nothing more in the call; the list says it is made ready"),
    S.READY: StateRule(None, False, "the recording, to those who may watch it"),
    S.FAILED: StateRule(None, False, "what went wrong, to those who may watch it"),
    S.CANCELLED: StateRule(None, False, "nothing"),
    S.ERASED: StateRule(None, False, "that there was one, and who watched it"),
}

_RECORDER = frozenset({C.RECORDER})
_SYSTEM = frozenset({C.SYSTEM})
_EITHER = _RECORDER | _SYSTEM
_ERASERS = frozenset({C.OFFICER, C.SYSTEM})

_ROWS: tuple[tuple[S, E, frozenset[C], S, A | None], ...] = (
    (S.ASKING, E.BEGAN, _EITHER, S.RECORDING, A.RECORDING_BEGAN),
    (S.ASKING, E.CANCELLED, _EITHER, S.CANCELLED, A.RECORDING_CANCELLED),
    (S.ASKING, E.STOPPED, _EITHER, S.CANCELLED, A.RECORDING_CANCELLED),
    (S.ASKING, E.FAILED, _SYSTEM, S.CANCELLED, A.RECORDING_CANCELLED),
    (S.ASKING, E.TIMED_OUT, _SYSTEM, S.CANCELLED, A.RECORDING_CANCELLED),
    (S.RECORDING, E.BEGAN, _EITHER, S.RECORDING, None),
    (S.RECORDING, E.RESUMED, _RECORDER, S.RECORDING, None),
    (S.RECORDING, E.PAUSED, _RECORDER, S.PAUSED, A.RECORDING_PAUSED),
    (S.RECORDING, E.STOPPED, _EITHER, S.FINALISING, A.RECORDING_STOPPED),
    (S.RECORDING, E.TIMED_OUT, _SYSTEM, S.FINALISING, A.RECORDING_STOPPED),
    (S.PAUSED, E.PAUSED, _RECORDER, S.PAUSED, None),
    (S.PAUSED, E.RESUMED, _RECORDER, S.RECORDING, A.RECORDING_RESUMED),
    (S.PAUSED, E.STOPPED, _EITHER, S.FINALISING, A.RECORDING_STOPPED),
    (S.PAUSED, E.TIMED_OUT, _SYSTEM, S.FINALISING, A.RECORDING_STOPPED),
    (S.FINALISING, E.STOPPED, _EITHER, S.FINALISING, None),
    (S.FINALISING, E.FINALISED, _SYSTEM, S.READY, A.RECORDING_FINALISED),
    (S.FINALISING, E.FAILED, _SYSTEM, S.FAILED, A.RECORDING_FAILED),
    (S.FINALISING, E.CANCELLED, _SYSTEM, S.CANCELLED, A.RECORDING_CANCELLED),  # nothing was written
    (S.FINALISING, E.PART_WITHDRAWN, _SYSTEM, S.FINALISING, None),
    (S.FINALISING, E.ERASED, _SYSTEM, S.ERASED, A.RECORDING_ERASED),  # of an emergency nobody decided on
    (S.READY, E.STOPPED, _EITHER, S.READY, None),
    (S.READY, E.FINALISED, _SYSTEM, S.READY, None),
    (S.READY, E.PART_WITHDRAWN, _SYSTEM, S.FINALISING, A.RECORDING_PART_WITHDRAWN),
    (S.READY, E.ERASED, _ERASERS, S.ERASED, A.RECORDING_ERASED),
    (S.FAILED, E.STOPPED, _EITHER, S.FAILED, None),
    (S.FAILED, E.FAILED, _SYSTEM, S.FAILED, None),
    (S.FAILED, E.TRIED_AGAIN, _EITHER, S.FINALISING, A.RECORDING_TRIED_AGAIN),
    (S.FAILED, E.PART_WITHDRAWN, _SYSTEM, S.FINALISING, A.RECORDING_PART_WITHDRAWN),  # once more, without that part
    (S.FAILED, E.ERASED, _ERASERS, S.ERASED, A.RECORDING_ERASED),
    (S.CANCELLED, E.STOPPED, _EITHER, S.CANCELLED, None),
    (S.CANCELLED, E.CANCELLED, _EITHER, S.CANCELLED, None),
    (S.ERASED, E.ERASED, _ERASERS, S.ERASED, None),
)

TABLE: Mapping[tuple[S, E], Transition] = {(row[0], row[1]): Transition(*row) for row in _ROWS}


def transition(state: S, event: E, cause: C) -> Transition:
    """Look up one row; raise Conflict `recording_over` when the event means nothing in this state or is not this cause's."""
    row = TABLE.get((state, event))
    if row is None or cause not in row.causes:
        raise Conflict("This is not possible with this recording now.", code="recording_over")
    return row


def apply(recording: RecordingRecord, event: E, cause: C, now_utc: datetime) -> tuple[RecordingRecord, A | None]:
    """Return the recording after `event` and the audit action to record (None: nothing changed). Raises Conflict."""
    row = transition(recording.state, event, cause)
    if row.next_state is recording.state:
        return recording, row.audit
    moved = replace(recording, state=row.next_state, state_since=now_utc)
    if event is E.BEGAN:
        audit = A.RECORDING_EMERGENCY if recording.basis is Basis.EMERGENCY else row.audit
        return replace(moved, started_at=now_utc), audit
    if event is E.ERASED:
        return replace(moved, erased_at=now_utc, size_bytes=0, expires_at=None, decide_by=None), row.audit
    if row.next_state is S.FINALISING and recording.stopped_at is None:
        return replace(moved, stopped_at=now_utc), row.audit
    if row.next_state is S.READY:
        return replace(moved, ready_at=now_utc), row.audit
    return moved, row.audit


def due_at(recording: RecordingRecord) -> float | None:
    """Return when TIMED_OUT is due as UTC seconds since 1970, None when nothing is running."""
    time_out = RULES[recording.state].time_out
    return None if time_out is None else recording.state_since.timestamp() + time_out
