"""The recordings of an installation, put together from its configuration: service, vault, the disk they lie on, their figures."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from telemed.care.admission import Admission
from telemed.care.audit_actions import AuditAction
from telemed.care.policies import ClinicPolicies
from telemed.care.recording import policy
from telemed.care.recording.words import RecordingFault
from telemed.clock import Clock
from telemed.config import Limits
from telemed.errors import ConfigError
from telemed.layout import Layout
from telemed.operation.disk_guard import DiskGuard
from telemed.recording.ending import Ending
from telemed.recording.finalise_job import Finalisers
from telemed.recording.finalising import Finalising
from telemed.recording.keys import RecordingKeys
from telemed.recording.making import Maker
from telemed.recording.master_keys import MasterKeys, load_master_keys
from telemed.recording.service import RecordingService
from telemed.recording.storage import RecordingStorage
from telemed.recording.vault import FileVault
from telemed.recording.verify import RecordedHead
from telemed.signaling.recording_watch import RecordingWatch
from telemed.store import Store

Live = Callable[[], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Recordings:
    """Parts of control. `disk`: of the file system that recordings lie in, which may be another than the database's."""

    service: RecordingService
    vault: FileVault
    disk: DiskGuard
    store: Store

    def follow(self, calls: RecordingWatch) -> None:
        """Ask the call logic whether a worker still writes a recording, and tell it what has become of one."""
        self.service.finalising.is_closed = calls.is_closed
        self.service.finalising.on_changed = calls.refresh

    async def start(self) -> None:
        """Begin to look after recordings."""
        await self.service.look()
        if self.service.fault is RecordingFault.NONE:
            self.disk.look()
        self.disk.follow()
        self.service.start()

    async def close(self) -> None:
        """Stop; what is not finished is begun anew by the next process."""
        await self.service.close()
        await self.disk.close()
        await asyncio.to_thread(self.vault.close)

    async def figures(self, live: Live) -> dict[str, Any]:
        """Counts, sizes and the fault of this moment. No ids, no names."""
        async with self.store.read() as tx:
            sums = [await tx.recordings.sums(clinic.id) for clinic in await tx.organisations.all()]
        state = self.disk.state
        return {
            **live(),
            "kept": sum(one.recordings for one in sums),
            "bytes": sum(one.size_bytes for one in sums),
            "finalising": sum(one.finalising for one in sums),
            "failed": sum(one.failed for one in sums),
            "undecided": sum(one.undecided for one in sums),
            "disk_free": state.free,
            "disk": state.level.value,
            "refused": self.service.refusal().value,
        }


def open_recordings(
    layout: Layout,
    store: Store,
    clock: Clock,
    signing_key: Ed25519PrivateKey,
    policies: Callable[[], ClinicPolicies],
    limits: Callable[[], Limits],
) -> Recordings:
    """Put them together. Nothing is read yet: a missing key is a fault of recordings, not of the server."""
    masters = master_keys(layout)
    storage = RecordingStorage(layout.recordings, layout.recording_keys, layout.emergency_keys, masters)
    room = Admission()
    disk = DiskGuard(layout.recordings, limits, room)
    maker = Maker(storage, Finalisers(), signing_key.private_bytes_raw(), clock)
    finalising = Finalising(store, clock, policies, maker)
    service = RecordingService(storage, finalising, Ending(store, clock, storage), clock, lambda: room.may_record)
    return Recordings(service, open_vault(layout, store, clock, signing_key.public_key()), disk, store)


def open_vault(layout: Layout, store: Store, clock: Clock, public_key: Ed25519PublicKey) -> FileVault:
    """The finished recordings of an installation. Whoever has it closes it."""
    fresh = FreshMasterKeys(master_keys(layout))
    keys = (RecordingKeys(layout.recording_keys, fresh), RecordingKeys(layout.emergency_keys, fresh))
    return FileVault(layout.recordings, keys, public_key.public_bytes_raw(), recorded_heads(store), clock)


def master_keys(layout: Layout) -> Callable[[], MasterKeys]:
    """What reads the master keys of an installation, each time anew. Raises ConfigError."""
    file = layout.config.recording.master_key_file
    installation_key = layout.config.secrets.installation_key.encode()
    return lambda: load_master_keys(Path(file) if file else None, os.environ, installation_key)


class FreshMasterKeys:
    """Master keys as they are when they are asked for: one that is changed, or put back, counts without a restart."""

    def __init__(self, load: Callable[[], MasterKeys]) -> None:
        self._load = load

    @property
    def current(self) -> str:
        """The name of the one that wraps. Raises ConfigError."""
        return self._load().current

    def __getitem__(self, name: str) -> bytes:
        """The key called so. Raises KeyError, ConfigError."""
        return self._load()[name]

    def __contains__(self, name: object) -> bool:
        try:
            return name in self._load()
        except ConfigError:
            return False  # the key file says that it cannot be opened


def recorded_heads(store: Store) -> Callable[[str], Awaitable[RecordedHead | None]]:
    """What the database says of a finished recording, and the newest checkpoint of the audit trail since.

    Nothing unless the last row of the trail about its manifest, by which checkpoints cover it, is of this one: another, though we
    signed it some time, cannot be put in its place by changing the recording's row.
    """

    async def head(recording_id: str) -> RecordedHead | None:
        async with store.read() as tx:
            recording = await tx.recordings.get(recording_id)
            if recording is None or not recording.manifest_hash or recording.ready_at is None:
                return None
            signed = policy.manifest_object(recording.id, recording.manifest_hash)
            told = await tx.audit.latest(AuditAction.RECORDING_SIGNED, f"{recording.id}:")
            if told is None or told.object_id != signed:
                return None
            newest = await tx.checkpoints.newest()
        covered = [one.created_at for one in newest if one.created_at >= recording.ready_at]
        return RecordedHead(recording.manifest_hash, recording.chain_head, covered[0] if covered else None)

    return head
