"""Sound before all: audio only by the person's choice, and a phone call that took the microphone."""

from __future__ import annotations

from tests.browser.browsers import ChromiumTab, chromium, eventually, media_flows, open_chromium_tab
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server

SEES_PICTURES = """() => window.connections.at(-1).getTransceivers()
 .some((one) => one.receiver.track.kind === "video" && one.currentDirection === "recvonly")"""
PRESENT = """() => !!document.querySelector('[data-testid="TESTID"]')"""
TILE_SAYS = """() => [...document.querySelectorAll(".tile:not(.tile--self)")].some((one) => one.textContent.includes("WORDS"))"""
# What a phone does to a page during a call: the track falls silent, and no new one is to be had.
PHONE_RINGS = """() => { const { mediaDevices } = navigator;
 window.given = mediaDevices.getUserMedia.bind(mediaDevices);
 mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotReadableError"));
 const track = window.connections.at(-1).getSenders().map((one) => one.track).find((one) => one?.kind === "audio");
 Object.defineProperty(track, "muted", { value: true });
 track.dispatchEvent(new Event("mute")); }"""
HANG_UP = "() => { navigator.mediaDevices.getUserMedia = window.given; }"


async def in_call(doctor: ChromiumTab, patient: ChromiumTab, server: Server) -> None:
    """Both on the stage, seeing and hearing each other."""
    await sign_in(doctor, server)
    await join_as_patient(patient, await start_consultation(doctor), "Ada Example")
    await admit(doctor)
    await patient.wait("call-stage", timeout=20)
    await media_flows(patient, videos=1, audios=1, timeout=40.0)
    await media_flows(doctor, videos=1, audios=1, timeout=40.0)


async def says(tab: ChromiumTab, words: str) -> None:
    """Wait until somebody's tile shows these words."""
    await eventually(lambda: tab.evaluate(TILE_SAYS.replace("WORDS", words)), 40.0)


async def gone(tab: ChromiumTab, testid: str) -> None:
    """Wait until an element is no longer shown."""

    async def absent() -> bool:
        return not await tab.evaluate(PRESENT.replace("TESTID", testid))

    await eventually(absent, 40.0)


async def test_audio_only_and_a_phone_call(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await in_call(doctor, patient, server)
        await patient.click("more")
        await patient.click("audio-only")
        await patient.wait("banner-audio-only")

        async def no_pictures() -> bool:
            return not await patient.evaluate(SEES_PICTURES)

        await eventually(no_pictures, 40.0)
        await says(patient, "Audio only")
        await media_flows(doctor, videos=1, audios=1, timeout=40.0)  # others go on seeing the person
        await patient.click("show-video")
        await gone(patient, "banner-audio-only")
        await media_flows(patient, videos=1, audios=1, timeout=40.0)

        await patient.evaluate(PHONE_RINGS)
        await patient.wait("banner-interrupted")
        await says(doctor, "Microphone interrupted")
        await patient.click("come-back")  # the phone call still goes on
        await patient.wait("banner-interrupted")
        await patient.evaluate(HANG_UP)
        await patient.click("come-back")
        await gone(patient, "banner-interrupted")
        await media_flows(doctor, videos=1, audios=1, timeout=40.0)
