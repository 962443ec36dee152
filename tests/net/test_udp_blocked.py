"""Networks that let no UDP through: calls go by the media port's TCP, from the beginning or from the moment UDP stops."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.browser.browsers import eventually, open_firefox_tab
from tests.browser.people import join_as_patient
from tests.browser.server import Server
from tests.net.call_page import CHROMIUM, CallPage, chromium_at, chromium_page
from tests.net.lag import Lag
from tests.net.meeting import Meeting
from tests.net.namespaces import Namespace, network, run
from tests.net.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.netns]

SET_UP = 5.0  # seconds from being admitted to sound and pictures both ways
BACK = 9.0  # seconds from the last packet by UDP to media both ways: notice and restart (4 s), or a new attempt 5 s later (7 s)
PER_LATE = 3.0  # seconds more for each second that the machine stood still: three processes wait for each other
STEADY = {"audio": 150, "frames": 15}  # about three seconds: silence is noticed only where media flowed steadily
SERVER, CLIENT = "10.84.1.1", "10.84.1.2"
NO_BANNER = """() => !document.querySelector('[data-testid="banner-blocked"]')"""
WAY = """async () => { const { readSample } = await import("/static/core/stats.js");
return readSample((await connections.at(-1).getStats()).entries(), 0).path; }"""


@dataclass
class Cable:
    """The way between server and client; what is cut disappears silently, in both directions."""

    ends: tuple[Namespace, Namespace]

    def cut(self, what: str) -> None:
        """Drop what matches this nft expression on arrival at either end."""
        for end in self.ends:
            rules = f"add rule netdev cable arriving {what} drop"
            run(*end.prefix, "nft", rules)

    def mend(self) -> None:
        """Let everything through, as at the beginning."""
        for end in self.ends:
            chain = "add chain netdev cable arriving { type filter hook ingress device cable priority 0; }"
            run(*end.prefix, "nft", f"add table netdev cable; {chain}; flush chain netdev cable arriving")


@dataclass
class Blocked:
    """A doctor beside the server, and a patient at the other end of the cable."""

    server: Server
    cable: Cable
    call: Meeting


@contextlib.asynccontextmanager
async def far_patient(folder: pathlib.Path, *, firefox: bool = False) -> AsyncIterator[Blocked]:
    """The product, the doctor in a call, the patient's page, which is not in it yet."""
    with network("server", "client") as net:
        server, client = net.namespaces["server"], net.namespaces["client"]
        net.join(server, "cable", client, "cable")
        server.add_address("cable", SERVER + "/24")
        client.add_address("cable", CLIENT + "/24")
        cable = Cable((server, client))
        cable.mend()
        async with (
            serving(folder, server, SERVER) as running,
            chromium_at(server.wrapper(folder, CHROMIUM)) as beside,
            page_at(folder, client, firefox) as patient,
        ):
            call = Meeting(running.base_url, await chromium_page(beside), patient)
            await call.start(running.account("clinician"))
            yield Blocked(running, cable, call)


@contextlib.asynccontextmanager
async def page_at(folder: pathlib.Path, inside: Namespace, firefox: bool) -> AsyncIterator[CallPage]:
    """A browser's page inside a namespace."""
    if firefox:
        tab = await open_firefox_tab(prefix=inside.prefix)
        try:
            yield CallPage(tab)
        finally:
            await tab.close()
        return
    async with chromium_at(inside.wrapper(folder, CHROMIUM)) as browser:
        yield await chromium_page(browser)


async def way(page: CallPage) -> str:
    """Protocol and kind of the pair in use, as the details panel shows it."""
    return str(await page.tab.evaluate(WAY))


async def set_up_by_tcp(folder: pathlib.Path, firefox: bool) -> tuple[float, float, tuple[str, str]]:
    """Without UDP: seconds from being admitted to media both ways, how late the machine was, and both people's ways."""
    async with far_patient(folder, firefox=firefox) as here:
        here.cable.cut("meta l4proto udp")
        with contextlib.closing(Lag()) as lag:
            await here.call.bring_in_patient()
            admitted = time.monotonic()
            lag.begin()
            await here.call.flows(timeout=40.0)
            took, late = time.monotonic() - admitted, lag.worst
        print(f"media both ways {took:.2f} s after being admitted (machine late {late:.2f} s)")
        return took, late, (await way(here.call.patient), await way(here.call.doctor))


@pytest.mark.parametrize("firefox", [False, True], ids=["chromium", "firefox"])
async def test_without_udp_a_call_is_set_up_by_tcp(tmp_path: pathlib.Path, firefox: bool) -> None:
    took, late, ways = await set_up_by_tcp(tmp_path, firefox)
    assert took <= SET_UP + PER_LATE * late
    assert [one.partition(" ")[0] for one in ways] == ["tcp", "udp"]


async def test_udp_that_stops_in_mid_call_is_replaced_by_tcp(tmp_path: pathlib.Path) -> None:
    async with far_patient(tmp_path) as here:
        await here.call.bring_in_patient()
        await here.call.flows(timeout=40.0)
        assert (await way(here.call.patient)).startswith("udp ")
        await asyncio.gather(*(page.receives(**STEADY) for page in (here.call.doctor, here.call.patient)))
        with contextlib.closing(Lag()) as lag:
            await here.call.mark()
            lag.begin()
            here.cable.cut("meta l4proto udp")
            await here.call.flows(timeout=60.0)
            gaps, late = await here.call.gaps(), await here.call.late(lag)
        print(f"longest gaps {gaps} (machine late {late:.2f} s)")
        assert (await way(here.call.patient)).startswith("tcp ")
        await here.call.is_one_person()
        assert max(gaps.values()) <= BACK + PER_LATE * late


async def test_with_tcp_blocked_as_well_the_page_says_so_until_one_way_opens(tmp_path: pathlib.Path) -> None:
    """The pages themselves: nothing gets to the media ports, everything else does."""
    async with far_patient(tmp_path) as here:
        here.cable.cut("meta l4proto udp")
        here.cable.cut(f"tcp dport {here.server.ready['tcp_port']}")
        link, patient = f"{here.server.base_url}/j#{here.call.token}", here.call.patient.tab
        await join_as_patient(patient, link, "Ada Example")
        waiting = next(p for p in (await here.call.doctor.look())["people"] if p["state"] == "waiting")
        await here.call.doctor.command("admit", participant_id=waiting["id"])
        await patient.wait("banner-blocked", timeout=30)
        here.cable.mend()
        here.cable.cut("meta l4proto udp")
        await here.call.doctor.receives(timeout=40.0, audio=25, frames=5)
        await eventually(lambda: patient.evaluate(NO_BANNER))
