"""From the click that lets a patient in to the first decoded picture, in two real Chromium windows.

A process of its own: `python -m tests.bench.join` with `{joins, priority}`. Doctor and patient have granted their devices and
hold their sockets; the doctor clicks "admit". The patient's side builds its whole connection (offer, answer, ICE, DTLS, key
frame), the doctor's adds a line to a living one. Decoded means `framesDecoded` of `getStats`, looked at every 5 ms. Both pages,
both encoders, both decoders and the server share this machine.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError

from tests.bench import machine
from tests.bench.figures import median, summary
from tests.bench.process import Figures, answer, in_process
from tests.bench.settings import Settings
from tests.browser.browsers import FAKE_DEVICE, ChromiumTab, chromium, eventually, open_chromium_tab
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server, start_server, stop_server

PHONE = {"viewport": {"width": 390, "height": 844}}
# Notes when "admit" is clicked, offers are sent and answered, a connection stands, and when each remote video has its
# first decoded frame; times in ms since 1970. The device check's probe makes a connection too, before the click.
WATCH = """(() => { const marks = window.bench = {click: [], sent: [], answered: [], connected: [], frame: []};
const origin = performance.timeOrigin, note = (name) => marks[name].push(origin + performance.now());
addEventListener("click", (e) => { if (e.target.closest('[data-testid="admit"]')) note("click"); }, true);
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (e.name.endsWith("/offer")) {
 marks.sent.push(origin + e.startTime); marks.answered.push(origin + e.responseEnd); } }).observe({type: "resource"});
const Real = window.RTCPeerConnection; if (!Real) return;
window.RTCPeerConnection = class extends Real {
 constructor(...a) { super(...a);
  this.addEventListener("connectionstatechange", () => { if (this.connectionState === "connected") note("connected"); });
  this.addEventListener("track", (e) => { if (e.track.kind !== "video") return;
   const look = async () => { for (const s of (await e.receiver.getStats()).values())
     if (s.type === "inbound-rtp" && s.framesDecoded > 0) { note("frame"); return; }
    if (e.track.readyState === "live") setTimeout(look, 5); }; void look(); }); } }; })()"""
STEPS = ("sent", "answered", "connected", "frame")  # of the patient's connection, in order
READ = "() => window.bench"
HAS_FRAME = "() => window.bench.frame.length > 0"


async def open_tab(browser: Browser, **options: Any) -> ChromiumTab:
    """A page that notes the two moments."""
    tab = await open_chromium_tab(browser, **options)
    await tab.context.add_init_script(WATCH)
    return tab


async def one_join(browser: Browser, server: Server) -> dict[str, float]:
    """A fresh consultation up to both pictures; milliseconds since the click."""
    doctor, patient = await open_tab(browser), await open_tab(browser, **PHONE)
    try:
        await sign_in(doctor, server)
        link = await start_consultation(doctor)
        await join_as_patient(patient, link, "Ada Example")
        await admit(doctor)
        for tab in (patient, doctor):
            await eventually(lambda tab=tab: tab.evaluate(HAS_FRAME))
        clicked = (await doctor.evaluate(READ))["click"][0]
        theirs, ours = (await patient.evaluate(READ)), (await doctor.evaluate(READ))
    finally:
        await doctor.close()
        await patient.close()
    return {**{step: _first(theirs[step], clicked) for step in STEPS}, "doctor": _first(ours["frame"], clicked)}


def _first(moments: list[float], clicked: float) -> float:
    """Milliseconds from the click to the first of these moments after it."""
    return next(moment for moment in moments if moment >= clicked) - clicked


async def joins_of(browser: Browser, server: Server, count: int) -> tuple[list[dict[str, float]], int]:
    """`count` joins, and how many more did not come to a picture; gives up after as many failures."""
    joins: list[dict[str, float]] = []
    failed = 0
    while len(joins) < count and failed < count:
        try:
            joins.append(await one_join(browser, server))
        except (AssertionError, PlaywrightError) as fault:
            failed += 1
            print(f"a join failed: {fault}", file=sys.stderr)
    return joins, failed


async def work(orders: Figures) -> Figures:
    """As many joins as ordered, each in a session of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = await start_server(Path(folder))
        try:
            async with chromium(FAKE_DEVICE) as browser:  # as many pictures as a camera gives
                machine.raise_family(orders["priority"], server.process.pid)
                machine.raise_descendants(orders["priority"])
                before = machine.CpuSample.take()
                joins, failed = await joins_of(browser, server, orders["joins"])
                steal = machine.CpuSample.take().steal_since(before)
        finally:
            await stop_server(server)
    return {
        "joins": [{name: round(value, 1) for name, value in join.items()} for join in joins],
        "failed": failed,
        "click_to_frame_ms": summary([join["frame"] for join in joins]),
        "click_to_frame_of_the_doctor_ms": summary([join["doctor"] for join in joins]),
        "steps_ms": {step: median([join[step] for join in joins]) for step in STEPS},
        "steal_share": steal,
    }


async def measure_all(settings: Settings, say: Callable[[str], None]) -> Figures:
    """Run this part in its own process, or tell why it is left out."""
    if shutil.which("chromium") is None:
        return {"left_out": "chromium is not installed (make browsers, as root)"}
    figures = await in_process("tests.bench.join", {"joins": settings.joins, "priority": settings.mild_priority})
    say(f"click to first frame {figures['click_to_frame_ms']}")
    return figures


if __name__ == "__main__":
    answer(work)
