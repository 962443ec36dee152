"""Coming in by a link of an incident: the caller's opens at once, a crew's only with the PIN it was told."""

from __future__ import annotations

import hmac
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ActorRef
from telemed.care.incidents import rules
from telemed.care.incidents.ports import CameIn, WayIn
from telemed.care.incidents.records import AccessRecord
from telemed.care.incidents.words import IncidentCause, IncidentEvent, Part
from telemed.care.ports import Json, LinkOpened
from telemed.care.records import LinkRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import IN_CALL, Cause, ParticipantEvent, ParticipantState
from telemed.care.tokens import token_hash
from telemed.errors import NotFound
from telemed.signaling import incident_steps
from telemed.signaling.desk import Desk
from telemed.signaling.incident_making import pin_hash
from telemed.signaling.link_desk import Gate, LinkDesk
from telemed.signaling.step import VisitStep

_INSIDE = IN_CALL | {ParticipantState.ON_HOLD}


class IncidentEntry:
    """`POST /callers/open` and `POST /crews/open`."""

    def __init__(self, desk: Desk, links: LinkDesk) -> None:
        self._desk = desk
        self._links = links

    async def open_caller(self, way: WayIn) -> CameIn:
        """Take the caller's seat and be in the call: nobody who needs help waits to be let in."""
        opened = await self._links.open(way.token, way.device, way.seat_token, Gate(Part.CALLER, _enter))
        content = _content(opened)
        if opened.session_id is not None:
            visit = self._desk.live.get(opened.session_id)
            seat = visit.seats.get(opened.participant_id or "")
            if visit.incident.incident is not None and seat is not None:
                content["caller"] = visit.incident.caller_view(seat)
        return CameIn(content, opened.session_id, opened.seat_token)

    async def open_crew(self, way: WayIn) -> CameIn:
        """Take a crew's seat. The try is counted before anything is said about the link."""
        await self._check_pin(way)
        opened = await self._links.open(way.token, way.device, way.seat_token, Gate(Part.CREW, _enter))
        return CameIn(_content(opened), opened.session_id, opened.seat_token)

    async def _check_pin(self, way: WayIn) -> None:
        async with self._desk.store.read() as reading:
            access = await _crews_access(reading, way.token)  # whoever guesses links does not hold up the writer
        if access.locked_at is not None and way.seat_token is None:
            rules.refuse_pin(access)
        async with self._desk.store.write() as tx:
            access = await _crews_access(tx, way.token)
            given = pin_hash(self._desk.settings.link_key, access.id, way.pin)
            is_right = hmac.compare_digest(given, access.pin_hash)
            now = self._desk.clock.utcnow()
            tried = rules.check_pin(access, is_right, await _holds_seat(tx, access, way, now), now)
            if is_right:
                return
            await tx.incidents.save_access(tried)
            actor = ActorRef(access.participant_id, Role.OBSERVER.value)
            await tx.audit.append(actor, AuditAction.INCIDENT_PIN_REFUSED, access.id, AuditOutcome.REFUSED, now)
        await self._show_lock(tried)
        rules.refuse_pin(tried)

    async def _show_lock(self, access: AccessRecord) -> None:
        """Tell the incident's staff that a crew stands before a locked door."""
        if access.locked_at is None:
            return

        async def work(step: VisitStep) -> Json:
            await incident_steps.rows_of(step)
            return {}

        await self._desk.transactor.change(access.session_id, work)


async def _crews_access(tx: Transaction, token: str) -> AccessRecord:
    link = await tx.links.by_token_hash(token_hash(token))
    access = await tx.incidents.access(link.id) if link is not None else None
    if access is None or access.part is not Part.CREW:
        raise NotFound("This link is not known.", code="link_unknown")
    return access


async def _holds_seat(tx: Transaction, access: AccessRecord, way: WayIn, now: datetime) -> bool:
    """Whether this device has the seat of this link already."""
    if way.seat_token is None:
        return False
    held = await tx.seats.by_token_hash(token_hash(way.seat_token))
    if held is None or held.revoked_at is not None or held.expires_at <= now:
        return False
    return held.participant_id == access.participant_id and held.device_hash == token_hash(way.device)


async def _enter(step: VisitStep, link: LinkRecord) -> None:
    """Whoever came by the link is in the call at once, and the incident knows of it."""
    seat = step.seat(link.participant_id)
    if seat.state not in _INSIDE:
        await step.move_seat(seat.id, ParticipantEvent.ENTERED_WAITING, Cause.SELF)
        await step.move_seat(seat.id, ParticipantEvent.ADMITTED, Cause.SYSTEM)
    rows = await incident_steps.rows_of(step)
    access = rows.access(link.id) or next((one for one in rows.accesses if one.participant_id == seat.id), None)
    if access is None or rows.incident is None:
        raise NotFound("This link is not known.", code="link_unknown")
    if access.opened_at is None:
        await incident_steps.save_access(step, incident_steps.opened(access, step.now))
    if access.part is Part.CALLER:
        await incident_steps.came_back(step, seat.id)
        await incident_steps.move(step, IncidentEvent.OPENED, IncidentCause.CALLER)


def _content(opened: LinkOpened) -> Json:
    if opened.session_id is None:
        return {"status": opened.status, "clinic": opened.clinic}
    return {
        "status": opened.status,
        "session_id": opened.session_id,
        "participant_id": opened.participant_id,
        "state": opened.state,
        "clinic": opened.clinic,
    }
