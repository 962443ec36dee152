"""Urgent calls for the album of screenshots: the board, the desk beside the call, the caller's page, a crew, a scene."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Browser

from tests.browser.browsers import ChromiumTab
from tests.browser.incident_people import ALLOWED, by_code, in_the_call, text_of
from tests.browser.on_call import make_speciality
from tests.browser.screenshot_album import Album

PERMITTED = {key: ALLOWED[key] for key in ("permissions", "geolocation")}


def browser_of(tab: ChromiumTab) -> Browser:
    browser = tab.context.browser
    assert browser is not None
    return browser


async def urgent(album: Album) -> None:
    """From the empty board to the summary, with what the caller and a crew see."""
    desk = await album.staff("dispatcher", "/urgent")
    await desk.wait("no-incidents")
    await album.camera.take(desk, "urgent-empty")
    link = await by_code(desk)
    await desk.wait("incident-qr")
    await album.camera.take(desk, "urgent-code")
    await in_the_call(desk)
    await album.camera.take(desk, "urgent-desk-waits", whole=False)
    caller = await album.tab(**PERMITTED)
    await caller.goto(link)
    await caller.wait("caller-begin")
    await album.camera.take(caller, "caller-start")
    await caller.click("caller-begin")
    await caller.wait("caller-self")
    await album.camera.take(caller, "caller-live")
    await desk.wait("plus-code", timeout=30)
    await album.camera.take(desk, "urgent-desk", whole=False)
    await desk.click("ask-light")
    await caller.wait("caller-ask")
    await desk.click("card-cpr")
    await caller.wait("metronome")
    await album.camera.take(caller, "caller-guided", whole=False)
    await crew_and_end(album, desk, caller)


async def crew_and_end(album: Album, desk: ChromiumTab, caller: ChromiumTab) -> None:
    """A crew's door, and everything closed."""
    await desk.fill("crew-name", "Ambulance 3")
    await desk.click("crew-add")
    await desk.wait("crew-pin")
    assert await text_of(desk, "crew-pin")
    crew = await album.tab()
    await crew.goto(await desk.page.input_value('[data-testid="crew-link"]'))
    await crew.wait("crew-pin-field")
    await album.camera.take(crew, "crew-door")
    await desk.click("crew-done")
    await desk.click("incident-end")
    await desk.wait("end-dialog")
    await album.camera.take(desk, "urgent-end", whole=False)
    await desk.click("incident-end-now")
    await caller.wait("caller-over")
    await album.camera.take(caller, "caller-over")
    await desk.page.wait_for_url("**/urgent")
    await desk.click("incident-summary-open")
    await desk.wait("summary")
    await album.camera.take(desk, "urgent-summary", whole=False)


async def urgent_silent(album: Album) -> None:
    """A caller who must not be heard, and the page that is shown instead."""
    desk = await album.staff("dispatcher", "/urgent")
    await desk.wait("new-incident")
    link = await by_code(desk, silent=True)
    caller = await album.tab(**PERMITTED)
    await caller.goto(link)
    await caller.wait("leave-quickly")
    await album.camera.take(caller, "caller-silent-first")
    await caller.click("caller-begin")
    await caller.wait("caller-silent-view")
    await album.camera.take(caller, "caller-silent", whole=False)
    await caller.click("leave-quickly")
    await caller.page.wait_for_url("**/clock")
    await album.camera.take(caller, "caller-left")


async def scene(album: Album) -> None:
    """A responder presses the button, a doctor is rung and comes."""
    doctor = await album.doctor()
    await make_speciality(browser_of(doctor), album.server, "Casualty", "clinician")
    phone = await album.staff("responder", "/scene")
    await phone.wait("get-doctor")
    await album.camera.take(phone, "scene")
    await phone.click("get-doctor")
    await phone.wait("pick-speciality")  # the one of the recorded visit is there as well
    await album.camera.take(phone, "scene-pick")
    await phone.page.locator('[data-testid="pick-speciality"]', has_text="Casualty").click()
    await doctor.wait("ring-dialog", timeout=30)
    await phone.wait("paged")
    await album.camera.take(doctor, "scene-rings", whole=False)
    await album.camera.take(phone, "scene-paged")
    await doctor.click("ring-accept")
    await phone.wait("scene-still", timeout=30)
    await album.camera.take(phone, "scene-call")


URGENT_STATES: dict[str, Callable[[Album], Awaitable[None]]] = {
    "urgent": urgent,
    "caller-silent": urgent_silent,
    "scene": scene,
}
