"""Recordings in figures, for admins: how many, how large, how many with a fault. No ids, no names."""

from __future__ import annotations

from dataclasses import asdict

from telemed.care.clinic.live_settings import LiveSettings
from telemed.care.identity import Staff
from telemed.care.ports import Json, Store
from telemed.care.recording.policy import quota_bytes
from telemed.care.recording.ports import RecordingVault


class RecordingFigures:
    """Counts."""

    def __init__(self, store: Store, vault: RecordingVault, live: LiveSettings | None) -> None:
        self._store = store
        self._vault = vault
        self._live = live

    async def read(self, admin: Staff) -> Json:
        """-> {recordings, disk_bytes, quota_bytes}. `disk_bytes` is that of the whole server."""
        async with self._store.read() as tx:
            sums = await tx.recordings.sums(admin.organisation_id)
        quota = quota_bytes(self._live.policies) if self._live is not None else None
        sizes = await self._vault.sizes()
        return {"recordings": asdict(sums), "disk_bytes": sum(sizes.values()), "quota_bytes": quota}
