"""The states of a recording in the call, each brought about as people would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.browser.browsers import ChromiumTab
from tests.browser.people import admit, start_consultation
from tests.browser.screenshot_album import NAMES, Album

SET_POLICY = """([name, value]) => fetch("/api/v1/admin/policies", {method: "PUT",
headers: {"Content-Type": "application/json"}, body: JSON.stringify({name, value})}).then((answer) => answer.status)"""


async def from_menu(tab: ChromiumTab, testid: str) -> None:
    """Choose an entry of the call's menu."""
    await tab.click("more")
    await tab.click(testid)


async def asked(album: Album) -> tuple[ChromiumTab, ChromiumTab]:
    """A doctor and a patient in a call, both asked."""
    doctor, patient = await album.call()
    await from_menu(doctor, "menu-recording-ask")
    for tab in (patient, doctor):
        await tab.wait("recording-ask", timeout=30)
    return doctor, patient


async def recorded(album: Album) -> tuple[ChromiumTab, ChromiumTab]:
    """The same, recorded."""
    doctor, patient = await asked(album)
    for tab in (patient, doctor):
        await tab.click("recording-agree")
    for tab in (patient, doctor):
        await tab.wait("banner-recording-on", timeout=30)
    return doctor, patient


async def recording_asked(album: Album) -> None:
    """The question, what it means, and who has answered."""
    doctor, patient = await asked(album)
    await album.camera.take(patient, "recording-asked", whole=False)
    await patient.page.click(".consent summary")
    await album.camera.take(patient, "recording-meaning", whole=False)
    await doctor.click("recording-agree")
    await doctor.wait("recording-asking")
    await album.camera.take(doctor, "recording-asking", whole=False)


async def recording_on(album: Album) -> None:
    """Told, withdrawn, the choice about the earlier part, and the one about other microphones."""
    doctor, patient = await recorded(album)
    await album.camera.take(patient, "recording-on", whole=False)
    await patient.click("notice-answer")
    await patient.wait("recording-earlier", timeout=30)
    await album.camera.take(patient, "recording-earlier", whole=False)
    await doctor.wait("recording-bleed", timeout=30)
    await album.camera.take(doctor, "recording-bleed", whole=False)
    await doctor.click("bleed-video_only")
    await doctor.click("open-people")
    await album.camera.take(doctor, "recording-people", whole=False)


async def recording_lead(album: Album) -> None:
    """A marker, a bystander, the end."""
    doctor, _ = await recorded(album)
    await doctor.click("mark-here")
    await doctor.wait("marker-card")
    await doctor.fill("marker-text", "Swelling of the left ankle")
    await album.camera.take(doctor, "recording-marker", whole=False)
    await from_menu(doctor, "menu-recording-bystander")
    await doctor.page.select_option('[data-testid="bystander-decided"]', "unable")
    await album.camera.take(doctor, "recording-bystander", whole=False)
    await doctor.page.keyboard.press("Escape")
    await from_menu(doctor, "menu-recording-stop")
    await album.camera.take(doctor, "recording-stop", whole=False)


async def recording_before(album: Album) -> None:
    """Asked before the call where the clinic requires a recording, in German; refused, and the doctor's side of it."""
    admin = await album.admin()
    assert await admin.page.evaluate(SET_POLICY, ["recording_scheduled", "required"]) == 200
    try:
        doctor = await album.doctor()
        link = await start_consultation(doctor)
        patient = await album.tab(locale="de-DE")
        await patient.goto(link)
        await patient.wait("join-unrecorded", timeout=30)
        await patient.fill("join-name", NAMES[0])
        await album.camera.take(patient, "recording-before")
        await patient.click("join-unrecorded")
        await patient.wait("consent-answered", timeout=30)
        await album.camera.take(patient, "recording-waiting")
        await admit(doctor)
        await doctor.wait("recording-unrecorded", timeout=30)
        await album.camera.take(doctor, "recording-unrecorded", whole=False)
    finally:
        await admin.page.evaluate(SET_POLICY, ["recording_scheduled", "optional"])


RECORDING_STATES: dict[str, Callable[[Album], Awaitable[None]]] = {
    "recording-asked": recording_asked,
    "recording-on": recording_on,
    "recording-lead": recording_lead,
    "recording-before": recording_before,
}
