"""What a person needs most from the call: the media plane gives that up last when their link carries too little."""

from __future__ import annotations

from collections.abc import Collection

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


def own_mode(seat: ParticipantRecord, recorded: Mode) -> Mode:
    """Return what the person of a seat needs: as they said for this visit, else for the patient as the record says."""
    if seat.needs is not None:
        return mode_for(seat.needs)
    return recorded if seat.role is Role.PATIENT else Mode.SPEECH


def mode_in_call(seat: ParticipantRecord, recorded: Mode, seats: Collection[ParticipantRecord]) -> Mode:
    """Return the mode of a seat by what its person and the others need, `recorded` being what the patient's record says.

    Signing takes two. With an interpreter in the call they and whoever signs sign, and everybody else speaks. Without one, nobody
    knows who does: each camera may be read by whoever signs, so each is kept as theirs is.
    """
    own = own_mode(seat, recorded)
    if own is Mode.SIGN or not _somebody_signs(recorded, seats):
        return own
    interpreted = any(other.role is Role.INTERPRETER and other.state in IN_CALL for other in seats)
    return Mode.SIGN if seat.role is Role.INTERPRETER or not interpreted else own


def _somebody_signs(recorded: Mode, seats: Collection[ParticipantRecord]) -> bool:
    """The patient counts before they come, so that the first picture they see can be read."""
    concerned = [other for other in seats if other.state in IN_CALL or other.role is Role.PATIENT]
    return any(own_mode(other, recorded) is Mode.SIGN for other in concerned)


async def mode_of_patient(store: Store, session: SessionRecord) -> Mode:
    """Return the mode of the patient of a visit, by the record it is attached to; speech without one."""
    if session.patient_id is None:
        return Mode.SPEECH
    async with store.read() as tx:
        patient = await tx.patients.kept(session.patient_id)
    return mode_for(patient.needs) if patient is not None else Mode.SPEECH
