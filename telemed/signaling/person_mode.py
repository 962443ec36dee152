"""What a person needs most from the call: the media plane gives that up last when their link carries too little."""

from __future__ import annotations

from collections.abc import Collection

from telemed.care.patients.words import Need
from telemed.care.ports import Store
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.roles import Role
from telemed.congestion.demands import Mode


def mode_for(needs: Collection[Need]) -> Mode:
    """Return the mode that fits what talking with a person takes."""
    if Need.SIGN_LANGUAGE in needs:
        return Mode.SIGN
    return Mode.TEXT if Need.CANNOT_HEAR in needs else Mode.SPEECH


async def mode_of(store: Store, session: SessionRecord, seat: ParticipantRecord) -> Mode:
    """Return the mode of a seat: the patient's by the record the visit is attached to, speech for everybody else."""
    if seat.role is not Role.PATIENT or session.patient_id is None:
        return Mode.SPEECH
    async with store.read() as tx:
        patient = await tx.patients.kept(session.patient_id)
    return mode_for(patient.needs) if patient is not None else Mode.SPEECH
