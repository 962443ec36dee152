"""The `Visits` port: what HTTP handlers ask of the call logic, each handed to the part that knows."""

from __future__ import annotations

from telemed.care.identity import Identity, Person, Seat, Staff
from telemed.care.permissions import Action, check
from telemed.care.ports import Json, LinkOpened, OfferRequest, RecordWork
from telemed.signaling.carer_places import CarerPlaces
from telemed.signaling.desk import Desk
from telemed.signaling.entry import Entry
from telemed.signaling.holders import Holders
from telemed.signaling.incident_visits import IncidentService
from telemed.signaling.link_desk import LinkDesk
from telemed.signaling.media_offers import MediaOffers
from telemed.signaling.media_probe import MediaProbes
from telemed.signaling.note_desk import NoteDesk
from telemed.signaling.patient_desk import PatientDesk
from telemed.signaling.person_links import PersonLinks
from telemed.signaling.quality_desk import QualityDesk
from telemed.signaling.session_desk import SessionDesk


class VisitService:
    """Implements `telemed.care.ports.Visits`; the methods are described there."""

    def __init__(
        self,
        desk: Desk,
        entry: Entry,
        offers: MediaOffers,
        probes: MediaProbes,
        holders: Holders,
    ) -> None:
        self._desk = desk
        self._entry = entry
        self._offers = offers
        self._probes = probes
        self._holders = holders
        self._links = LinkDesk(desk)
        self._sessions = SessionDesk(desk, self._links)
        self.incidents = IncidentService(desk, self._links)
        self._notes = NoteDesk(desk)
        self._quality = QualityDesk(desk)
        self._patients = PatientDesk(desk)
        self._person_links = PersonLinks(desk)
        self._carer_places = CarerPlaces(desk)

    async def create_session(
        self, actor: Staff, kind: str, patient_name: str, reason: str, command_id: str, patient_id: str | None = None
    ) -> Json:
        """-> {session, participant, link}."""
        return await self._sessions.create(actor, kind, patient_name, reason, command_id, patient_id)

    async def attach_patient(self, actor: Staff, session_id: str, patient_id: str | None) -> Json:
        """-> {session}."""
        return await self._patients.attach(actor, session_id, patient_id)

    async def session_detail(self, actor: Staff, session_id: str) -> Json:
        """-> {session, participants, links}."""
        return await self._sessions.detail(actor, session_id)

    async def session_quality(self, actor: Staff, session_id: str) -> Json:
        """-> {participants, more}."""
        return await self._quality.read(actor, session_id)

    async def edit_session(self, actor: Staff, session_id: str, patient_name: str | None, reason: str | None) -> Json:
        """-> {session}."""
        return await self._sessions.edit(actor, session_id, patient_name, reason)

    async def take_seat(self, actor: Staff, session_id: str) -> Json:
        """-> {participant}."""
        return await self._sessions.take_seat(actor, session_id)

    async def create_link(
        self, actor: Staff, session_id: str, role: str, name: str, participant_id: str | None, command_id: str
    ) -> Json:
        """-> {link}."""
        return await self._links.create(actor, session_id, role, name, participant_id, command_id)

    async def revoke_link(self, actor: Staff, session_id: str, link_id: str) -> None:
        """The link opens nothing any more."""
        await self._links.revoke(actor, session_id, link_id)

    async def read_note(self, actor: Staff, session_id: str) -> Json:
        """-> {body, revision, updated_at}."""
        return await self._notes.read(actor, session_id)

    async def write_note(self, actor: Staff, session_id: str, body: str, revision: int) -> Json:
        """-> {revision, updated_at}."""
        return await self._notes.write(actor, session_id, body, revision)

    async def complete(self, actor: Staff, session_id: str, outcome: str, note: str | None, command_id: str) -> Json:
        """-> {session}."""
        return await self._sessions.complete(actor, session_id, outcome, note, command_id)

    async def open_link(self, token: str, device: str, seat_token: str | None) -> LinkOpened:
        """Take the seat of a link."""
        return await self._links.open(token, device, seat_token)

    async def ask_move(self, token: str, device: str) -> Json:
        """-> {status: "asked"}."""
        return await self._links.ask_move(token, device)

    async def recover_link(self, token: str) -> None:
        """Tell staff that a new link is wanted, and send one by itself where that is allowed."""
        self._person_links.recover(token)

    async def join_own_visit(self, person: Person, session_id: str) -> str:
        """-> the token of a link to the person's own seat."""
        return await self._person_links.join(person, session_id)

    async def change_carer(self, work: RecordWork) -> Json:
        """Carry out a change of a carer and what it ends in visits."""
        return await self._carer_places.change(work)

    async def seat(self, token: str) -> Seat | None:
        """Who holds a seat cookie."""
        return await self._links.seat(token)

    async def today(self, actor: Staff) -> Json:
        """-> the state of /staff."""
        check(actor, Action.READ_TODAY)
        return self._desk.live.board.state(actor)

    async def issue_ticket(self, identity: Identity, session_id: str) -> str:
        """A ticket for /call."""
        return await self._entry.issue_ticket(identity, session_id)

    async def check_seat(self, identity: Identity, session_id: str) -> None:
        """Raises unless the caller may take part."""
        await self._entry.held_seat(identity, session_id)

    async def issue_staff_ticket(self, actor: Staff) -> str:
        """A ticket for /staff."""
        return await self._entry.issue_staff_ticket(actor)

    async def offer(self, identity: Identity, session_id: str, offer: OfferRequest) -> Json:
        """-> {attempt, offer, sdp, publish, refused}."""
        return await self._offers.offer(identity, session_id, offer)

    async def probe(self, identity: Identity, session_id: str, sdp: str) -> str:
        """-> the SDP answer."""
        return await self._probes.probe(identity, session_id, sdp)

    async def check_connection(self, source: str, sdp: str) -> str:
        """-> the SDP answer."""
        return await self._probes.check(source, sdp)

    def in_call(self, login_id: str, session_id: str) -> bool:
        """Whether a call of this session is in progress that this login opened."""
        return self._holders.in_call(login_id, session_id)

    def login_renewed(self, before: str, after: str) -> None:
        """The same person signed in again in the same browser; told before the former login is revoked."""
        self._holders.renewed(before, after)

    def hide_today(self, user_id: str, login_id: str) -> None:
        """A login was locked: its Today pages and unused tickets for them end, its calls go on."""
        self._entry.revoke(user_id)
        self._holders.close_today(login_id)

    def drop_user(self, user_id: str, login_id: str | None = None) -> None:
        """Close a user's connections, media and unused tickets: signed out (what that login opened), disabled, another role."""
        self._entry.revoke(user_id)
        self._holders.close_user(user_id, login_id)
