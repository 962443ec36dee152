"""Who is asking. Adapters prove an identity (cookie, bearer token, ticket) and hand one of these values to the rules."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.care.roles import Role


@dataclass(frozen=True, slots=True)
class ActorRef:
    """How audit and event rows name an actor: an id and the role it acted in, never a name."""

    id: str
    role: str


SYSTEM = ActorRef("system", "system")  # timers, the media plane, reconciliation
ANONYMOUS = ActorRef("anonymous", "none")  # someone not known yet: a failed sign-in, an unknown link


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of staff. `name` is for screens only; it never enters a log."""

    user_id: str
    organisation_id: str
    role: Role
    name: str

    @property
    def ref(self) -> ActorRef:
        """The actor of audit rows."""
        return ActorRef(self.user_id, self.role.value)


@dataclass(frozen=True, slots=True)
class Seat:
    """The holder of a seat cookie: one participant of one session. Its role and state are in the participant's record.

    Only for seats that came by a link; a member of staff acts on the own seat as `Staff`, so that a lost role counts at once.
    """

    participant_id: str
    session_id: str


Identity = Staff | Seat


def actor_id(identity: Identity) -> str:
    """Return the id under which command acks of this identity are kept."""
    return identity.user_id if isinstance(identity, Staff) else identity.participant_id
