"""A clinic that chose another video codec: its browsers speak it, and one that cannot keeps the sound and says so."""

from __future__ import annotations

import aiohttp
import pytest

from tests.browser.browsers import Tab, chromium, eventually, media_flows, open_chromium_tab, open_firefox_tab
from tests.browser.people import admit, invite_another, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server
from tests.client.seat import sign_in as client_sign_in

CODECS = """async () => { const found = new Set();
for (const pc of window.connections || []) for (const s of (await pc.getStats()).values())
 if (s.type === "codec" && s.mimeType.startsWith("video/")) found.add(s.mimeType.toLowerCase()); return [...found].sort(); }"""
# A browser that has VP8 alone, whatever it is asked for.
VP8_ALONE = """(() => { const real = RTCPeerConnection.prototype.addTransceiver;
const choose = RTCRtpTransceiver.prototype.setCodecPreferences;
RTCRtpTransceiver.prototype.setCodecPreferences = () => {};
RTCPeerConnection.prototype.addTransceiver = function (...a) { const line = real.apply(this, a);
 if (line.receiver.track.kind === "video") { const all = RTCRtpReceiver.getCapabilities("video").codecs;
  choose.call(line, all.filter((one) => /vp8|rtx/i.test(one.mimeType))); } return line; }; })()"""


async def choose(server: Server, codec: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        admin = await client_sign_in(server.base_url, http, server.account("admin"))
        await admin.call("PUT", "/admin/policies", {"name": "video_codec", "value": codec})


async def has_only(tab: Tab, codec: str) -> None:
    async def asked() -> bool:
        return bool(await tab.evaluate(CODECS) == [codec])

    await eventually(asked)


@pytest.mark.parametrize("codec", ["vp9", pytest.param("av1", marks=pytest.mark.prove)])
async def test_the_clinics_codec_is_spoken(server: Server, codec: str) -> None:
    await choose(server, codec)
    async with chromium() as browser:
        doctor, relative = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await relative.context.add_init_script(VP8_ALONE)
        fox = await open_firefox_tab()
        try:
            await sign_in(doctor, server)
            await join_as_patient(fox, await start_consultation(doctor), "Frida Fuchs")
            await admit(doctor)
            await fox.wait("call-stage", timeout=20)
            for tab in (doctor, fox):
                await media_flows(tab, videos=1, audios=1, timeout=40)
                await has_only(tab, f"video/{codec}")
            await join_as_patient(relative, await invite_another(doctor), "Rita Relative")
            await admit(doctor)
            await relative.wait("banner-no-codec", timeout=30)
            await media_flows(relative, videos=0, audios=2)
            await media_flows(doctor, videos=1, audios=2)
            assert relative.problems == []
        finally:
            await fox.close()
