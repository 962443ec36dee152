"""The rules of emergency access: a reason, an hour, nothing prolonged by itself, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from telemed.care import break_glass
from telemed.care.identity import Staff
from telemed.care.notify.catalogue import check_values
from telemed.care.notify.compose import compose
from telemed.care.patients.records import PatientRecord, PatientStanding
from telemed.care.records import UserRecord
from telemed.care.roles import Role
from telemed.errors import Conflict, InvalidInput, NotAllowed

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
PATIENT = PatientRecord("pat_1", "org_1", "Ada", "ada", "usr_d", NOW, NOW, site_id="sit_n")
DOCTOR = Staff("usr_1", "org_1", Role.CLINICIAN, "Dr. A", "sit_n")
REASON = "Unconscious, allergies unknown"


def an_access() -> break_glass.BreakGlassRecord:
    return break_glass.broken("brk_1", DOCTOR, PATIENT, REASON, NOW)


def test_it_lasts_an_hour_and_not_longer() -> None:
    access = an_access()
    assert access.is_open(NOW) and access.is_open(NOW + timedelta(minutes=59, seconds=59))
    assert not access.is_open(NOW + timedelta(minutes=60))
    given_back = break_glass.closed(access, NOW + timedelta(minutes=5))
    assert not given_back.is_open(NOW + timedelta(minutes=6))
    assert break_glass.closed(given_back, NOW + timedelta(minutes=9)) == given_back


@pytest.mark.parametrize("reason", ["", "x" * 9, "         short         ", "x" * 501])
def test_a_reason_is_10_to_500_characters(reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        break_glass.broken("brk_1", DOCTOR, PATIENT, reason, NOW)
    assert refused.value.field == "reason"


def test_the_edges_of_a_reason() -> None:
    assert break_glass.clean_reason("x" * 10) == "x" * 10
    assert break_glass.clean_reason("  a  reason\nwith spaces ") == "a reason with spaces"
    assert len(break_glass.clean_reason("x" * 500)) == 500


def test_more_time_takes_another_reason() -> None:
    stranger = PatientStanding(broke_glass=True)
    with pytest.raises(Conflict) as refused:
        break_glass.check_need(stranger, an_access(), REASON.upper() + " ")
    assert refused.value.code == "reason_repeated"
    break_glass.check_need(stranger, an_access(), "Still unconscious, going to theatre")
    break_glass.check_need(PatientStanding(), None, REASON)


@pytest.mark.parametrize("standing", [PatientStanding(in_team=True), PatientStanding(leads_session=True)])
def test_an_open_record_is_not_broken_open(standing: PatientStanding) -> None:
    with pytest.raises(Conflict) as refused:
        break_glass.check_need(standing, None, REASON)
    assert refused.value.code == "record_open"


def test_who_may_give_it_back() -> None:
    access = an_access()
    officer = Staff("usr_9", "org_1", Role.REVIEWER, "R", None, is_privacy_officer=True)
    break_glass.check_closer(access, DOCTOR)
    break_glass.check_closer(access, officer)
    for other in (replace(officer, is_privacy_officer=False), replace(officer, role=Role.ADMIN)):
        with pytest.raises(NotAllowed):
            break_glass.check_closer(access, other)


def test_a_review_is_somebody_elses_and_after_the_end() -> None:
    access = an_access()
    officer = Staff("usr_9", "org_1", Role.REVIEWER, "R", None, is_privacy_officer=True)
    later = NOW + timedelta(hours=2)
    with pytest.raises(Conflict, match="open"):
        break_glass.reviewed(access, officer, NOW)
    with pytest.raises(Conflict, match="own"):
        break_glass.reviewed(access, DOCTOR, later)
    seen = break_glass.reviewed(access, officer, later)
    assert (seen.reviewed_at, seen.reviewed_by) == (later, officer.user_id)
    assert break_glass.reviewed(seen, officer, later + timedelta(days=1)) == seen


def a_user(user_id: str, role: Role, **changes: object) -> UserRecord:
    user = UserRecord(user_id, "org_1", role, f"Name {user_id}", f"{user_id}@clinic.example", "hash", NOW)
    return replace(user, **changes)  # type: ignore[arg-type]


def test_privacy_officers_and_the_team_are_told() -> None:
    users = [
        a_user("usr_1", Role.CLINICIAN, is_privacy_officer=True),  # who broke the glass
        a_user("usr_2", Role.REVIEWER, is_privacy_officer=True),
        a_user("usr_3", Role.REVIEWER, is_privacy_officer=True, site_id="sit_s"),  # of another site
        a_user("usr_4", Role.CLINICIAN, site_id="sit_n"),  # in the team
        a_user("usr_5", Role.CLINICIAN),  # not in the team
        a_user("usr_6", Role.ADMIN, is_privacy_officer=True),
        a_user("usr_7", Role.CLINICIAN, is_active=False),  # was in the team, left
        a_user("usr_8", Role.RESPONDER, is_privacy_officer=True),  # both: once, as an officer
    ]
    team = frozenset({"usr_1", "usr_4", "usr_7", "usr_8"})
    told = break_glass.whom_to_tell(an_access(), PATIENT, users, team, "https://care.example")
    assert {(one.user.id, one.link) for one in told} == {
        ("usr_2", "https://care.example/privacy"),
        ("usr_4", "https://care.example/patients/pat_1"),
        ("usr_8", "https://care.example/privacy"),
    }


def test_a_notice_names_nobody_and_no_reason() -> None:
    access = an_access()
    told = break_glass.Told(a_user("usr_2", Role.REVIEWER, language="de"), "https://care.example/privacy")
    wanted = break_glass.notice(access, told, "out_1", NOW)
    assert wanted is not None
    check_values(wanted.template, wanted.details)
    row = compose(wanted, NOW)
    assert row.language == "de" and row.dedupe_key == "break_glass:brk_1:usr_2"
    assert "Ada" not in str(wanted.details) and REASON not in str(wanted.details) and REASON not in repr(access)


def test_an_address_nobody_can_write_to_stops_no_emergency() -> None:
    told = break_glass.Told(a_user("usr_2", Role.REVIEWER, email="röntgen@clinic"), "https://care.example/privacy")
    assert break_glass.notice(an_access(), told, "out_1", NOW) is None
