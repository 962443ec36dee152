"""A doctor beside the server and a patient behind a bad link, both in real browsers; and what their pages measured."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import pathlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tests.bench import machine
from tests.browser.browsers import open_firefox_tab
from tests.browser.server import Server
from tests.net.call_page import CHROMIUM, CallPage, chromium_at, chromium_page
from tests.net.conditions.devices import SIZE, wave_file, write_picture
from tests.net.conditions.link import Impairment, Link, Traffic, link
from tests.net.conditions.readings import Reading, Row, read, sources
from tests.net.meeting import Meeting
from tests.net.namespaces import Namespace, network
from tests.net.serving import serving

HERE = pathlib.Path(__file__).parent
PROBE = (HERE / "probe.js").read_text()
FIREFOX_DEVICES = (HERE / "firefox_devices.js").read_text()
STRONG = """() => Object.defineProperty(navigator, "hardwareConcurrency", { value: 8 })"""
SERVICE = "10.86.9.1"  # the server's address, beyond the link
NEAR, FAR = "10.86.1.2", "10.86.1.1"  # the link's ends


@dataclass
class Case:
    """`call.patient` is the phone's page."""

    server: Server
    inside: Namespace  # the server's
    phone: Namespace
    link: Link
    call: Meeting
    attempts: list[int]  # connections that the phone and the doctor had made by then

    async def take(self) -> dict[str, list[Row]]:
        """Rows since the last call: "phone" and "doctor"."""
        phone, doctor = await asyncio.gather(
            *(page.tab.evaluate("() => probe.take()") for page in (self.call.patient, self.call.doctor))
        )
        return {"phone": phone, "doctor": doctor}


@dataclass(frozen=True)
class Measured:
    """A stretch of a call."""

    phone: Reading
    doctor: Reading
    up: Traffic
    down: Traffic
    sound: set[int]  # SSRCs
    rows: dict[str, list[Row]]

    @property
    def worst_concealed(self) -> float:
        return max(self.phone.concealed, self.doctor.concealed)

    @property
    def worst_gap(self) -> float:
        return max(self.phone.longest_gap, self.doctor.longest_gap)

    @property
    def worst_frozen(self) -> float:
        return max(self.phone.frozen, self.doctor.frozen)

    def other_than_sound(self, way: Traffic) -> float:
        """bit/s on the link that were not sound, all headers counted."""
        return (way.total - way.of(self.sound)) * 8 / self.phone.seconds

    def lines(self) -> str:
        """For the log of a test."""
        link_rates = ", ".join(
            f"{name} {way.total * 8 / self.phone.seconds / 1000:.0f} kbit/s (not sound {self.other_than_sound(way) / 1000:.1f}: "
            f"{way.others(self.sound, self.phone.seconds)}; lost {way.lost:.1%})"
            for name, way in (("up", self.up), ("down", self.down))
        )
        return f"at the phone: {self.phone.line()}\nat the doctor: {self.doctor.line()}\non the link: {link_rates}"


async def measure(here: Case, seconds: float) -> Measured:
    """Let `seconds` pass and read both pages and the link."""
    await here.take()
    await here.link.traffic(reset=True)
    await asyncio.sleep(seconds)
    rows, (up, down) = await here.take(), await here.link.traffic()
    sound = sources(rows["phone"], "audio")
    return Measured(read(rows["phone"]), read(rows["doctor"]), up, down, sound, rows)


async def under(here: Case, impairment: Impairment, warm_up: float, seconds: float) -> Measured:
    """Make the link bad, let the call get used to it, measure."""
    await here.link.set(impairment)
    await asyncio.sleep(warm_up)
    return await measure(here, seconds)


def fake_devices(folder: pathlib.Path, size: tuple[int, int]) -> tuple[str, ...]:
    """Arguments for Chromium."""
    picture = write_picture(folder / "camera.y4m", size)
    sound = folder / "microphone.wav"
    sound.write_bytes(wave_file())
    return (f"--use-file-for-fake-video-capture={picture}", f"--use-file-for-fake-audio-capture={sound}")


@contextlib.asynccontextmanager
async def phone_page(
    folder: pathlib.Path, inside: Namespace, devices: tuple[str, ...], firefox: bool
) -> AsyncIterator[ProbedPage]:
    """The phone's browser."""
    if not firefox:
        async with chromium_at(inside.wrapper(folder, CHROMIUM), *devices) as browser:
            yield ProbedPage((await chromium_page(browser)).tab)
        return
    tab = await open_firefox_tab(prefix=inside.prefix)
    try:
        yield FirefoxPage(tab)
    finally:
        await tab.close()


class ProbedPage(CallPage):
    """Measures from its seat on. `strong`: a device that the client takes for one that can send layers."""

    strong = False
    size = SIZE  # of the picture, where the page makes it

    async def begin(self, base_url: str, **seat: str) -> dict[str, object]:
        goto = self.tab.goto

        async def prepared(url: str) -> None:
            await goto(url)
            await self.prepare()

        self.tab.goto = prepared  # type: ignore[method-assign]
        begun = await super().begin(base_url, **seat)
        await self.tab.evaluate(PROBE)
        return begun

    async def prepare(self) -> None:
        """Between the page and its seat."""
        if self.strong:
            await self.tab.evaluate(STRONG)


class FirefoxPage(ProbedPage):
    """Firefox takes no files for its fake devices: the page's script makes picture and sound."""

    async def prepare(self) -> None:
        await super().prepare()
        sound = base64.b64encode(wave_file()).decode()
        await self.tab.evaluate(f"() => ({FIREFOX_DEVICES})({list(self.size)}, '{sound}')")


@contextlib.asynccontextmanager
async def case(
    folder: pathlib.Path,
    *,
    firefox: bool = False,
    priority: str = "normal",
    size: tuple[int, int] = SIZE,
    strong: bool = True,
) -> AsyncIterator[Case]:
    """A call on a clean link, media flowing, both pages probed. `priority` as in `tests.bench`; `size` of the pictures; `strong`:
    both devices are such as send layers, as phones of eight cores are."""
    devices = fake_devices(folder, size)
    with network("server", "phone") as net:
        inside, phone = net.namespaces["server"], net.namespaces["phone"]
        inside.add_address("lo", SERVICE + "/32")
        async with link(phone, NEAR, inside, FAR) as between:
            phone.ip("route", "add", "default", "via", FAR)
            async with (
                serving(folder, inside, SERVICE) as running,
                chromium_at(inside.wrapper(folder, CHROMIUM), *devices) as beside,
                phone_page(folder, phone, devices, firefox) as far,
            ):
                near = ProbedPage((await chromium_page(beside)).tab)
                near.strong = far.strong = strong
                far.size = size
                call = Meeting(running.base_url, near, far)
                machine.raise_descendants(priority)
                await call.start(running.account("clinician"))
                await call.bring_in_patient()
                await call.flows(timeout=40.0)
                attempts = [(await page.look())["attempts"] for page in (far, near)]
                yield Case(running, inside, phone, between, call, attempts)
