"""Who may come in: tickets for seats and staff, and what a redeemed ticket is worth now."""

from __future__ import annotations

from telemed.care.identity import ActorRef, Identity, Seat, Staff, holder_of
from telemed.care.permissions import Action, check
from telemed.care.records import ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.errors import NotAllowed
from telemed.signaling.acting import Guest, authorise, identity_of, own_seat, require_live, staff_of
from telemed.signaling.carer_places import check_carer
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep
from telemed.signaling.tickets import Ticket, Tickets

CALL_NAMESPACE = "/call"
STAFF_NAMESPACE = "/staff"


class Entry:
    """Issues tickets by HTTP and redeems them at CONNECT."""

    def __init__(self, desk: Desk, tickets: Tickets) -> None:
        self._desk = desk
        self._tickets = tickets

    async def issue_ticket(self, identity: Identity, session_id: str) -> str:
        """A ticket for the caller's seat; raises NotFound, NotAllowed, Gone("visit_ended")."""
        seat = await self.held_seat(identity, session_id)
        return self._tickets.issue(Ticket(CALL_NAMESPACE, seat.id, session_id, seat.user_id or "", holder_of(identity)))

    async def held_seat(self, identity: Identity, session_id: str) -> ParticipantRecord:
        """The seat the caller may take part from; raises NotFound, NotAllowed, Gone("visit_ended")."""
        async with self._desk.store.read() as tx:
            step = await VisitStep.load(tx, session_id, self._desk.clock.utcnow(), _ref(identity))
            seat = own_seat(step, identity)
            await check_carer(tx, seat, step.now)
        authorise(step, identity, Action.CONNECT_SEAT)
        require_live(step)
        if seat is None:
            raise NotAllowed()
        return seat

    async def issue_staff_ticket(self, actor: Staff) -> str:
        """A ticket for the caller's Today page; raises NotAllowed."""
        check(actor, Action.CONNECT_STAFF)
        return self._tickets.issue(Ticket(STAFF_NAMESPACE, actor.user_id, "", actor.user_id, actor.login_id))

    async def accept_call(self, token: str) -> tuple[Guest, Ticket]:
        """Redeem a ticket for /call; raises NotAllowed("bad_ticket"), NotAllowed, Gone("visit_ended")."""
        ticket = self._tickets.redeem(token, CALL_NAMESPACE)
        async with self._desk.store.read() as tx:
            guest = Guest(ticket.subject, ticket.session_id, ticket.user_id, "")
            step = await VisitStep.load(tx, ticket.session_id, self._desk.clock.utcnow(), guest.ref)
            require_live(step)
            await _check_holder(tx, ticket)
            authorise(step, await identity_of(tx, guest), Action.CONNECT_SEAT)
            await check_carer(tx, step.seat(ticket.subject), step.now)
        return Guest(ticket.subject, ticket.session_id, ticket.user_id, step.seat(ticket.subject).role.value), ticket

    async def accept_staff(self, token: str) -> tuple[Staff, Ticket]:
        """Redeem a ticket for /staff; raises NotAllowed."""
        ticket = self._tickets.redeem(token, STAFF_NAMESPACE)
        async with self._desk.store.read() as tx:
            await _check_holder(tx, ticket, even_locked=False)
            staff = staff_of(await tx.users.get(ticket.user_id))
        check(staff, Action.CONNECT_STAFF)
        return staff, ticket

    def is_revoked(self, ticket: Ticket) -> bool:
        """Whether a redeemed ticket has become worthless before its connection began."""
        return self._tickets.is_revoked(ticket)

    def revoke(self, subject: str) -> None:
        """Tickets issued so far for a participant or user are worthless from now on."""
        self._tickets.revoke(subject)


async def _check_holder(tx: Transaction, ticket: Ticket, even_locked: bool = True) -> None:
    """The login or seat cookie a ticket was issued to must not have been revoked since, nor, unless `even_locked`, the pages of
    the login locked. Raises NotAllowed("bad_ticket")."""
    if not ticket.holder:
        return
    login = await tx.logins.get(ticket.holder) if ticket.user_id else None
    record = login if ticket.user_id else await tx.seats.get(ticket.holder)
    if record is None or record.revoked_at is not None:
        raise NotAllowed(code="bad_ticket")
    if login is not None and login.locked_at is not None and not even_locked:
        raise NotAllowed(code="bad_ticket")


def _ref(identity: Identity) -> ActorRef:
    return ActorRef(identity.participant_id, "seat") if isinstance(identity, Seat) else identity.ref
