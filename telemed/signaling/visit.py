"""One visit as it is now: the rows of the last commit, what only lives in memory, and the channels of its seats.

All here is synchronous: after a commit every seat is told in one step of the event loop, so that every stream has the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from telemed.care import views
from telemed.care.addressing import hears_of, reads_now
from telemed.care.link_rules import MOVE_LIFE
from telemed.care.live_lines import LiveLines
from telemed.care.policies import ClinicPolicies
from telemed.care.ports import Json
from telemed.care.queues.records import EntryRecord
from telemed.care.queues.words import IN_LINE
from telemed.care.records import MessageRecord, MoveRequest, OrganisationRecord, ParticipantRecord, SessionRecord
from telemed.care.states import IN_CALL, LIVE_SESSIONS, ParticipantState
from telemed.media.control import Kind, RecordedTrack, Source
from telemed.signaling import seats_ahead
from telemed.signaling.changes import Change, View, call_changes
from telemed.signaling.channel import Channel
from telemed.signaling.chat_audience import ChatAudience
from telemed.signaling.event_rates import EventRates
from telemed.signaling.incident_live import LiveIncident
from telemed.signaling.oncall_live import LiveOnCall
from telemed.signaling.queue_book import QueueBook
from telemed.signaling.recording_live import LiveRecording
from telemed.signaling.recording_means import usual_policies
from telemed.signaling.step import Outcome
from telemed.signaling.still_live import LiveStills

CHAT_LINES = 200  # of the newest lines in a snapshot; 200 x 4000 characters is what a phone can take

KINDS = {
    Source.MICROPHONE: Kind.AUDIO,
    Source.CAMERA: Kind.VIDEO,
    Source.SCREEN: Kind.VIDEO,
    Source.SCREEN_AUDIO: Kind.AUDIO,
}
_FAREWELLS = {
    ParticipantState.REMOVED: "removed",
    ParticipantState.DENIED: "denied",
    ParticipantState.LEFT: "left",
}


@dataclass(slots=True)
class LiveSeat:
    """What is known of a seat beyond its record. Gone at a restart and told again by client and media plane."""

    microphone: bool = False
    camera: bool = False
    screen: bool = False
    interrupted: bool = False  # the microphone is on, and something else on the device has it
    tracks: dict[Source, str] = field(default_factory=dict)  # published now
    video_paused: bool = False
    hidden: bool = False  # the page said so
    silent_at: float = 0.0  # monotonic: since when no connection is there
    attempt_over: int = 0  # the latest attempt whose transport is known to be gone
    rates: EventRates = field(default_factory=EventRates)

    def presence(self) -> views.Presence:
        """The projection's form."""
        tracks = tuple(views.TrackView(track, source.value, KINDS[source].value) for source, track in self.tracks.items())
        return views.Presence(self.microphone, self.camera, self.screen, tracks, self.video_paused, self.interrupted)


@dataclass(slots=True)
class _Watcher:
    channel: Channel
    view: View
    chat_told: int  # sequence of the newest line it has


