"""What workers say about recordings, and where it goes: the fault of a visit's page, an alarm, the turns of speakers."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace

from telemed.care.ports import Json, MediaPlane
from telemed.care.recording.words import OPEN, RUNNING, RecordingCause, RecordingEvent, RecordingFault
from telemed.errors import TelemedError
from telemed.ids import short
from telemed.media.control import RecordingCondition, RecordingReport, Snapshot
from telemed.signaling import recording_steps as steps
from telemed.signaling.desk import Desk
from telemed.signaling.recording_faults import FoundBy
from telemed.signaling.recording_follower import RecordingFollower
from telemed.signaling.recording_speakers import SpeakingKeeper
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveVisit

log = logging.getLogger(__name__)


class RecordingWatch:
    """Stands between the rooms and what follows recordings. Callbacks are synchronous: they change memory and wake tasks."""

    def __init__(self, desk: Desk, follower: RecordingFollower, speakers: SpeakingKeeper) -> None:
        self._desk = desk
        self._follower = follower
        self.speakers = speakers
        self._policies = desk.around.recording.policies()  # as the pages show them
        self._reports: dict[str, RecordingReport] = {}  # the last of each open recording
        follower.on_fault = self._on_fault
        follower.on_over = self._on_over

    def sync(self, visit: LiveVisit) -> None:
        """Something about a visit changed."""
        self._follower.sync(visit)

    def sweep(self) -> None:
        """Compare everything; forget what is over; show what the clinic has decided anew."""
        self._follower.sweep()
        policies = self._desk.around.recording.policies()
        if policies != self._policies:
            self._policies = policies
            for visit in self._desk.live:
                self._desk.live.publish(visit)
        running = {visit.recording.current.id for visit in self._desk.live if visit.recording.current is not None}
        self._reports = {known: report for known, report in self._reports.items() if known in running}

    async def stop(self) -> None:
        """Let go of the workers; write what speakers said so far."""
        await self._follower.stop()
        await self.speakers.stop()

    def on_ready(self, plane: MediaPlane, snapshot: Snapshot) -> None:
        """A worker reported what it holds."""
        self._follower.on_ready(plane, snapshot)

    def on_lost(self, plane: MediaPlane) -> None:
        """A worker is away."""
        self._follower.on_lost(plane)

    def is_closed(self, recording_id: str) -> bool:
        """Whether certainly no worker writes a recording any more."""
        return self._follower.is_closed(recording_id)

    def on_report(self, plane: MediaPlane, report: RecordingReport) -> None:
        """A worker told how a recording goes."""
        if report.state is RecordingCondition.CLOSED:
            self._follower.closed(plane, report.recording_id)
        visit = self._desk.live.find(report.room_id)
        recording = visit.recording.current if visit is not None else None
        if visit is None or recording is None or recording.id != report.recording_id or recording.state not in OPEN:
            return
        self._reports[recording.id] = report
        fault = RecordingFault(report.fault.value) if report.fault.value != "none" else RecordingFault.NONE
        if report.state is RecordingCondition.FAILED and fault is RecordingFault.NONE:
            fault = RecordingFault.FAILED
        self._on_fault(visit, FoundBy.WORKER, fault)

    def refresh(self, session_id: str) -> None:
        """A recording of this visit has changed in the database: show what is there now."""
        if self._desk.live.find(session_id) is None:
            return

        async def work(step: VisitStep) -> Json:
            await steps.rows_of(step)
            return {}

        async def read_again() -> None:
            await self._desk.transactor.change(session_id, work)

        try:
            self._desk.transactor.later(read_again())
        except TelemedError:
            self._desk.counters.add("recording.refresh_put_off")  # the page shows it with the next change

    def figures(self) -> dict[str, int]:
        """Counts for the metrics: open recordings, those with a fault, and what their workers wrote and dropped so far."""
        takes = [visit.recording for visit in self._desk.live if visit.recording.rows.open is not None]
        sums: Counter[str] = Counter({"open": 0, "running": 0, "faulty": 0, "octets": 0, "dropped": 0})
        for take in takes:
            current = take.current
            sums["open"] += 1
            sums["running"] += current is not None and current.state in RUNNING
            sums["faulty"] += take.fault is not RecordingFault.NONE
        for report in self._reports.values():
            sums["octets"] += report.octets
            sums["dropped"] += report.dropped
        return dict(sums)

    def _on_fault(self, visit: LiveVisit, by: FoundBy, found: RecordingFault) -> None:
        """Show it at once; keep it with the recording when it can be written down. The call goes on."""
        before = visit.recording.fault
        visit.recording.faults.note(by, found)
        fault = visit.recording.fault
        if fault is before:
            return
        self._desk.live.publish(visit)
        recording = visit.recording.rows.open
        if recording is None or fault is RecordingFault.NONE:
            return
        self._desk.counters.add(f"recording.fault_{fault.value}")
        log.error("a recording is in danger recording=%s fault=%s", short(recording.id), fault.value)
        if recording.fault is not fault:
            try:
                self._desk.transactor.later(self._note(visit, recording.id, fault))
            except TelemedError:
                self._desk.counters.add("recording.fault_unnoted")

    def _on_over(self, visit: LiveVisit, recording_id: str) -> None:
        """It cannot go on: it ends, so that what there is can be finished and another one begun."""

        async def work(step: VisitStep) -> Json:
            recording = await steps.take(step, recording_id)
            if recording.state in RUNNING:
                await steps.move(step, recording, RecordingEvent.STOPPED, RecordingCause.SYSTEM)
            return {}

        async def end() -> None:
            await self._desk.transactor.change(visit.session.id, work)

        try:
            self._desk.transactor.later(end())
        except TelemedError:
            self._desk.counters.add("recording.end_put_off")  # the next command to the worker finds it so again

    async def _note(self, visit: LiveVisit, recording_id: str, fault: RecordingFault) -> None:
        async def work(step: VisitStep) -> Json:
            recording = await steps.take(step, recording_id)
            await steps.save(step, replace(recording, fault=fault))
            return {}

        try:
            await self._desk.transactor.change(visit.session.id, work)
        except TelemedError:
            self._desk.counters.add("recording.fault_unnoted")  # the disk that fails may be the database's
