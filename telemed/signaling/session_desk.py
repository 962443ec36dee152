"""HTTP's questions about sessions: making one, reading, editing, taking the own seat, giving the outcome."""

from __future__ import annotations

from dataclasses import replace

from telemed.care import today_views, views
from telemed.care.audit_actions import AuditAction
from telemed.care.command_answers import kept_answer
from telemed.care.identity import Staff
from telemed.care.permissions import Action, check
from telemed.care.ports import Json
from telemed.care.records import NoteRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import (
    LIVE_SESSIONS,
    Outcome,
    SessionKind,
    SessionState,
)
from telemed.errors import Conflict, InvalidInput
from telemed.signaling.acting import authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.link_desk import LinkDesk, new_link
from telemed.signaling.patient_desk import attach
from telemed.signaling.staff_seats import new_seat, new_visit, take_seat
from telemed.signaling.step import VisitStep

_OUTCOME_WRITABLE = frozenset({SessionState.ENDED, SessionState.FAILED})


class SessionDesk:
    """Each method is one endpoint of protocol section 1.2."""

    def __init__(self, desk: Desk, links: LinkDesk) -> None:
        self._desk = desk
        self._links = links

    async def create(
        self, actor: Staff, kind: str, patient_name: str, reason: str, command_id: str, patient_id: str | None
    ) -> Json:
        """A session, the own seat and the patient's link; -> {session, participant, link}."""
        check(actor, Action.CREATE_SESSION)
        try:
            session_kind = SessionKind(kind)
        except ValueError:
            raise InvalidInput("There is no such kind of session.", field="kind") from None

        @of_kind("session.create")
        async def begin(tx: Transaction) -> tuple[VisitStep, Json]:
            self._desk.admission.check_new_session(session_kind)
            step = await new_visit(self._desk, tx, actor, session_kind, patient_name, reason)
            if patient_id is not None:
                await attach(step, actor, patient_id)
            seat = await take_seat(step, actor)
            patient = new_seat(step, Role.PATIENT, step.session.patient_name)
            await step.create_seat(patient)
            hashed = self._links.link_hash(actor.user_id, command_id)
            link = await new_link(step, hashed, patient, actor.user_id, self._desk.link_life())
            session, participant = views.staff_session_view(step.session), views.participant_view(seat, seat)
            return step, {"session": session, "participant": participant, "link": link}

        ack = kept_answer(await self._desk.transactor.opening(actor.user_id, command_id, begin), "participant")
        return {**ack, "link": self._links.with_url(ack["link"], actor.user_id, command_id)}

    async def detail(self, actor: Staff, session_id: str) -> Json:
        """-> {session, participants, links}. Reading is audited."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.READ_SESSION)
            await step.audit(AuditAction.SESSION_READ, session_id)
            links = await step.tx.links.in_session(session_id)
            return {
                "session": views.staff_session_view(step.session),
                "participants": self._participants(step, actor),
                "links": [today_views.link_row(link) for link in links],
            }

        return await self._desk.transactor.change(session_id, work, actor.ref)

    def _participants(self, step: VisitStep, actor: Staff) -> list[Json]:
        """All seats as staff of the organisation see them, whether or not the reader has a seat of its own."""
        visit = self._desk.live.find(step.session.id)
        reader = step.seat_of_user(actor.user_id) or replace(new_seat(step, Role.CLINICIAN, ""), user_id=actor.user_id)
        rows = []
        for seat in step.seats.values():
            presence = visit.live(seat.id).presence() if visit is not None else views.ABSENT
            rows.append(views.participant_view(seat, reader, presence))
        return [row for row in rows if row is not None]

    async def edit(self, actor: Staff, session_id: str, patient_name: str | None, reason: str | None) -> Json:
        """-> {session}; None leaves a field."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.EDIT_SESSION)
            require_live(step)
            changed = replace(
                step.session,
                patient_name=step.session.patient_name if patient_name is None else patient_name,
                reason=step.session.reason if reason is None else reason,
            )
            if changed != step.session:
                await step.save_session(changed)
                await step.audit(AuditAction.SESSION_EDITED, session_id)
            return {"session": views.staff_session_view(step.session)}

        return await self._desk.transactor.change(session_id, work, actor.ref)

    async def take_seat(self, actor: Staff, session_id: str) -> Json:
        """-> {participant}: the same seat each time."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.TAKE_SEAT)
            require_live(step)
            seat = await take_seat(step, actor)
            return {"participant": views.participant_view(seat, seat)}

        return await self._desk.transactor.change(session_id, work, actor.ref)

    async def complete(self, actor: Staff, session_id: str, outcome: str, note: str | None, command_id: str) -> Json:
        """Give the outcome of an ended session, and a last word for the note; -> {session}."""
        try:
            result = Outcome(outcome)
        except ValueError:
            raise InvalidInput("There is no such outcome.", field="outcome") from None

        @of_kind("session.complete")
        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.COMPLETE_SESSION)
            if step.session.state not in _OUTCOME_WRITABLE:
                code = "not_ended" if step.session.state in LIVE_SESSIONS else "conflict"
                raise Conflict("The outcome is given between the end of a visit and its sealing.", code=code)
            await step.save_session(replace(step.session, outcome=result, completed_at=step.now))
            await step.audit(AuditAction.SESSION_COMPLETED, session_id)
            if note:
                latest = await step.tx.notes.latest(session_id)
                revision = latest.revision if latest is not None else 0
                await step.tx.notes.write(NoteRecord(session_id, revision, note, actor.user_id, step.now))
                await step.audit(AuditAction.NOTE_WRITTEN, session_id)
            return {"session": views.staff_session_view(step.session)}

        return await self._desk.transactor.command(session_id, actor.ref, actor.user_id, command_id, work)

