"""Whom a line is for: who waits writes to staff, staff may write to one person, all others to everybody in the call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telemed.care.addressing import addressee, hears_of, reads_now
from telemed.care.incidents.words import Part
from telemed.care.needs import needs_of
from telemed.care.patients.words import Need
from telemed.care.roles import Role
from telemed.care.states import ParticipantState as S
from telemed.errors import NotAllowed, NotFound
from tests.unit.care.builders import a_seat

DOCTOR = a_seat(Role.CLINICIAN, S.CONNECTED, user_id="usr_1")
ADA = replace(a_seat(Role.PATIENT, S.CONNECTED), id="par_ada")
BOB = replace(a_seat(Role.GUEST, S.WAITING), id="par_bob")
SEATS = {seat.id: seat for seat in (DOCTOR, ADA, BOB)}


def test_who_waits_writes_to_staff_alone() -> None:
    assert addressee(BOB, SEATS, None) == BOB.id
    assert addressee(BOB, SEATS, ADA.id) == BOB.id, "whatever they say"
    assert addressee(ADA, SEATS, None) is None


def test_staff_write_to_one_person_who_is_there() -> None:
    assert addressee(DOCTOR, SEATS, BOB.id) == BOB.id
    with pytest.raises(NotFound):
        addressee(DOCTOR, SEATS, "par_elsewhere")
    with pytest.raises(NotFound):
        addressee(DOCTOR, {**SEATS, BOB.id: replace(BOB, state=S.LEFT)}, BOB.id)
    with pytest.raises(NotAllowed):
        addressee(ADA, SEATS, BOB.id)


@pytest.mark.parametrize(
    ("viewer", "writer", "to", "reads"),
    [
        (DOCTOR, ADA, None, True),
        (DOCTOR, BOB, BOB.id, True),
        (ADA, DOCTOR, None, True),
        (ADA, BOB, BOB.id, False),
        (ADA, DOCTOR, BOB.id, False),
        (BOB, DOCTOR, BOB.id, True),
        (BOB, DOCTOR, None, False),
        (BOB, BOB, BOB.id, True),
        (replace(ADA, state=S.ON_HOLD), DOCTOR, None, False),
        (replace(ADA, state=S.ON_HOLD), DOCTOR, ADA.id, False),
        (replace(BOB, state=S.CHECKING), DOCTOR, BOB.id, False),
    ],
)
def test_who_reads_along(viewer: object, writer: object, to: str | None, reads: bool) -> None:
    assert reads_now(viewer, writer.id, to) is reads  # type: ignore[arg-type, attr-defined]


def test_callers_of_an_incident_hear_of_staff_and_of_themselves_alone() -> None:
    caller, other = (replace(BOB, id=name, state=S.CONNECTED, part=Part.CALLER) for name in ("par_one", "par_other"))
    assert not hears_of(caller, other) and not hears_of(other, caller)
    assert hears_of(caller, caller) and hears_of(caller, DOCTOR) and hears_of(DOCTOR, caller) and hears_of(ADA, caller)
    for stranger in (ADA, replace(DOCTOR, id="par_else", user_id=None, role=Role.EXTERNAL_CLINICIAN), None):
        assert not hears_of(caller, stranger), "who came by a link for something else"


def test_needs_are_words_of_the_list_each_once() -> None:
    assert needs_of(["interpreter", "cannot_hear", "interpreter"]) == (Need.CANNOT_HEAR, Need.INTERPRETER)
    with pytest.raises(ValueError, match="rich"):
        needs_of(["rich"])
