"""Commands of talking: chat, typing, what one's devices do, what the call's quality was."""

from __future__ import annotations

from telemed.care import views
from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Identity
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.quality_minutes import Reception
from telemed.care.records import MessageRecord
from telemed.ids import new_id
from telemed.signaling.acting import Guest, authorise, identity_of, require_live
from telemed.signaling.desk import Desk
from telemed.signaling.quality_keeper import QualityKeeper
from telemed.signaling.schemas import Command, ReportQuality, SendChat, SetMedia
from telemed.signaling.step import VisitStep


class TalkCommands:
    """Each method is one command of protocol section 2.3."""

    def __init__(self, desk: Desk, quality: QualityKeeper) -> None:
        self._desk = desk
        self._quality = quality

    async def chat(self, guest: Guest, command: SendChat) -> Json:
        """One line to everybody in the call, kept with the session."""

        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.CHAT)
            seat = step.seat(guest.participant_id)
            line = MessageRecord(
                new_id("msg"), step.session.id, 0, seat.id, seat.name, command.body, step.now, command.command_id
            )
            stored = await step.tx.messages.append(line)
            step.messages.append(stored)
            await step.audit(AuditAction.CHAT_SENT, stored.id)
            return {"message": views.message_view(stored)}

        return await self._desk.command(guest, command.command_id, work)

    async def typing(self, guest: Guest, command: Command) -> Json:
        """Tell the others; nothing is kept."""
        await self._check(guest, Action.CHAT)
        visit = self._desk.live.get(guest.session_id)
        visit.live_event("typing", {"participant_id": guest.participant_id}, guest.participant_id)
        return {}

    async def media_state(self, guest: Guest, command: SetMedia) -> Json:
        """What the devices of a seat do; kept in memory, told again by the client after each snapshot that shows it wrong."""
        await self._check(guest, Action.SHOW_MEDIA_STATE)
        visit = self._desk.live.get(guest.session_id)
        live = visit.live(guest.participant_id)
        live.microphone, live.camera, live.screen = command.microphone, command.camera, command.screen
        live.interrupted = command.interrupted
        self._desk.live.publish(visit)
        return {}

    async def quality_report(self, guest: Guest, command: ReportQuality) -> Json:
        """What the client measured; kept with its minute, the last report of a minute counts."""
        await self._check(guest, Action.REPORT_QUALITY)
        reception = Reception(
            command.freezes, round(command.rtt_ms), command.concealed, command.frozen, command.height, command.way or ""
        )
        self._quality.reported(guest.session_id, guest.participant_id, reception)
        return {}

    async def _check(self, guest: Guest, action: Action) -> None:
        async with self._desk.store.read() as tx:
            step = await VisitStep.load(tx, guest.session_id, self._desk.clock.utcnow(), guest.ref)
            require_live(step)
            authorise(step, await identity_of(tx, guest), action)
