"""Where the adapters meet: Protocols that `store`, `sfu` and `signaling` implement and `web` and `signaling` use.

Adapter packages never import each other; `app.py` wires them. Times named `utc` are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from telemed.care.identity import ActorRef, Identity, Person, Seat, Staff
from telemed.care.incidents.ports import IncidentVisits
from telemed.care.repositories import Transaction
from telemed.media.control import Negotiate, Negotiated, SetMode, SetRecording, SetWishes, Snapshot, WorkerEvent

Json = dict[str, Any]


class Store(Protocol):
    """The database."""

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """One write transaction: waits its turn, commits when the block ends, rolls back on any exception or cancellation."""
        ...

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """A consistent snapshot for reading; runs beside the writer."""
        ...


class MediaPlane(Protocol):
    """The media workers as control sees them. Every method raises Unavailable(code="media_unavailable") without a worker."""

    on_event: Callable[[WorkerEvent], None] | None
    on_worker_lost: Callable[[], None] | None
    on_worker_ready: Callable[[Snapshot], None] | None

    @property
    def available(self) -> bool:
        """Whether a worker is connected now."""
        ...

    async def negotiate(self, request: Negotiate) -> Negotiated:
        """State what one peer publishes and subscribes to; the room is opened by it."""
        ...

    async def close_peer(self, room_id: str, peer_id: str) -> None: ...
    async def close_room(self, room_id: str) -> None: ...
    async def set_flow(self, room_id: str, peer_id: str, sending: bool, receiving: bool) -> None:
        """Let a peer's media through or hold it; its transport stays."""
        ...

    async def set_mode(self, request: SetMode) -> None:
        """Say what a peer's person needs most now."""
        ...

    async def set_wishes(self, request: SetWishes) -> None:
        """Say how large a peer shows what it receives."""
        ...

    async def request_keyframes(self, room_id: str, peer_id: str) -> None:
        """Ask for a key frame of all video this peer receives."""
        ...

    async def set_recording(self, request: SetRecording) -> None:
        """State all that may be captured of a room now; the recording is opened by it. NotFound for one that was stopped,
        Conflict while another one of the room is open, Unavailable where no journal can be made."""
        ...

    async def stop_recording(self, room_id: str, recording_id: str) -> None:
        """Write out and close; returns when all of it is on disk. Unknown ones are fine."""
        ...

    async def snapshot(self) -> Snapshot | None: ...


@dataclass(frozen=True, slots=True)
class Publish:
    """One sending line of an offer; `source` is one of `media.control.Source`, checked by the web layer."""

    mid: str
    source: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """One receiving line of an offer."""

    mid: str
    track_id: str


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """Body of POST /sessions/{id}/offer (protocol section 3), sizes and types checked, the SDP not yet parsed."""

    attempt: int
    offer: int
    sdp: str
    publish: tuple[Publish, ...]
    subscribe: tuple[Subscribe, ...]


@dataclass(frozen=True, slots=True)
class LinkOpened:
    """Answer to an opened link. `seat_token` is the new cookie's value; None when the caller's own is still right or when
    `status` is "approval_needed" (then the ids are None too)."""

    status: str  # "seat" | "approval_needed"
    clinic: Json
    session_id: str | None = None
    participant_id: str | None = None
    name: str = ""
    state: str = ""
    seat_token: str | None = None


@dataclass(frozen=True, slots=True)
class CarerChange:
    """What a change of a patient's record means for visits: the places of `ended_carer_id` in them end, if it is not None."""

    answer: Json
    actor: ActorRef
    at: datetime  # utc
    ended_carer_id: str | None = None


RecordWork = Callable[[Transaction], Awaitable[CarerChange]]


