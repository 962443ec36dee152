"""The Today board: one stream per member of staff with the visits, waiting people and tasks of the organisation.

Each visit contributes a part of the view; a commit touches one visit, so only that part is projected and compared again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from telemed.care import today_views
from telemed.care.identity import Staff
from telemed.care.permissions import Action, may
from telemed.care.ports import Json
from telemed.care.records import OrganisationRecord
from telemed.care.states import LIVE_SESSIONS, SessionState
from telemed.errors import NotFound
from telemed.signaling.changes import View, staff_changes
from telemed.signaling.channel import Channel
from telemed.signaling.follow_up_book import FollowUpBook
from telemed.signaling.queue_book import QueueBook
from telemed.signaling.visit import LiveVisit

IDLE_SECONDS = 600.0  # how long the stream of a staff user without a connection is kept for resuming
_PARTS = ("waiting", "sessions", "tasks", "pages", "handovers", "incidents", "entries")
_EMPTY: View = {name: [] for name in _PARTS}
_OUTCOME_OWED = frozenset({SessionState.ENDED, SessionState.FAILED})


@dataclass(slots=True)
class _Reader:
    staff: Staff
    channel: Channel
    parts: dict[str, View] = field(default_factory=dict)  # by session id
    own: View = field(default_factory=dict)  # waiting rooms and follow-ups: of no visit in memory


class TodayBoard:
    """Who reads Today, and what each was told."""

    def __init__(
        self,
        clinics: Sequence[OrganisationRecord],
        visits: Callable[[], Iterable[LiveVisit]],
        book: QueueBook,
        follow_ups: FollowUpBook,
    ) -> None:
        self._clinics = {clinic.id: clinic for clinic in clinics}
        self._visits = visits
        self._book = book
        self._follow_ups = follow_ups
        self._readers: dict[str, _Reader] = {}

    def clinic_of(self, organisation_id: str) -> OrganisationRecord:
        """The organisation a reader or a visit belongs to. Raises NotFound for one made after the start of this process."""
        clinic = self._clinics.get(organisation_id)
        if clinic is None:
            raise NotFound()
        return clinic

    def set_clinic(self, clinic: OrganisationRecord) -> list[Channel]:
        """Show the organisation so from now on; the channels of its readers."""
        self._clinics[clinic.id] = clinic
        return [reader.channel for reader in self._readers.values() if reader.staff.organisation_id == clinic.id]

    def channel(self, staff: Staff, make: Callable[[Callable[[], Json]], Channel]) -> Channel:
        """The channel of a user, made by `make(state)` at the first connection. A changed role shows at once."""
        reader = self._readers.get(staff.user_id)
        if reader is None or reader.staff != staff:
            channel = make(lambda: self._state_for(staff)) if reader is None else reader.channel
            parts = {visit.session.id: part(visit, staff, self._book) for visit in self._visits()}
            reader = _Reader(staff, channel, parts, self._own(staff))
            self._readers[staff.user_id] = reader
        return reader.channel

    def find(self, user_id: str) -> Channel | None:
        """The channel of a user who has read Today in this process."""
        reader = self._readers.get(user_id)
        return reader.channel if reader is not None else None

    def channels(self) -> Iterator[tuple[str, Channel]]:
        """Every reader's user id and channel."""
        return iter([(user_id, reader.channel) for user_id, reader in self._readers.items()])

    def _state_for(self, staff: Staff) -> Json:
        """The state of a channel's snapshots: with the rights its user has now, not those it was made with."""
        reader = self._readers.get(staff.user_id)
        return self.state(reader.staff if reader is not None else staff)

    def state(self, staff: Staff) -> Json:
        """The whole state of /staff for one reader."""
        parts = [part(visit, staff, self._book) for visit in self._visits()]
        rows: Json = {name: [row for piece in parts for row in piece[name]] for name in _EMPTY}
        rows["waiting"].sort(key=lambda row: str(row["since"]))
        rows |= self._own(staff)
        return today_views.staff_state(self.clinic_of(staff.organisation_id), rows)

    def publish(self, visit: LiveVisit, now: datetime) -> None:
        """Tell every reader what changed about one visit."""
        for reader in self._readers.values():
            before = reader.parts.get(visit.session.id, _EMPTY)
            after = reader.parts[visit.session.id] = part(visit, reader.staff, self._book)
            reader.channel.send(staff_changes(before, after), now)

    def publish_entry(self, visit: LiveVisit, now: datetime) -> None:
        """Tell every reader where somebody stands in a waiting room's line now; the rest of that visit is as it was."""
        entry = visit.entry
        if entry is None or not visit.is_live:
            return
        row = self._book.entry_row(entry, visit.seats[entry.participant_id], visit.messages)
        for reader in self._readers.values():
            before = reader.parts.get(visit.session.id)
            if before is None or before["entries"] == [row] or not before["entries"]:
                continue
            reader.parts[visit.session.id] = {**before, "entries": [row]}
            reader.channel.send([("entry", row)], now)

    def publish_queues(self, now: datetime) -> None:
        """Tell every reader what changed about the waiting rooms."""
        for reader in self._readers.values():
            self._renew(reader, {"queues": self._book.rows_for(reader.staff)}, now)

    def publish_follow_ups(self, user_ids: Collection[str], now: datetime) -> None:
        """Tell these people what changed about their follow-ups."""
        for user_id in user_ids:
            reader = self._readers.get(user_id)
            if reader is not None:
                self._renew(reader, self._follow_ups.view_for(reader.staff), now)

    @staticmethod
    def _renew(reader: _Reader, changed: Json, now: datetime) -> None:
        before, reader.own = reader.own, {**reader.own, **changed}
        reader.channel.send(staff_changes(before, reader.own), now)

    def _own(self, staff: Staff) -> Json:
        return {"queues": self._book.rows_for(staff), **self._follow_ups.view_for(staff)}

    def is_watched(self, user_ids: Collection[str]) -> bool:
        """Whether one of these people has a page open."""
        readers = (self._readers.get(user_id) for user_id in user_ids)
        return any(reader is not None and reader.channel.connections for reader in readers)

    def forget_visit(self, session_id: str) -> None:
        """A visit left the board; its rows went with its last publish."""
        for reader in self._readers.values():
            reader.parts.pop(session_id, None)

    def forget_idle(self, now: float) -> None:
        """Drop the streams of users who have been away for IDLE_SECONDS."""
        for user_id, reader in list(self._readers.items()):
            idle = reader.channel.idle_since
            if idle is not None and now - idle > IDLE_SECONDS:
                del self._readers[user_id]


