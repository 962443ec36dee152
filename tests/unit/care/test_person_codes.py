"""Codes and logins of patients and carers: the rules alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.identity import Person
from telemed.care.patients.records import CarerRecord, PatientRecord, PatientStanding
from telemed.care.patients.words import CarerScope, Relation
from telemed.care.permissions import CARER_ACTIONS, CARER_ALWAYS, TABLE, Action, Scope, may_patient
from telemed.care.persons import codes, logins
from telemed.care.persons.records import ChannelCodeRecord, CodePurpose, PersonLoginRecord

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATIENT = PatientRecord("pat_1", "org_1", "A", "a", "usr_1", NOW, NOW)
CARER = CarerRecord("car_1", "pat_1", "C", Relation.CHILD, (CarerScope.JOIN_VISITS,), "usr_1", NOW)
LOGIN = PersonLoginRecord("ptl_1", "pat_1", None, "h", "Firefox", NOW, NOW, NOW + logins.LIFE)
OWN = [action for action, grants in TABLE.items() if Scope.OWN_RECORD in grants.values()]


def a_code(**changes: object) -> ChannelCodeRecord:
    record = ChannelCodeRecord(
        "chc_1", "chn_1", CodePurpose.SIGN_IN, codes.hashed("key", "012345"), 1, NOW, NOW + codes.LIFE
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def test_a_code_is_right_once_in_time_and_within_its_attempts() -> None:
    assert codes.is_right(a_code(), "key", "012345", NOW)
    assert codes.is_right(a_code(attempts=codes.ATTEMPTS), "key", "012345", NOW)
    assert not codes.is_right(a_code(attempts=codes.ATTEMPTS + 1), "key", "012345", NOW)
    assert not codes.is_right(a_code(used_at=NOW), "key", "012345", NOW)
    assert not codes.is_right(a_code(), "key", "012345", NOW + codes.LIFE)
    assert not codes.is_right(a_code(), "key", "012346", NOW)
    assert not codes.is_right(a_code(), "other key", "012345", NOW)
    assert not codes.is_right(None, "key", "012345", NOW)
    assert not codes.is_right(None, "", "", NOW)


@given(st.text(), st.text(max_size=6), st.text(), st.text(max_size=6))
def test_key_and_code_cannot_run_into_each_other(key: str, code: str, other_key: str, other_code: str) -> None:
    key, code, other_key, other_code = (text.encode("utf-8", "replace").decode() for text in (key, code, other_key, other_code))
    same = codes.hashed(key, code) == codes.hashed(other_key, other_code)
    assert same is ((key, code) == (other_key, other_code))


@given(st.integers(min_value=0))
def test_codes_have_six_digits(number: int) -> None:
    assert len(codes.digits(number)) == codes.DIGITS and codes.digits(number).isdigit()


@pytest.mark.parametrize("step", ["", ".", "chc_x.y", "chc_" + "a" * 16, "chc_" + "a" * 16 + "." + "b" * 21, "a.b.c"])
def test_what_is_no_step_belongs_to_no_row(step: str) -> None:
    assert codes.parts_of(step) == ("chc_none", "")


def test_three_in_a_quarter_and_ten_in_a_day() -> None:
    assert codes.seconds_to_wait([NOW, NOW], NOW) == 0
    sent = [NOW, NOW + MINUTE, NOW + 2 * MINUTE]
    assert codes.seconds_to_wait(sent, NOW + 3 * MINUTE) == 12 * 60
    assert codes.seconds_to_wait(sent, NOW + 15 * MINUTE) == 0
    hourly = [NOW + timedelta(hours=hour) for hour in range(10)]
    assert codes.seconds_to_wait(hourly, NOW + timedelta(hours=10)) == 14 * 3600
    assert codes.seconds_to_wait(hourly, NOW + timedelta(hours=24)) == 0


@given(st.lists(st.integers(0, 3 * 86400), max_size=60))
def test_no_flood_gets_through(asked: list[int]) -> None:
    sent: list[datetime] = []
    for second in sorted(asked):
        at = NOW + timedelta(seconds=second)
        if codes.seconds_to_wait(sent, at) == 0:
            sent.append(at)
    for limit, span in ((codes.PER_QUARTER, codes.QUARTER), (codes.PER_DAY, codes.DAY)):
        assert all(sum(start <= at < start + span for at in sent) <= limit for start in sent)


def test_a_login_ends_by_age_idleness_and_sign_out() -> None:
    assert logins.person_of(LOGIN, PATIENT, None, NOW) == Person("pat_1", None, "org_1")
    assert logins.person_of(LOGIN, PATIENT, None, NOW + logins.IDLE) is None
    busy = replace(LOGIN, last_seen_at=NOW + logins.LIFE)
    assert logins.person_of(busy, PATIENT, None, NOW + logins.LIFE) is None
    assert logins.person_of(replace(LOGIN, revoked_at=NOW), PATIENT, None, NOW) is None
    assert logins.person_of(LOGIN, None, None, NOW) is None
    assert logins.person_of(None, PATIENT, None, NOW) is None


def test_a_carer_ends_with_its_time_and_its_rights() -> None:
    login = replace(LOGIN, carer_id="car_1")
    assert logins.person_of(login, PATIENT, CARER, NOW) == Person("pat_1", "car_1", "org_1")
    assert logins.person_of(login, PATIENT, replace(CARER, ends_at=NOW), NOW) is None
    assert logins.person_of(login, PATIENT, replace(CARER, revoked_at=NOW), NOW) is None
    assert logins.person_of(login, PATIENT, replace(CARER, patient_id="pat_2"), NOW) is None
    assert logins.person_of(login, PATIENT, None, NOW) is None


@pytest.mark.parametrize("action", OWN, ids=str)
def test_persons_act_on_their_own_record_alone(action: Action) -> None:
    other = replace(PATIENT, id="pat_2")
    elsewhere = replace(PATIENT, organisation_id="org_2")
    patient, carer = Person("pat_1", None, "org_1"), Person("pat_1", "car_1", "org_1")
    everything = PatientStanding(carer_scope=frozenset(CarerScope))
    assert may_patient(patient, action, PATIENT, PatientStanding())
    assert may_patient(carer, action, PATIENT, everything)
    for person in (patient, carer):
        assert not may_patient(person, action, other, everything)
        assert not may_patient(person, action, elsewhere, everything)
    assert not may_patient(carer, action, PATIENT, PatientStanding())  # ended or revoked
    for scope in CarerScope:
        allowed = action in CARER_ALWAYS or CARER_ACTIONS[action] is scope
        assert may_patient(carer, action, PATIENT, PatientStanding(carer_scope=frozenset({scope}))) is allowed
