"""Has one recording finished by the finaliser: what it is told, and what its answer means."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from telemed.care.recording.words import RecordingFault
from telemed.clock import Clock
from telemed.errors import ConfigError
from telemed.ids import short
from telemed.recording.finalise_job import Finalisers, drop_journal
from telemed.recording.job import FinaliseFailed, FinaliseResult
from telemed.recording.keys import KeyMissing, KeyUnreadable
from telemed.recording.orders import Material, job_for
from telemed.recording.storage import RecordingStorage, fault_of

MICROSECONDS = 1000  # of a millisecond
_FAULTS = {
    "disk_full": RecordingFault.DISK_FULL,
    "read_only": RecordingFault.READ_ONLY,
    "key": RecordingFault.KEY_MISSING,
}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a recording. `fault` NONE: it is there to be played; EMPTY: nothing had been written."""

    fault: RecordingFault
    duration_ms: int = 0
    size_bytes: int = 0  # on the disk
    manifest_hash: str = ""  # hex SHA-256
    chain_head: str = ""


@dataclass(frozen=True, slots=True)
class Maker:
    """Owns nothing. `signing_key`: the seed of the installation's Ed25519 key."""

    storage: RecordingStorage
    finalisers: Finalisers
    signing_key: bytes
    clock: Clock

    async def make(self, material: Material) -> Finished:
        """Make the files to play. A fault is the answer, not raised."""
        recording = material.recording
        directory = self.storage.of(recording.id)
        try:
            if await asyncio.to_thread(self.storage.is_away, recording.id):
                log.error("the directory of a recording is not there recording=%s", short(recording.id))
                return Finished(RecordingFault.READ_ONLY)
            if not await asyncio.to_thread(self.storage.has_anything, recording.id):
                return Finished(RecordingFault.EMPTY)
            key = await asyncio.to_thread(self.storage.read_key, recording.id)
            job = job_for(material, directory, key, self.signing_key, self.clock.utcnow())
            result = await self.finalisers.run(job)
        except (KeyMissing, KeyUnreadable, ConfigError):
            return Finished(RecordingFault.KEY_MISSING)
        except FinaliseFailed as error:
            return Finished(_FAULTS.get(error.code, RecordingFault.FAILED))
        except OSError as error:
            return Finished(fault_of(error))
        for fault in result.faults:
            log.error("a journal was damaged recording=%s kind=%s chunk=%d", short(recording.id), fault.kind, fault.chunk)
        return _finished(result)

    async def drop_journal(self, recording_id: str) -> None:
        """Remove what the workers wrote: the recording is finished, and that is committed."""
        try:
            await drop_journal(self.storage.of(recording_id))
        except (OSError, FinaliseFailed):
            log.exception("a journal was not removed recording=%s", short(recording_id))


def _finished(result: FinaliseResult) -> Finished:
    if not result.segments:
        return Finished(RecordingFault.EMPTY)
    return Finished(
        RecordingFault.NONE,
        result.duration_us // MICROSECONDS,
        result.sealed_octets,
        result.manifest_sha256,
        result.chain_head,
    )
