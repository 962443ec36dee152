"""Keeps the workers right about what they may record: the capture set of every call, as it is now, and nothing beyond it.

Apart from the follower of rooms, because a withdrawal waits for nothing: neither for another room's command that hangs nor for an
earlier one of its own. Each change becomes a task that writes its request at once; a worker takes requests in the order they were
written, so the newest wins. What fails is said again by the sweep. A recording a worker holds and nobody wants is stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from telemed.care.ports import MediaPlane
from telemed.care.recording.ports import RecordingWork, Take
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.words import RUNNING, RecordingFault, RecordingState
from telemed.clock import Clock
from telemed.errors import NotFound, TelemedError
from telemed.ids import short
from telemed.media.control import RecordedTrack, SetRecording, Snapshot
from telemed.signaling.counters import Counters
from telemed.signaling.faults import report_fault
from telemed.signaling.live import LiveVisits
from telemed.signaling.media_placement import Placement
from telemed.signaling.recording_faults import FoundBy, OnFault
from telemed.signaling.visit import LiveVisit

SET_TIMEOUT = 5.0  # seconds: a worker answers within milliseconds
PATIENCE_SECONDS = 3.0  # after which a worker that takes no command is a fault: staff hear of it within 5 s
STOP_TIMEOUT = 35.0  # seconds: the worker waits for the disk, its client for 30
AGAIN_SECONDS = 3.0  # between two tries to get at directory and key, or looks at the key: staff hear of a fault within 5 s
LOST_SECONDS = 60.0  # after which a worker that is away writes no more: the supervisor has replaced it long before
MAX_UNDER_WAY = 200  # requests; drop rule: what is not sent now is sent by the sweep
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Capture:
    """One recording in progress: where it is written, and what its worker was told last."""

    recording: RecordingRecord
    take: Take | None = None
    not_before: float = 0.0  # monotonic: of the next try to prepare it, then of the next look at its key
    preparing: bool = False
    looking: bool = False  # whether its key is still there
    plane: MediaPlane | None = None
    sent: tuple[RecordedTrack, ...] | None = None  # None: nothing that is certain to have arrived
    failing_since: float | None = None  # monotonic: its worker takes no command


@dataclass(frozen=True, slots=True)
class _Held:
    """A recording that a worker has open, and the tracks it may write."""

    room_id: str
    tracks: frozenset[str]


@dataclass(slots=True)
class _Holdings:
    """The recordings a worker has open, by id, as far as we know. `known`: it has reported since this process began."""

    plane: MediaPlane
    held: dict[str, _Held] = field(default_factory=dict)
    stopping: set[str] = field(default_factory=set)
    known: bool = False
    lost_at: float = 0.0  # monotonic; counts while the plane is away


class RecordingFollower:
    """Owns its tasks. `on_fault` hears why a recording cannot be written, NONE when it can again; `on_over` of one that cannot go
    on because its worker has closed it for good."""

    def __init__(
        self,
        planes: Sequence[MediaPlane],
        live: LiveVisits,
        placement: Placement,
        work: RecordingWork,
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._live = live
        self._placement = placement
        self._work = work
        self._clock = clock
        self._counters = counters
        now = clock.monotonic()
        self._holdings = [_Holdings(plane, lost_at=now) for plane in planes]
        self._captures: dict[str, _Capture] = {}  # by recording
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: set[str] = set()  # handed to the finaliser by us
        self.on_over: Callable[[LiveVisit, str], None] = lambda _visit, _recording_id: None
        self.on_fault: OnFault = lambda _visit, _by, _fault: None

    async def stop(self) -> None:
        """Let go; the workers go on writing what they were told last."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def sync(self, visit: LiveVisit) -> None:
        """Something about a visit changed: say what differs, now."""
        recording = visit.recording.current
        wanted = recording if recording is not None and recording.state in RUNNING else None
        self._stop_others(visit.session.id, wanted.id if wanted is not None else None)
        if wanted is not None:
            capture = self._captures.setdefault(wanted.id, _Capture(wanted))
            capture.recording = wanted
            self._bring_in_line(visit, capture)
        self._hand_over(visit)

    def sweep(self) -> None:
        """Compare everything again; close what belongs to no visit any more."""
        for visit in self._live:
            self.sync(visit)
        for holdings in self._holdings:
            for room_id in {held.room_id for held in holdings.held.values()}:
                if self._live.find(room_id) is None:
                    self._stop_others(room_id, None)
        self._forget()

    def _forget(self) -> None:
        """Let go of what is over, keys first of all."""
        takes = {take.id: take for visit in self._live for take in visit.recording.rows.recordings}
        running = {known for known, take in takes.items() if take.state in RUNNING}
        self._captures = {known: capture for known, capture in self._captures.items() if known in running}
        self._finished &= takes.keys()

    def on_ready(self, plane: MediaPlane, snapshot: Snapshot) -> None:
        """A worker reported: adopt the recordings it holds, whatever was known before."""
        holdings = self._of(plane)
        holdings.known = True
        holdings.held = {one.recording_id: _Held(one.room_id, frozenset(one.tracks)) for one in snapshot.recordings}
        for capture in self._captures.values():
            if capture.plane is plane:
                capture.sent = None  # said again: it may be another process
        self.sweep()

    def on_lost(self, plane: MediaPlane) -> None:
        """A worker is away. It may still be writing, so nothing it held counts as closed yet."""
        self._of(plane).lost_at = self._clock.monotonic()
        for capture in self._captures.values():
            if capture.plane is plane:
                capture.plane = capture.sent = None

    def closed(self, plane: MediaPlane, recording_id: str) -> None:
        """A worker told that it has closed a recording, of itself or as it was told: all of it is on disk."""
        self._of(plane).held.pop(recording_id, None)
        capture = self._captures.get(recording_id)
        if capture is not None and capture.plane is plane:
            capture.plane = capture.sent = None  # opened again when somebody comes back

    def is_closed(self, recording_id: str) -> bool:
        """Whether certainly no worker writes it any more."""
        return not any(self._may_write(holdings, recording_id) for holdings in self._holdings)

    def _may_write(self, holdings: _Holdings, recording_id: str) -> bool:
        if not holdings.plane.available and self._clock.monotonic() - holdings.lost_at > LOST_SECONDS:
            return False
        return not holdings.known or recording_id in holdings.held

    def _of(self, plane: MediaPlane) -> _Holdings:
        return next(holdings for holdings in self._holdings if holdings.plane is plane)

    def _bring_in_line(self, visit: LiveVisit, capture: _Capture) -> None:
        tracks = visit.recorded_tracks()
        if capture.take is None:
            self._stop_surplus(visit, capture, tracks)
            self._prepare(visit, capture)
            return
        self._look_at_key(visit, capture)
        room = self._placement.find(visit.session.id)
        if room is None or not room.plane.available:
            return
        is_there = any(peer.present or peer.negotiating for peer in room.peers.values())
        if not is_there and capture.recording.id not in self._of(room.plane).held:
            return  # opened when somebody comes: a worker closes empty rooms
        if capture.plane is room.plane and capture.sent == tracks:
            return
        if self._begin(self._send(visit, capture, room.plane, tracks)):
            capture.plane, capture.sent = room.plane, tracks
            self._of(room.plane).held[capture.recording.id] = _Held(visit.session.id, _ids(tracks))

    def _stop_surplus(self, visit: LiveVisit, capture: _Capture, tracks: tuple[RecordedTrack, ...]) -> None:
        """Without its key nothing can be said to a worker that goes on with a recording, not even a withdrawal: where it writes
        what it may not, it is stopped."""
        held = (holdings.held.get(capture.recording.id) for holdings in self._holdings)
        if any(one is not None and not one.tracks <= _ids(tracks) for one in held):
            self._stop_others(visit.session.id, None)

    def _prepare(self, visit: LiveVisit, capture: _Capture) -> None:
        if capture.preparing or self._clock.monotonic() < capture.not_before:
            return
        capture.not_before = self._clock.monotonic() + AGAIN_SECONDS
        capture.preparing = self._begin(self._open(visit, capture))

    async def _open(self, visit: LiveVisit, capture: _Capture) -> None:
        recording = capture.recording
        try:
            capture.take = await self._work.prepare(recording.id, recording.basis)
        except TelemedError as error:
            log.error("a recording cannot be written recording=%s code=%s", short(recording.id), error.code)  # noqa: TRY400
            self._counters.add("recording.prepare_failed")
            self.on_fault(visit, FoundBy.PLACE, _fault_of(error))
            return
        finally:
            capture.preparing = False
        self.on_fault(visit, FoundBy.PLACE, RecordingFault.NONE)
        self.sync(visit)

    def _look_at_key(self, visit: LiveVisit, capture: _Capture) -> None:
        if capture.looking or self._clock.monotonic() < capture.not_before:
            return
        capture.not_before = self._clock.monotonic() + AGAIN_SECONDS
        capture.looking = self._begin(self._look(visit, capture))

    async def _look(self, visit: LiveVisit, capture: _Capture) -> None:
        """The worker has its key and goes on; without the key file nobody could ever watch what it writes."""
        try:
            fault = await self._work.trouble(capture.recording.id)
        finally:
            capture.looking = False
        if capture.recording.state in RUNNING:
            self.on_fault(visit, FoundBy.KEY, fault)

    async def _send(
        self, visit: LiveVisit, capture: _Capture, plane: MediaPlane, tracks: tuple[RecordedTrack, ...]
    ) -> None:
        """The request is written before the first wait: tasks begun one after another are told in that order."""
        take, recording_id = capture.take, capture.recording.id
        assert take is not None
        request = SetRecording(visit.session.id, recording_id, str(take.directory), take.key, tracks)
        try:
            async with asyncio.timeout(SET_TIMEOUT):
                await plane.set_recording(request)
        except NotFound:
            self._counters.add("recording.closed_by_worker")
            self._of(plane).held.pop(recording_id, None)
            self.on_over(visit, recording_id)
        except (TimeoutError, TelemedError):
            self._counters.add("recording.command_failed")
            if capture.sent is tracks:
                capture.sent = None  # the sweep says it again
            self._note_failure(visit, capture, plane)
        else:
            capture.failing_since = None
            self.on_fault(visit, FoundBy.COMMAND, RecordingFault.NONE)

    def _note_failure(self, visit: LiveVisit, capture: _Capture, plane: MediaPlane) -> None:
        """A worker that is there and takes no command for some seconds is a fault; one that is away is another matter."""
        now = self._clock.monotonic()
        if not plane.available:
            capture.failing_since = None
            return
        capture.failing_since = now if capture.failing_since is None else capture.failing_since
        if now - capture.failing_since >= PATIENCE_SECONDS:
            self.on_fault(visit, FoundBy.COMMAND, RecordingFault.FAILED)

    def _stop_others(self, room_id: str, wanted: str | None) -> None:
        for holdings in self._holdings:
            surplus = [known for known, held in holdings.held.items() if held.room_id == room_id and known != wanted]
            for recording_id in surplus:
                if recording_id in holdings.stopping or not holdings.plane.available:
                    continue
                if self._begin(self._close(holdings, room_id, recording_id)):
                    holdings.stopping.add(recording_id)

    async def _close(self, holdings: _Holdings, room_id: str, recording_id: str) -> None:
        try:
            async with asyncio.timeout(STOP_TIMEOUT):
                await holdings.plane.stop_recording(room_id, recording_id)
        except (TimeoutError, TelemedError):
            self._counters.add("recording.command_failed")  # the sweep says it again
            return
        finally:
            holdings.stopping.discard(recording_id)
        holdings.held.pop(recording_id, None)
        visit = self._live.find(room_id)
        if visit is not None:
            self._hand_over(visit)

    def _hand_over(self, visit: LiveVisit) -> None:
        """What is over and nobody writes any more is the finaliser's."""
        for recording in visit.recording.rows.recordings:
            is_over = recording.state is RecordingState.FINALISING and recording.id not in self._finished
            if is_over and self.is_closed(recording.id):
                self._finished.add(recording.id)
                self._work.finalise(recording.id)

    def _begin(self, work: Coroutine[Any, Any, None]) -> bool:
        if len(self._tasks) >= MAX_UNDER_WAY:
            work.close()
            self._counters.add("recording.put_off")
            return False
        task = asyncio.create_task(work, name="recording-follower")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            report_fault("recording-follower", error)


def _ids(tracks: tuple[RecordedTrack, ...]) -> frozenset[str]:
    return frozenset(track.track_id for track in tracks)


def _fault_of(error: TelemedError) -> RecordingFault:
    """The word for what `prepare` met; its codes are `recording_` and that word."""
    word = error.code.removeprefix("recording_")
    return RecordingFault(word) if word in set(RecordingFault) else RecordingFault.FAILED
