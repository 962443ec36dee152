"""Seats that patients' carers took from Home: they last as long as what the carer may do.

A right that staff take away ends them at once, in the transaction that takes it away. One that ends by time lets nobody in any
more (tickets, offers, links); a call in progress is not cut by a clock. So it is while the visit is detached from the patient's
record; once it is attached to somebody else's, they end.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction
from telemed.care.ports import CarerChange, Json, RecordWork
from telemed.care.records import ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.care.states import Cause, ParticipantEvent, ParticipantState
from telemed.errors import Gone, NotAllowed
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep

_SHUT_OUT = frozenset({ParticipantState.DENIED, ParticipantState.REMOVED})


class CarerPlaces:
    """Ends the places of a carer in visits."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def change(self, work: RecordWork) -> Json:
        """Carry out a change of a record and what it ends, in one transaction; then tell those in the visits."""

        async def begin(tx: Transaction) -> tuple[list[VisitStep], Json]:
            changed = await work(tx)
            return await _end(tx, changed), changed.answer

        return await self._desk.transactor.several(begin)


async def _end(tx: Transaction, changed: CarerChange) -> list[VisitStep]:
    """Take the links and seats of the carer away; -> the visits it was in."""
    if changed.ended_carer_id is None:
        return []
    seats = await tx.participants.of_carer(changed.ended_carer_id)
    steps: dict[str, VisitStep] = {}
    for seat in seats:
        step = steps.get(seat.session_id)
        if step is None:
            step = steps[seat.session_id] = await VisitStep.load(tx, seat.session_id, changed.at, changed.actor)
        await _end_place(step, seat)
    return list(steps.values())


async def end_places_of_others(step: VisitStep) -> None:
    """Take the links and seats of carers away who act for somebody else than the patient the visit is attached to now."""
    for seat in [seat for seat in step.seats.values() if seat.carer_id is not None]:
        carer = await step.tx.carers.get(seat.carer_id or "")
        if carer is None or carer.patient_id != step.session.patient_id:
            await _end_place(step, seat)


async def _end_place(step: VisitStep, seat: ParticipantRecord) -> None:
    await _end_links(step, seat.id)
    await step.tx.seats.revoke_of_participant(seat.id, step.now)
    if seat.state not in _SHUT_OUT:
        await step.move_seat(seat.id, ParticipantEvent.REMOVED, Cause.STAFF)


async def _end_links(step: VisitStep, participant_id: str) -> None:
    for link in await step.tx.links.in_session(step.session.id):
        if link.participant_id == participant_id and link.revoked_at is None:
            await step.tx.links.save(replace(link, revoked_at=step.now))
            await step.audit(AuditAction.LINK_REVOKED, link.id)


async def carer_may_join(tx: Transaction, seat: ParticipantRecord | None, now: datetime) -> bool:
    """Whether the carer behind a seat may be in this visit now; true for every other seat."""
    if seat is None or seat.carer_id is None:
        return True
    carer, session = await tx.carers.get(seat.carer_id), await tx.sessions.get(seat.session_id)
    if carer is None or session is None or not carer.may_join(now):
        return False
    return carer.patient_id == session.patient_id  # a merge moves both; a visit attached by mistake is not the carer's


async def check_carer(tx: Transaction, seat: ParticipantRecord | None, now: datetime) -> None:
    """Raise NotAllowed when the carer behind a seat may not be in visits any more."""
    if not await carer_may_join(tx, seat, now):
        raise NotAllowed()


async def check_carers_link(tx: Transaction, seat: ParticipantRecord | None, now: datetime) -> None:
    """Raise Gone `link_revoked` when the carer behind a link's seat may not be in visits any more."""
    if not await carer_may_join(tx, seat, now):
        raise Gone("This link was withdrawn.", code="link_revoked")
