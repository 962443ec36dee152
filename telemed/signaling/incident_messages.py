"""The message with a caller's link: put into the outbox with its cause, and followed until it is known how it went.

One that nobody has confirmed in time, or that was refused, goes out once more by itself where SMS have a second route. The rows
of caller and outbox say whether that was done: neither a restart nor a second look sends a third.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction
from telemed.care.incidents import sending
from telemed.care.incidents.records import CallerRecord
from telemed.care.incidents.words import OVER, IncidentCause, IncidentEvent, SendState
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.records import Medium, OutboxMessage, Route
from telemed.care.ports import Json
from telemed.care.repositories import Transaction
from telemed.errors import Conflict, NotFound
from telemed.ids import new_id
from telemed.signaling import incident_steps
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault
from telemed.signaling.incident_limits import check_limits
from telemed.signaling.incident_rows import IncidentRows
from telemed.signaling.step import VisitStep

MESSAGE_LIFE = timedelta(minutes=15)  # whoever has an accident needs the link now; later it only confuses
REPORT_LIFE = timedelta(hours=1)  # how long a delivery report is waited for


async def put_message(step: VisitStep, desk: Desk, caller: CallerRecord) -> None:
    """Put a message with a caller's link into the outbox, in the transaction of its cause."""
    if not caller.phone:
        return
    if not desk.notifier.can_send(Medium.SMS):
        await incident_steps.save_caller(step, replace(caller, send_state=SendState.NO_WAY, send_since=step.now))
        return
    if caller.sends >= sending.MAX_SENDS:
        raise Conflict("This link was sent too often.", code="resend_limit")
    await check_limits(step, caller.phone)
    route = sending.route_of_next(caller, desk.notifier.has_second_route())
    sent = await _put(step, caller, route, f"incident:{caller.id}:{caller.sends + 1}")
    await incident_steps.save_caller(step, replace(sent, repeats_id=None))
    await step.audit(AuditAction.INCIDENT_MESSAGE, caller.incident_id)


async def repeat_message(step: VisitStep, caller: CallerRecord) -> None:
    """Put the same link once more, for the second route. Its key is that of the link: there is one such message at most."""
    sent = await _put(step, caller, Route.SECOND, f"incident:{caller.id}:second")
    await incident_steps.save_caller(step, replace(sent, repeats_id=caller.message_id, second_route_at=step.now))
    await step.audit(AuditAction.INCIDENT_SECOND_ROUTE, caller.incident_id)


async def _put(step: VisitStep, caller: CallerRecord, route: Route, key: str) -> CallerRecord:
    incident = await incident_steps.incident_of(step)
    wanted = Wanted(
        id=new_id("out"),
        organisation_id=incident.organisation_id,
        medium=Medium.SMS,
        recipient=caller.phone,
        template=Template.EMERGENCY_LINK,
        language=incident.language,
        about_id=caller.id,
        dedupe_key=key,
        expires_at=step.now + MESSAGE_LIFE,
        details={"actor_id": caller.made_by, "command_id": caller.made_with},
        route=route,
    )
    message = await step.tx.outbox.put(compose(wanted, step.now))
    sent = replace(caller, send_state=SendState.QUEUED, send_since=step.now, sends=caller.sends + 1)
    return replace(sent, route=route, message_id=message.id)


class IncidentMessages:
    """A chore of every sweep: what became of messages on their way is told to dispatchers, and repeated where it can be."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self) -> None:
        """Look at the messages of open incidents that something may still be heard of."""
        pending = list(self._pending())
        if not pending:
            return
        now = self._desk.clock.utcnow()
        async with self._desk.store.read() as tx:
            news = [caller for caller in pending if self._is_news(caller, await _state(tx, caller, now))]
        for caller in news:
            try:
                await self._note(caller)
            except Exception as error:  # noqa: BLE001 - a fault with one link must not hold up the second route of others
                report_fault("incident-messages", error)

    def _pending(self) -> Iterator[CallerRecord]:
        now = self._desk.clock.utcnow()
        for visit in self._desk.live:
            incident = visit.incident.incident
            if incident is None or incident.state in OVER:
                continue
            for caller in visit.incident.rows.callers_of(visit.session.id):
                recent = caller.send_since is not None and now - caller.send_since < REPORT_LIFE
                if recent and caller.message_id is not None and caller.send_state in sending.OPEN:
                    yield caller

    def _is_news(self, caller: CallerRecord, state: SendState | None) -> bool:
        visit = self._desk.live.find(caller.session_id)
        if state is None or visit is None:
            return False
        return state is not caller.send_state or self._may_repeat(caller, state, visit.incident.rows)

    def _may_repeat(self, caller: CallerRecord, state: SendState, rows: IncidentRows) -> bool:
        """Whether the link goes over the second route now: not once it was opened or taken back."""
        way = rows.access(caller.id)
        waits = way is not None and way.opened_at is None and way.revoked_at is None
        return waits and self._desk.notifier.has_second_route() and sending.goes_the_other_way(caller, state)

    async def _note(self, seen: CallerRecord) -> None:
        async def work(step: VisitStep) -> Json:
            rows = await incident_steps.rows_of(step)
            caller = rows.caller(seen.participant_id)
            if caller is None or caller.message_id != seen.message_id or rows.incident is None or rows.incident.state in OVER:
                return {}
            state = await _state(step.tx, caller, step.now)
            if state is None:
                return {}
            if state is not caller.send_state:
                await incident_steps.save_caller(step, replace(caller, send_state=state, send_since=step.now))
            if sending.went_out(state):
                await incident_steps.move(step, IncidentEvent.SENT, IncidentCause.SYSTEM)
            if self._may_repeat(caller, state, rows):
                await repeat_message(step, await incident_steps.caller_of(step, caller.participant_id))
            return {}

        try:
            await self._desk.transactor.change(seen.session_id, work)
        except NotFound:
            return  # the visit went meanwhile
        self._desk.notifier.wake()


async def _state(tx: Transaction, caller: CallerRecord, now: datetime) -> SendState | None:
    """How the link is on its way by now; None when its messages are gone."""
    found = [await tx.outbox.get(one) for one in (caller.message_id, caller.repeats_id) if one is not None]
    messages: list[OutboxMessage] = [one for one in found if one is not None]
    return sending.best_state(messages, now) if messages else None
