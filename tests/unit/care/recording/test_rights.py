"""Role x act x standing: who may do what with one recording."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from telemed.care.actions import Action
from telemed.care.identity import Identity, Person, Seat, Staff
from telemed.care.patients.records import STRANGER, PatientStanding
from telemed.care.recording.records import NO_STANDING, RecordingStanding
from telemed.care.recording.rights import ON_RECORDINGS, check_recording, may_recording, reads_all_recordings
from telemed.care.roles import CARE_ROLES, STAFF_ROLES, Role
from telemed.errors import NotFound, NotSignedIn
from tests.unit.care.recording.builders import a_recording

# W whoever led the visit or cares for the patient, A everybody of the house, V privacy officers; by hand, not from the table.
EXPECTED = {
    Action.LIST_RECORDINGS: {"care": "WV", "desk": "V", "reviewer": "A"},
    Action.READ_RECORDING: {"care": "WV", "desk": "V", "reviewer": "A"},
    Action.WATCH_RECORDING: {"care": "W", "desk": "", "reviewer": "A"},
    Action.MARK_RECORDING: {"care": "W", "desk": "", "reviewer": "A"},
    Action.REVIEW_RECORDING: {"care": "W", "desk": "", "reviewer": "A"},
    Action.VERIFY_RECORDING: {"care": "WV", "desk": "V", "reviewer": "A"},
    Action.EXPORT_RECORDING: {"care": "W", "desk": "", "reviewer": "A"},
    Action.HOLD_RECORDING: {"care": "V", "desk": "V", "reviewer": "V"},
    Action.ERASE_RECORDING: {"care": "V", "desk": "V", "reviewer": "V"},
    Action.DECIDE_RECORDING: {"care": "WV", "desk": "V", "reviewer": "V"},
    Action.WITHDRAW_RECORDING: {"care": "WV", "desk": "V", "reviewer": "V"},
}
STANDINGS = {
    "nothing": NO_STANDING,
    "stranger to the patient": RecordingStanding(patient=STRANGER),
    "led": RecordingStanding(led=True),
    "team": RecordingStanding(patient=PatientStanding(in_team=True)),
    "leads another visit": RecordingStanding(patient=PatientStanding(leads_session=True)),
    "broke the glass": RecordingStanding(patient=PatientStanding(broke_glass=True)),
}
RECORDING = a_recording(site_id="sit_1")


def group(role: Role) -> str:
    if role in CARE_ROLES:
        return "care"
    return {Role.FRONT_DESK: "desk", Role.REVIEWER: "reviewer"}.get(role, "")


def test_every_act_on_recordings_is_walked() -> None:
    assert set(EXPECTED) == ON_RECORDINGS


@pytest.mark.parametrize("role", sorted(STAFF_ROLES), ids=str)
@pytest.mark.parametrize("officer", [True, False])
def test_staff_in_every_standing(role: Role, officer: bool) -> None:
    for action, (name, standing) in itertools.product(ON_RECORDINGS, STANDINGS.items()):
        letters = EXPECTED[action].get(group(role), "")
        cares = name in ("led", "team", "leads another visit", "broke the glass")
        everything = "A" in letters or ("V" in letters and officer)
        allowed = everything or ("W" in letters and cares)
        for site, own in (("sit_1", True), (None, True), ("sit_2", False)):
            staff = Staff("usr_1", "org_1", role, "Somebody", site, officer)
            assert may_recording(staff, action, RECORDING, standing) is (allowed and own), (action, name, site)
            assert may_recording(replace(staff, organisation_id="org_2"), action, RECORDING, standing) is False
        assert reads_all_recordings(Staff("usr_1", "org_1", role, "Somebody", None, officer), action) is everything


def test_admins_see_none_whatever_duty_they_gave_themselves() -> None:
    admin = Staff("usr_1", "org_1", Role.ADMIN, "Root", is_privacy_officer=True)
    assert not [action for action in ON_RECORDINGS if may_recording(admin, action, RECORDING, RecordingStanding(led=True))]


@pytest.mark.parametrize("identity", [None, Seat("par_1", "ses_1"), Person("pat_1", None, "org_1")])
def test_nobody_else(identity: Identity | None) -> None:
    for action in ON_RECORDINGS:
        assert not may_recording(identity, action, RECORDING, RecordingStanding(led=True))


@pytest.mark.parametrize("action", sorted(set(Action) - ON_RECORDINGS), ids=str)
def test_acts_on_other_things_are_not_decided_here(action: Action) -> None:
    reviewer = Staff("usr_1", "org_1", Role.REVIEWER, "Bob", is_privacy_officer=True)
    assert not may_recording(reviewer, action, RECORDING, RecordingStanding(led=True))


def test_missing_and_forbidden_give_the_same_answer() -> None:
    clinician = Staff("usr_1", "org_1", Role.CLINICIAN, "Ann")
    answers = []
    for recording in (None, RECORDING, replace(RECORDING, organisation_id="org_2")):
        with pytest.raises(NotFound) as refused:
            check_recording(clinician, Action.WATCH_RECORDING, recording, NO_STANDING)
        answers.append((str(refused.value), refused.value.code))
    assert len(set(answers)) == 1
    with pytest.raises(NotSignedIn):
        check_recording(None, Action.WATCH_RECORDING, RECORDING, NO_STANDING)
    assert check_recording(clinician, Action.WATCH_RECORDING, RECORDING, RecordingStanding(led=True)) is RECORDING
