"""Messages to the patient after a visit: what is written, how it gets there, and reading it behind its link.

What a message says is read on our own pages alone. The SMS or mail says that it is there, and where.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from telemed.care.aftercare import states
from telemed.care.aftercare.ports import Letter
from telemed.care.aftercare.reading import reading
from telemed.care.aftercare.records import VisitMessage
from telemed.care.aftercare.views import follow_up_view, message_view, own_message_view, way_view
from telemed.care.aftercare.ways import Way, ways_to
from telemed.care.aftercare.words import MessageWay
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.command_answers import kept_answer
from telemed.care.identity import ActorRef, Staff
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.records import SessionRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import LIVE_SESSIONS
from telemed.care.tokens import derived_token, token_hash
from telemed.care.views import clinic_view, staff_session_view
from telemed.errors import Conflict, Gone, InvalidInput, NotFound
from telemed.ids import new_id
from telemed.signaling import queue_steps
from telemed.signaling.acting import authorise
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep

PERSON_DOOR = "/my"  # where patients sign in


class LetterDesk:
    """`GET /sessions/{id}/after`, `POST /sessions/{id}/messages`, `POST /visit-messages/open`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def read(self, actor: Staff, session_id: str) -> Json:
        """-> {session, ways, messages, follow_ups}. Reading is audited."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.READ_AFTERCARE)
            await step.audit(AuditAction.AFTERCARE_READ, session_id)
            messages = await step.tx.visit_messages.in_session(session_id)
            follow_ups = await step.tx.follow_ups.in_session(session_id)
            return {
                "session": staff_session_view(step.session),
                "ways": [way_view(way) for way in await self._ways(step)],
                "messages": [message_view(one, await step.tx.outbox.about(one.id)) for one in messages],
                "follow_ups": [follow_up_view(one, step.session) for one in follow_ups],
            }

        return await self._desk.transactor.change(session_id, work, actor.ref)

    async def write(self, actor: Staff, session_id: str, letter: Letter) -> Json:
        """-> {message}. Raises Conflict `not_ended`, `no_way`, `too_many_messages`."""

        @of_kind("letter.write")
        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.WRITE_TO_PATIENT)
            if step.session.state in LIVE_SESSIONS:
                raise Conflict("The visit goes on: write in its chat.", code="not_ended")
            if len(await step.tx.visit_messages.in_session(session_id)) >= states.MAX_MESSAGES:
                raise Conflict("This visit has too many messages.", code="too_many_messages")
            way = next((one for one in await self._ways(step) if one.way is letter.way), None)
            if way is None:
                raise Conflict("There is no such way to this person.", code="no_way")
            message = await self._message(step, actor, letter)
            await step.tx.visit_messages.create(message)
            await step.audit(AuditAction.VISIT_MESSAGE_WRITTEN, message.id)
            await self._notice(step, message, way, letter.command_id)
            return {"message_id": message.id}

        ack = await self._desk.transactor.command(session_id, actor.ref, actor.user_id, letter.command_id, work)
        self._desk.notifier.wake()
        return await self._written(actor, session_id, ack)

    async def _written(self, actor: Staff, session_id: str, ack: Json) -> Json:
        """The message of an answer, which holds no word of it; for who may still read it. Raises NotFound, NotAllowed."""
        message_id = str(kept_answer(ack, "message_id")["message_id"])
        async with self._desk.store.read() as tx:
            step = await VisitStep.load(tx, session_id, self._desk.clock.utcnow(), actor.ref)
            authorise(step, actor, Action.WRITE_TO_PATIENT)
            message = await tx.visit_messages.get(message_id)
            if message is None or message.session_id != session_id:
                raise NotFound()
            return {"message": message_view(message, await tx.outbox.about(message.id))}

    async def _ways(self, step: VisitStep) -> list[Way]:
        patient_id = step.session.patient_id
        channels = await step.tx.channels.of_patient(patient_id) if patient_id is not None else None
        return ways_to(channels, await queue_steps.entry_of(step), self._desk.notifier.can_send)

    async def _message(self, step: VisitStep, actor: Staff, letter: Letter) -> VisitMessage:
        message = VisitMessage(
            new_id("vms"), step.session.id, letter.way, actor.user_id, actor.name, letter.body, step.now
        )
        if letter.way is not MessageWay.LINK:
            return message
        entry = await queue_steps.the_entry(step)
        hashed = token_hash(derived_token(self._desk.settings.link_key, actor.user_id, letter.command_id))
        return replace(message, token_hash=hashed, birth_date=entry.birth_date, expires_at=step.now + states.LINK_LIFE)

    async def _notice(self, step: VisitStep, message: VisitMessage, way: Way, command_id: str) -> None:
        """Say by SMS or mail that a message is there, in the transaction of the message."""
        if way.medium is None:
            return
        by_link = message.way is MessageWay.LINK
        door = {"link": f"{self._desk.settings.base_url.rstrip('/')}{PERSON_DOOR}"}
        wanted = Wanted(
            id=new_id("out"),
            organisation_id=step.session.organisation_id,
            medium=way.medium,
            recipient=way.recipient,
            template=Template.VISIT_MESSAGE,
            language=await self._language(step),
            about_id=message.id,
            dedupe_key=f"{Template.VISIT_MESSAGE.value}:{message.id}",
            expires_at=message.expires_at or step.now + states.LINK_LIFE,
            details={"actor_id": message.author_id, "command_id": command_id} if by_link else door,
        )
        try:
            await step.tx.outbox.put(compose(wanted, step.now))
        except InvalidInput:
            if by_link:
                raise Conflict("There is no such way to this person.", code="no_way") from None
            self._desk.counters.add("messages.unsendable")  # it is on Home all the same

    async def _language(self, step: VisitStep) -> str:
        """The person's: of the record, else as the page was in which the person waited."""
        session, entry = step.session, await queue_steps.entry_of(step)
        patient = await step.tx.patients.kept(session.patient_id) if session.patient_id is not None else None
        spoken = patient.language if patient is not None else ""
        return (spoken or (entry.language if entry is not None else "")).partition("-")[0] or "en"

    async def open(self, token: str, birth_date: date | None) -> Json:
        """-> {clinic, asks, tries_left, message}. Raises NotFound `message_unknown`, Gone `message_over`."""
        now = self._desk.clock.utcnow()
        async with self._desk.store.read() as tx:
            await _openable(tx, token, now)  # trying dead links again and again must not hold up the clinic
        async with self._desk.store.write() as tx:
            message, session = await _openable(tx, token, now)
            read = reading(message, birth_date, now)
            if read.message != message:
                await tx.visit_messages.save(read.message)
            if read.outcome is not None:
                reader = ActorRef(message.id, Role.PATIENT.value)
                await tx.audit.append(reader, AuditAction.VISIT_MESSAGE_OPENED, message.id, read.outcome, now)
        is_read = read.outcome is AuditOutcome.DONE
        return {
            "clinic": clinic_view(self._desk.live.board.clinic_of(session.organisation_id)),
            "asks": None if is_read else "birth_date",
            "tries_left": states.MAX_TRIES - read.message.tries,
            "message": own_message_view(message) if is_read else None,
        }


async def _openable(tx: Transaction, token: str, now: datetime) -> tuple[VisitMessage, SessionRecord]:
    """The message behind a link that works, and its visit. Raises NotFound `message_unknown`, Gone `message_over`."""
    message = await tx.visit_messages.by_token_hash(token_hash(token))
    session = await tx.sessions.get(message.session_id) if message is not None else None
    if message is None or session is None:
        raise NotFound("This link is not known.", code="message_unknown")
    if states.is_over(message, now):
        raise Gone("This link does not work any more.", code="message_over")
    return message, session