class LiveVisit:
    """A visit in memory. The rows are replaced after each commit; nobody changes them here."""

    def __init__(
        self,
        clinic: OrganisationRecord,
        session: SessionRecord,
        now: float,
        policies: Callable[[], ClinicPolicies] = usual_policies,
        book: QueueBook | None = None,
    ) -> None:
        self.clinic = clinic
        self.session = session
        self.seats: dict[str, ParticipantRecord] = {}
        self.moves: list[MoveRequest] = []
        self.messages: list[MessageRecord] = []
        self.links_wanted: dict[str, datetime] = {}  # participant id -> when
        self.audience = ChatAudience()
        self.lines = LiveLines()
        self.recording = LiveRecording(policies)
        self.on_call = LiveOnCall()
        self.incident = LiveIncident()
        self.stills = LiveStills()
        self.entry: EntryRecord | None = None  # of a waiting room, if it came by one
        self._book = book
        self._live: dict[str, LiveSeat] = {}
        self._watchers: dict[str, _Watcher] = {}
        self._loaded_at = now

    @property
    def is_live(self) -> bool:
        """Whether the session can still become or be a call."""
        return self.session.state in LIVE_SESSIONS

    @property
    def is_in_line(self) -> bool:
        """Whether the person of this visit stands in line in a waiting room."""
        return self.entry is not None and self.entry.state in IN_LINE

    def live(self, participant_id: str) -> LiveSeat:
        """What lives in memory of one seat; a seat nobody has seen counts as silent since the visit was loaded."""
        return self._live.setdefault(participant_id, LiveSeat(silent_at=self._loaded_at))

    def channel(self, participant_id: str) -> Channel | None:
        """The channel of a seat, None while it never connected to this process."""
        watcher = self._watchers.get(participant_id)
        return watcher.channel if watcher is not None else None

    def is_captured(self, participant_id: str) -> bool:
        """Whether something of a seat may be recorded now."""
        return participant_id in self.recording.captured(self.seats)

    def recorded_tracks(self) -> tuple[RecordedTrack, ...]:
        """All that may be recorded now."""
        return self.recording.tracks(self.seats)

    def is_connected(self, participant_id: str) -> bool:
        """Whether a connection of this seat is there."""
        watcher = self._watchers.get(participant_id)
        return watcher is not None and bool(watcher.channel.connections)

    def watch(self, participant_id: str, make: Callable[[Callable[[], Json]], Channel]) -> Channel:
        """The channel of a seat, made by `make(state)` at its first connection."""
        watcher = self._watchers.get(participant_id)
        if watcher is None:
            channel = make(lambda: self._state(participant_id))
            watcher = self._watchers[participant_id] = _Watcher(channel, self._view(participant_id), 0)
        return watcher.channel

    def take(self, outcome: Outcome, now: datetime) -> None:
        """Take over what was committed and tell every seat what it may know of it."""
        before = self.seats
        self.session = outcome.session
        self.seats = dict(outcome.seats)
        self.moves = [move for move in outcome.moves if now - move.at <= MOVE_LIFE]
        self.entry = outcome.entry
        self.audience.follow(before, self.seats)
        self.messages = [*self.messages, *outcome.messages][-CHAT_LINES:]
        for message in outcome.messages:
            self.lines.forget(message.participant_id, message.command_id)
        if outcome.recording is not None:
            self.recording.take(outcome.recording)
        if outcome.on_call is not None:
            self.on_call.take(outcome.on_call, now)
        if outcome.incident is not None:
            self.incident.rows = outcome.incident
        if outcome.frame is not None:
            self.incident.take_frame(outcome.frame)
        self.stills.take(outcome.stills)
        for participant_id, wanted in outcome.links_wanted.items():
            self._set_wanted(participant_id, wanted)
        self.publish(now)
        for participant_id in self._watchers:
            self._say_goodbye(participant_id, before, participant_id in outcome.moved, now)

    def publish_queue(self, now: datetime) -> None:
        """Tell the person who waits where it stands now; nobody else in a visit is told of the line."""
        watcher = self._watchers.get(self.entry.participant_id) if self.entry is not None else None
        if watcher is None or self.entry is None:
            return
        place = self._queue(self.seats[self.entry.participant_id])
        if place != watcher.view.get("queue"):
            watcher.view = {**watcher.view, "queue": place}
            watcher.channel.send([("queue", place)], now)

    def renew(self) -> None:
        """Give every seat a snapshot."""
        for watcher in self._watchers.values():
            watcher.channel.renew()

    def _set_wanted(self, participant_id: str, wanted: datetime | None) -> None:
        if wanted is None:
            self.links_wanted.pop(participant_id, None)
        else:
            self.links_wanted.setdefault(participant_id, wanted)

    def forget_old_moves(self, now: datetime) -> None:
        """Take requests of second devices that can no longer be used off the staff's screens."""
        usable = [move for move in self.moves if now - move.at <= MOVE_LIFE]
        if len(usable) != len(self.moves):
            self.moves = usable
            self.publish(now)

    def publish(self, now: datetime) -> None:
        """Send every watching seat the difference between what it was told and what it may see."""
        for participant_id, watcher in self._watchers.items():
            before, watcher.view = watcher.view, self._view(participant_id)
            changes = call_changes(before, watcher.view)
            changes.extend(self._new_lines(participant_id, watcher))
            watcher.channel.send(changes, now)

    def live_event(
        self, event_type: str, data: Json, about: str | None, include_self: bool = False, staff: Json | None = None
    ) -> None:
        """Send an unsequenced event about a seat (None: about the room) to all who may hear of it, `staff` besides to staff."""
        subject = self.seats.get(about) if about is not None else None
        more = {**data, **staff} if staff else data
        for participant_id, watcher in self._watchers.items():
            viewer = self.seats[participant_id]
            seen = viewer.state in IN_CALL if subject is None else views.may_receive(viewer, subject)
            if seen or (include_self and participant_id == about):
                watcher.channel.live(event_type, more if views.is_staff(viewer) else data)

    def speaker_event(self, participant_id: str | None) -> None:
        """Tell everybody in the call who speaks; who may not know of that person is told that nobody they know does."""
        speaker = self.seats.get(participant_id or "")
        for viewer_id, watcher in self._watchers.items():
            viewer = self.seats[viewer_id]
            if viewer.state in IN_CALL:
                known = speaker is not None and views.sees(viewer, speaker)
                watcher.channel.live("speaker", {"participant_id": participant_id if known else None})

    def text_event(self, event_type: str, writer_id: str, to: str | None, data: Json) -> None:
        """Send an unsequenced event about a line somebody writes to those who read along; the writer's own page knows it."""
        for participant_id, watcher in self._watchers.items():
            if participant_id != writer_id and self._reads(self.seats[participant_id], writer_id, to):
                watcher.channel.live(event_type, data)

    def _reads(self, viewer: ParticipantRecord, writer_id: str, to: str | None) -> bool:
        """Whether a line reaches `viewer` while it is written."""
        return reads_now(viewer, writer_id, to) and hears_of(viewer, self.seats.get(writer_id))

    def _lines_for(self, viewer: ParticipantRecord, lines: Sequence[MessageRecord]) -> list[MessageRecord]:
        """The lines of chat a seat may read, in order."""
        mine = self.audience.lines_for(viewer, lines)
        return [line for line in mine if hears_of(viewer, self.seats.get(line.participant_id))]

    def unfinished_lines(self, participant_id: str) -> list[Json]:
        """What is being written now, as far as a seat reads it: its own line too."""
        viewer = self.seats[participant_id]
        return [
            {"participant_id": writer_id, "line": line.id, "sequence": line.sequence, "text": line.text, "to": line.to}
            for writer_id, line in self.lines
            if self._reads(viewer, writer_id, line.to)
        ]

    def _say_goodbye(
        self, participant_id: str, before: dict[str, ParticipantRecord], moved: bool, now: datetime
    ) -> None:
        channel = self._watchers[participant_id].channel
        if not self.is_live:
            if channel.connections:
                channel.goodbye("ended", now)
            return
        old, new = before.get(participant_id), self.seats[participant_id]
        if moved:
            channel.goodbye("moved", now)
        elif old is not None and old.state is not new.state and new.state in _FAREWELLS:
            channel.goodbye(_FAREWELLS[new.state], now)

    def _new_lines(self, participant_id: str, watcher: _Watcher) -> list[Change]:
        viewer = self.seats[participant_id]
        if not views.reads_chat(viewer):
            return []
        fresh = [line for line in self.messages if line.sequence > watcher.chat_told]
        lines = self._lines_for(viewer, fresh)
        watcher.chat_told = self._last_line()
        return [("chat", views.message_view(line)) for line in lines]

    def _last_line(self) -> int:
        return self.messages[-1].sequence if self.messages else 0

    def state_of(self, participant_id: str) -> Json:
        """All that a seat may see now, as a snapshot holds it."""
        return self._projection(participant_id, self._lines_for(self.seats[participant_id], self.messages))

    def _projection(self, participant_id: str, messages: Sequence[MessageRecord]) -> Json:
        viewer = self.seats[participant_id]
        recording = self.recording.view(self.session, self.seats, viewer)
        stills = self.stills.view(self.session, self.seats, viewer, self.audience)
        scene = self.on_call.view(self.session, self.seats, viewer)
        state = {**views.call_state(self._scene(messages), viewer), "recording": recording, "scene": scene, "stills": stills}
        state["queue"] = self._queue(viewer)
        state |= self.incident.call_view(self.session, self.seats, viewer)
        state["you"]["can"].extend(self.incident.abilities(self.session, viewer))
        tracks = seats_ahead.tracks_for(self.session, viewer)
        if tracks:
            ahead = [{"id": track, "kind": kind} for track, (_, kind) in tracks.items()]
            state["policy"] = {**state["policy"], "ahead": ahead}
        return state

    def _queue(self, viewer: ParticipantRecord) -> Json | None:
        """The place in line, for the person whose it is."""
        if self.entry is None or self._book is None or viewer.id != self.entry.participant_id:
            return None
        return self._book.own_view(self.entry, self.clinic)

    def _scene(self, messages: Sequence[MessageRecord]) -> views.Scene:
        presence = {participant_id: live.presence() for participant_id, live in self._live.items()}
        seats = tuple(self.seats.values())
        return views.Scene(self.clinic, self.session, seats, presence, tuple(self.moves), tuple(messages))

    def _view(self, participant_id: str) -> Json:
        """What is compared after each change: everything but chat, which only grows."""
        return self._projection(participant_id, ())

    def _state(self, participant_id: str) -> Json:
        """The state of a snapshot that is sent: what it holds counts as told."""
        watcher = self._watchers.get(participant_id)
        if watcher is not None and views.reads_chat(self.seats[participant_id]):
            watcher.chat_told = self._last_line()
        return self.state_of(participant_id)
