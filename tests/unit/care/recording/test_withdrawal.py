"""Withdrawing when the recording is over: what there is of a person, what it may say, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from telemed.care.identity import Person, Staff
from telemed.care.recording import withdrawal
from telemed.care.recording.records import ConsentEvent, RecordingRecord
from telemed.care.recording.words import Basis, ConsentAct, OwnPart, RecordingState, Standing
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantState
from telemed.errors import Conflict, InvalidInput, NotAllowed
from tests.unit.care.recording.builders import NOW, a_recording, an_act

A, P = ConsentAct, OwnPart
ENDED, READY = NOW + timedelta(seconds=100), NOW + timedelta(seconds=110)


def over(**changes: Any) -> RecordingRecord:
    return a_recording(**{"state": RecordingState.READY, "stopped_at": ENDED, "ready_at": READY, **changes})


def said(*acts: tuple[float, ConsentAct], recording_id: str | None = "rec_1") -> list[ConsentEvent]:
    return [
        an_act(act, number=number, at=NOW + timedelta(seconds=at), recording_id=recording_id)
        for number, (at, act) in enumerate(acts, 1)
    ]


AGREED = (-5, A.AGREED)
LATE = (200, A.WITHDRAWN)


@pytest.mark.parametrize(
    ("acts", "changes", "part"),
    [
        ([], {}, P.NONE),
        ([(10, A.REFUSED)], {}, P.NONE),
        ([AGREED], {}, P.RECORDED),
        ([AGREED], {"state": RecordingState.RECORDING}, P.NONE),
        ([AGREED], {"state": RecordingState.ERASED}, P.NONE),
        ([], {"basis": Basis.EMERGENCY}, P.RECORDED),
        ([AGREED, (50, A.WITHDRAWN)], {}, P.OWED),
        ([AGREED, (50, A.WITHDRAWN), (60, A.KEEP_EARLIER)], {}, P.KEPT),
        ([AGREED, (50, A.WITHDRAWN), (60, A.KEEP_EARLIER), (70, A.AGREED)], {}, P.RECORDED),
        ([AGREED, (50, A.WITHDRAWN), (60, A.DESTROY_EARLIER)], {}, P.DESTROYED),
        ([AGREED, LATE], {}, P.OWED),
        ([AGREED, LATE, (201, A.KEEP_EARLIER)], {}, P.KEPT),
        ([AGREED, LATE, (201, A.DESTROY_EARLIER)], {}, P.DESTROYING),
        ([AGREED, LATE, (201, A.DESTROY_EARLIER)], {"state": RecordingState.FINALISING}, P.DESTROYING),
        ([AGREED, LATE, (201, A.DESTROY_EARLIER)], {"hold": True}, P.HELD),
        ([AGREED, LATE, (201, A.DESTROY_EARLIER)], {"ready_at": NOW + timedelta(seconds=210)}, P.DESTROYED),
        ([LATE, (201, A.DESTROY_EARLIER)], {"basis": Basis.EMERGENCY}, P.DESTROYING),
    ],
)
def test_what_there_is_of_a_person(acts: list[tuple[float, ConsentAct]], changes: dict[str, Any], part: OwnPart) -> None:
    recording, events = over(**changes), said(*acts)
    assert withdrawal.part_of("par_1", events, recording) is part
    assert withdrawal.part_of("par_2", events, recording) in (P.NONE, P.RECORDED), "what one says is nothing to another"
    going = part is P.DESTROYING
    assert withdrawal.must_go(recording, events) == (("par_1",) if going else ())
    assert withdrawal.not_shown(recording, events) == ({"par_1"} if part in (P.DESTROYING, P.HELD) else frozenset())
    assert withdrawal.is_due(recording, events) is (going and recording.state is RecordingState.READY)


def test_a_choice_about_another_take_says_nothing_of_this_one() -> None:
    events = [*said(AGREED, (50, A.WITHDRAWN)), *said((201, A.DESTROY_EARLIER), recording_id="rec_2")]
    events = [replace(event, sequence=number) for number, event in enumerate(events)]
    assert withdrawal.part_of("par_1", events, over()) is P.OWED


@pytest.mark.parametrize(
    ("part", "now", "keep", "destroy"),
    [
        (P.NONE, Standing.NONE, "nothing_recorded", "nothing_recorded"),
        (P.RECORDED, Standing.AGREED, (A.WITHDRAWN, A.KEEP_EARLIER), (A.WITHDRAWN, A.DESTROY_EARLIER)),
        (P.RECORDED, Standing.NONE, (A.WITHDRAWN, A.KEEP_EARLIER), (A.WITHDRAWN, A.DESTROY_EARLIER)),
        (P.OWED, Standing.WITHDRAWN, (A.KEEP_EARLIER,), (A.DESTROY_EARLIER,)),
        (P.KEPT, Standing.WITHDRAWN, (), (A.DESTROY_EARLIER,)),
        (P.DESTROYING, Standing.WITHDRAWN, "part_destroyed", ()),
        (P.HELD, Standing.WITHDRAWN, "part_destroyed", ()),
        (P.DESTROYED, Standing.WITHDRAWN, "part_destroyed", ()),
    ],
)
def test_what_is_noted(part: OwnPart, now: Standing, keep: object, destroy: object) -> None:
    for choice, wanted in ((A.KEEP_EARLIER, keep), (A.DESTROY_EARLIER, destroy)):
        if isinstance(wanted, str):
            with pytest.raises(Conflict) as refused:
                withdrawal.acts(choice, part, now)
            assert refused.value.code == wanted
        else:
            assert withdrawal.acts(choice, part, now) == wanted


@pytest.mark.parametrize(
    ("state", "is_live", "code"),
    [
        (RecordingState.ERASED, False, "recording_erased"),
        (RecordingState.CANCELLED, False, "recording_erased"),
        (RecordingState.RECORDING, True, "recording_open"),
        (RecordingState.READY, True, "visit_open"),
        (RecordingState.READY, False, ""),
        (RecordingState.FINALISING, False, ""),
        (RecordingState.FAILED, False, ""),
    ],
)
def test_when_it_can_be_said(state: RecordingState, is_live: bool, code: str) -> None:
    if not code:
        withdrawal.check_over(over(state=state), is_live)
        return
    with pytest.raises(Conflict) as refused:
        withdrawal.check_over(over(state=state), is_live)
    assert refused.value.code == code


def seat(name: str, role: Role, **changes: Any) -> ParticipantRecord:
    return ParticipantRecord(name, "ses_1", role, name, ParticipantState.LEFT, NOW, NOW, **changes)


DOCTOR = seat("par_doctor", Role.CLINICIAN, user_id="usr_1")
PATIENT, CARER = seat("par_patient", Role.PATIENT), seat("par_carer", Role.CARER, carer_id="car_1")
SEATS = (DOCTOR, PATIENT, CARER, seat("par_guest", Role.GUEST))


def test_whose_seat_is_whose() -> None:
    assert withdrawal.own_seat(Staff("usr_1", "org_1", Role.CLINICIAN, "A"), SEATS) == DOCTOR
    assert withdrawal.own_seat(Staff("usr_2", "org_1", Role.CLINICIAN, "B"), SEATS) is None
    assert withdrawal.own_seat(Person("pat_1", None, "org_1"), SEATS) == PATIENT
    assert withdrawal.own_seat(Person("pat_1", "car_1", "org_1"), SEATS) == CARER
    assert withdrawal.own_seat(Person("pat_1", "car_2", "org_1"), SEATS) is None
    twin = seat("par_twin", Role.PATIENT)
    assert withdrawal.own_seat(Person("pat_1", None, "org_1"), (*SEATS, twin)) is None, "nobody can tell them apart"


def test_for_others_only_privacy_officers_with_a_reason() -> None:
    officer = Staff("usr_2", "org_1", Role.FRONT_DESK, "B", is_privacy_officer=True)
    assert withdrawal.check_for_other(officer, PATIENT, "She  rang and said so") == "She rang and said so"
    assert withdrawal.check_for_other(officer, None, "Her mother wrote it") == "Her mother wrote it"
    with pytest.raises(InvalidInput):
        withdrawal.check_for_other(officer, PATIENT, "short")
    with pytest.raises(Conflict):
        withdrawal.check_for_other(officer, DOCTOR, "He said it in passing")
    with pytest.raises(NotAllowed):
        withdrawal.check_for_other(replace(officer, is_privacy_officer=False), PATIENT, "She rang and said so")
    with pytest.raises(NotAllowed):
        withdrawal.check_for_other(replace(officer, role=Role.ADMIN), PATIENT, "She rang and said so")
