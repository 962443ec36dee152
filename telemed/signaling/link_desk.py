"""Links: one link, one seat. Made, opened, moved to another device, revoked, asked for again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from telemed.care import link_rules
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.command_answers import kept_answer
from telemed.care.identity import ActorRef, Seat, Staff
from telemed.care.incidents.words import Part
from telemed.care.link_rules import LinkFacts, Opening
from telemed.care.permissions import Action
from telemed.care.ports import Json, LinkOpened
from telemed.care.records import (
    LinkRecord,
    MoveRequest,
    ParticipantRecord,
    SeatTokenRecord,
)
from telemed.care.roles import LINK_ROLES, Role
from telemed.care.states import Cause, ParticipantEvent, ParticipantState, SessionEvent
from telemed.care.tokens import derived_token, token_hash
from telemed.care.views import clinic_view
from telemed.errors import Conflict, Gone, InvalidInput, NotFound
from telemed.ids import new_id, new_secret
from telemed.signaling import queue_steps
from telemed.signaling.acting import authorise, require_live
from telemed.signaling.carer_places import carer_may_join, check_carers_link
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.link_rates import LinkRates
from telemed.signaling.qr import qr_rows
from telemed.signaling.step import VisitStep

MAX_SEATS = 60  # of one visit, gone ones included: a conference is not a consultation
MAX_LINKS = 200  # of one visit
_SHUT_OUT = frozenset({ParticipantState.DENIED, ParticipantState.REMOVED})


async def _as_it_is(step: VisitStep, link: LinkRecord) -> None:
    """A usual link leads to the device check."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Which links a request opens, by what their holders are to an incident, and what happens to who came in."""

    part: Part = Part.NONE
    entered: Callable[[VisitStep, LinkRecord], Awaitable[None]] = _as_it_is


_USUAL = Gate()


