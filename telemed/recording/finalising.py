"""Turns what is over into recordings to play: one job for each, with a lease, tried again until it succeeds or cannot.

A job is a row, so none is forgotten: what a process left behind is begun anew by the next one, which alone may write the database
and therefore knows that nobody holds the lease any more. The work itself is a subprocess of low priority. Only when the finished
recording is committed is its journal removed; until then it can be made again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.audit_state import JobRecord
from telemed.care.identity import SYSTEM
from telemed.care.policies import ClinicPolicies
from telemed.care.ports import Store
from telemed.care.recording import policy, retention, spans, states
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.words import RecordingCause, RecordingEvent, RecordingFault, RecordingState
from telemed.care.repositories import Transaction
from telemed.clock import Clock
from telemed.errors import TelemedError
from telemed.ids import short
from telemed.recording.closing import close_again
from telemed.recording.making import Finished
from telemed.recording.orders import Material

LEASE = timedelta(minutes=30)  # three hours of recording take five minutes
FIRST_WAIT = timedelta(seconds=5)  # after a failure; four times as long after each further one
LONGEST_WAIT = timedelta(hours=1)
MAX_TRIES = 8  # some hours; then it has failed, its journal is kept, and the next process tries again
PATIENCE = timedelta(days=7)  # with what people have to put right; then it has failed, so that they see it and may erase it
OUTSIDE_WAIT = timedelta(minutes=10)  # at most, for what people put right: tries end soon where nothing can be written
JOB = "finalise:"  # and the id of the recording
log = logging.getLogger(__name__)


class Makes(Protocol):
    """Who has recordings finished."""

    async def make(self, material: Material) -> Finished:
        """Make the files to play. A fault is the answer, not raised."""
        ...

    async def exchange(self, recording_id: str) -> None:
        """Let files without somebody's part take their place; the former key is destroyed. Raises OSError, TelemedError."""
        ...

    async def abandon(self, recording_id: str) -> None:
        """Such files are not wanted: a legal hold has come. Raises OSError."""
        ...

    async def drop_journal(self, recording_id: str) -> None:
        """It is finished, and that is committed. A fault is told in the log: the journal is removed some time later."""
        ...


class Finalising:
    """Owns nothing but the database's view of the work. `is_closed`: nobody writes it any more."""

    def __init__(self, store: Store, clock: Clock, policies: Callable[[], ClinicPolicies], maker: Makes) -> None:
        self._store = store
        self._clock = clock
        self._policies = policies
        self._maker = maker
        self.is_closed: Callable[[str], bool] = lambda _recording_id: True
        self.on_changed: Callable[[str], None] = lambda _session_id: None

    async def begin_anew(self) -> None:
        """At the start of a process: what another one had begun is nobody's, and due now. What failed is tried once more: there
        may be another version or another machine by now, and journals are kept for that."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            for recording in await tx.recordings.in_states({RecordingState.FINALISING}):
                job = await tx.jobs.get(_job(recording.id))
                if job is not None and job.lease_until is not None:
                    await tx.jobs.put(replace(job, due_at=now, lease_until=None))
            for recording in await tx.recordings.in_states({RecordingState.FAILED}):
                await _try_again(tx, recording, now)

    async def run(self) -> None:
        """Carry out what is due, one after the other: each takes a core for a while."""
        async with self._store.read() as tx:
            waiting = await tx.recordings.in_states({RecordingState.FINALISING})
        for recording in waiting:
            if self.is_closed(recording.id):
                await self._carry_out(recording.id)

    async def _carry_out(self, recording_id: str) -> None:
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            recording = await tx.recordings.get(recording_id)
            if recording is None or recording.state is not RecordingState.FINALISING:
                return
            job = await tx.jobs.take(_job(recording_id), now, LEASE)
            if job is None:
                return
            material = await _material(tx, recording)
        finished = await self._maker.make(material)
        is_closed = await self._note(job, material, finished)
        if is_closed and finished.fault is RecordingFault.NONE:
            await self._maker.drop_journal(recording_id)
        self.on_changed(recording.session_id)

    async def _note(self, job: JobRecord, material: Material, finished: Finished) -> bool:
        """Write down what came of it; a fault that may pass is tried again later. Whether it can be played now."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            recording = await tx.recordings.get(material.recording.id)
            if recording is None or recording.state is not RecordingState.FINALISING:
                await tx.jobs.remove(job.name)
                return False
            if finished.fault in _FINAL and await _is_other_now(tx, material):
                await tx.jobs.put(replace(job, due_at=now, lease_until=None))  # somebody withdrew meanwhile: once more, without
                return False
            if finished.proposed:
                finished = await self._exchange(recording, finished)
            later = _put_off(job, recording, finished.fault, now)
            if later is not None:
                await tx.jobs.put(later)
                return False
            await (close_again if recording.manifest_hash else self._close)(tx, recording, finished, now)
            await tx.jobs.remove(job.name)
            return True

    async def _exchange(self, recording: RecordingRecord, finished: Finished) -> Finished:
        """Inside the transaction that says so: no hold can come between. What is broken off here the next try ends."""
        try:
            if recording.hold:
                await self._maker.abandon(recording.id)
                return replace(finished, manifest_hash=recording.manifest_hash)
            await self._maker.exchange(recording.id)
        except (OSError, TelemedError):
            log.exception("somebody's part could not be destroyed recording=%s", short(recording.id))
            return Finished(RecordingFault.FAILED)
        return finished

    async def _close(self, tx: Transaction, recording: RecordingRecord, finished: Finished, now: datetime) -> None:
        event = _EVENTS.get(finished.fault, RecordingEvent.FAILED)
        after, action = states.apply(recording, event, RecordingCause.SYSTEM, now)
        kept_until = retention.expires_at(self._policies(), recording.kind, recording.stopped_at or now)
        if event is RecordingEvent.FINALISED:
            after = replace(
                after,
                duration_ms=finished.duration_ms,
                size_bytes=finished.size_bytes,
                manifest_hash=finished.manifest_hash,
                chain_head=finished.chain_head,
                expires_at=kept_until,
            )
        elif event is RecordingEvent.FAILED:
            after = replace(after, fault=finished.fault, expires_at=kept_until)  # its journal is people's words as well
            log.error("a recording could not be finished recording=%s fault=%s", short(recording.id), finished.fault.value)
        await tx.recordings.save(after)
        if action is not None:
            await tx.audit.append(SYSTEM, action, recording.id, AuditOutcome.DONE, now)
        if event is RecordingEvent.FINALISED:
            signed = policy.manifest_object(recording.id, finished.manifest_hash)
            await tx.audit.append(SYSTEM, AuditAction.RECORDING_SIGNED, signed, AuditOutcome.DONE, now)


