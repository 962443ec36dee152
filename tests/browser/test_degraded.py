"""People with less than a camera and a microphone that work: they join, hear and see, and are heard or written to."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from playwright.async_api import async_playwright

from tests.browser.browsers import (
    CHROMIUM_ARGUMENTS,
    FAKE_DEVICE,
    READ_STATS,
    ChromiumTab,
    chromium,
    eventually,
    media_flows,
    open_chromium_tab,
)
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server

FAKE_ANSWER = "--use-fake-ui-for-media-stream"  # grants every question
READ_PATIENTS = """async () => {
 const answer = await fetch("/api/v1/sessions/" + location.pathname.split("/").pop());
 return (await answer.json()).participants.filter((one) => one.role === "patient"); }"""
MESSAGE_SHOWN = """() => [...document.querySelectorAll('[data-testid="chat-message"]')]
 .some((one) => one.textContent.includes("TEXT"))"""
ASK = """() => navigator.mediaDevices.getUserMedia({ audio: true }).then(() => "granted", (error) => error.name)"""

# The page itself would switch its encoders on again.
SEND_PICTURES = """(on) => { const set = window.setForReal ??= RTCRtpSender.prototype.setParameters;
 RTCRtpSender.prototype.setParameters = on ? set : async () => {};
 return Promise.all(window.connections.flatMap((pc) => pc.getSenders())
 .filter((sender) => sender.track?.kind === "video").map((sender) => {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) encoding.active = on;
  return set.call(sender, parameters);
 })); }"""
STANDS_STILL = """() => document.querySelector(".tile__veil")?.textContent.includes("Picture stopped") ?? false"""
MOVES = STANDS_STILL.replace("=> ", "=> !(") + ")"


@dataclass(frozen=True)
class Call:
    """A doctor with everything and a patient who lacks something, both on the stage."""

    doctor: ChromiumTab
    patient: ChromiumTab


@contextlib.asynccontextmanager
async def patient_browser(without: str, *instead: str) -> AsyncIterator[ChromiumTab]:
    """A page of a Chromium that is started without one of the usual arguments."""
    arguments = [entry for entry in CHROMIUM_ARGUMENTS if not entry.startswith(without)]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*arguments, *instead])
        try:
            yield await open_chromium_tab(browser)
        finally:
            await browser.close()


async def meet(server: Server, doctor: ChromiumTab, patient: ChromiumTab) -> Call:
    """From sign-in and link to both being in the call."""
    await sign_in(doctor, server)
    await join_as_patient(patient, await start_consultation(doctor), "Ada Example")
    await admit(doctor)
    await patient.wait("call-stage", timeout=20)
    return Call(doctor, patient)


async def told_devices(doctor: ChromiumTab) -> dict[str, str]:
    """What the server tells staff of the patient's devices."""
    people = await doctor.evaluate(READ_PATIENTS)
    return {kind: people[0]["device"][kind] for kind in ("camera", "microphone")}


async def write(sender: ChromiumTab, reader: ChromiumTab, text: str) -> None:
    """A chat message goes from one page to the other."""
    for tab in (sender, reader):
        if not await tab.evaluate("""() => !!document.querySelector('[data-testid="chat-input"]')"""):
            await tab.click("open-chat")
    await sender.fill("chat-input", text)
    await sender.click("chat-send")
    await eventually(lambda: reader.evaluate(MESSAGE_SHOWN.replace("TEXT", text)))


async def test_someone_without_a_camera_is_heard_and_sees(server: Server) -> None:
    async with chromium() as browser, patient_browser(FAKE_DEVICE, FAKE_DEVICE + "=device-count=0") as patient:
        call = await meet(server, await open_chromium_tab(browser), patient)
        await media_flows(call.patient, videos=1, audios=1)
        await media_flows(call.doctor, videos=0, audios=1)
        assert (await call.doctor.evaluate(READ_STATS))["frames"] == {}
        assert await told_devices(call.doctor) == {"camera": "none", "microphone": "ok"}
        await write(call.doctor, call.patient, "I hear you well")
        assert call.doctor.problems == [] and call.patient.problems == []


async def test_someone_who_refuses_camera_and_microphone_hears_sees_and_writes(server: Server) -> None:
    async with chromium() as browser, patient_browser(FAKE_ANSWER) as patient:
        await patient.context.grant_permissions([])  # and thereby refuse all others
        call = await meet(server, await open_chromium_tab(browser), patient)
        assert await patient.evaluate(ASK) == "NotAllowedError"
        await media_flows(call.patient, videos=1, audios=1)
        received = await call.doctor.evaluate(READ_STATS)
        assert received["frames"] == {} and not any(received["energy"].values())
        assert await told_devices(call.doctor) == {"camera": "refused", "microphone": "refused"}
        await write(call.patient, call.doctor, "I can only write today")
        await write(call.doctor, call.patient, "That will do")
        assert call.doctor.problems == [] and call.patient.problems == []


async def test_a_picture_that_stands_still_is_not_taken_for_live(server: Server) -> None:
    async with chromium() as browser:
        call = await meet(server, await open_chromium_tab(browser), await open_chromium_tab(browser))
        await media_flows(call.doctor, videos=1, audios=1)
        await call.doctor.page.bring_to_front()
        assert await call.doctor.evaluate(MOVES)
        await call.patient.page.evaluate(SEND_PICTURES, False)
        await eventually(lambda: call.doctor.evaluate(STANDS_STILL), timeout=20)
        await call.patient.page.evaluate(SEND_PICTURES, True)
        await eventually(lambda: call.doctor.evaluate(MOVES), timeout=20)
