"""From the press that answers somebody in a waiting room to sound and pictures both ways, in two real Chromium windows.

The clinician's press leads to another page, so its whole load is in the figure; both pages have granted their devices. There is
media when each side has decoded a picture and heard packets of sound of the other (`getStats`, looked at every 5 ms).
"""

from __future__ import annotations

import pathlib
from statistics import median

import pytest
from playwright.async_api import Browser

from tests.browser.browsers import FAKE_DEVICE, ChromiumTab, chromium, eventually, open_chromium_tab, selector
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server
from tests.browser.waiting_rooms import Room, stand_in_line, waiting_room
from tests.browser.walk_ins import QUIET, enter_staff
from tests.prove.figures import note

LIMIT = 1.5  # seconds, of the median
ANSWERS = 7
PHONE = {"viewport": {"width": 390, "height": 844}, "permissions": ["camera", "microphone"]}
# When "answer" is pressed, over the change of pages; and when the first picture is decoded and the first sound has come.
WATCH = """(() => { const now = () => performance.timeOrigin + performance.now();
addEventListener("click", (e) => {
 if (e.target.closest('[data-testid="answer-confirm"]')) sessionStorage.setItem("pressed", now()); }, true);
window.came = {}; const Real = window.RTCPeerConnection; if (!Real) return;
window.RTCPeerConnection = class extends Real { constructor(...a) { super(...a);
 this.addEventListener("track", (e) => { const look = async () => { for (const s of (await e.receiver.getStats()).values())
   if (s.type !== "inbound-rtp" || !(s.kind === "video" ? s.framesDecoded : s.packetsReceived)) continue;
   else { came[s.kind] ??= now(); return; }
  if (e.track.readyState === "live") setTimeout(look, 5); }; void look(); }); } }; })()"""
BOTH = "() => came.audio && came.video ? Math.max(came.audio, came.video) : 0"


async def one_answer(browser: Browser, server: Server, room: Room, number: int) -> float:
    """Seconds from the press until both have sound and picture of the other."""
    patient = await open_chromium_tab(browser, preload=WATCH, **PHONE)
    doctor = await open_chromium_tab(browser, preload=WATCH + ";" + QUIET, permissions=["camera", "microphone"])
    name = f"Patient {number}"
    try:
        await stand_in_line(patient, room.url, name)
        await patient.wait("self-camera", timeout=30)
        await enter_staff(doctor, server, "clinician", "/queues")
        row = await room.staff.sees(name, page="open")
        await doctor.page.click(f'[data-testid="entry-row"][data-entry="{row["id"]}"] {selector("answer")}')
        await doctor.click("answer-confirm")
        ends = [await eventually(lambda tab=tab: tab.evaluate(BOTH), 40.0) for tab in (doctor, patient)]
        return (max(ends) - await pressed(doctor)) / 1000
    finally:
        await doctor.close()
        await patient.close()


async def pressed(tab: ChromiumTab) -> float:
    """When it was pressed, milliseconds since 1970."""
    return float(await tab.evaluate("() => Number(sessionStorage.getItem('pressed'))"))


@pytest.mark.prove
@pytest.mark.browser
@pytest.mark.timeout(600)
async def test_answering_leads_to_sound_and_picture_both_ways(tmp_path: pathlib.Path) -> None:
    server = await start_prepared_server(tmp_path)
    try:
        async with chromium(FAKE_DEVICE) as browser, waiting_room(server) as room:
            took = sorted([await one_answer(browser, server, room, number) for number in range(ANSWERS)])
    finally:
        await stop_server(server)
    assert median(took) <= LIMIT, [round(one, 2) for one in took]  # the worst are the machine's, where it is shared
    figures = f"{len(took)} answers: median {median(took):.2f} s, worst {took[-1]:.2f} s"
    note("from answering somebody who waits to sound and picture both ways, two Chromium", figures)
