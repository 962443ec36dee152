"""A doctor and a patient in pages of real browsers; between the patient and the media port may stand a relay."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psutil

from tests.browser.browsers import eventually, open_firefox_tab
from tests.browser.server import Server
from tests.net.call_page import CallPage, chromium_at, chromium_page
from tests.net.lag import Lag
from tests.net.relay import Relay

STOOD_STILL = 0.4  # seconds without a turn on the processor
HALF_A_SECOND = {"audio": 25, "frames": 5}  # packets at 20 ms; pictures at the least rate of the fake camera


@dataclass
class Meeting:
    """Two people in one call. `patient_id` is the seat of the one with the link."""

    base_url: str
    doctor: CallPage
    patient: CallPage
    token: str = ""
    patient_id: str = ""

    async def start(self, account: tuple[str, str]) -> None:
        """The doctor signs in and starts a consultation."""
        begun = await self.doctor.begin(self.base_url, email=account[0], password=account[1])
        self.token = begun["link"].rsplit("#", 1)[1]

    async def bring_in_patient(self) -> None:
        """From the link to being admitted; media is on its way afterwards."""
        self.patient_id = (await self.patient.begin(self.base_url, token=self.token, name="Pat"))["participantId"]

        async def waits() -> bool:
            people = (await self.doctor.look())["people"]
            return any(p["id"] == self.patient_id and p["state"] == "waiting" for p in people)

        await eventually(waits)
        await self.doctor.command("admit", participant_id=self.patient_id)

    async def flows(self, timeout: float = 25.0) -> None:
        """Wait for another half second of sound and pictures on both sides."""
        await asyncio.gather(*(page.receives(timeout, **HALF_A_SECOND) for page in (self.doctor, self.patient)))

    async def is_one_person(self) -> None:
        """Wait until the doctor sees two connected people, the patient's seat once with one camera and one microphone."""

        async def settled() -> bool:
            people = (await self.doctor.look())["people"]
            mine = [p for p in people if p["id"] == self.patient_id]
            return [len(p["tracks"]) for p in mine] == [2] and [p["state"] for p in people] == ["connected", "connected"]

        await eventually(settled, timeout=15.0)
        assert (await self.patient.look())["seat"] == self.patient_id

    async def mark(self) -> None:
        """Measure gaps from now on."""
        await asyncio.gather(self.doctor.mark(), self.patient.mark())

    async def late(self, lag: Lag) -> float:
        """For how many seconds since `mark` this process or a page was kept from its work."""
        doctor, patient = await self.doctor.look(), await self.patient.look()
        return float(max(lag.worst, doctor["late"], patient["late"]))

    async def stood_still(self, lag: Lag) -> bool:
        """Whether somebody was kept waiting so long since `mark` that what was measured is to be measured again."""
        late = await self.late(lag)
        print(f"late {late:.2f} s", "(does not count)" if late > STOOD_STILL else "")
        return late > STOOD_STILL

    async def gaps(self, field: str = "gaps") -> dict[str, float]:
        """Longest times in seconds without arrival since `mark`: `up` at the doctor's page, `down` at the patient's.

        With field "back": when the first one of note ended, seconds since the epoch; 0 without one.
        """
        up, down = (await self.doctor.look())[field], (await self.patient.look())[field]
        return {f"{way} {kind}": value for way, found in (("up", up), ("down", down)) for kind, value in sorted(found.items())}


@contextlib.asynccontextmanager
async def meeting(server: Server, *, arrive: bool = True, firefox: bool = False) -> AsyncIterator[tuple[Meeting, Relay]]:
    """A call with media flowing both ways, the patient's through the relay; with `arrive=False` before the patient comes."""
    inside = outer_address()  # Firefox takes no loopback address, be it a candidate or what a check was answered with
    relay = Relay(("127.0.0.1", int(server.ready["media_ports"][0])), source_address=inside)
    port = await relay.start(inside)
    try:
        async with chromium_at() as browser, contextlib.AsyncExitStack() as closing:
            doctor, patient = await chromium_page(browser), await chromium_page(browser, (inside, port))
            if firefox:
                tab = await open_firefox_tab()
                closing.push_async_callback(tab.close)
                patient = CallPage(tab, (inside, port))
            call = Meeting(server.base_url, doctor, patient)
            await call.start(server.account("clinician"))
            if arrive:
                await call.bring_in_patient()
                await call.flows(timeout=40.0)
            yield call, relay
    finally:
        relay.close()


def outer_address() -> str:
    """An IPv4 address of this machine that is not loopback, else 127.0.0.1."""
    own = (entry.address for entries in psutil.net_if_addrs().values() for entry in entries if entry.family == socket.AF_INET)
    return next((address for address in own if not address.startswith("127.")), "127.0.0.1")