class LinkDesk:
    """The link endpoints of protocol section 1.2."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rates = LinkRates()

    def link_hash(self, actor_id: str, command_id: str) -> str:
        """The stored form of the token that belongs to a command."""
        return token_hash(derived_token(self._desk.settings.link_key, actor_id, command_id))

    def with_url(self, link: Json, actor_id: str, command_id: str, page: str = "j") -> Json:
        """Add what is never stored: the address and its QR code."""
        token = derived_token(self._desk.settings.link_key, actor_id, command_id)
        url = f"{self._desk.settings.base_url.rstrip('/')}/{page}#{token}"
        return {
            "id": link["id"],
            "url": url,
            "qr": qr_rows(url),
            "participant_id": link["participant_id"],
            "role": link["role"],
        }

    async def create(
        self, actor: Staff, session_id: str, role: str, name: str, participant_id: str | None, command_id: str
    ) -> Json:
        """A link to a new seat, or a further one to the seat `participant_id`; -> {link}."""
        if role not in LINK_ROLES:
            raise InvalidInput("A link cannot give this role.", field="role")

        @of_kind("link.create")
        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.CREATE_LINK)
            require_live(step)
            seat = await _invited_seat(step, Role(role), name, participant_id)
            await step.tx.link_requests.handle(seat.id, actor.user_id, step.now)
            step.links_wanted[seat.id] = None
            hashed, life = self.link_hash(actor.user_id, command_id), self._desk.link_life()
            return {"link": await new_link(step, hashed, seat, actor.user_id, life)}

        ack = kept_answer(await self._desk.transactor.command(session_id, actor.ref, actor.user_id, command_id, work), "link")
        return {"link": self.with_url(ack["link"], actor.user_id, command_id)}

    async def revoke(self, actor: Staff, session_id: str, link_id: str) -> None:
        """The link opens nothing any more; who came by it stays."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.REVOKE_LINK)
            link = await step.tx.links.get(link_id)
            if link is None or link.session_id != session_id:
                raise NotFound()
            if link.revoked_at is None:
                await step.tx.links.save(replace(link, revoked_at=step.now))
                await step.audit(AuditAction.LINK_REVOKED, link_id)
            return {}

        await self._desk.transactor.change(session_id, work, actor.ref)

    async def open(self, token: str, device: str, seat_token: str | None, gate: Gate = _USUAL) -> LinkOpened:
        """Take the seat of a link, or learn that staff must agree first. Errors: link_rules.open_link."""
        link = await self._find(token)
        device_hash = token_hash(device)

        async def work(step: VisitStep) -> Json:
            self._desk.admission.check_join(step.session.state)
            seat = step.seat(link.participant_id)
            if seat.part is not gate.part:
                raise NotFound("This link is not known.", code="link_unknown")
            facts = await self._facts(step, link.id, seat, device_hash)
            opening = link_rules.open_link(facts, device_hash, step.now)
            await check_carers_link(step.tx, seat, step.now)
            if opening is Opening.APPROVAL_NEEDED:
                return {"status": "approval_needed"}
            fresh = await _seat_cookie(step, facts, opening, device_hash, seat_token)
            if fresh is not None:
                self._rates.take_row(link.id, self._desk.clock.monotonic())
            await _enter(step, facts)
            await gate.entered(step, facts.link)
            return {"status": "seat", "seat_token": fresh}

        try:
            await self._still_dead(link)
            result = await self._desk.transactor.change(link.session_id, work, _seat_actor(link))
        except Gone:
            await self._note_refusal(link)
            raise
        return self._opened(link, result)

    def _opened(self, link: LinkRecord, result: Json) -> LinkOpened:
        visit = self._desk.live.get(link.session_id)
        clinic = clinic_view(visit.clinic)
        if result["status"] != "seat":
            return LinkOpened("approval_needed", clinic)
        seat = visit.seats[link.participant_id]
        return LinkOpened("seat", clinic, link.session_id, seat.id, seat.name, seat.state.value, result["seat_token"])

    async def ask_move(self, token: str, device: str) -> Json:
        """Ask staff to let this device take the seat; -> {status: "asked"}."""
        link = await self._find(token)
        device_hash = token_hash(device)

        async def work(step: VisitStep) -> Json:
            seat = step.seat(link.participant_id)
            facts = await self._facts(step, link.id, seat, device_hash)
            link_rules.check_link(facts.link, facts.session, seat, step.now)
            await check_carers_link(step.tx, seat, step.now)
            request = MoveRequest(new_id("mov"), step.session.id, seat.id, device_hash, step.now)
            asked = await step.tx.moves.ask(request)
            if asked.id == request.id:
                self._rates.take_row(link.id, self._desk.clock.monotonic())
                await step.audit(AuditAction.MOVE_ASKED, seat.id)
            else:
                await step.tx.moves.save(replace(asked, at=step.now))  # asked again: it stays usable from now
            return {"status": "asked"}

        return await self._desk.transactor.change(link.session_id, work, _seat_actor(link))

    async def seat(self, token: str) -> Seat | None:
        """Who holds this seat cookie; None when it is unknown, revoked or expired, or its carer may not act any more."""
        now = self._desk.clock.utcnow()
        async with self._desk.store.read() as tx:
            record = await tx.seats.by_token_hash(token_hash(token))
            if record is None or record.revoked_at is not None or record.expires_at <= now:
                return None
            if not await carer_may_join(tx, await tx.participants.get(record.participant_id), now):
                return None
        return Seat(record.participant_id, record.session_id, token_id=record.id)

    async def _find(self, token: str) -> LinkRecord:
        async with self._desk.store.read() as tx:
            link = await tx.links.by_token_hash(token_hash(token))
        if link is None:
            raise NotFound("This link is not known.", code="link_unknown")
        return link

    async def _still_dead(self, link: LinkRecord) -> None:
        """Refuse a link that was refused lately beside the writer: trying it again and again must not hold up the clinic."""
        if not self._rates.was_refused(link.id):
            return
        async with self._desk.store.read() as tx:
            session = await tx.sessions.get(link.session_id)
            seat = await tx.participants.get(link.participant_id)
            now = self._desk.clock.utcnow()
            link_rules.check_link(await tx.links.get(link.id), session, seat, now)
            await check_carers_link(tx, seat, now)

    async def _facts(self, step: VisitStep, link_id: str, seat: ParticipantRecord, device_hash: str) -> LinkFacts:
        link = await step.tx.links.get(link_id)
        if link is None:
            raise NotFound("This link is not known.", code="link_unknown")
        tokens = await step.tx.seats.live(seat.id, step.now)
        move = await step.tx.moves.latest(seat.id, device_hash)
        visit = self._desk.live.find(step.session.id)
        connected = visit is not None and visit.is_connected(seat.id)
        yields = await queue_steps.yields(step, seat, connected)
        return LinkFacts(link, step.session, seat, tokens, connected, move, yields)

    async def _note_refusal(self, link: LinkRecord) -> None:
        """One audit row for each link and minute, however often it is tried; the rest is counted."""
        now = self._desk.clock.utcnow()
        self._desk.counters.add("links.refused")
        if not self._rates.is_first_refusal(link.id, now):
            return
        async with self._desk.store.write() as tx:
            await tx.audit.append(_seat_actor(link), AuditAction.LINK_REFUSED, link.id, AuditOutcome.REFUSED, now)


