"""Whether somebody may do something with a recording. Missing and forbidden ones give the same answer."""

from __future__ import annotations

from telemed.care.actions import Action
from telemed.care.identity import Identity, Staff
from telemed.care.permission_table import TABLE, Scope
from telemed.care.recording.records import RecordingRecord, RecordingStanding
from telemed.errors import NotFound, NotSignedIn

# Everything that is done with one finished recording by staff.
ON_RECORDINGS = frozenset(
    {
        Action.LIST_RECORDINGS,
        Action.READ_RECORDING,
        Action.WATCH_RECORDING,
        Action.MARK_RECORDING,
        Action.REVIEW_RECORDING,
        Action.VERIFY_RECORDING,
        Action.EXPORT_RECORDING,
        Action.HOLD_RECORDING,
        Action.ERASE_RECORDING,
        Action.DECIDE_RECORDING,
        Action.WITHDRAW_RECORDING,
    }
)


def reads_all_recordings(staff: Staff, action: Action) -> bool:
    """Whether the table opens every recording of the own organisation and site to this person for `action`."""
    scope = TABLE[action].get(staff.role)
    if scope is Scope.ORGANISATION:
        return True
    return staff.is_privacy_officer and scope in (Scope.PRIVACY, Scope.RECORDED_OR_PRIVACY)


def reads_some_recordings(staff: Staff, action: Action) -> bool:
    """Whether it opens those of visits the person led and of people it cares for."""
    return TABLE[action].get(staff.role) in (Scope.RECORDED, Scope.RECORDED_OR_PRIVACY)


def may_recording(identity: Identity | None, action: Action, recording: RecordingRecord, standing: RecordingStanding) -> bool:
    """Say whether `identity` may do `action` with a recording, `standing` being what it is to it."""
    if not isinstance(identity, Staff) or action not in ON_RECORDINGS:
        return False
    if identity.organisation_id != recording.organisation_id or not identity.works_at(recording.site_id):
        return False
    if reads_all_recordings(identity, action):
        return True
    if not reads_some_recordings(identity, action):
        return False
    return standing.led or (standing.patient is not None and standing.patient.cares)


def check_recording(
    identity: Identity | None, action: Action, recording: RecordingRecord | None, standing: RecordingStanding
) -> RecordingRecord:
    """Return the recording. Raises NotSignedIn without identity, else NotFound: for a missing one, for one that is not this
    person's to see at all, and for an act that is not this person's, so that no answer says which ids exist."""
    if identity is None:
        raise NotSignedIn("Please sign in.")
    if recording is None or not may_recording(identity, action, recording, standing):
        raise NotFound()
    return recording
