"""A server in front of a recording whose files lie in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from telemed.care.recording.records import RecordingRecord
from telemed.care.records import AuditRow
from telemed.care.roles import Role
from telemed.store import Store
from tests.adapters.web.fake_vault import FakeVault, bytes_of
from tests.adapters.web.people import People
from tests.adapters.web.recordings_samples import RECORDING_ID, SEGMENT_ID, seat_of
from tests.adapters.web.site import Answered, Site, running_site, settings_for

SIZE = 1_000_003  # bytes; no multiple of anything


@dataclass
class Reviewed:
    """The server, its vault, and shortcuts."""

    site: Site
    people: People
    vault: FakeVault
    store: Store

    async def sign_in(self, role: Role) -> None:
        self.site.cookies = {"telemed_staff": await self.people.token_of(role)}

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Answered:
        """Ask about the one recording; `path` is what follows its id."""
        return await self.site.ask(method, f"/api/v1/recordings/{RECORDING_ID}{path}", body, **more)

    async def row(self) -> RecordingRecord:
        async with self.store.read() as tx:
            found = await tx.recordings.get(RECORDING_ID)
        assert found is not None
        return found

    async def save(self, recording: RecordingRecord) -> None:
        async with self.store.write() as tx:
            await tx.recordings.save(recording)

    async def trail(self) -> list[AuditRow]:
        async with self.store.read() as tx:
            return [row for row in await tx.audit.page() if row.object_id.startswith("rec_")]

    async def acts(self) -> list[str]:
        """What was done with recordings, in order."""
        return [row.action.removeprefix("recording.") for row in await self.trail() if row.outcome == "done"]


@pytest.fixture
def vault() -> FakeVault:
    made = FakeVault(participant_id=seat_of(Role.CLINICIAN))
    made.put(RECORDING_ID, SEGMENT_ID, bytes_of(SIZE))
    return made


@pytest.fixture
async def reviewed(store: Store, people: People, static_root: Path, vault: FakeVault) -> AsyncIterator[Reviewed]:
    async with running_site(store, settings_for(static_root), ports={"vault": vault}) as site:
        made = Reviewed(site, people, vault, store)
        await made.sign_in(Role.CLINICIAN)
        yield made
