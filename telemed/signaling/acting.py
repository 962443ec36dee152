"""Who acts on a connection, looked up again for each command: a lost role or a removed seat counts at once."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.care import permissions
from telemed.care.identity import ActorRef, Identity, Seat, Staff
from telemed.care.permissions import Action
from telemed.care.records import ParticipantRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.care.states import LIVE_SESSIONS
from telemed.errors import Gone, NotAllowed
from telemed.signaling.step import VisitStep


@dataclass(frozen=True, slots=True)
class Guest:
    """The holder of a `/call` connection. `user_id` is empty for seats that came by a link."""

    participant_id: str
    session_id: str
    user_id: str
    role: str

    @property
    def ref(self) -> ActorRef:
        """The actor of audit rows."""
        return ActorRef(self.user_id or self.participant_id, self.role)


def staff_of(user: UserRecord | None) -> Staff:
    """The identity of an account; raises NotAllowed when it is gone or disabled."""
    if user is None or not user.is_active:
        raise NotAllowed()
    return user.staff


async def identity_of(tx: Transaction, guest: Guest) -> Identity:
    """The identity behind a connection as of now; raises NotAllowed."""
    if guest.user_id:
        return staff_of(await tx.users.get(guest.user_id))
    return Seat(guest.participant_id, guest.session_id)


def own_seat(step: VisitStep, identity: Identity) -> ParticipantRecord | None:
    """The seat an identity holds in the visit."""
    if isinstance(identity, Staff):
        return step.seat_of_user(identity.user_id)
    return step.seats.get(identity.participant_id) if isinstance(identity, Seat) else None


def authorise(step: VisitStep, identity: Identity, action: Action, target_id: str | None = None) -> None:
    """Check the permission table; raises NotAllowed, and NotFound for a target outside the visit."""
    seat = own_seat(step, identity)
    permissions.check(identity, action, step.session, seat)  # before the target: strangers learn nothing of seats
    if target_id is not None:
        permissions.check(identity, action, step.session, seat, step.seat(target_id))


def require_live(step: VisitStep) -> None:
    """Raise Gone("visit_ended") unless the visit can still be a call."""
    if step.session.state not in LIVE_SESSIONS:
        raise Gone("This visit has ended.", code="visit_ended")
