"""A strong device sends its camera in three sizes, and no longer those that nobody's tile is worth."""

from __future__ import annotations

import json

from tests.browser.browsers import STRONG_DEVICE, WEAK_DEVICE, ChromiumTab, chromium, eventually, open_chromium_tab
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server

PATIENCE = 60.0  # seconds: two pages encode and paint on the machine that runs the server
SENT = """async () => { const sent = {};
for (const pc of window.connections) for (const s of (await pc.getStats()).values())
 if (s.type === "outbound-rtp" && s.kind === "video" && s.framesSent > 0) sent[s.rid || "one"] = s.framesSent;
return JSON.stringify(sent); }"""
ACTIVE = """() => JSON.stringify(window.connections.filter((pc) => pc.signalingState !== "closed")
 .flatMap((pc) => pc.getSenders()).filter((one) => one.track?.kind === "video")
 .flatMap((one) => one.getParameters().encodings).filter((one) => one.active).map((one) => one.rid))"""
SEEN = """() => [...document.querySelectorAll('[data-testid="remote-video"]')].some((one) => one.videoHeight > 0)"""


async def test_a_camera_comes_in_the_sizes_that_tiles_are_worth(server: Server) -> None:
    async with chromium() as browser:
        doctor = await open_chromium_tab(browser, viewport={"width": 1000, "height": 640}, preload=WEAK_DEVICE)
        patient = await open_chromium_tab(browser, viewport={"width": 400, "height": 300}, preload=STRONG_DEVICE)
        await sign_in(doctor, server)
        link = await start_consultation(doctor)
        await join_as_patient(patient, link, "Ada Example")
        await admit(doctor)
        await patient.wait("call-stage", timeout=PATIENCE)

        async def all_sent() -> bool:
            return json.loads(await patient.evaluate(SENT)).keys() >= {"q", "h", "f"}

        await eventually(all_sent, PATIENCE)
        assert "one" in json.loads(await eventually(lambda: one_size(doctor), PATIENCE)), "from a weak device"
        await eventually(lambda: doctor.evaluate(SEEN), PATIENCE)
        await doctor.page.set_viewport_size({"width": 420, "height": 300})

        async def smallest_alone() -> bool:
            return bool(json.loads(await patient.evaluate(ACTIVE)) == ["q"])

        await eventually(smallest_alone, PATIENCE)
        assert doctor.problems == [] and patient.problems == []


async def one_size(tab: ChromiumTab) -> str | None:
    """What a page sends of its camera, once it does."""
    sent = str(await tab.evaluate(SENT))
    return sent if sent != "{}" else None
