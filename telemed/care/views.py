"""What a given viewer may see of a call: pure projection of records to the JSON of docs/protocol.md section 2.4.

Three kinds of viewer: staff of the session see all seats with name, device and reason; guests in the call see the people in the
call; everybody else (before admission, on hold, gone) sees itself and the clinicians' names. What is not named here is not sent:
each shape lists its fields, none copies a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from telemed.care.identity import Identity, Seat, Staff
from telemed.care.identity_check import identity_view
from telemed.care.incidents.words import Part
from telemed.care.permissions import Action, may
from telemed.care.records import (
    DeviceReport,
    MessageRecord,
    MoveRequest,
    OrganisationRecord,
    ParticipantRecord,
    SessionRecord,
)
from telemed.care.roles import CARE_ROLES
from telemed.care.states import IN_CALL, TALKING, ParticipantState
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.video_budget import max_video_bitrate
from telemed.media.sdp.codecs import LAYERED_VIDEO

Json = dict[str, Any]

# What a client may offer its user, in the order of the protocol.
_ABILITIES: Mapping[str, Action] = {
    "admit": Action.ADMIT,
    "hold": Action.HOLD,
    "remove": Action.REMOVE,
    "confirm": Action.CONFIRM_IDENTITY,
    "invite": Action.CREATE_LINK,
    "end": Action.END_SESSION,
    "note": Action.WRITE_NOTE,
    "chat": Action.CHAT,
    "share_screen": Action.SHARE_SCREEN,
    "record": Action.RECORD_CALL,
    "still": Action.ASK_STILL,
}
_SEEN_IN_CALL = IN_CALL | {ParticipantState.ON_HOLD}
_AWAY = frozenset(
    {ParticipantState.LEFT, ParticipantState.LOST, ParticipantState.DENIED, ParticipantState.REMOVED},
)


@dataclass(frozen=True, slots=True)
class TrackView:
    """One published track as others are told of it."""

    id: str
    source: str
    kind: str


@dataclass(frozen=True, slots=True)
class Presence:
    """What signaling knows of a connected seat beyond its record; gone when control restarts and soon told again."""

    microphone: bool = False
    camera: bool = False
    screen: bool = False
    tracks: tuple[TrackView, ...] = ()
    video_paused: bool = False
    interrupted: bool = False


ABSENT = Presence()
SILENT = "silent"  # a verdict on the speaker: whatever this person is told is told in words alone


@dataclass(frozen=True, slots=True)
class Scene:
    """All there is to a call, unfiltered."""

    clinic: OrganisationRecord
    session: SessionRecord
    seats: tuple[ParticipantRecord, ...]
    presence: Mapping[str, Presence]  # by participant id
    moves: tuple[MoveRequest, ...] = ()  # undecided ones
    messages: tuple[MessageRecord, ...] = ()


def is_staff(viewer: ParticipantRecord) -> bool:
    """Whether a seat is one of staff leading the session. An external clinician came by a link and is not."""
    return viewer.user_id is not None and viewer.role in CARE_ROLES


def seat_identity(seat: ParticipantRecord, session: SessionRecord) -> Identity:
    """Return the identity under which the holder of `seat` acts in `session`."""
    if seat.user_id is None:
        return Seat(seat.id, seat.session_id)
    return Staff(seat.user_id, session.organisation_id, seat.role, seat.name)


def call_state(scene: Scene, viewer: ParticipantRecord) -> Json:
    """Return the whole state of `/call` for one viewer."""
    state: Json = {
        "you": you_view(scene.session, viewer),
        "clinic": clinic_view(scene.clinic),
        "session": session_view(scene.session, viewer, scene.seats),
        "participants": participants_view(scene, viewer),
        "chat": chat_view(scene.messages, viewer),
        "policy": policy_view(scene.session, scene.seats),
    }
    if is_staff(viewer):
        state["moves"] = [move_view(move) for move in scene.moves]
    return state


def clinic_view(clinic: OrganisationRecord) -> Json:
    """Return the clinic as every page shows it."""
    return {
        "name": clinic.name,
        "phone": clinic.phone,
        "emergency_number": clinic.emergency_number,
        "demo": clinic.is_demo,
    }


def you_view(session: SessionRecord, viewer: ParticipantRecord) -> Json:
    """Return the viewer's own place and what it may do now."""
    identity = seat_identity(viewer, session)
    can = [word for word, action in _ABILITIES.items() if may(identity, action, session, viewer)]
    view: Json = {"participant_id": viewer.id, "role": viewer.role.value, "state": viewer.state.value, "can": can}
    told_silent = viewer.device is not None and viewer.device.speaker == SILENT
    if told_silent or viewer.silent:
        view["silent"] = True
    return view


