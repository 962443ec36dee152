"""How long recordings are kept, holds, emergencies, and the two people erasing takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.care.identity import Staff
from telemed.care.policies import policies_from
from telemed.care.recording import erasing, retention
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.retention import Due
from telemed.care.recording.words import Basis, RecordingState
from telemed.care.records import UserRecord
from telemed.care.roles import Role
from telemed.care.states import SessionKind
from telemed.errors import Conflict, InvalidInput
from tests.unit.care.recording.builders import NOW, a_recording

READY = a_recording(state=RecordingState.READY)
WHY = "The patient asked for it."
ANN = Staff("usr_ann", "org_1", Role.CLINICIAN, "Ann", is_privacy_officer=True)
BOB = Staff("usr_bob", "org_1", Role.REVIEWER, "Bob", is_privacy_officer=True)
WEEK = timedelta(days=7)


@pytest.mark.parametrize("kind", list(SessionKind))
def test_each_kind_is_kept_for_its_time(kind: SessionKind) -> None:
    policies = policies_from({f"recording_days_{kind.value}": 30}, is_demo=False)
    assert retention.kept_days(policies, kind) == 30
    assert retention.expires_at(policies, kind, NOW) == NOW + timedelta(days=30)
    others = set(SessionKind) - {kind}
    assert {retention.kept_days(policies, other) for other in others} == {365}
    forever = policies_from({f"recording_days_{kind.value}": 0}, is_demo=False)
    assert retention.expires_at(forever, kind, NOW) is None


@pytest.mark.parametrize(
    ("recording", "due"),
    [
        (READY, None),
        (replace(READY, expires_at=NOW), Due.EXPIRED),
        (replace(READY, expires_at=NOW + timedelta(seconds=1)), None),
        (replace(READY, expires_at=NOW, hold=True), None),
        (replace(READY, decide_by=NOW, expires_at=NOW), Due.UNDECIDED),
        (replace(READY, decide_by=NOW, hold=True), None),
        (replace(READY, expires_at=NOW, state=RecordingState.FAILED), Due.EXPIRED),
        (replace(READY, expires_at=NOW, state=RecordingState.FINALISING), None),
        (replace(READY, decide_by=NOW, state=RecordingState.FINALISING), Due.UNDECIDED),
        (replace(READY, decide_by=NOW, state=RecordingState.FINALISING, hold=True), None),
        (replace(READY, decide_by=NOW, state=RecordingState.RECORDING), None),
        (replace(READY, expires_at=NOW, state=RecordingState.RECORDING), None),
    ],
)
def test_what_is_due(recording: RecordingRecord, due: Due | None) -> None:
    assert retention.due(recording, NOW) is due


def test_a_hold_is_put_on_and_taken_off_for_a_reason() -> None:
    held = retention.held(READY, True, "  A claim was  filed. ", ANN)
    assert (held.hold, held.hold_reason, held.held_by) == (True, "A claim was filed.", "usr_ann")
    released = retention.held(held, False, "The claim is settled.", BOB)
    assert (released.hold, released.hold_reason, released.held_by) == (False, "", None)
    with pytest.raises(InvalidInput):
        retention.held(READY, True, "no", ANN)
    with pytest.raises(Conflict) as refused:
        retention.held(a_recording(state=RecordingState.ERASED), True, WHY, ANN)
    assert refused.value.code == "recording_erased"


def test_an_emergency_is_kept_once_somebody_says_so() -> None:
    emergency = replace(READY, basis=Basis.EMERGENCY, decide_by=NOW)
    kept = retention.kept(emergency)
    assert kept.decide_by is None and retention.due(kept, NOW + 2 * WEEK) is None
    for nothing, code in (
        (READY, "not_emergency"),
        (kept, "not_emergency"),
        (replace(emergency, state=RecordingState.ERASED), "recording_erased"),
    ):
        with pytest.raises(Conflict) as refused:
            retention.kept(nothing)
        assert refused.value.code == code


def user(name: str, role: Role = Role.CLINICIAN, **changes: object) -> UserRecord:
    values: dict[str, object] = {"is_privacy_officer": True} | changes
    return UserRecord(f"usr_{name}", "org_1", role, name, f"{name}@c.example", "x", NOW, **values)  # type: ignore[arg-type]


def test_who_has_the_right() -> None:
    everybody = [
        user("ann"),
        user("bob", Role.REVIEWER),
        user("root", Role.ADMIN),
        user("gone", is_active=False),
        user("nurse", is_privacy_officer=False),
        user("north", site_id="sit_north"),
    ]
    assert [one.id for one in erasing.officers(everybody, "sit_south")] == ["usr_ann", "usr_bob"]
    assert [one.id for one in erasing.officers(everybody, None)] == ["usr_ann", "usr_bob", "usr_north"]


def test_two_different_people() -> None:
    request = erasing.asked("ers_1", READY, ANN, WHY, 1, NOW)
    assert request.confirm_after is None and request.is_open
    for at in (NOW, NOW + 2 * WEEK):
        with pytest.raises(Conflict) as refused:
            erasing.confirmed(request, READY, ANN, 1, at)
        assert refused.value.code == "own_request"
    done = erasing.confirmed(request, READY, BOB, 1, NOW)
    assert (done.confirmed_by, done.confirmed_at, done.is_open) == ("usr_bob", NOW, False)


def test_losing_the_second_person_makes_no_shortcut() -> None:
    """Who asked while there was another cannot confirm alone when that one is gone: asking again starts the week."""
    request = erasing.asked("ers_1", READY, ANN, WHY, 1, NOW)
    with pytest.raises(Conflict) as refused:
        erasing.confirmed(request, READY, ANN, 0, NOW + 2 * WEEK)
    assert refused.value.code == "own_request"


def test_the_only_one_waits_a_week() -> None:
    request = erasing.asked("ers_1", READY, ANN, WHY, 0, NOW)
    assert request.confirm_after == NOW + WEEK
    with pytest.raises(Conflict) as refused:
        erasing.confirmed(request, READY, ANN, 0, NOW + WEEK - timedelta(seconds=1))
    assert refused.value.code == "too_early"
    assert not erasing.confirmed(request, READY, ANN, 0, NOW + WEEK).is_open
    with pytest.raises(Conflict) as refused:
        erasing.confirmed(request, READY, ANN, 1, NOW + WEEK)
    assert refused.value.code == "own_request", "somebody else has the right by now"
    assert erasing.confirmed(request, READY, BOB, 1, NOW).confirmed_by == "usr_bob", "and need not wait"


def test_a_wish_is_taken_back_or_grows_stale() -> None:
    request = erasing.asked("ers_1", READY, ANN, WHY, 1, NOW)
    cancelled = erasing.cancelled(request, BOB, NOW)
    assert (cancelled.cancelled_by, cancelled.is_open) == ("usr_bob", False)
    late = NOW + timedelta(days=30)
    assert erasing.is_stale(request, late) and not erasing.is_stale(cancelled, late) and not erasing.is_stale(request, NOW)
    for attempt in (
        lambda: erasing.cancelled(cancelled, ANN, NOW),
        lambda: erasing.confirmed(cancelled, READY, BOB, 1, NOW),
        lambda: erasing.confirmed(request, READY, BOB, 1, late),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "erase_over"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"hold": True}, "recording_held"),
        ({"state": RecordingState.RECORDING}, "recording_in_use"),
        ({"state": RecordingState.FINALISING}, "recording_in_use"),
        ({"state": RecordingState.ERASED, "hold": True}, "recording_erased"),
    ],
)
def test_what_cannot_be_erased(changes: dict[str, object], code: str) -> None:
    request = erasing.asked("ers_1", READY, ANN, WHY, 1, NOW)
    changed = a_recording(**({"state": RecordingState.READY} | changes))
    for attempt in (
        lambda: erasing.asked("ers_2", changed, ANN, WHY, 1, NOW),
        lambda: erasing.confirmed(request, changed, BOB, 1, NOW),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == code


def test_everybody_with_the_right_is_told_who_asked_first() -> None:
    request = erasing.asked("ers_1", READY, BOB, WHY, 1, NOW)
    told = erasing.whom_to_tell([user("ann"), user("bob")], request)
    assert [one.id for one in told] == ["usr_bob", "usr_ann"]
