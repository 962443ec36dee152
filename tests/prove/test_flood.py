"""Thirty thousand junk packets a second at the media port for ten seconds, measured for docs/networks.md.

The clients are light and measured by the kernel's time stamps: stock WebRTC clients would be slowed by the flood's own work on
the same cores. The server is the whole product with its defaults. `beside busy programs`: sixteen programs that never rest
share the two or more cores with it, at its own priority; the worker gets a fraction of what it would take.
"""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from telemed.admin.client import ask
from tests.adapters.ops.serving import Running, serving
from tests.client.seat import Api, SeatClient, command_id, open_link, sign_in
from tests.hostile.flooding import SpokenCall, busy_programs, flood, speaking, stranger_socket
from tests.net.conditions.record import write
from tests.net.conditions.verdict import Verdict

pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]

RATE, SECONDS = 30_000, 10.0
KEPT_PACE = 0.85  # of the rate: below that the generator did not get its processor time, and the run says nothing
CALLS = 4  # the first is whose address is forged
OF_VICTIM, OF_OTHERS, SET_UP = 1.0, 0.3, 5.0  # seconds
FIRST_SSRC = 7501


class Scene:
    """A running product and seats in it."""

    def __init__(self, server: Running, http: aiohttp.ClientSession, staff: Api, stack: contextlib.AsyncExitStack) -> None:
        self._server, self._http, self._staff, self._stack = server, http, staff, stack
        self._calls = 0

    async def call(self) -> SpokenCall:
        """A call with both seats admitted, without media yet."""
        made = await self._staff.post("/sessions", kind="group", command_id=command_id())
        doctor = SeatClient(self._staff, made["session"]["id"], seat="staff")
        patient = await open_link(self._staff.base_url, self._http, str(made["link"]["url"]))
        for seat in (doctor, patient):
            self._stack.push_async_callback(seat.close)
            await seat.connect()
        await patient.command("enter_waiting")
        await doctor.command("admit", participant_id=patient.participant_id)
        await patient.until(lambda: patient.state["you"]["state"] == "admitted")
        call = SpokenCall(doctor, patient, FIRST_SSRC + self._calls)
        self._calls += 1
        self._stack.push_async_callback(call.close)
        return call

    async def worker(self) -> dict[str, Any]:
        """Figures of the media worker."""
        status = await asyncio.to_thread(ask, self._server.var / "run" / "admin.sock", "status", {})
        return dict(status["workers"][0])


@contextlib.asynccontextmanager
async def scene(folder: pathlib.Path) -> AsyncIterator[Scene]:
    """Serve, and sign a clinician in."""
    with serving(folder, "--demo", "--port", "0", "--var", str(folder / "var")) as server:
        account = next(entry for entry in server.ready["accounts"] if entry["role"] == "clinician")
        async with contextlib.AsyncExitStack() as stack:
            http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
            staff = await sign_in(server.base_url, http, (account["email"], account["password"]))
            yield Scene(server, http, staff, stack)


@pytest.mark.parametrize("busy", [0, 16], ids=["alone", "beside_busy_programs"])
@pytest.mark.parametrize("junk", ["strangers", "forged", "checks"])
async def test_thirty_thousand_a_second(tmp_path: pathlib.Path, junk: str, busy: int) -> None:
    what = {"strangers": "of strangers", "forged": "with the address of somebody in a call", "checks": "ICE checks of strangers"}
    verdict = Verdict(
        f"flood: {RATE:,} junk packets/s for {SECONDS:.0f} s, {what[junk]}{f', beside {busy} busy programs' if busy else ''}",
        f"no call dropped, silence < {OF_VICTIM:.0f} s for whose address it is, < {OF_OTHERS} s for others, new calls begin",
    )
    async with scene(tmp_path) as stage:
        calls = [await stage.call() for _ in range(CALLS)]
        for call in calls:
            await call.connect()
        await measure(verdict, stage, calls, junk, busy)
    finding = verdict.finding()
    write(finding)
    assert finding.reached, verdict.missed


async def measure(verdict: Verdict, stage: Scene, calls: list[SpokenCall], junk: str, busy: int) -> None:
    """Flood, and have another call begin in the middle of it."""
    newcomer = await stage.call()
    victim, others = calls[0], calls[1:]
    assert {call.place for call in calls} == {victim.place}
    with stranger_socket() as stranger, busy_programs(busy):
        async with speaking(calls) as speakers:
            for call in calls:
                call.hearer.mark()
            said, speakers.late = victim.said, 0.0
            before, began = await stage.worker(), time.monotonic()
            source = victim.speaker.rtp._socket if junk == "forged" else stranger
            kinds = "checks" if junk == "checks" else "media"
            pouring = asyncio.create_task(flood(source, victim.place, RATE, SECONDS, victim.ssrc, kinds))
            await asyncio.sleep(SECONDS / 3)
            offered = time.monotonic()
            await newcomer.connect()
            speakers.calls.append(newcomer)
            await newcomer.is_heard()
            set_up, during = time.monotonic() - offered, not pouring.done()
            sent = await pouring
            silences = [call.hearer.longest() for call in calls]
            late = speakers.late
            lost = [1 - call.hearer.heard / (victim.said - said) for call in calls]
            after, lasted = await stage.worker(), time.monotonic() - began
            for call in (*calls, newcomer):
                await call.is_heard(20)
    assert sent > KEPT_PACE * RATE * SECONDS, f"the generator sent only {sent:,}"
    verdict.tell(f"{sent / SECONDS:,.0f} a second sent")
    silence = "longest silence of the one whose address it was" if junk == "forged" else "longest silence of one"
    verdict.seconds(silence, silences[0], OF_VICTIM if junk == "forged" else OF_OTHERS)
    verdict.seconds(f"of {len(others)} others", max(silences[1:]), OF_OTHERS)
    verdict.tell(f"lost {max(0.0, lost[0]):.1%} and {max(0.0, *lost[1:]):.1%} of the sound")
    verdict.tell(f"the speakers themselves late by {late:.2f} s")
    verdict.seconds("a new call's media, from offer to sound", set_up, SET_UP)
    verdict.holds("during the flood", during)
    people = [seat for call in (*calls, newcomer) for seat in (call.doctor, call.patient)]
    verdict.holds("no call dropped", all(seat.socket.connected and seat.state["you"]["state"] == "connected" for seat in people))
    verdict.tell(_work(before, after, lasted))


def _work(before: dict[str, Any], after: dict[str, Any], seconds: float) -> str:
    """What the worker did with it."""
    counts = {name: value - before["counters"][name] for name, value in after["counters"].items()}
    share = (after["cpu_seconds"] - before["cpu_seconds"]) / seconds
    return (
        f"worker at {share:.0%} of a core; {counts['in_datagrams']:,} datagrams read, "
        f"{counts['kernel_filter_drops']:,} refused by the filter, {counts['kernel_receive_drops']:,} without room"
    )