def _seat_actor(link: LinkRecord) -> ActorRef:
    return ActorRef(link.participant_id, link.role.value)


async def new_link(step: VisitStep, hashed: str, seat: ParticipantRecord, user_id: str, life: timedelta) -> Json:
    """Store a link to `seat` that works for `life` after the planned start, made by or in the visit of a member of staff.

    What is returned holds no token and may be kept with the acknowledgement.
    """
    if len(await step.tx.links.in_session(step.session.id)) >= MAX_LINKS:
        raise Conflict("This visit has too many links.", code="too_many_links")
    start = step.session.starts_at or step.now
    link = LinkRecord(
        new_id("lnk"),
        step.session.id,
        seat.id,
        seat.role,
        hashed,
        user_id,
        step.now,
        max(start, step.now) + life,
        not_before=link_rules.not_before(step.session),
    )
    await step.tx.links.create(link)
    await step.audit(AuditAction.LINK_CREATED, link.id)
    return {"id": link.id, "participant_id": seat.id, "role": seat.role.value}


async def _invited_seat(step: VisitStep, role: Role, name: str, participant_id: str | None) -> ParticipantRecord:
    """The seat a link is for: a new one, or an existing one that came by a link; a denied or removed one begins anew."""
    if participant_id is None:
        if len(step.seats) >= MAX_SEATS:
            raise Conflict("This visit has too many people.", code="too_many_people")
        seat = ParticipantRecord(new_id("par"), step.session.id, role, name, ParticipantState.INVITED, step.now, step.now)
        await step.create_seat(seat)
        return seat
    seat = step.seat(participant_id)
    if seat.user_id is not None:
        raise Conflict("Staff take their seat by signing in.")
    if not await carer_may_join(step.tx, seat, step.now):
        raise Conflict("This carer may not join visits any more.", code="carer_ended")
    if seat.state in _SHUT_OUT:
        return await step.move_seat(seat.id, ParticipantEvent.REINVITED, Cause.STAFF)
    return seat


async def _seat_cookie(
    step: VisitStep, facts: LinkFacts, opening: Opening, device_hash: str, presented: str | None
) -> str | None:
    """Make this device the only one that holds the seat; the new cookie, or None when the presented one is right already."""
    seat = facts.participant
    own = None if presented is None else next((t for t in facts.tokens if t.token_hash == token_hash(presented)), None)
    if opening is Opening.SAME_DEVICE and own is not None and own.device_hash == device_hash:
        return None
    token = new_secret()
    record = SeatTokenRecord(
        new_id("tok"), seat.id, step.session.id, token_hash(token), device_hash, step.now, facts.link.expires_at
    )
    await step.tx.seats.create(record)
    await step.tx.seats.revoke_of_participant(seat.id, step.now, keep=record.id)
    if any(former.device_hash != device_hash for former in facts.tokens):
        step.moved.add(seat.id)
    if not any(former.device_hash == device_hash for former in facts.tokens):
        await step.doubt(seat.id)
    if opening is Opening.MOVE_APPROVED and facts.move is not None:
        await step.tx.moves.save(replace(facts.move, used_at=step.now))
    await step.audit(AuditAction.LINK_OPENED, facts.link.id)
    return token


async def _enter(step: VisitStep, facts: LinkFacts) -> None:
    if facts.link.opened_at is None:
        await step.tx.links.save(replace(facts.link, opened_at=step.now))
    await step.move_seat(facts.participant.id, ParticipantEvent.LINK_OPENED, Cause.SELF)
    await step.move_session(SessionEvent.OPENED, Cause.SELF)