def session_view(session: SessionRecord, viewer: ParticipantRecord, seats: Iterable[ParticipantRecord]) -> Json:
    """Return the session: with name, reason and outcome for staff, with the clinicians' names for everyone else."""
    if is_staff(viewer):
        return staff_session_view(session)
    return {
        "id": session.id,
        "kind": session.kind.value,
        "state": session.state.value,
        "started_at": iso_or_none(session.started_at),
        "ended_at": iso_or_none(session.ended_at),
        "clinicians": [seat.name for seat in seats if is_staff(seat) and seat.state not in _AWAY],
    }


def staff_session_view(session: SessionRecord) -> Json:
    """Return the session as staff see it, here and in HTTP answers."""
    return {
        "id": session.id,
        "kind": session.kind.value,
        "state": session.state.value,
        "created_at": iso_utc(session.created_at),
        "starts_at": iso_or_none(session.starts_at),
        "started_at": iso_or_none(session.started_at),
        "patient_name": session.patient_name,
        "patient_id": session.patient_id,
        "reason": session.reason,
        "ended_at": iso_or_none(session.ended_at),
        "outcome": None if session.outcome is None else session.outcome.value,
    }


def sees(viewer: ParticipantRecord, seat: ParticipantRecord) -> bool:
    """Whether `viewer` is told of `seat` at all."""
    if viewer.session_id != seat.session_id:
        return False
    if viewer.id == seat.id or is_staff(viewer):
        return True
    if not _concerns(viewer, seat):
        return False
    return viewer.state in IN_CALL and seat.state in _SEEN_IN_CALL


def may_receive(viewer: ParticipantRecord, seat: ParticipantRecord) -> bool:
    """Whether `viewer` may receive the media of `seat`: both in the call, neither on hold, not its own."""
    if viewer.id == seat.id or viewer.session_id != seat.session_id or not _concerns(viewer, seat):
        return False
    return viewer.state in IN_CALL and seat.state in IN_CALL


def _concerns(viewer: ParticipantRecord, seat: ParticipantRecord) -> bool:
    """Whether the parts of two people in an incident let one know of the other: a caller knows of staff alone, a crew also of
    callers, and neither caller nor crew is anything to people who came by a link for something else."""
    if viewer.part is Part.CALLER:
        return is_staff(seat)
    if viewer.part is Part.CREW:
        return is_staff(seat) or seat.part is Part.CALLER
    return is_staff(viewer) or seat.part is not Part.CREW


def receives_kind(viewer: ParticipantRecord, seat: ParticipantRecord, kind: str) -> bool:
    """Whether `viewer` may receive this kind ("audio", "video") of media of `seat`. A caller hears staff and sees nobody; one
    at whom nothing may be heard gets no sound either. A crew watches callers, and hears staff speak with them."""
    if not may_receive(viewer, seat):
        return False
    return seat.part is Part.CALLER or receives_of_staff(viewer, kind)


def receives_of_staff(viewer: ParticipantRecord, kind: str) -> bool:
    """Whether a part in an incident lets `viewer` receive this kind of media of staff: those who came by its links hear them."""
    if viewer.part is Part.CALLER:
        return kind == "audio" and not viewer.silent
    return viewer.part is not Part.CREW or kind == "audio"


