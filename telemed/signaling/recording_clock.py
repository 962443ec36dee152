"""What happens to recordings as time passes: questions nobody answers, takes that were forgotten, visits that must be recorded.

Part of every sweep. What is due is decided again inside the transaction, by the rows.
"""

from __future__ import annotations

from datetime import datetime

from telemed.care.ports import Json
from telemed.care.recording import policy, states
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.words import RecordingCause, RecordingEvent, RecordingFault, RecordingMode, RecordingState
from telemed.care.states import SessionKind, SessionState
from telemed.errors import TelemedError
from telemed.ids import new_id
from telemed.signaling import recording_steps as steps
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault
from telemed.signaling.recording_means import RecordingMeans
from telemed.signaling.recording_rows import RecordingRows
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveVisit


class RecordingClock:
    """Owns nothing."""

    def __init__(self, desk: Desk, means: RecordingMeans) -> None:
        self._desk = desk
        self._means = means

    async def run(self) -> None:
        """Do what is due."""
        for visit in self._desk.live:
            if not self._is_due(visit):
                continue
            try:
                await self._desk.transactor.change(visit.session.id, self._work)
            except TelemedError:
                self._desk.counters.add("recording.refused")  # the row moved on meanwhile: the next pass sees it
            except Exception as error:  # noqa: BLE001 - a fault in one visit must not stop the clock of all others
                report_fault("recording-clock", error)

    def _is_due(self, visit: LiveVisit) -> bool:
        rows = visit.recording.rows
        if rows.open is not None:
            return _is_over(rows.open, self._desk.clock.utcnow())
        return visit.session.state is SessionState.ACTIVE and self._has_to_be_asked(visit.session.kind, rows)

    def _has_to_be_asked(self, kind: SessionKind, rows: RecordingRows) -> bool:
        """The policy requires a recording, nobody has asked so far, and nobody has said why there is none."""
        required = policy.mode_of(self._means.policies(), kind) is RecordingMode.REQUIRED
        untouched = not rows.recordings and not rows.unrecorded
        return required and untouched and self._means.work.refusal() is RecordingFault.NONE

    async def _work(self, step: VisitStep) -> Json:
        rows = await steps.rows_of(step)
        if rows.open is not None:
            if _is_over(rows.open, step.now):
                await steps.move(step, rows.open, RecordingEvent.TIMED_OUT, RecordingCause.SYSTEM)
        elif step.session.state is SessionState.ACTIVE and self._has_to_be_asked(step.session.kind, rows):
            await steps.create(step, new_take(step, step.session.created_by))
        return {}


def new_take(step: VisitStep, user_id: str) -> RecordingRecord:
    """A take of the visit that asks from now on."""
    session = step.session
    return RecordingRecord(
        new_id("rec"),
        session.id,
        session.organisation_id,
        session.kind,
        RecordingState.ASKING,
        step.now,
        user_id,
        step.now,
        site_id=session.site_id,
    )


def _is_over(recording: RecordingRecord, now: datetime) -> bool:
    due = states.due_at(recording)
    return due is not None and due <= now.timestamp()
