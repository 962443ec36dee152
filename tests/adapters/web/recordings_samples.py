"""One recording of a visit in which every care role had a seat, and one good request per route about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from telemed.care.identity import SYSTEM, ActorRef
from telemed.care.recording.records import ConsentEvent, Marker, RecordingRecord, SpeakingSpan
from telemed.care.recording.texts import WITHDRAWAL_TEXT
from telemed.care.recording.words import ConsentAct, RecordingState, Visibility
from telemed.care.records import (
    MessageRecord,
    ParticipantEventRecord,
    ParticipantRecord,
    QualityMinute,
    SessionRecord,
    UserRecord,
)
from telemed.care.repositories import Transaction
from telemed.care.roles import CARE_ROLES, Role
from telemed.care.states import ParticipantEvent, ParticipantState, SessionKind, SessionState
from tests.adapters.web.fakes import START

RECORDING_ID = "rec_AbCdEfGhIjKlMnOp"
RECORDED_ID = "ses_ReCoRdEdReCoRdEd"
SEGMENT_ID = "seg_AbCdEfGhIjKlMnOp"
MARKER_ID = "mrk_AbCdEfGhIjKlMnOp"
VISITOR = "Canary Visitor"
REASON = "A claim of the patient's insurance"
BEGAN = START - timedelta(days=1)
LASTED = timedelta(minutes=10)
SPOKEN = "canary words"

RECORDING_IDS = {
    "recording_id": RECORDING_ID,
    "segment_id": SEGMENT_ID,
    "marker_id": MARKER_ID,
    "export_id": "exp_AbCdEfGhIjKlMnOp",
}
_ONE = "/recordings/{recording_id}"
RECORDING_BODIES: dict[str, dict[str, Any]] = {
    "POST /recordings/search": {"text": "canary", "limit": 5},
    f"POST {_ONE}/markers": {"start_ms": 1000, "category": "finding", "text": "Look here", "command_id": "command-marker"},
    f"PATCH {_ONE}/markers/{{marker_id}}": {"revision": 1, "text": "Look there"},
    f"POST {_ONE}/markers/{{marker_id}}/remove": {"revision": 2},  # after the change above
    f"POST {_ONE}/tags": {"tags": ["teaching"]},
    f"POST {_ONE}/status": {"status": "in_review"},
    f"POST {_ONE}/verify": {},
    f"POST {_ONE}/export": {"reason": REASON},
    f"POST {_ONE}/hold": {"hold": False, "reason": REASON},
    f"POST {_ONE}/erase": {"reason": REASON},
    f"POST {_ONE}/erase/confirm": {},
    f"POST {_ONE}/erase/cancel": {},
    f"POST {_ONE}/decide": {"decision": "keep", "reason": REASON},
    f"POST {_ONE}/withdraw": {"choice": "keep", "text_version": WITHDRAWAL_TEXT, "language": "en"},
    "POST /home/recordings/{recording_id}/withdraw": {"choice": "keep", "text_version": WITHDRAWAL_TEXT, "language": "en"},
}


def seat_of(role: Role) -> str:
    return f"par_{role.value:0<16}"


def a_recording(organisation_id: str, user_id: str, **changes: Any) -> RecordingRecord:
    """A finished recording to start from."""
    values: dict[str, Any] = {
        "id": RECORDING_ID,
        "session_id": RECORDED_ID,
        "organisation_id": organisation_id,
        "kind": SessionKind.GROUP,
        "state": RecordingState.READY,
        "state_since": BEGAN + LASTED,
        "started_by": user_id,
        "asked_at": BEGAN,
        "started_at": BEGAN,
        "stopped_at": BEGAN + LASTED,
        "ready_at": BEGAN + LASTED,
        "duration_ms": int(LASTED.total_seconds() * 1000),
        "size_bytes": 1000,
    }
    return RecordingRecord(**(values | changes))


async def settle_recordings(tx: Transaction, users: Mapping[Role, UserRecord]) -> None:
    """Write the visit with its seats, chat and quality, its recording, and a marker of the clinician's."""
    maker = users[Role.CLINICIAN]
    visit = SessionRecord(
        RECORDED_ID,
        maker.organisation_id,
        SessionKind.GROUP,
        SessionState.SEALED,
        BEGAN,
        maker.id,
        BEGAN,
        patient_name=VISITOR,
        reason=VISITOR,
        started_at=BEGAN,
        ended_at=BEGAN + LASTED,
    )
    await tx.sessions.create(visit)
    for role in sorted(CARE_ROLES):
        seat = ParticipantRecord(
            seat_of(role), visit.id, role, users[role].name, ParticipantState.LEFT, BEGAN, BEGAN, users[role].id, BEGAN
        )
        await tx.participants.create(seat)
        await tx.events.append(_event(seat.id, ParticipantEvent.MEDIA_CONNECTED, ParticipantState.CONNECTED, 1))
        await tx.events.append(_event(seat.id, ParticipantEvent.LEFT, ParticipantState.LEFT, 500))
        await tx.quality.record(QualityMinute(seat.id, visit.id, BEGAN + timedelta(minutes=2), concealed=0.5))
    speaker = seat_of(Role.CLINICIAN)
    at = BEGAN + timedelta(seconds=30)
    await tx.messages.append(MessageRecord("msg_ReCoRdEd", visit.id, 0, speaker, "Somebody", SPOKEN, at, "command-said"))
    recording = a_recording(maker.organisation_id, maker.id)
    await tx.recordings.create(recording)
    await tx.speaking.add([SpeakingSpan(RECORDING_ID, speaker, 1000, 5000)])
    said = (RECORDED_ID, ConsentAct.AGREED, ActorRef(maker.id, "clinician"), "2026-11", "en", BEGAN, None, speaker)
    await tx.consents.append(ConsentEvent("con_ReCoRdEd", *said))
    marker = Marker(
        MARKER_ID, RECORDING_ID, 1000, "finding", maker.id, maker.name, Visibility.TEAM, BEGAN, text="Look", revision=0
    )
    await tx.markers.write(marker)


def _event(seat_id: str, event: ParticipantEvent, to: ParticipantState, second: int) -> ParticipantEventRecord:
    at = BEGAN + timedelta(seconds=second)
    return ParticipantEventRecord(
        f"evt_{seat_id[4:]}{second}"[:40], RECORDED_ID, seat_id, event, ParticipantState.ADMITTED, to, SYSTEM, at
    )
