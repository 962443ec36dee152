"""All visits in memory: loaded at start, replaced after each commit, told to those who watch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterator

from telemed.care.identity import Staff
from telemed.care.policies import ClinicPolicies
from telemed.care.ports import Json, Store
from telemed.care.records import OrganisationRecord, SessionRecord
from telemed.care.repositories import Transaction
from telemed.care.states import LIVE_SESSIONS, SessionState
from telemed.clock import Clock
from telemed.errors import NotFound, Unavailable
from telemed.ids import new_id
from telemed.signaling import incident_frame_rows, incident_rows
from telemed.signaling.channel import Channel
from telemed.signaling.chat_audience import ChatAudience
from telemed.signaling.counters import Counters
from telemed.signaling.follow_up_book import FollowUpBook
from telemed.signaling.oncall_rows import read_rows as read_on_call
from telemed.signaling.queue_book import QueueBook
from telemed.signaling.recording_means import usual_policies
from telemed.signaling.recording_rows import read_rows
from telemed.signaling.step import Outcome
from telemed.signaling.today import TodayBoard
from telemed.signaling.visit import CHAT_LINES, LiveVisit

KEPT = LIVE_SESSIONS | {SessionState.ENDED, SessionState.FAILED}  # states a visit stays in memory for


class LiveVisits:
    """The visits of the installation's organisations and their Today board. One epoch per control start."""

    def __init__(
        self, store: Store, clock: Clock, counters: Counters, policies: Callable[[], ClinicPolicies] = usual_policies
    ) -> None:
        self.epoch = new_id("e")
        self._store = store
        self._clock = clock
        self._counters = counters
        self._policies = policies
        self._visits: dict[str, LiveVisit] = {}
        self._board: TodayBoard | None = None
        self.queues = QueueBook(clock.utcnow())
        self.follow_ups = FollowUpBook()
        self.on_change: Callable[[LiveVisit], None] | None = None  # after each commit: the media plane follows
        self.on_moved: Callable[[str, str], None] | None = None  # (session, participant): another device has the seat

    def __iter__(self) -> Iterator[LiveVisit]:
        return iter(list(self._visits.values()))

    @property
    def board(self) -> TodayBoard:
        """The Today board; raises Unavailable before `load`."""
        if self._board is None:
            raise Unavailable()
        return self._board

    async def load(self) -> None:
        """Read every visit that is not over for good. Raises Unavailable when the installation has no clinic yet."""
        async with self._store.read() as tx:
            clinics = await tx.organisations.all()
            if not clinics:
                raise Unavailable("This server has not been set up: run `telemed init`.")
            self._board = TodayBoard(clinics, lambda: self._visits.values(), self.queues, self.follow_ups)
            for clinic in clinics:
                await self._load_of(tx, clinic)

    async def _load_of(self, tx: Transaction, clinic: OrganisationRecord) -> None:
        await self.queues.load(tx, clinic.id)
        await self.follow_ups.load(tx, clinic.id)
        async for session in _unfinished(tx, clinic.id):
            self._visits[session.id] = await self._read(tx, clinic, session)
        for request in await tx.link_requests.open(clinic.id):
            if (visit := self._visits.get(request.session_id)) is not None:
                visit.links_wanted[request.participant_id] = request.at

    async def _read(self, tx: Transaction, clinic: OrganisationRecord, session: SessionRecord) -> LiveVisit:
        visit = self._new(clinic, session)
        visit.seats = {seat.id: seat for seat in await tx.participants.in_session(session.id)}
        visit.moves = await tx.moves.undecided(session.id)
        visit.audience = ChatAudience(await tx.events.in_session(session.id))
        visit.messages = await tx.messages.in_session(session.id, CHAT_LINES)
        visit.recording.take(await read_rows(tx, session.id))
        visit.on_call.take(await read_on_call(tx, session.id), self._clock.utcnow())
        visit.incident.rows = await incident_rows.read_rows(tx, session.id)
        if visit.is_live:
            visit.incident.frame = await incident_frame_rows.read_shown(tx, session.id)
        visit.stills.take(await tx.stills.shown(session.id))
        visit.entry = await tx.queue_entries.of_session(session.id)
        self.queues.follow(visit.entry)
        return visit

    def _new(self, clinic: OrganisationRecord, session: SessionRecord) -> LiveVisit:
        return LiveVisit(clinic, session, self._clock.monotonic(), self._policies, self.queues)

    def set_clinic(self, clinic: OrganisationRecord) -> None:
        """The clinic's details have changed: everybody connected gets a snapshot that has them."""
        for channel in self.board.set_clinic(clinic):
            channel.renew()
        for visit in self:
            if visit.session.organisation_id == clinic.id:
                visit.clinic = clinic
                visit.renew()

    def find(self, session_id: str) -> LiveVisit | None:
        """A visit in memory, None when it is over for good or unknown."""
        return self._visits.get(session_id)

    def get(self, session_id: str) -> LiveVisit:
        """A visit in memory; raises NotFound."""
        visit = self._visits.get(session_id)
        if visit is None:
            raise NotFound()
        return visit

    def committed(self, outcome: Outcome) -> None:
        """Take over what a transaction committed and tell everyone concerned."""
        visit = self._visits.get(outcome.session.id)
        if visit is None:
            visit = self._new(self.board.clinic_of(outcome.session.organisation_id), outcome.session)
            self._visits[outcome.session.id] = visit
        now = self._clock.utcnow()
        touched = self.queues.follow(outcome.entry)
        visit.take(outcome, now)
        self.board.publish(visit, now)
        self.tell_queues(touched, visit)
        self.board.publish_follow_ups(self.follow_ups.follow(outcome.follow_ups, outcome.session), now)
        if outcome.session.state not in KEPT:
            del self._visits[outcome.session.id]
            self.board.forget_visit(outcome.session.id)
        for participant_id in outcome.moved:
            if self.on_moved is not None:
                self.on_moved(outcome.session.id, participant_id)
        if self.on_change is not None:
            self.on_change(visit)

    def tell_queues(self, queue_ids: Collection[str], known: LiveVisit | None = None) -> None:
        """Tell those who wait in these rooms, and their staff, what changed; `known` was told already."""
        if not queue_ids:
            return
        now = self._clock.utcnow()
        entries = (entry for queue_id in queue_ids for entry in self.queues.entries(queue_id))
        for visit in [self._visits.get(entry.session_id) for entry in entries]:
            if visit is None or visit is known:
                continue
            visit.publish_queue(now)
            self.board.publish_entry(visit, now)
        self.board.publish_queues(now)

    def renew_queues(self) -> None:
        """A waiting room was made or changed, or somebody works there or does not any more."""
        now = self._clock.utcnow()
        for visit in self:
            if visit.entry is not None:
                visit.publish(now)
                self.board.publish(visit, now)
        self.board.publish_queues(now)

    def publish(self, visit: LiveVisit) -> None:
        """Tell a visit's seats what changed in memory only."""
        visit.publish(self._clock.utcnow())

    def call_channel(self, visit: LiveVisit, participant_id: str) -> Channel:
        """The channel of a seat."""
        return visit.watch(participant_id, self._make)

    def staff_channel(self, staff: Staff) -> Channel:
        """The channel of a user's Today page."""
        return self.board.channel(staff, self._make)

    def _make(self, state: Callable[[], Json]) -> Channel:
        return Channel(self.epoch, state, self._counters)


async def _unfinished(tx: Transaction, organisation_id: str) -> AsyncIterator[SessionRecord]:
    """Every session that is not over for good, oldest first; the store hands them out in pages."""
    seen: set[str] = set()
    since = None
    while True:
        page = [row for row in await tx.sessions.in_states(KEPT, organisation_id, since) if row.id not in seen]
        if not page:
            return
        for session in page:
            seen.add(session.id)
            yield session
        since = page[-1].created_at
