"""What the rest of the server may ask of the store: one Protocol per kind of row, all inside one transaction.

Methods called in a read transaction must not write; the store's reader refuses it (`query_only`). Every method may raise
`Unavailable` when the database is gone. `save` writes back a record changed by `dataclasses.replace` and raises `NotFound` when
its row is gone; inside `Store.write()` nothing else writes, so read, decide, save is safe.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from telemed.care.aftercare.repositories import AftercareTransaction
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.audit_repositories import AuditTransaction
from telemed.care.clinic.repositories import ClinicTransaction
from telemed.care.identity import ActorRef
from telemed.care.incidents.repositories import IncidentTransaction
from telemed.care.notify.repositories import Outbox, Templates
from telemed.care.oncall.repositories import OnCallTransaction
from telemed.care.patients.repositories import PatientTransaction
from telemed.care.persons.repositories import PersonTransaction
from telemed.care.queues.repositories import QueueTransaction
from telemed.care.recording.repositories import RecordingTransaction
from telemed.care.records import (
    AuditRow,
    LinkRecord,
    LinkRequest,
    LoginRecord,
    MessageRecord,
    MoveRequest,
    NoteRecord,
    OrganisationRecord,
    ParticipantEventRecord,
    ParticipantRecord,
    QualityMinute,
    SeatTokenRecord,
    SessionRecord,
    UserRecord,
)
from telemed.care.rights_repositories import RightsTransaction
from telemed.care.roles import Role
from telemed.care.staff.repositories import IdentityTransaction
from telemed.care.states import ParticipantState, SessionState
from telemed.care.stills.repositories import StillTransaction


class Organisations(Protocol):
    """The clinic."""

    async def get(self, organisation_id: str) -> OrganisationRecord | None: ...
    async def first(self) -> OrganisationRecord | None:
        """The installation's organisation (the oldest), None before `telemed init`."""
        ...

    async def all(self) -> list[OrganisationRecord]:
        """Every organisation, oldest first: usually the one."""
        ...

    async def create(self, organisation: OrganisationRecord) -> None: ...
    async def save(self, organisation: OrganisationRecord) -> None: ...


class Users(Protocol):
    """Staff accounts."""

    async def get(self, user_id: str) -> UserRecord | None: ...
    async def names(self, user_ids: Collection[str]) -> Mapping[str, str]:
        """Id -> name of these accounts, shut ones too."""
        ...

    async def by_email(self, email: str) -> UserRecord | None:
        """Look up without regard to case; inactive users are found too."""
        ...

    async def create(self, user: UserRecord) -> None:
        """Raise Conflict(code="email_taken") when the e-mail is in use."""
        ...

    async def save(self, user: UserRecord) -> None: ...
    async def in_organisation(self, organisation_id: str) -> list[UserRecord]: ...
    async def page(self, organisation_id: str, text: str = "", after: str = "", limit: int = 50) -> list[UserRecord]:
        """Accounts whose name or e-mail holds `text`, by id, those after the id `after`."""
        ...

    async def active_with(self, organisation_id: str, role: Role) -> int:
        """How many active accounts have this role."""
        ...


class Logins(Protocol):
    """Staff sign-ins. `get` and `by_token_hash` find revoked and expired ones too: the caller judges with its own `now`."""

    async def get(self, login_id: str) -> LoginRecord | None: ...
    async def create(self, login: LoginRecord) -> None: ...
    async def by_token_hash(self, token_hash: str) -> LoginRecord | None: ...
    async def touch(self, login_id: str, at: datetime) -> None:
        """Set `last_seen_at`. Call at most once a minute and login."""
        ...

    async def revoke(self, login_id: str, at: datetime) -> None: ...
    async def save(self, login: LoginRecord) -> None: ...
    async def of_user(self, user_id: str, now: datetime) -> list[LoginRecord]:
        """Those neither revoked nor expired, seen last first, at most 100."""
        ...

    async def last_seen(self, user_ids: Collection[str]) -> Mapping[str, datetime]:
        """When each of these users was seen last, in logins that are still kept."""
        ...

    async def revoke_all(self, user_id: str, at: datetime) -> int:
        """Revoke every login of a user; the number revoked."""
        ...

    async def delete_expired(self, before: datetime) -> int: ...