def participant_view(seat: ParticipantRecord, viewer: ParticipantRecord, presence: Presence = ABSENT) -> Json | None:
    """Return one seat as `viewer` sees it, None when it does not."""
    if not sees(viewer, seat):
        return None
    tracks = [track for track in presence.tracks if receives_kind(viewer, seat, track.kind)]
    view: Json = {
        "id": seat.id,
        "name": seat.name,
        "role": seat.role.value,
        "state": seat.state.value,
        "since": iso_utc(seat.since),
        "media": {
            "microphone": presence.microphone,
            "camera": presence.camera,
            "screen": presence.screen,
            "interrupted": presence.interrupted,
        },
        "tracks": [{"id": track.id, "source": track.source, "kind": track.kind} for track in tracks],
        "video_paused": presence.video_paused,
    }
    if is_staff(viewer):
        view["device"] = device_view(seat.device)
        view["identity"] = identity_view(seat.identity)
    if seat.needs is not None:
        view["needs"] = needs_view(seat)
    return view


def needs_view(seat: ParticipantRecord) -> list[str]:
    """Return what the person said talking with them takes; nothing when nothing was said."""
    return [need.value for need in seat.needs or ()]


def participants_view(scene: Scene, viewer: ParticipantRecord) -> list[Json]:
    """Return all seats `viewer` sees, in the order they were made."""
    views = (participant_view(seat, viewer, scene.presence.get(seat.id, ABSENT)) for seat in scene.seats)
    return [view for view in views if view is not None]


def device_view(device: DeviceReport | None) -> Json | None:
    """Return the verdict of the device check, for staff; None when nothing was reported."""
    if device is None:
        return None
    return {
        "camera": device.camera,
        "microphone": device.microphone,
        "speaker": device.speaker,
        "network": device.network,
        "rtt_ms": device.rtt_ms,
    }


def reads_chat(viewer: ParticipantRecord) -> bool:
    """Whether chat reaches this seat now: while it waits, and in the call, not on hold. Which lines: `chat_audience`. Crews
    watch and do not read along."""
    return viewer.state in TALKING and viewer.part is not Part.CREW


def chat_view(messages: Iterable[MessageRecord], viewer: ParticipantRecord) -> list[Json]:
    """Return the lines of chat for one viewer, of those that are for it; nothing on hold."""
    return [message_view(message) for message in messages if _is_for(viewer, message)] if reads_chat(viewer) else []


def _is_for(viewer: ParticipantRecord, message: MessageRecord) -> bool:
    """Who waits reads what is for them alone; nobody but staff reads what is for somebody else."""
    if message.to_participant_id is None and viewer.state in IN_CALL:
        return True
    return is_staff(viewer) or viewer.id in (message.participant_id, message.to_participant_id)


def message_view(message: MessageRecord) -> Json:
    """Return one line of chat."""
    return {
        "id": message.id,
        "participant_id": message.participant_id,
        "name": message.name,
        "body": message.body,
        "at": iso_utc(message.at),
        "command_id": message.command_id,
        "to_participant_id": message.to_participant_id,
    }


def move_view(move: MoveRequest) -> Json:
    """Return a second device's request, for staff."""
    return {"request_id": move.id, "participant_id": move.participant_id, "at": iso_utc(move.at)}


def policy_view(session: SessionRecord, seats: Iterable[ParticipantRecord]) -> Json:
    """Return what every sender keeps to: the visit's video codec, and the rate by the number of people in the call. `layers`:
    cameras may come in layers; to a server that does not say so a browser would send the smallest alone."""
    people = sum(seat.state in IN_CALL for seat in seats)
    codec = session.video_codec
    return {"max_video_bitrate": max_video_bitrate(people), "video_codec": codec, "layers": codec in LAYERED_VIDEO}
