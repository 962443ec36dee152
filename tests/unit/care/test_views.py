"""What a viewer gets to see, and that nothing meant for staff ever leaves towards a guest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care import today_views, views
from telemed.care.patients.words import Need
from telemed.care.records import DeviceReport, MessageRecord, MoveRequest, ParticipantRecord
from telemed.care.roles import CARE_ROLES, LINK_ROLES, Role
from telemed.care.states import IN_CALL, Outcome, ParticipantState, SessionState
from tests.unit.care.builders import CLINIC, NOW, a_link, a_seat, a_session, a_staff_seat

P = ParticipantState
CANARY = "canary-7f3a"
DEVICE = DeviceReport("ok", "ok", "untested", "good", 40)
TRACKS = (views.TrackView("trk_1", "camera", "video"),)


def a_message(participant_id: str = "par_patient") -> MessageRecord:
    return MessageRecord("msg_1", "ses_1", 1, participant_id, "Pat", "Hello", NOW, "command-1")


def a_scene(*seats: ParticipantRecord, **changes: object) -> views.Scene:
    presence = {seat.id: views.Presence(True, True, False, TRACKS) for seat in seats}
    scene = views.Scene(CLINIC, a_session(SessionState.ACTIVE, patient_name="Pat Ient", reason="cough"), seats, presence)
    return replace(scene, **changes)  # type: ignore[arg-type]


def test_staff_see_the_whole_scene_as_the_protocol_writes_it() -> None:
    doctor = a_staff_seat()
    patient = a_seat(state=P.CONNECTED, device=DEVICE)
    move = MoveRequest("mov_1", "ses_1", patient.id, "d" * 64, NOW)
    state = views.call_state(a_scene(doctor, patient, moves=(move,), messages=(a_message(),)), doctor)
    assert state["you"] == {
        "participant_id": "par_clinician",
        "role": "clinician",
        "state": "connected",
        "can": ["admit", "hold", "remove", "confirm", "invite", "end", "note", "chat", "share_screen", "record", "still"],
    }
    assert state["clinic"] == {"name": "Clinic", "phone": "+49 30 1", "emergency_number": "112", "demo": False}
    assert state["session"]["patient_name"] == "Pat Ient"
    assert state["session"]["reason"] == "cough"
    assert state["participants"][1] == {
        "id": "par_patient",
        "name": "Name of patient",
        "role": "patient",
        "state": "connected",
        "since": "2026-11-22T09:30:00.000Z",
        "media": {"microphone": True, "camera": True, "screen": False, "interrupted": False},
        "tracks": [{"id": "trk_1", "source": "camera", "kind": "video"}],
        "video_paused": False,
        "device": {"camera": "ok", "microphone": "ok", "speaker": "untested", "network": "good", "rtt_ms": 40},
        "identity": None,
    }
    assert state["moves"] == [{"request_id": "mov_1", "participant_id": "par_patient", "at": "2026-11-22T09:30:00.000Z"}]
    assert state["chat"][0]["command_id"] == "command-1"
    assert state["policy"] == {"max_video_bitrate": 1_500_000, "video_codec": "vp8", "layers": True}


@pytest.mark.parametrize(("codec", "layers"), [("vp8", True), ("h264", True), ("vp9", False), ("av1", False)])
def test_cameras_come_in_layers_where_a_worker_can_change_between_them(codec: str, layers: bool) -> None:
    visit = replace(a_session(), video_codec=codec)
    assert views.policy_view(visit, ())["layers"] is layers


def test_a_waiting_patient_sees_itself_and_the_clinicians_names() -> None:
    doctor, patient = a_staff_seat(), a_seat(state=P.WAITING, device=DEVICE)
    other = a_seat(Role.GUEST, P.WAITING)
    line = replace(a_message(), participant_id=doctor.id)
    state = views.call_state(a_scene(doctor, patient, other, messages=(line,)), patient)
    assert [seat["id"] for seat in state["participants"]] == ["par_patient"]
    assert state["session"]["clinicians"] == ["Name of clinician"]
    assert state["chat"] == []
    assert state["you"]["can"] == ["chat"]


def test_a_line_for_one_person_is_read_by_them_and_staff_alone() -> None:
    doctor, waiting = a_staff_seat(), a_seat(state=P.WAITING)
    guest = a_seat(Role.GUEST, P.CONNECTED)
    line = replace(a_message(), participant_id=doctor.id, to_participant_id=waiting.id)
    for viewer, read in ((doctor, 1), (waiting, 1), (guest, 0)):
        assert len(views.call_state(a_scene(doctor, waiting, guest, messages=(line,)), viewer)["chat"]) == read, viewer.id


def test_what_a_person_needs_is_told_to_whoever_sees_them_once_they_said_so() -> None:
    doctor, silent = a_staff_seat(), a_seat(state=P.CONNECTED)
    said = replace(silent, needs=(Need.CANNOT_HEAR,))
    guest = a_seat(Role.GUEST, P.CONNECTED)
    for viewer in (doctor, guest, said):
        assert (views.participant_view(said, viewer) or {})["needs"] == ["cannot_hear"]
        assert "needs" not in (views.participant_view(silent, viewer) or {})


def test_a_guest_in_the_call_sees_the_people_in_the_call_only() -> None:
    doctor, patient = a_staff_seat(), a_seat(state=P.CONNECTED)
    seats = [a_seat(Role.GUEST, state, id=f"par_{state.value}") for state in P]
    state = views.call_state(a_scene(doctor, patient, *seats, messages=(a_message(),)), patient)
    seen = {seat["id"] for seat in state["participants"]}
    assert seen == {"par_clinician", "par_patient", "par_admitted", "par_connected", "par_reconnecting", "par_on_hold"}
    assert len(state["chat"]) == 1
    assert state["you"]["can"] == ["chat", "share_screen"]


@pytest.mark.parametrize("mine", list(P), ids=str)
def test_tracks_are_listed_only_when_both_are_in_the_call(mine: P) -> None:
    for theirs in P:
        viewer, other = a_staff_seat(state=mine), a_seat(state=theirs)
        view = views.participant_view(other, viewer, views.Presence(tracks=TRACKS))
        assert view is not None
        expected = mine in IN_CALL and theirs in IN_CALL
        assert (bool(view["tracks"]), views.may_receive(viewer, other)) == (expected, expected), theirs


def test_on_hold_one_hears_and_sees_nothing() -> None:
    doctor, held = a_staff_seat(), a_seat(state=P.ON_HOLD, held=True)
    state = views.call_state(a_scene(doctor, held, messages=(a_message(),)), held)
    assert [seat["id"] for seat in state["participants"]] == ["par_patient"]
    assert state["chat"] == []
    assert views.participant_view(held, doctor, views.Presence(tracks=TRACKS))["tracks"] == []  # type: ignore[index]


def test_a_caller_whose_device_must_stay_silent_is_told_so_and_nobody_else() -> None:
    doctor = a_staff_seat()
    patient = a_seat(state=P.CONNECTED, device=replace(DEVICE, speaker=views.SILENT))
    scene = a_scene(doctor, patient)
    assert views.call_state(scene, patient)["you"]["silent"] is True
    assert "silent" not in views.call_state(scene, doctor)["you"]
    other = a_seat(state=P.CONNECTED, device=DEVICE)
    assert "silent" not in views.call_state(a_scene(doctor, other), other)["you"], "an ordinary caller hears tones"


def test_nobody_sees_into_another_session() -> None:
    assert views.participant_view(a_seat(session_id="ses_2"), a_staff_seat()) is None
    assert not views.may_receive(a_staff_seat(), a_seat(session_id="ses_2", state=P.CONNECTED))


GUESTS = st.builds(
    a_seat,
    st.sampled_from(sorted(LINK_ROLES | {Role.CARER})),
    st.sampled_from(P),
    reason=st.just(CANARY),
    held=st.booleans(),
    device=st.just(DeviceReport(CANARY, CANARY, CANARY, CANARY, 7)),
    id=st.sampled_from(["par_a", "par_b", "par_c"]),
)
STAFF_SEATS = st.builds(
    a_staff_seat,
    st.sampled_from(sorted(CARE_ROLES)),
    st.sampled_from(P),
    reason=st.just(CANARY),
    user_id=st.just(f"usr_{CANARY}"),
    device=st.just(DeviceReport(CANARY, CANARY, CANARY, CANARY, 7)),
)


@given(GUESTS, st.lists(st.one_of(GUESTS, STAFF_SEATS), max_size=5), st.sampled_from(SessionState))
def test_what_is_for_staff_never_reaches_a_guest(
    viewer: ParticipantRecord, others: list[ParticipantRecord], state: SessionState
) -> None:
    session = a_session(state, patient_name=CANARY, reason=CANARY, created_by=f"usr_{CANARY}", outcome=Outcome.NO_SHOW)
    move = MoveRequest(f"mov_{CANARY}", "ses_1", viewer.id, CANARY, NOW)
    scene = a_scene(viewer, *others, session=session, moves=(move,), messages=(a_message(viewer.id),))
    sent = json.dumps(views.call_state(scene, viewer))
    assert CANARY not in sent
    assert "no_show" not in sent
    for word in ("device", "moves", "patient_name", "reason", "outcome"):
        assert f'"{word}"' not in sent


@given(GUESTS, STAFF_SEATS)
def test_before_admission_a_guest_learns_of_no_other_guest(guest: ParticipantRecord, doctor: ParticipantRecord) -> None:
    viewer = a_seat(state=P.WAITING, id="par_viewer")
    other = replace(guest, name=CANARY)
    assert CANARY not in json.dumps(views.call_state(a_scene(viewer, other, doctor), viewer))


def test_today_rows_are_those_of_the_protocol() -> None:
    session = a_session(SessionState.ACTIVE, patient_name="Pat", reason="cough", started_at=NOW)
    waiting = a_seat(device=DEVICE, acknowledged_at=NOW)
    assert today_views.waiting_row(waiting, session) == {
        "participant_id": "par_patient",
        "session_id": "ses_1",
        "name": "Name of patient",
        "reason": "cough",
        "state": "waiting",
        "since": "2026-11-22T09:30:00.000Z",
        "device": views.device_view(DEVICE),
        "needs": [],
        "acknowledged": True,
    }
    row = today_views.session_row(session, [a_staff_seat(), waiting], "usr_clinician")
    assert (row["people"], row["mine"], row["started_at"]) == (1, True, "2026-11-22T09:30:00.000Z")
    assert not today_views.session_row(session, [waiting], "usr_clinician")["mine"]
    assert today_views.session_row(session, [], "usr_maker")["mine"]
    task = today_views.task_row(today_views.LINK_WANTED, session, NOW)
    named = {"session_id": "ses_1", "patient_name": "Pat", "begun": None}
    assert task == {"kind": "link_wanted", **named, "since": "2026-11-22T09:30:00.000Z"}
    state = today_views.staff_state(CLINIC, {"waiting": [], "sessions": [row], "tasks": [task]})
    assert set(state) == {"clinic", "waiting", "sessions", "tasks"}
    assert [today_views.is_waiting(a_seat(state=state)) for state in (P.WAITING, P.ASLEEP, P.CHECKING)] == [True, True, False]


def test_a_link_row_has_no_token() -> None:
    row = today_views.link_row(a_link(revoked_at=NOW + timedelta(minutes=1)))
    assert "a" * 64 not in json.dumps(row)
    assert row["revoked_at"] == "2026-11-22T09:31:00.000Z"
