"""How long recordings are kept, and what is due: expiry per kind of visit, the deadline of an emergency, and the legal hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from telemed.care.break_glass import clean_reason
from telemed.care.identity import Staff
from telemed.care.policies import ClinicPolicies
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.words import Basis, RecordingState
from telemed.care.states import SessionKind
from telemed.errors import Conflict

_FINISHED = frozenset({RecordingState.READY, RecordingState.FAILED})


class Due(StrEnum):
    """Why the server erases a recording by itself."""

    EXPIRED = "expired"
    UNDECIDED = "undecided"  # an emergency nobody has decided on in time


def kept_days(policies: ClinicPolicies, kind: SessionKind) -> int:
    """How many days recordings of such visits are kept; 0: until somebody erases them."""
    days: int = getattr(policies, f"recording_days_{kind.value}")
    return days


def expires_at(policies: ClinicPolicies, kind: SessionKind, stopped_at: datetime) -> datetime | None:
    """When a recording that ended then is erased, by the policy of that moment; None: kept."""
    days = kept_days(policies, kind)
    return stopped_at + timedelta(days=days) if days else None


def due(recording: RecordingRecord, now: datetime) -> Due | None:
    """Why the recording is to be erased now. Nothing is that is under a legal hold or not finished; but of an emergency nobody
    decided on there is nothing left after its time, though its files still wait to be made (a key that does not come back)."""
    is_finished = recording.state in _FINISHED
    if recording.hold or not (is_finished or recording.state is RecordingState.FINALISING):
        return None
    if recording.decide_by is not None and recording.decide_by <= now:
        return Due.UNDECIDED
    if is_finished and recording.expires_at is not None and recording.expires_at <= now:
        return Due.EXPIRED
    return None


def held(recording: RecordingRecord, hold: bool, reason: str, officer: Staff) -> RecordingRecord:
    """The recording with a legal hold put on or taken off, for a reason. Raises Conflict `recording_erased`, InvalidInput."""
    if recording.state in (RecordingState.ERASED, RecordingState.CANCELLED):
        raise Conflict("This recording is erased.", code="recording_erased")
    text = clean_reason(reason)
    return replace(recording, hold=hold, hold_reason=text if hold else "", held_by=officer.user_id if hold else None)


def kept(recording: RecordingRecord) -> RecordingRecord:
    """What was recorded in an emergency is kept, until its time is over like any other. Raises Conflict `not_emergency`."""
    check_undecided(recording)
    return replace(recording, decide_by=None)


def check_undecided(recording: RecordingRecord) -> None:
    """Raise Conflict unless there is something to decide: `not_emergency`, `recording_erased`."""
    if recording.state is RecordingState.ERASED:
        raise Conflict("This recording is erased.", code="recording_erased")
    if recording.basis is not Basis.EMERGENCY or recording.decide_by is None:
        raise Conflict("There is nothing to decide about this recording.", code="not_emergency")
