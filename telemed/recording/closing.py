"""What the database says of a finished recording once parts of it were destroyed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.recording import policy, states, withdrawal
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.words import RecordingCause, RecordingEvent
from telemed.care.repositories import Transaction
from telemed.recording.making import Finished


async def close_again(tx: Transaction, recording: RecordingRecord, finished: Finished, now: datetime) -> None:
    """It can be played again. Its length stays that of the visit; the manifest is another one, unless nothing was taken out."""
    gone = withdrawal.must_go(recording, await tx.consents.of_session(recording.session_id))
    after, action = states.apply(recording, RecordingEvent.FINALISED, RecordingCause.SYSTEM, now)
    is_new = finished.manifest_hash != recording.manifest_hash
    if is_new:
        after = replace(
            after, size_bytes=finished.size_bytes, manifest_hash=finished.manifest_hash, chain_head=finished.chain_head
        )
    else:  # a legal hold came first: what was asked for is still asked for
        after = replace(after, ready_at=recording.ready_at)
    await tx.recordings.save(after)
    words = [action]
    if is_new:
        words = [*(AuditAction.RECORDING_PART_DESTROYED for _ in gone), AuditAction.RECORDING_KEY_DESTROYED, action]
        for person_id in gone:
            await tx.speaking.remove(recording.id, person_id)
    for word in words:
        if word is not None:
            await tx.audit.append(SYSTEM, word, recording.id, AuditOutcome.DONE, now)
    if is_new:
        signed = policy.manifest_object(recording.id, finished.manifest_hash)
        await tx.audit.append(SYSTEM, AuditAction.RECORDING_SIGNED, signed, AuditOutcome.DONE, now)
