"""What a viewer of a call is told of its recording: pure projection to the `recording` of docs/protocol.md section 2.4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telemed.care.policies import ClinicPolicies
from telemed.care.recording import consent, policy, retention, texts
from telemed.care.recording.records import Bystander, ConsentEvent, RecordingRecord, UnrecordedReason
from telemed.care.recording.words import OPEN, Bleed, RecordingFault, RecordingMode, Sound, Standing
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.roles import Role
from telemed.care.states import IN_CALL, ParticipantState
from telemed.care.times import iso_utc
from telemed.media.control import Source

Json = dict[str, Any]

_GONE = frozenset({ParticipantState.LEFT, ParticipantState.LOST, ParticipantState.DENIED, ParticipantState.REMOVED})


@dataclass(frozen=True, slots=True)
class RecordingScene:
    """All there is to recording one visit, unfiltered. `captured`: whose media may be written at this moment."""

    policies: ClinicPolicies
    session: SessionRecord
    seats: tuple[ParticipantRecord, ...]
    recordings: tuple[RecordingRecord, ...]
    current: RecordingRecord | None  # the take that is shown
    events: tuple[ConsentEvent, ...]
    bystanders: tuple[Bystander, ...]
    unrecorded: tuple[UnrecordedReason, ...]
    captured: Mapping[str, frozenset[Source]]
    fault: RecordingFault


def recording_view(scene: RecordingScene, viewer: ParticipantRecord, leads: bool) -> Json | None:
    """Return the recording as `viewer` sees it; None where visits of this kind are not recorded and this one is not.

    `leads`: the viewer is staff of the visit, who sees what everybody answered.
    """
    mode = policy.mode_of(scene.policies, scene.session.kind)
    emergency = leads and policy.may_be_emergency(scene.policies)
    current = scene.current
    if mode is RecordingMode.OFF and current is None and not emergency:
        return None
    standings = consent.standing(scene.events)
    holds = _bleed(scene, standings)
    return {
        "policy": mode.value,
        "text_version": texts.CURRENT_TEXT,
        "kept_days": retention.kept_days(scene.policies, scene.session.kind),
        "id": current.id if current is not None else None,
        "state": current.state.value if current is not None else "none",
        "since": iso_utc(current.state_since) if current is not None else None,
        "started_at": iso_utc(current.started_at) if current is not None and current.started_at is not None else None,
        "basis": current.basis.value if current is not None else None,
        "sound": consent.sound(holds).value if current is not None else Sound.ALL.value,
        "bleed": holds.value,
        "fault": scene.fault.value,
        "emergency": emergency,
        "you": _you_view(scene, viewer, standings, mode),
        "people": [_person_view(scene, seat, standings) for seat in _people(scene)] if leads else [],
        "bystanders": [_bystander_view(one, standings) for one in scene.bystanders if one.gone_at is None] if leads else [],
        "unrecorded_reason_wanted": leads
        and policy.wants_reason(mode, scene.recordings, _standings_there(scene, standings), bool(scene.unrecorded)),
    }


def _bleed(scene: RecordingScene, standings: consent.Standings) -> Bleed:
    current = scene.current
    if current is None or current.state not in OPEN:
        return Bleed.NONE
    return consent.bleed(current.bleed, standings, scene.seats, scene.bystanders)


def _you_view(
    scene: RecordingScene, viewer: ParticipantRecord, standings: consent.Standings, mode: RecordingMode
) -> Json:
    current = scene.current
    owing = consent.owes_earlier(scene.events, current) if current is not None else frozenset()
    return {
        "standing": standings.get(viewer.id, Standing.NONE).value,
        "captured": viewer.id in scene.captured,
        "asked": _is_asked(scene, viewer, mode),
        "earlier": viewer.id in owing,
    }


def _is_asked(scene: RecordingScene, viewer: ParticipantRecord, mode: RecordingMode) -> bool:
    """Who may be captured is asked: in the call while a recording is open, at the door where the policy knows of one."""
    if viewer.role is Role.OBSERVER or viewer.state in _GONE:
        return False
    is_open = scene.current is not None and scene.current.state in OPEN
    if viewer.state in IN_CALL or viewer.state is ParticipantState.ON_HOLD:
        return is_open
    return is_open or policy.asks_at_the_door(mode)


def _people(scene: RecordingScene) -> list[ParticipantRecord]:
    """Who could be captured now, and who has said something."""
    return [seat for seat in scene.seats if consent.is_asked(seat)]


def _standings_there(scene: RecordingScene, standings: consent.Standings) -> list[Standing]:
    there = {seat.id for seat in _people(scene)} | {one.id for one in scene.bystanders if one.gone_at is None}
    return [standing for person, standing in standings.items() if person in there]


def _person_view(scene: RecordingScene, seat: ParticipantRecord, standings: consent.Standings) -> Json:
    return {
        "participant_id": seat.id,
        "standing": standings.get(seat.id, Standing.NONE).value,
        "captured": seat.id in scene.captured,
    }


def _bystander_view(person: Bystander, standings: consent.Standings) -> Json:
    now = standings.get(person.id)
    agreed = person.agreed if now is None else now is Standing.AGREED
    return {"id": person.id, "label": person.label.value, "decided_by": person.decided_by.value, "agreed": agreed}


