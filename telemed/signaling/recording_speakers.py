"""Who spoke when during a recording, for its timeline. Kept in memory and written in batches.

Only of those who are captured: of the others nothing is kept, not even that they spoke. What is not written yet when the process
is killed, at most WRITE_SECONDS, is lost; a stop in order writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.care.ports import Store
from telemed.care.recording.records import RecordingRecord, SpeakingSpan
from telemed.care.recording.words import RecordingState
from telemed.clock import Clock
from telemed.errors import Conflict, TelemedError
from telemed.signaling.counters import Counters
from telemed.signaling.live import LiveVisits
from telemed.signaling.visit import LiveVisit

WRITE_SECONDS = 10.0  # between two writes, and after a failed one
MAX_SPANS = 4096  # waiting; drop rule: the oldest
SHORTEST_MS = 200  # a cough is nobody's turn


@dataclass(frozen=True, slots=True)
class _Turn:
    """Somebody is speaking."""

    recording_id: str
    participant_id: str
    start_ms: int


class SpeakingKeeper:
    """Fed by workers; `run` is called by every sweep, `stop` once at the end."""

    def __init__(self, store: Store, live: LiveVisits, clock: Clock, counters: Counters) -> None:
        self._store = store
        self._live = live
        self._clock = clock
        self._counters = counters
        self._turns: dict[str, _Turn] = {}  # by session
        self._waiting: dict[tuple[str, str, int], SpeakingSpan] = {}
        self._written_at = clock.monotonic()

    def heard(self, visit: LiveVisit, participant_id: str | None) -> None:
        """A worker told who speaks now; None: nobody."""
        self._end(visit.session.id)
        recording = visit.recording.current
        if participant_id is None or recording is None or not _is_captured(visit, participant_id):
            return
        self._turns[visit.session.id] = _Turn(recording.id, participant_id, at_ms(recording, self._clock.utcnow()))

    async def run(self) -> None:
        """End turns that are no longer captured; write when it is time. Raises what the store raises."""
        for session_id, turn in list(self._turns.items()):
            visit = self._live.find(session_id)
            if visit is None or not _is_captured(visit, turn.participant_id):
                self._end(session_id)
        if self._clock.monotonic() - self._written_at >= WRITE_SECONDS:
            await self._write()

    async def stop(self) -> None:
        """End every turn and write them."""
        for session_id in list(self._turns):
            self._end(session_id)
        await self._write()

    def _end(self, session_id: str) -> None:
        turn = self._turns.pop(session_id, None)
        if turn is not None:
            self._keep(session_id, turn)

    def _keep(self, session_id: str, turn: _Turn) -> None:
        """Note how long a turn is by now."""
        visit = self._live.find(session_id)
        recording = visit.recording.rows.find(turn.recording_id) if visit is not None else None
        if recording is None:
            return
        end_ms = at_ms(recording, self._clock.utcnow())
        if end_ms - turn.start_ms < SHORTEST_MS:
            return
        if len(self._waiting) >= MAX_SPANS:
            del self._waiting[next(iter(self._waiting))]
            self._counters.add("recording.spans_dropped")
        span = SpeakingSpan(turn.recording_id, turn.participant_id, turn.start_ms, end_ms)
        self._waiting[turn.recording_id, turn.participant_id, turn.start_ms] = span

    async def _write(self) -> None:
        self._written_at = self._clock.monotonic()
        for session_id, turn in self._turns.items():
            self._keep(session_id, turn)
        spans = dict(self._waiting)
        if not spans:
            return
        try:
            async with self._store.write() as tx:
                await tx.speaking.add(list(spans.values()))
        except Conflict:  # a recording among them that the database does not know: they cannot be written, now or later
            self._counters.add("recording.spans_refused", len(spans))
        except TelemedError:
            self._counters.add("recording.spans_put_off")
            raise
        self._waiting = {key: span for key, span in self._waiting.items() if spans.get(key) != span}


def at_ms(recording: RecordingRecord, now: datetime) -> int:
    """A moment on the recording's clock, in milliseconds; 0 before its beginning."""
    began = recording.started_at or now
    return max(0, round((now - began).total_seconds() * 1000))


def _is_captured(visit: LiveVisit, participant_id: str) -> bool:
    recording = visit.recording.current
    is_running = recording is not None and recording.state is RecordingState.RECORDING
    return is_running and visit.is_captured(participant_id)