class Sessions(Protocol):
    """Consultation calls."""

    async def get(self, session_id: str) -> SessionRecord | None: ...
    async def create(self, session: SessionRecord) -> None: ...
    async def save(self, session: SessionRecord) -> None: ...
    async def in_states(
        self, states: Collection[SessionState], organisation_id: str | None = None, since: datetime | None = None
    ) -> list[SessionRecord]:
        """Oldest first, at most 1000; `since` bounds `created_at` from below. For start-up, timers and Today."""
        ...

    async def without_outcome(self, organisation_id: str) -> list[SessionRecord]:
        """Ended sessions whose outcome staff still owe, oldest first, at most 200."""
        ...


class Participants(Protocol):
    """Seats."""

    async def get(self, participant_id: str) -> ParticipantRecord | None: ...
    async def create(self, participant: ParticipantRecord) -> None:
        """Raise Conflict(code="seat_exists") when this user already has a seat in the session."""
        ...

    async def save(self, participant: ParticipantRecord) -> None: ...
    async def in_session(self, session_id: str) -> list[ParticipantRecord]:
        """All seats of a session, oldest first, ended ones too."""
        ...

    async def by_user(self, session_id: str, user_id: str) -> ParticipantRecord | None: ...
    async def in_states(
        self, states: Collection[ParticipantState], organisation_id: str | None = None
    ) -> list[ParticipantRecord]:
        """Seats of live sessions in one of `states`, longest in their state first."""
        ...

    async def of_carer(self, carer_id: str) -> list[ParticipantRecord]:
        """Seats of live sessions that a patient's carer took from Home."""
        ...


class Links(Protocol):
    """Invitations."""

    async def get(self, link_id: str) -> LinkRecord | None: ...
    async def by_token_hash(self, token_hash: str) -> LinkRecord | None: ...
    async def create(self, link: LinkRecord) -> None: ...
    async def save(self, link: LinkRecord) -> None: ...
    async def in_session(self, session_id: str) -> list[LinkRecord]: ...
    async def revoke_of_participant(self, participant_id: str, at: datetime) -> int:
        """Revoke every link to a seat that is not revoked yet; the number revoked."""
        ...


class LinkRequests(Protocol):
    """Wishes for a new link."""

    async def ask(self, request: LinkRequest) -> bool:
        """Record it unless one is open for the seat; True when it is new."""
        ...

    async def open(self, organisation_id: str) -> list[LinkRequest]: ...
    async def handle(self, participant_id: str, user_id: str, at: datetime) -> int:
        """Close the open requests of a seat: a new link was made. The number closed."""
        ...


class SeatTokens(Protocol):
    """Seat cookies. `get` and `by_token_hash` find revoked and expired ones too."""

    async def get(self, token_id: str) -> SeatTokenRecord | None: ...
    async def create(self, seat: SeatTokenRecord) -> None: ...
    async def by_token_hash(self, token_hash: str) -> SeatTokenRecord | None: ...
    async def live(self, participant_id: str, now: datetime) -> list[SeatTokenRecord]:
        """Tokens neither revoked nor expired, newest first: which devices hold the seat."""
        ...

    async def revoke_of_participant(self, participant_id: str, at: datetime, keep: str | None = None) -> int:
        """Revoke all tokens of a seat but the one with id `keep`; the number revoked."""
        ...


class Moves(Protocol):
    """Requests of second devices."""

    async def get(self, request_id: str) -> MoveRequest | None: ...
    async def ask(self, request: MoveRequest) -> MoveRequest:
        """Record it, or return the undecided one of the same seat and device."""
        ...

    async def save(self, request: MoveRequest) -> None: ...
    async def latest(self, participant_id: str, device_hash: str) -> MoveRequest | None: ...
    async def undecided(self, session_id: str) -> list[MoveRequest]: ...


