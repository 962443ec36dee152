"""A recorded call in which something fails that recordings need: who is told and when, the call meanwhile, the files after."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp

from telemed.demo import demo_config
from telemed.doctor import recordings
from telemed.doctor.findings import Level
from telemed.layout import Layout
from tests.adapters.recording.played import play
from tests.browser.server import Server
from tests.client.seat import SeatClient
from tests.media.conftest import Visit, open_visit
from tests.media.restarts import in_call
from tests.media.test_recorded_call import assert_sound, ready, recorded, seconds_of

NOTICED_WITHIN = 5.0  # seconds from the moment it fails to the notice on everybody's page
LONGEST_GAP = 1.5  # seconds without a frame of anybody: as long do clients stand still on a machine that does other work
PATIENCE = 60.0


@dataclass
class Recorded:
    """A call of two that is being recorded."""

    visit: Visit
    patient: SeatClient
    recording_id: str

    @property
    def people(self) -> tuple[SeatClient, SeatClient]:
        """Both."""
        return self.visit.doctor, self.patient

    async def told(self, fault: str, began: float) -> float:
        """Wait until both pages tell this fault; seconds since it began (monotonic)."""
        for person in self.people:
            await person.until(lambda p=person: p.state["recording"]["fault"] == fault, PATIENCE)
        return time.monotonic() - began

    @contextlib.contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Nobody misses a frame for long."""
        received = [record for person in self.people for record in person.received.values()]
        for record in received:
            record.longest_gap = 0.0
        yield
        gaps = [record.longest_gap for record in received]
        assert max(gaps) < LONGEST_GAP, gaps

    async def stop(self) -> None:
        """End the recording, not the call."""
        await self.visit.doctor.command("recording_stop", recording_id=self.recording_id)

    async def plays(self, at_least: float) -> dict[str, Any]:
        """It is finished, as it was signed, and every file of it decodes; so many seconds of each person."""
        shown = await ready(self.visit, self.recording_id)
        await assert_sound(self.visit, self.recording_id)
        for person in self.people:
            assert seconds_of(shown, person.participant_id) > at_least, shown["segments"]
        for segment in shown["segments"]:
            played = play(await self._content(segment["id"]), 0)
            assert played.sounds and (played.pictures or segment["mime"] == "audio/webm")
        return shown

    async def _content(self, segment_id: str) -> bytes:
        staff = self.visit.staff
        headers = {"Authorization": f"Bearer {staff.token}", "X-Telemed-Client": "1"}
        url = f"{staff.base_url}/api/v1/recordings/{self.recording_id}/segments/{segment_id}"
        async with self.visit.http.get(url, headers=headers) as answer:
            assert answer.status == 200, answer.status
            return await answer.read()


@contextlib.asynccontextmanager
async def recorded_call(server: Server, http: aiohttp.ClientSession) -> AsyncIterator[Recorded]:
    """Both see and hear each other, and some seconds of it are recorded."""
    visit = await open_visit(server, http)
    try:
        patient = await in_call(visit)
        yield Recorded(visit, patient, await recorded(visit, visit.doctor, patient))
    finally:
        await visit.close()


async def metric(server: Server, http: aiohttp.ClientSession, name: str) -> float:
    """A figure as a monitoring system reads it."""
    async with http.get(server.base_url + "/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])


async def alarmed(server: Server, http: aiohttp.ClientSession, name: str, value: float = 1.0) -> None:
    """Wait for a figure that is worth an alarm."""
    deadline = time.monotonic() + PATIENCE
    while (seen := await metric(server, http, name)) != value:
        assert time.monotonic() < deadline, (name, seen)
        await asyncio.sleep(0.2)


def doctor_faults(server: Server, master_key_file: str = "") -> list[str]:
    """What `telemed doctor` finds wrong with recordings."""
    config = demo_config(server.var, 0, None)
    config = dataclasses.replace(config, recording=dataclasses.replace(config.recording, master_key_file=master_key_file))
    return [found.text for found in recordings.recordings(Layout(config)) if found.level is Level.FAULT]
