"""Messages to somebody who left a number: the turn comes soon, and: a clinician is there now. And the number itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.care.actions import Action
from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Identity
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.masking import masked
from telemed.care.notify.numbers import texted
from telemed.care.notify.records import Medium
from telemed.care.patients.channels import region_of
from telemed.care.ports import Json
from telemed.care.queues.records import EntryRecord
from telemed.care.queues.words import IN_LINE
from telemed.care.tokens import derived_token, token_hash
from telemed.errors import Conflict, InvalidInput, NotFound
from telemed.ids import new_id
from telemed.signaling import queue_steps
from telemed.signaling.acting import Guest, authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.door_rates import NumberRates
from telemed.signaling.link_desk import new_link
from telemed.signaling.schemas import Command, KeepPlace
from telemed.signaling.step import VisitStep

TOLD_FOR = timedelta(minutes=30)  # what such a message says is no longer true then
SOON_AT = 2  # the place at which the turn comes soon


class QueueCalls:
    """`keep_place`, `drop_place`, and what is sent."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rates = NumberRates()

    async def keep_place(self, guest: Guest, command: KeepPlace) -> Json:
        """Tell me there; -> {phone}: as it is kept, masked. Raises InvalidInput, Conflict `no_way`, TooMany."""

        @of_kind("queue.keep_place")
        async def work(step: VisitStep, identity: Identity) -> Json:
            entry = await self._own(step, identity, guest)
            if not self._desk.notifier.can_send(Medium.SMS):
                raise Conflict("This clinic sends no messages to telephones.", code="no_way")
            phone = self._phone(step, command.phone)
            if phone != entry.phone:
                await self._keep(step, entry, phone, command.command_id)
            return {"phone": masked(Medium.SMS, phone)}

        return await self._desk.command(guest, command.command_id, work)

    async def _keep(self, step: VisitStep, entry: EntryRecord, phone: str, command_id: str) -> None:
        """The new number, with a link of its own: what the former one was sent leads nowhere any more. Raises TooMany."""
        organisation_id = step.session.organisation_id
        is_foreign = region_of(phone) != region_of(self._desk.live.board.clinic_of(organisation_id).phone)
        self._rates.take(organisation_id, token_hash(phone), is_foreign, self._desk.clock.monotonic())
        hashed = token_hash(derived_token(self._desk.settings.link_key, entry.participant_id, command_id))
        await step.tx.links.revoke_of_participant(entry.participant_id, step.now)
        await new_link(step, hashed, step.seat(entry.participant_id), step.session.created_by, self._desk.link_life())
        place = self._desk.live.queues.standing(entry).place
        told = entry.told_soon_at or (step.now if place is not None and place <= SOON_AT else None)
        await queue_steps.save(step, replace(entry, phone=phone, place_command=command_id, told_soon_at=told))
        await step.audit(AuditAction.ENTRY_PLACE_KEPT, entry.id)

    async def drop_place(self, guest: Guest, command: Command) -> Json:
        """Forget the number; what it was sent leads nowhere any more."""

        @of_kind("queue.drop_place")
        async def work(step: VisitStep, identity: Identity) -> Json:
            entry = await self._own(step, identity, guest)
            if entry.phone:
                await step.tx.links.revoke_of_participant(entry.participant_id, step.now)
                await queue_steps.save(step, replace(entry, phone="", place_command=""))
                await step.audit(AuditAction.ENTRY_PLACE_DROPPED, entry.id)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def _own(self, step: VisitStep, identity: Identity, guest: Guest) -> EntryRecord:
        require_live(step)
        authorise(step, identity, Action.KEEP_PLACE)
        entry = await queue_steps.entry_of(step)
        if entry is None or entry.participant_id != guest.participant_id:
            raise NotFound()
        if entry.state not in IN_LINE:
            raise Conflict("You do not wait any more.", code="entry_over")
        return entry

    def _phone(self, step: VisitStep, typed: str) -> str:
        clinic = self._desk.live.board.clinic_of(step.session.organisation_id)
        return texted(typed, region_of(clinic.phone))

    async def soon(self, step: VisitStep, entry: EntryRecord) -> None:
        """The turn comes soon: told once."""
        await queue_steps.save(step, replace(entry, told_soon_at=step.now))
        await self._send(step, entry, Template.QUEUE_SOON)

    async def called(self, step: VisitStep, entry: EntryRecord) -> None:
        """A clinician is there now."""
        await self._send(step, entry, Template.QUEUE_CALLED)

    async def _send(self, step: VisitStep, entry: EntryRecord, template: Template) -> None:
        """Into the outbox, in the transaction of its cause; the link is made when it is sent."""
        if not entry.phone:
            return
        number = int((entry.answered_at or step.now).timestamp())
        wanted = Wanted(
            id=new_id("out"),
            organisation_id=step.session.organisation_id,
            medium=Medium.SMS,
            recipient=entry.phone,
            template=template,
            language=entry.language or "en",
            about_id=entry.id,
            dedupe_key=f"{template.value}:{entry.id}" + (f":{number}" if template is Template.QUEUE_CALLED else ""),
            expires_at=step.now + TOLD_FOR,
            details={"actor_id": entry.participant_id, "command_id": entry.place_command},
        )
        try:
            await step.tx.outbox.put(compose(wanted, step.now))
        except InvalidInput:
            self._desk.counters.add("queues.unsendable")