_EVENTS = {RecordingFault.NONE: RecordingEvent.FINALISED, RecordingFault.EMPTY: RecordingEvent.CANCELLED}
_FINAL = frozenset(_EVENTS)  # trying again would change nothing
# What is no fault of the recording: it waits until somebody has made room, or brought back the disk or the key.
_OUTSIDE = frozenset({RecordingFault.DISK_FULL, RecordingFault.READ_ONLY, RecordingFault.KEY_MISSING})


def _job(recording_id: str) -> str:
    return f"{JOB}{recording_id}"


def _put_off(job: JobRecord, recording: RecordingRecord, fault: RecordingFault, now: datetime) -> JobRecord | None:
    """The job when it is to be tried again; None: there is nothing to try, or it has been tried enough. What was finished already
    is never given up: somebody's part has to go, and the others' are there."""
    if fault in _OUTSIDE and (recording.manifest_hash or _may_wait(recording, now)):
        log.warning("not finalised recording=%s fault=%s", short(recording.id), fault.value)
        wait = min(max(FIRST_WAIT, (now - recording.state_since) / 4), OUTSIDE_WAIT)
        return replace(job, due_at=now + wait, lease_until=None)
    tries = int(job.outcome or "0") + 1
    if fault in _FINAL | _OUTSIDE or (tries >= MAX_TRIES and not recording.manifest_hash):
        return None
    level = logging.ERROR if tries >= MAX_TRIES else logging.WARNING
    log.log(level, "not finalised recording=%s fault=%s tries=%d", short(recording.id), fault.value, tries)
    wait = min(FIRST_WAIT * 4 ** min(tries - 1, MAX_TRIES), LONGEST_WAIT)
    return replace(job, due_at=now + wait, lease_until=None, outcome=str(tries))


def _may_wait(recording: RecordingRecord, now: datetime) -> bool:
    """Whether it has not waited too long: what failed can be erased, by people and when nobody decided on an emergency."""
    undecided = recording.decide_by is not None and recording.decide_by <= now
    return not undecided and now - (recording.stopped_at or recording.state_since) < PATIENCE


async def _try_again(tx: Transaction, recording: RecordingRecord, now: datetime) -> None:
    after, action = states.apply(recording, RecordingEvent.TRIED_AGAIN, RecordingCause.SYSTEM, now)
    await tx.recordings.save(replace(after, fault=RecordingFault.NONE))
    if action is not None:
        await tx.audit.append(SYSTEM, action, recording.id, AuditOutcome.DONE, now)


async def _is_other_now(tx: Transaction, material: Material) -> bool:
    """Whether who may be in it has changed since the work began."""
    events = await tx.consents.of_session(material.recording.session_id)
    return spans.agreed_spans(events, material.recording) != spans.agreed_spans(material.events, material.recording)


async def _material(tx: Transaction, recording: RecordingRecord) -> Material:
    return Material(
        recording,
        tuple(await tx.participants.in_session(recording.session_id)),
        tuple(await tx.events.in_session(recording.session_id)),
        tuple(await tx.consents.of_session(recording.session_id)),
        tuple(await tx.consents.bystanders(recording.session_id)),
    )
