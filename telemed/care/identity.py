"""Who is asking. Adapters prove an identity (cookie, bearer token, ticket) and hand one of these values to the rules."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    """A signed-in member of staff. `name` is for screens only; it never enters a log.

    `login_id` is the login that proved it: what it opens ends with it. Empty where no login is behind it.
    """

    user_id: str
    organisation_id: str
    role: Role
    name: str
    site_id: str | None = None  # None: works at every site of the organisation
    is_privacy_officer: bool = False
    login_id: str = field(default="", compare=False, kw_only=True)

    @property
    def ref(self) -> ActorRef:
        """The actor of audit rows."""
        return ActorRef(self.user_id, self.role.value)

    def works_at(self, site_id: str | None) -> bool:
        """Whether things of this site are theirs to see; things of no site belong to the whole organisation."""
        return self.site_id is None or site_id is None or self.site_id == site_id


@dataclass(frozen=True, slots=True)
class Seat:
    """The holder of a seat cookie: one participant of one session. Its role and state are in the participant's record.

    Only for seats that came by a link; a member of staff acts on the own seat as `Staff`, so that a lost role counts at once.
    `token_id` is the seat cookie's row: what it opens ends when another device takes the seat.
    """

    participant_id: str
    session_id: str
    token_id: str = field(default="", compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Person:
    """A patient, or a carer acting for one (`carer_id`), signed in with a code or a passkey. Stands for that one record only.

    `login_id` is the login that proved it; empty where none is behind it.
    """

    patient_id: str
    carer_id: str | None
    organisation_id: str
    login_id: str = field(default="", compare=False, kw_only=True)

    @property
    def role(self) -> Role:
        """Patient or carer."""
        return Role.PATIENT if self.carer_id is None else Role.CARER

    @property
    def ref(self) -> ActorRef:
        """The actor of audit rows."""
        return ActorRef(self.carer_id or self.patient_id, self.role.value)


Identity = Staff | Seat | Person


def holder_of(identity: Identity) -> str:
    """Return the id of the login or seat cookie behind an identity; empty where there is none."""
    if isinstance(identity, Staff):
        return identity.login_id
    return identity.token_id if isinstance(identity, Seat) else ""


def actor_id(identity: Identity) -> str:
    """Return the id under which command acks of this identity are kept."""
    if isinstance(identity, Staff):
        return identity.user_id
    return identity.participant_id if isinstance(identity, Seat) else identity.ref.id
