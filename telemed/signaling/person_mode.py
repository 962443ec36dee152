"""What a person needs most from the call: the media plane gives that up last when their link carries too little."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from telemed.care.patients.words import Need
from telemed.care.ports import Store
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.roles import Role
from telemed.care.states import IN_CALL
from telemed.congestion.demands import Mode


def mode_for(needs: Collection[Need]) -> Mode:
    """Return the mode that fits what talking with a person takes."""
    if Need.SIGN_LANGUAGE in needs:
        return Mode.SIGN
    return Mode.TEXT if Need.CANNOT_HEAR in needs else Mode.SPEECH


def mode_in_call(role: Role, patient: Mode, in_call: Collection[Role]) -> Mode:
    """Return the mode of a seat by what the patient needs, and by who is in the call.

    Signing takes two. With an interpreter in the call they and the patient sign, and everybody else speaks. Without one, nobody
    knows who does: each camera may be read by the patient, so each is kept as the patient's own is.
    """
    if role is Role.PATIENT:
        return patient
    signs = patient is Mode.SIGN and (role is Role.INTERPRETER or Role.INTERPRETER not in in_call)
    return Mode.SIGN if signs else Mode.SPEECH


def roles_in_call(seats: Iterable[ParticipantRecord]) -> frozenset[Role]:
    """Return who is in the call, by what they are to the visit."""
    return frozenset(seat.role for seat in seats if seat.state in IN_CALL)


async def mode_of_patient(store: Store, session: SessionRecord) -> Mode:
    """Return the mode of the patient of a visit, by the record it is attached to; speech without one."""
    if session.patient_id is None:
        return Mode.SPEECH
    async with store.read() as tx:
        patient = await tx.patients.kept(session.patient_id)
    return mode_for(patient.needs) if patient is not None else Mode.SPEECH
