"""The recording of one room: which of its tracks may be captured now, and what control is told of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from telemed.media.control import RecordedTrack, RecordingCondition, RecordingReport, RecordingSnapshot
from telemed.media.journal.faults import RecordingFault
from telemed.sfu.recording.guarded_journal import GuardedJournal
from telemed.sfu.recording.track_recorder import TrackRecorder

if TYPE_CHECKING:
    from telemed.clock import Clock
    from telemed.media.control import WorkerEvent
    from telemed.media.journal.ports import JournalBook, JournalHead
    from telemed.sfu.streams import InboundStream
    from telemed.sfu.tracks import Track

REPEAT = 5.0  # seconds between reports when nothing changes
STOPS_IT = (RecordingFault.DISK_FULL, RecordingFault.READ_ONLY, RecordingFault.FAILED)  # nothing is written
log = logging.getLogger(__name__)


class RoomRecorder:
    """Owned by `Recordings`; its room's tracks know their part of it. Nothing of it raises, whatever the journals do."""

    def __init__(
        self, room_id: str, recording_id: str, book: JournalBook, clock: Clock, emit: Callable[[WorkerEvent], None]
    ) -> None:
        self.room_id = room_id
        self.recording_id = recording_id
        self._book = book
        self._clock = clock
        self._emit = emit
        self._tracks: dict[str, TrackRecorder] = {}
        self._fault = RecordingFault.NONE  # of ours, not of the disk's
        self._told: RecordingReport | None = None
        self._told_at = float("-inf")

    # --- what may be captured --------------------------------------------------------------------------------------------

    def set_tracks(self, wanted: Iterable[RecordedTrack], present: dict[str, Track], now: float) -> None:
        """Capture exactly these from the next packet on. `present`: the room's tracks by id."""
        by_id = {track.track_id: track for track in wanted}
        for track_id, recorder in list(self._tracks.items()):
            if by_id.get(track_id) != recorder.recorded:
                del self._tracks[track_id]
                recorder.stop("removed", now)
                if track_id in present:
                    present[track_id].recorder = None
                    present[track_id].compile(now)  # what nobody takes any more is not asked for again
        for track_id, recorded in by_id.items():
            if track_id not in self._tracks:
                self._tracks[track_id] = TrackRecorder(recorded, self._open_journal, self._clock)
                if track_id in present:
                    self.attach(present[track_id])
                    present[track_id].compile(now)
        self.tell(now)

    def attach(self, track: Track) -> None:
        """A track has come into being: it may be captured if it was named."""
        track.recorder = self._tracks.get(track.track_id)

    def stop(self, why: str, present: dict[str, Track], now: float) -> None:
        """Capture nothing any more, for good. Idempotent."""
        for recorder in self._tracks.values():
            recorder.stop(why, now)
        self._tracks.clear()
        for track in present.values():
            if track.recorder is not None:
                track.recorder = None
                track.compile(now)

    # --- what is told ----------------------------------------------------------------------------------------------------

    def on_report(self, stream: InboundStream) -> None:
        """A sender report of a publisher of this room came."""
        recorder = self._tracks.get(stream.published.line.track_id)
        if recorder is not None:
            recorder.on_report(stream)

    def tick(self, now: float) -> None:
        """Every 100 ms."""
        for recorder in self._tracks.values():
            recorder.tick(now)
        if any(recorder.is_broken for recorder in self._tracks.values()):
            self._fault = RecordingFault.FAILED
        self.tell(now)

    def tell(self, now: float, closed: bool = False) -> None:
        """Let control know how it goes: on changes, and every few seconds."""
        report = self._report(closed)
        told = self._told
        changed = told is None or (report.state, report.fault, report.tracks) != (told.state, told.fault, told.tracks)
        if changed or now - self._told_at >= REPEAT:
            self._told, self._told_at = report, now
            self._emit(report)

    def snapshot(self) -> RecordingSnapshot:
        """What control reads when it comes back."""
        return RecordingSnapshot(self.room_id, self.recording_id, tuple(self._tracks))

    async def finish(self) -> None:
        """Write out, close, and say so. Call `stop` before."""
        try:
            await self._book.finish()
        except Exception as fault:  # noqa: BLE001 - it is told, not raised: whoever waits has other rooms to see to
            self._note_failure(fault)
        self.tell(self._clock.monotonic(), closed=True)

    def _report(self, closed: bool) -> RecordingReport:
        condition = self._book.condition
        fault = condition.fault if self._fault is RecordingFault.NONE else self._fault
        if closed:
            state = RecordingCondition.CLOSED
        elif fault in STOPS_IT:
            state = RecordingCondition.FAILED
        else:
            state = RecordingCondition.WRITING if self._tracks else RecordingCondition.PAUSED
        captured = tuple(track_id for track_id, recorder in self._tracks.items() if recorder.captures)
        figures = condition.packets, condition.octets, condition.dropped
        return RecordingReport(self.room_id, self.recording_id, state, fault, captured, *figures)

    def _open_journal(self, head: JournalHead, starts: Callable[[bytes], bool] | None) -> GuardedJournal | None:
        try:
            return GuardedJournal(self._book.open(head, starts))
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with a recording, the call goes on
            self._note_failure(fault)
            return None

    def _note_failure(self, fault: Exception) -> None:
        self._fault = RecordingFault.FAILED
        log.error("a recording failed", exc_info=fault)
