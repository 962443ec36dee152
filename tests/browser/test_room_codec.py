"""A clinic that chose another video codec: its browsers speak it, and one that cannot keeps the sound and says so."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
import av
import pytest

from tests.browser.browsers import (
    READ_STATS,
    ChromiumTab,
    Tab,
    chromium,
    eventually,
    media_flows,
    open_chromium_tab,
    open_firefox_tab,
)
from tests.browser.people import admit, invite_another, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server
from tests.browser.test_recording_consent import Call, from_menu, recorded
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

PATIENCE = 60.0  # seconds: two pages encode and paint on the machine that runs the server
# The browser's encoder makes its pictures half as wide and high, as it does on a narrow link.
SMALLER = """async () => { for (const pc of window.connections) for (const one of pc.getSenders()) {
 if (one.track?.kind !== "video") continue; const all = one.getParameters();
 for (const encoding of all.encodings) encoding.scaleResolutionDownBy = 2; await one.setParameters(all); } }"""
FOUND = """() => fetch("/api/v1/recordings/search", {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"})
 .then((answer) => answer.json()).then(({ recordings }) => recordings.find((one) => one.state === "ready")?.id ?? null)"""
# What is shown of each file, and how far it has played.
SHOWN = """() => [...document.querySelectorAll(".review-tile video")].map((one) => [one.videoWidth, one.currentTime])"""


async def choose(server: Server, codec: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        admin = await client_sign_in(server.base_url, http, server.account("admin"))
        await admin.call("PUT", "/admin/policies", {"name": "video_codec", "value": codec})


async def has_only(tab: Tab, codec: str) -> None:
    async def asked() -> bool:
        return bool(await tab.evaluate(CODECS) == [codec])

    await eventually(asked)


@pytest.mark.own_server
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


@pytest.mark.own_server
async def test_a_visit_in_h264_is_recorded_and_who_lacks_it_keeps_the_sound(server: Server) -> None:
    """Debian's Chromium encodes and decodes H.264, its Firefox does neither."""
    await choose(server, "h264")
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await sign_in(doctor, server)
        await join_as_patient(patient, await start_consultation(doctor), "Ada Example")
        await admit(doctor)
        await patient.wait("call-stage", timeout=PATIENCE)
        for tab in (doctor, patient):
            await media_flows(tab, videos=1, audios=1, timeout=PATIENCE)
            await has_only(tab, "video/h264")
        await recorded(Call(browser, doctor, patient))
        await more_frames(doctor, 15)
        await patient.evaluate(SMALLER)
        await more_frames(doctor, 25)
        await from_menu(doctor, "menu-recording-stop")
        await doctor.click("confirm-recording-stop")
        fox = await open_firefox_tab()
        try:
            await join_as_patient(fox, await invite_another(doctor), "Frida Fuchs")
            await admit(doctor)
            await fox.wait("banner-no-codec", timeout=PATIENCE)
            await media_flows(fox, videos=0, audios=2)
        finally:
            await fox.close()
        await plays_as_recorded(doctor, server, str(await eventually(lambda: doctor.evaluate(FOUND), PATIENCE)))
        assert doctor.problems == [] and patient.problems == []


async def more_frames(tab: Tab, count: int) -> None:
    """Wait until a page has decoded so many frames more of one picture."""
    before = (await tab.evaluate(READ_STATS))["frames"]

    async def came() -> bool:
        now = (await tab.evaluate(READ_STATS))["frames"]
        return any(frames - before.get(ssrc, 0) >= count for ssrc, frames in now.items())

    await eventually(came, PATIENCE)


async def plays_as_recorded(doctor: ChromiumTab, server: Server, recording: str) -> None:
    """Every file with pictures decodes without a complaint, each in one size; and the page of the recording plays one."""
    address = f"{server.base_url}/api/v1/recordings/{recording}"
    found = await (await doctor.context.request.get(address)).json()
    seen = [segment for segment in found["recording"]["segments"] if segment["codecs"] == "h264,opus"]
    sizes = []
    for segment in seen:
        assert segment["mime"] == "video/mp4"
        answer = await doctor.context.request.get(f"{address}/segments/{segment['id']}")
        sizes += decoded(await answer.body())
    assert len(sizes) == len(seen) and len(set(sizes)) > 1, sizes
    await doctor.goto(f"{server.base_url}/recordings/{recording}")
    await doctor.wait("player", timeout=PATIENCE)
    await eventually(lambda: shown(doctor), PATIENCE)
    await doctor.press("k")
    await eventually(lambda: shown(doctor, after=0.2), PATIENCE)


def decoded(content: bytes) -> list[tuple[int, int]]:
    """The sizes of a file's pictures; a fault in it is an error."""
    with av.open(io.BytesIO(content)) as container:
        for stream in container.streams:
            stream.codec_context.options = {"err_detect": "explode"}
        frames: list[Any] = [frame for packet in container.demux() for frame in packet.decode()]
    return sorted({(frame.width, frame.height) for frame in frames if isinstance(frame, av.VideoFrame)})


async def shown(tab: Tab, after: float = -1.0) -> bool:
    """Whether a recorded picture is there, and has played for so many seconds."""
    return any(width > 0 and at > after for width, at in await tab.evaluate(SHOWN))