class Messages(Protocol):
    """In-call chat."""

    async def get(self, message_id: str) -> MessageRecord | None: ...
    async def append(self, message: MessageRecord) -> MessageRecord:
        """Store under the next sequence of the session (the one given is ignored). The same (participant, command_id) again
        returns the first row and stores nothing."""
        ...

    async def in_session(self, session_id: str, limit: int = 500) -> list[MessageRecord]:
        """The newest `limit` lines, in order."""
        ...


class Notes(Protocol):
    """Staff notes. Never part of any projection for a seat that came by a link."""

    async def latest(self, session_id: str) -> NoteRecord | None: ...
    async def write(self, note: NoteRecord) -> NoteRecord:
        """Store `note.body` as the revision after `note.revision`. Raise Conflict(code="note_changed") when that is not the
        latest. Earlier revisions are kept."""
        ...


class Acks(Protocol):
    """Answers to commands, so that a retry gets the first answer and has no second effect."""

    async def find(self, actor_id: str, command_id: str, kind: str = "") -> dict[str, Any] | None:
        """The first answer. Raise Conflict(code="command_repeated") when it answered a command of another kind."""
        ...

    async def save(self, actor_id: str, command_id: str, ack: Mapping[str, Any], at: datetime, kind: str = "") -> None:
        """Keep the answer in the transaction of its effect. It must hold no secret: leave a link's token out and derive it
        again (`tokens.derived_token`). Nor words of people: leave them out and
        read them again. Raise Conflict(code="command_repeated") when there is one already."""
        ...

    async def prune(self, before: datetime) -> int:
        """Forget answers older than `before`; the number forgotten."""
        ...


class Audit(Protocol):
    """The append-only trail."""

    async def append(self, actor: ActorRef, action: AuditAction, object_id: str, outcome: AuditOutcome, at: datetime) -> AuditRow:
        """Add a row in the running transaction. Raise ValueError when an id is not of the form of our ids."""
        ...

    async def page(self, after: int = 0, limit: int = 500) -> list[AuditRow]:
        """Rows with a sequence above `after`, in order."""
        ...

    async def last(self) -> AuditRow | None:
        """The newest row."""
        ...

    async def latest(self, action: AuditAction, prefix: str) -> AuditRow | None:
        """The newest row of this about an object whose id begins so."""
        ...

    async def about(self, object_ids: Collection[str], actions: Collection[AuditAction], limit: int) -> list[AuditRow]:
        """The newest `limit` rows of these acts about these objects, in order."""
        ...

    async def back(self, actor_id: str, action: AuditAction, number: int) -> AuditRow | None:
        """The row of somebody's last but `number` - 1 act of this kind; None when there were fewer."""
        ...


class Events(Protocol):
    """What happened to seats."""

    async def append(self, event: ParticipantEventRecord) -> None: ...
    async def in_session(self, session_id: str) -> list[ParticipantEventRecord]: ...


class Quality(Protocol):
    """Call quality, one row per participant and minute."""

    async def record(self, minute: QualityMinute) -> bool:
        """Keep the first row of a participant and minute; False when there was one."""
        ...

    async def in_session(self, session_id: str, limit: int = 5000) -> list[QualityMinute]:
        """The first minutes of a session in order."""
        ...


class Transaction(
    PatientTransaction,
    IdentityTransaction,
    ClinicTransaction,
    AuditTransaction,
    RightsTransaction,
    PersonTransaction,
    RecordingTransaction,
    OnCallTransaction,
    IncidentTransaction,
    StillTransaction,
    QueueTransaction,
    AftercareTransaction,
    Protocol,
):
    """The repositories, bound to one transaction. Not to be used after it ends, nor by two tasks at once."""

    @property
    def organisations(self) -> Organisations: ...
    @property
    def users(self) -> Users: ...
    @property
    def logins(self) -> Logins: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def participants(self) -> Participants: ...
    @property
    def links(self) -> Links: ...
    @property
    def link_requests(self) -> LinkRequests: ...
    @property
    def seats(self) -> SeatTokens: ...
    @property
    def moves(self) -> Moves: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def acks(self) -> Acks: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def events(self) -> Events: ...
    @property
    def quality(self) -> Quality: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def templates(self) -> Templates: ...
