"""A doctor and a patient in real Chromium pages; between the patient and the media port stands a relay."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from playwright.async_api import Browser

from tests.browser.browsers import chromium, eventually
from tests.browser.server import Server
from tests.client.seat import command_id, sign_in
from tests.net.call_page import CallPage, open_call_page
from tests.net.relay import Relay

HALF_A_SECOND = {"audio": 25, "frames": 5}  # packets at 20 ms; pictures at the least rate of the fake camera


@dataclass
class Meeting:
    """Two people in one call. `patient_id` is the seat behind the relay."""

    server: Server
    browser: Browser
    relay: Relay
    doctor: CallPage
    patient: CallPage
    token: str
    patient_id: str = ""

    async def bring_in_patient(self) -> None:
        """From the link to being admitted; media is on its way afterwards."""
        self.patient_id = await self.patient.begin(self.server.base_url, token=self.token, name="Pat")

        async def waits() -> bool:
            people = (await self.doctor.look())["people"]
            return any(p["id"] == self.patient_id and p["state"] == "waiting" for p in people)

        await eventually(waits)
        await self.doctor.command("admit", participant_id=self.patient_id)

    async def flows(self, timeout: float = 25.0) -> None:
        """Wait for another half second of sound and pictures on both sides."""
        await asyncio.gather(*(page.receives(timeout, **HALF_A_SECOND) for page in (self.doctor, self.patient)))

    async def mark(self) -> None:
        """Measure gaps from now on."""
        await asyncio.gather(self.doctor.mark(), self.patient.mark())

    async def gaps(self) -> dict[str, float]:
        """Longest times in seconds without arrival since `mark`: `up` at the doctor's page, `down` at the patient's."""
        up, down = (await self.doctor.look())["gaps"], (await self.patient.look())["gaps"]
        return {f"{way} {kind}": gap for way, found in (("up", up), ("down", down)) for kind, gap in sorted(found.items())}


@contextlib.asynccontextmanager
async def meeting(server: Server, *, arrive: bool = True) -> AsyncIterator[Meeting]:
    """A call with media flowing both ways; with `arrive=False` the patient has not yet opened the link."""
    relay = Relay(("127.0.0.1", int(server.ready["media_ports"][0])))
    port = await relay.start("127.0.0.1")
    email, password = server.account("clinician")
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http, chromium() as browser:
            staff = await sign_in(server.base_url, http, (email, password))
            created = await staff.post("/sessions", kind="scheduled", command_id=command_id())
            doctor, patient = await open_call_page(browser), await open_call_page(browser, ("127.0.0.1", port))
            await doctor.begin(server.base_url, sessionId=created["session"]["id"], email=email, password=password)
            call = Meeting(server, browser, relay, doctor, patient, created["link"]["url"].rsplit("#", 1)[1])
            if arrive:
                await call.bring_in_patient()
                await call.flows(timeout=40.0)
            yield call
    finally:
        relay.close()
