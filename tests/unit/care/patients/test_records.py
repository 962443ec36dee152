"""Making, changing and joining records, channels in one form, and who may touch whose record."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from telemed.care.identity import Person, Staff
from telemed.care.patients import channels, edits, merging
from telemed.care.patients.edits import Details
from telemed.care.patients.records import CarerRecord, MergeRecord, PatientRecord, PatientStanding
from telemed.care.patients.words import CarerScope, ChannelKind, Need, Relation
from telemed.care.permissions import Action, check_patient, may_patient
from telemed.care.roles import CARE_ROLES, STAFF_ROLES, Role
from telemed.errors import Conflict, InvalidInput, NotAllowed, NotSignedIn
from tests.unit.care.builders import NOW

TODAY = NOW.date()


def a_patient(**changes: Any) -> PatientRecord:
    values: dict[str, Any] = {
        "id": "pat_1", "organisation_id": "org_1", "name": "Ada", "folded_name": "ada", "created_by": "usr_1",
        "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return PatientRecord(**(values | changes))


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (ChannelKind.PHONE, "030 123 45 67", "+49301234567"),
        (ChannelKind.PHONE, "+44 (0)20 7946 0958", "+442079460958"),
        (ChannelKind.PHONE, "0041446681800", "+41446681800"),
        (ChannelKind.PHONE, "+49 \uff13\uff10 1234567", "+49301234567"),
        (ChannelKind.EMAIL, "  Ada.Lovelace@Example.ORG ", "ada.lovelace@example.org"),
        (ChannelKind.EMAIL, "a+b@sub.example.org", "a+b@sub.example.org"),
    ],
)
def test_channels_have_one_form(kind: ChannelKind, typed: str, kept: str) -> None:
    assert channels.normalise(kind, typed, "DE") == kept
    assert channels.normalise(kind, kept, "US") == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (ChannelKind.PHONE, "12"),
        (ChannelKind.PHONE, "call me"),
        (ChannelKind.PHONE, "+999999999999999999"),
        (ChannelKind.PHONE, "030 1234567 ext. 5"),
        (ChannelKind.EMAIL, "ada"),
        (ChannelKind.EMAIL, "ada@localhost"),
        (ChannelKind.EMAIL, "a b@example.org"),
        (ChannelKind.EMAIL, "a..b@example.org"),
        (ChannelKind.EMAIL, "<a@example.org>"),
        (ChannelKind.EMAIL, "a@example.org\nbcc: b@example.org"),
        (ChannelKind.EMAIL, f"{'x' * 65}@example.org"),
    ],
)
def test_what_is_no_number_or_address_is_refused(kind: ChannelKind, typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        channels.normalise(kind, typed, "DE")
    assert caught.value.field == "value" and typed not in caught.value.message


def test_numbers_are_of_the_clinics_country() -> None:
    assert channels.region_of("+43 1 234567") == "AT" and channels.region_of("not a number") == "DE"
    assert channels.display(ChannelKind.PHONE, "+49301234567") == "+49 30 1234567"


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (Details("  "), "name"),
        (Details("..."), "name"),
        (Details("x" * 81), "name"),
        (Details("Ada", date(2026, 11, 23)), "birth_date"),
        (Details("Ada", date(1890, 1, 1)), "birth_date"),
        (Details("Ada", None, "German!"), "language"),
        (Details("Ada", None, "", (Need.INTERPRETER,), "x"), "interpreter_language"),
    ],
)
def test_wrong_details_name_their_field(details: Details, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        edits.checked(details, TODAY)
    assert caught.value.field == field


def test_details_are_kept_tidy() -> None:
    kept = edits.checked(
        Details(" Ada \u0007 King ", None, "fa", (Need.INTERPRETER, Need.CANNOT_HEAR, Need.CANNOT_HEAR), "fa"), TODAY
    )
    assert kept == Details("Ada King", None, "fa", (Need.CANNOT_HEAR, Need.INTERPRETER), "fa")
    assert edits.checked(Details("Ada", interpreter_language="fa"), TODAY).interpreter_language == ""


def test_an_edit_counts_from_the_revision_it_was_made_on() -> None:
    patient = a_patient()
    after = edits.edited(patient, Details("Ada King", date(1956, 3, 12)), 1, NOW + timedelta(hours=1))
    assert (after.revision, after.folded_name) == (2, "ada king")
    assert edits.difference(patient, after) == {"name": ["Ada", "Ada King"], "birth_date": [None, "1956-03-12"]}
    assert edits.difference(None, patient) == {"name": [None, "Ada"]}
    assert edits.edited(patient, edits.details_of(patient), 1, NOW) is patient
    with pytest.raises(Conflict) as stale:
        edits.edited(after, Details("Eva"), 1, NOW)
    with pytest.raises(Conflict) as merged:
        edits.edited(replace(after, merged_into="pat_2"), Details("Eva"), 2, NOW)
    assert (stale.value.code, merged.value.code) == ("patient_changed", "patient_merged")


def test_what_can_be_joined_and_parted() -> None:
    kept, merged = a_patient(), a_patient(id="pat_2")
    merging.check_merge(kept, merged)
    for other in (kept, replace(merged, organisation_id="org_2")):
        with pytest.raises(InvalidInput):
            merging.check_merge(kept, other)
    with pytest.raises(Conflict):
        merging.check_merge(kept, merging.pointing(merged, kept))
    record = MergeRecord("mrg_1", kept.id, merged.id, {}, "usr_1", NOW)
    merging.check_undo(record, kept, merging.pointing(merged, kept))
    with pytest.raises(Conflict) as again:
        merging.check_undo(merging.undone(record, "usr_1", NOW), kept, merging.pointing(merged, kept))
    with pytest.raises(Conflict):
        merging.check_undo(record, replace(kept, merged_into="pat_3"), merging.pointing(merged, kept))
    assert again.value.code == "merge_undone" and merging.pointing(merging.pointing(merged, kept), None) == merged


ABOUT_PATIENTS = (Action.READ_PATIENT, Action.EDIT_PATIENT, Action.EDIT_CARE_TEAM, Action.MERGE_PATIENTS, Action.ATTACH_SESSION)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES), ids=str)
@pytest.mark.parametrize("action", ABOUT_PATIENTS, ids=str)
def test_staff_in_every_standing_to_a_patient(role: Role, action: Action) -> None:
    sites = (None, "sit_1", "sit_2")
    for organisation, own, its, team, leads, glass in itertools.product(("org_1", "org_2"), sites, sites, *[(True, False)] * 3):
        staff = Staff("usr_1", organisation, role, "Somebody", own)
        in_reach = organisation == "org_1" and (own is None or its is None or own == its)
        by_glass = glass and action is not Action.MERGE_PATIENTS  # an emergency opens a record for an hour, not for good
        cares = role in CARE_ROLES and (team or leads or by_glass)
        allowed = in_reach and (cares or role is Role.FRONT_DESK)
        assert may_patient(staff, action, a_patient(site_id=its), PatientStanding(team, leads, glass)) is allowed


def test_patients_and_carers_have_no_staff_action_and_strangers_are_told_apart() -> None:
    standing = PatientStanding(in_team=True, carer_scope=frozenset(CarerScope))
    for action, carer_id in itertools.product(ABOUT_PATIENTS, (None, "car_1")):
        assert not may_patient(Person("pat_1", carer_id, "org_1"), action, a_patient(), standing)
    with pytest.raises(NotSignedIn):
        check_patient(None, Action.READ_PATIENT, a_patient(), standing)
    with pytest.raises(NotAllowed):
        check_patient(Staff("usr_1", "org_1", Role.ADMIN, "A"), Action.READ_PATIENT, a_patient(), standing)


def test_a_carer_acts_until_the_end() -> None:
    carer = CarerRecord("car_1", "pat_1", "Carl", Relation.CHILD, (CarerScope.JOIN_VISITS,), "usr_1", NOW)
    assert carer.is_active(NOW) and replace(carer, ends_at=NOW + timedelta(days=1)).is_active(NOW)
    assert not replace(carer, ends_at=NOW).is_active(NOW) and not replace(carer, revoked_at=NOW).is_active(NOW)
