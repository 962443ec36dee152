"""A long visit that has just ended: how long until it can be played, and how long a jump into it takes over HTTP."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from telemed.care.identity import ActorRef
from telemed.care.recording.records import ConsentEvent
from telemed.care.recording.words import ConsentAct, RecordingState
from telemed.files import make_private_directory
from tests.adapters.recording.encoded import Encoded
from tests.adapters.recording.journalled import RECORDING
from tests.adapters.recording.kept import BEGAN, Kept, make_kept
from tests.adapters.recording.looped import write_person
from tests.adapters.recording.test_over_http import sign_in
from tests.adapters.store.rows import SEAT, SESSION
from tests.adapters.web.fakes import START
from tests.adapters.web.site import Site, running_site, settings_for, write_templates

PEOPLE = 3


@dataclass
class Ended:
    """The server and a recording that was stopped a moment ago."""

    kept: Kept
    site: Site

    @property
    def headers(self) -> dict[str, str]:
        """Of the clinician who watches."""
        return {"Cookie": f"telemed_staff={self.site.cookies['telemed_staff']}", "Origin": self.site.settings.base_url}

    async def made_ready(self) -> float:
        """Have it finished as control does; seconds until the first bytes of everybody were there."""
        began = time.monotonic()
        await self.kept.recordings.service.finalising.run()
        assert (await self.kept.row()).state is RecordingState.READY
        for segment_id, _ in await self.files():
            await self.part(segment_id, 0)
        return time.monotonic() - began

    async def files(self) -> list[tuple[str, int]]:
        """Id and size of each."""
        contents = await self.kept.recordings.vault.contents(RECORDING)
        return [(segment.id, segment.size) for segment in contents.segments]

    async def seeks(self, count: int, chance: random.Random) -> list[float]:
        """Jump to random places as a player does; seconds until all of each answer was there."""
        files, took = await self.files(), []
        for _ in range(count):
            segment_id, size = chance.choice(files)
            took.append(await self.part(segment_id, chance.randrange(size)))
        return took

    async def part(self, segment_id: str, first: int) -> float:
        """Ask for everything from a byte on, as a player does, and take what the server gives; seconds."""
        began = time.monotonic()
        url = f"{self.site.url}/api/v1/recordings/{RECORDING}/segments/{segment_id}"
        async with self.site.http.get(url, headers={**self.headers, "Range": f"bytes={first}-"}) as answer:
            assert answer.status == 206 and await answer.read()
        return time.monotonic() - began


@asynccontextmanager
async def ended_visit(folder: Path, scene: tuple[Encoded, ...], seconds: float) -> AsyncIterator[Ended]:
    """Three people who agreed, each with sound and picture for so long."""
    ended_at = BEGAN + timedelta(seconds=seconds)
    kept = await make_kept(folder / "var", stopped_at=ended_at, state_since=ended_at)
    kept.clock.now = ended_at
    try:
        people = [SEAT.id, *(f"par_{number}" for number in range(2, PEOPLE + 1))]
        async with kept.store.write() as tx:
            for number, person_id in enumerate(people[1:], start=2):
                await tx.participants.create(replace(SEAT, id=person_id))
                agreed = ActorRef(person_id, "patient")
                before = BEGAN - timedelta(seconds=5)
                await tx.consents.append(
                    ConsentEvent(f"con_{number}", SESSION.id, ConsentAct.AGREED, agreed, "2026-11", "en", before, None, person_id)
                )
        kept.write_key()
        make_private_directory(kept.directory)
        for number, person_id in enumerate(people):
            write_person(kept.directory, person_id, number, scene, seconds)
        write_templates(folder / "static")
        token = await sign_in(kept.store, START)
        ports = {"vault": kept.recordings.vault}
        async with running_site(kept.store, settings_for(folder / "static"), ports=ports) as site:
            site.cookies = {"telemed_staff": token}
            yield Ended(kept, site)
    finally:
        await kept.close()