def part(visit: LiveVisit, staff: Staff, book: QueueBook) -> View:
    """What one visit contributes to the board of one reader."""
    session = visit.session
    seats = visit.seats.values()
    own = next((seat for seat in seats if seat.user_id == staff.user_id), None)
    if not may(staff, Action.READ_SESSION, session, own):
        return _EMPTY
    concerned = visit.on_call.rows_for(staff.user_id)
    live = session.state in LIVE_SESSIONS
    listed = (live or session.state in _OUTCOME_OWED) and not _has_own_rows(visit)
    in_line = visit.entry.participant_id if visit.entry is not None else None
    arrived = [seat for seat in seats if live and today_views.is_waiting(seat) and seat.id != in_line]
    waiting = [today_views.waiting_row(seat, session) for seat in arrived]
    rows = [today_views.session_row(session, seats, staff.user_id, visit.on_call.begun(session))] if listed else []
    incident = visit.incident.board_row(session, visit.seats, staff)
    more = {"incidents": [incident] if incident is not None else [], "entries": _entries(visit, staff, book)}
    return {"waiting": waiting, "sessions": rows, "tasks": _tasks(visit, staff), **concerned, **more}


def _has_own_rows(visit: LiveVisit) -> bool:
    """Whether a visit is shown elsewhere: an incident, or somebody in a waiting room whom nobody has answered."""
    waits = visit.entry is not None and visit.entry.answered_at is None
    return waits or visit.incident.incident is not None


def _entries(visit: LiveVisit, staff: Staff, book: QueueBook) -> list[Json]:
    entry = visit.entry
    if entry is None or book.entry(entry.id) is None or not visit.is_live or not book.sees(staff, entry):
        return []
    return [book.entry_row(entry, visit.seats[entry.participant_id], visit.messages)]


def _tasks(visit: LiveVisit, staff: Staff) -> list[Json]:
    session = visit.session
    own = next((seat for seat in visit.seats.values() if seat.user_id == staff.user_id), None)
    begun = visit.on_call.begun(session)
    tasks = []
    if session.state in _OUTCOME_OWED and session.outcome is None and may(staff, Action.COMPLETE_SESSION, session, own):
        tasks.append(today_views.task_row(today_views.OUTCOME_DUE, session, session.ended_at or session.state_since, begun))
    if visit.links_wanted and visit.is_live and may(staff, Action.CREATE_LINK, session, own):
        since = min(visit.links_wanted.values())
        tasks.append(today_views.task_row(today_views.LINK_WANTED, session, since, begun))
    return tasks
