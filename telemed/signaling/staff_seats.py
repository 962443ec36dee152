"""Making a visit and taking a seat in it as a member of staff: what creating, joining, paging and handing over share."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import Cause, ParticipantEvent, ParticipantState, SessionEvent, SessionKind, SessionState
from telemed.ids import new_id
from telemed.signaling import seats_ahead
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep


async def new_visit(desk: Desk, tx: Transaction, actor: Staff, kind: SessionKind, patient_name: str, reason: str) -> VisitStep:
    """A session of the actor's, nobody in it yet."""
    now = desk.clock.utcnow()
    session = SessionRecord(
        new_id("ses"),
        actor.organisation_id,
        kind,
        SessionState.CREATED,
        now,
        actor.user_id,
        now,
        patient_name=patient_name,
        reason=reason,
        site_id=actor.site_id,
        video_codec=desk.around.video_codec(),
    )
    await tx.sessions.create(session)
    step = VisitStep(tx, now, actor.ref, session, {})
    await step.audit(AuditAction.SESSION_CREATED, session.id)
    return step


def new_seat(step: VisitStep, role: Role, name: str) -> ParticipantRecord:
    """A seat for somebody who is to come."""
    return ParticipantRecord(new_id("par"), step.session.id, role, name, ParticipantState.INVITED, step.now, step.now)


async def take_seat(step: VisitStep, actor: Staff) -> ParticipantRecord:
    """The seat of a member of staff: made admitted the first time, woken up afterwards."""
    seat = step.seat_of_user(actor.user_id)
    if seat is None:
        fresh = new_seat(step, actor.role, actor.name)
        seat_id = seats_ahead.next_free(step.session, step.seats) or fresh.id
        seat = replace(
            fresh, id=seat_id, state=ParticipantState.ADMITTED, user_id=actor.user_id, admitted_at=step.now
        )
        await step.create_seat(seat)
    else:
        seat = await step.move_seat(seat.id, ParticipantEvent.LINK_OPENED, Cause.SELF)
    await step.move_session(SessionEvent.OPENED, Cause.STAFF)
    return seat