class Visits(Protocol):
    """What HTTP asks of the call logic: one method per endpoint of protocol section 1.2, results ready for JSON.

    Implementations check permissions (`permissions.py`) themselves: NotAllowed, NotFound, Conflict, Gone, Unavailable.
    """

    @property
    def incidents(self) -> IncidentVisits:
        """What is asked about incidents."""
        ...

    async def create_session(
        self, actor: Staff, kind: str, patient_name: str, reason: str, command_id: str, patient_id: str | None = None
    ) -> Json:
        """-> {session, participant, link}."""
        ...

    async def attach_patient(self, actor: Staff, session_id: str, patient_id: str | None) -> Json:
        """Attach a visit to a patient's record, or detach it (None). -> {session}."""
        ...

    async def session_quality(self, actor: Staff, session_id: str) -> Json:
        """-> {participants, more}: each minute of the call as everybody had it."""
        ...

    async def session_detail(self, actor: Staff, session_id: str) -> Json:
        """-> {session, participants, links}."""
        ...

    async def edit_session(self, actor: Staff, session_id: str, patient_name: str | None, reason: str | None) -> Json:
        """None leaves a field. -> {session}."""
        ...

    async def take_seat(self, actor: Staff, session_id: str) -> Json:
        """-> {participant}: the same seat each time."""
        ...

    async def create_link(
        self, actor: Staff, session_id: str, role: str, name: str, participant_id: str | None, command_id: str
    ) -> Json:
        """-> {link}."""
        ...

    async def revoke_link(self, actor: Staff, session_id: str, link_id: str) -> None: ...
    async def read_note(self, actor: Staff, session_id: str) -> Json:
        """-> {body, revision, updated_at}."""
        ...

    async def write_note(self, actor: Staff, session_id: str, body: str, revision: int) -> Json:
        """-> {revision, updated_at}; Conflict(code="note_changed")."""
        ...

    async def complete(self, actor: Staff, session_id: str, outcome: str, note: str | None, command_id: str) -> Json:
        """-> {session}."""
        ...

    async def open_link(self, token: str, device: str, seat_token: str | None) -> LinkOpened:
        """Errors as protocol section 1.2, POST /links/open."""
        ...

    async def ask_move(self, token: str, device: str) -> Json:
        """-> {status: "asked"}."""
        ...

    async def recover_link(self, token: str) -> None:
        """Returns before anything is looked up: neither answer nor time says whether the link exists."""
        ...

    async def join_own_visit(self, person: Person, session_id: str) -> str:
        """The token of a link to the caller's seat in a visit attached to its record. NotFound, Gone, TooEarly, Conflict."""
        ...

    async def change_carer(self, work: RecordWork) -> Json:
        """Carry out a change of a carer and, in the same transaction, what it ends: links and seats. -> the change's answer."""
        ...

    async def seat(self, token: str) -> Seat | None:
        """Who holds this seat cookie; None when it is unknown, revoked or expired, or its carer may not act any more."""
        ...

    def in_call(self, login_id: str, session_id: str) -> bool:
        """Whether a call of this session is in progress that this login opened: it may outlive the login."""
        ...

    async def today(self, actor: Staff) -> Json:
        """-> the state of protocol section 2.5."""
        ...

    async def issue_ticket(self, identity: Identity, session_id: str) -> str:
        """A single-use ticket for namespace /call, 60 s."""
        ...

    async def check_seat(self, identity: Identity, session_id: str) -> None:
        """Raise unless a ticket would be issued."""
        ...

    async def issue_staff_ticket(self, actor: Staff) -> str:
        """The same for namespace /staff."""
        ...

    async def offer(self, identity: Identity, session_id: str, offer: OfferRequest) -> Json:
        """-> {attempt, offer, sdp, publish, refused}."""
        ...

    async def check_connection(self, source: str, sdp: str) -> str:
        """Answer the probe of somebody unknown; `source` is the address that limits count. Raises InvalidInput, TooMany,
        Unavailable("media_unavailable", "server_full")."""
        ...

    async def probe(self, identity: Identity, session_id: str, sdp: str) -> str:
        """Answer a probe offer; -> the SDP answer."""
        ...
