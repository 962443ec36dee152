"""Has one recording finished by the finaliser: what it is told, and what its answer means."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from telemed.care.recording.words import RecordingFault
from telemed.clock import Clock
from telemed.errors import ConfigError, InvalidInput
from telemed.ids import short
from telemed.media.manifest_history import open_wishes
from telemed.recording.finalise_job import Finalisers, drop_journal
from telemed.recording.finishing import result_of
from telemed.recording.job import FinaliseFailed, FinaliseResult
from telemed.recording.keys import KeyMissing, KeyUnreadable
from telemed.recording.orders import Material, job_for, take_out_job, wishes_of
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
    proposed: bool = False  # these files wait to take the place of those that are there


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
        if recording.manifest_hash:
            return await self._take_out(material)
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

    async def exchange(self, recording_id: str) -> None:
        """Let what was proposed take its place: the former key is destroyed. Raises OSError, ConfigError; `make` ends it then."""
        await asyncio.to_thread(self.storage.decide, recording_id)

    async def abandon(self, recording_id: str) -> None:
        """What was proposed is not wanted. Raises OSError."""
        await asyncio.to_thread(self.storage.abandon, recording_id)

    async def _take_out(self, material: Material) -> Finished:
        """Propose the finished recording without those who withdrew; or say what is there when nobody is to go."""
        recording = material.recording
        try:
            await asyncio.to_thread(self.storage.carry_on, recording.id)
            await self.drop_journal(recording.id)  # of a process that died before it could: it must never be read again
            before = await asyncio.to_thread(self.storage.manifest, recording.id)
            wishes = open_wishes(before, wishes_of(material))
            if not wishes:
                return _finished(result_of(before, ()))
            key = await asyncio.to_thread(self.storage.read_key, recording.id)
            successor = await asyncio.to_thread(self.storage.successor_key, recording.id)
            directory = self.storage.of(recording.id)
            job = take_out_job(material, directory, (key, successor, self.signing_key), wishes, self.clock.utcnow())
            return replace(_finished(await self.finalisers.run(job)), proposed=True)
        except (KeyMissing, KeyUnreadable, ConfigError):
            return Finished(RecordingFault.KEY_MISSING)
        except OSError as error:
            return Finished(fault_of(error))
        except InvalidInput:
            log.exception("somebody's part could not be taken out recording=%s", short(recording.id))
            return Finished(RecordingFault.FAILED)
        except FinaliseFailed as error:
            return Finished(_FAULTS.get(error.code, RecordingFault.FAILED))

    async def drop_journal(self, recording_id: str) -> None:
        """Remove what the workers wrote: the recording is finished, and that is committed."""
        try:
            await drop_journal(self.storage.of(recording_id))
        except (OSError, FinaliseFailed):
            log.exception("a journal was not removed recording=%s", short(recording_id))


def _finished(result: FinaliseResult) -> Finished:
    return Finished(
        RecordingFault.NONE if result.segments else RecordingFault.EMPTY,
        result.duration_us // MICROSECONDS,
        result.sealed_octets,
        result.manifest_sha256,
        result.chain_head,
    )
