"""The patient's own pages as screenshots.py photographs them: the door, the code, Home, and Home without a server."""

from __future__ import annotations

from playwright.async_api import Route

from tests.browser.browsers import ChromiumTab
from tests.browser.screenshot_album import Album
from tests.browser.test_home import ANNA, ATTACHED_VISIT, BEN, enter


async def _unavailable(route: Route) -> None:
    await route.fulfill(status=503, content_type="application/json", body='{"error": {"code": "unavailable", "message": ""}}')


async def person_door(album: Album) -> None:
    """Where the number or address is typed, and the code; in both languages."""
    for name, locale in (("my", "en-GB"), ("my-german", "de-DE")):
        tab = await album.tab(locale=locale)
        await tab.goto(album.server.base_url + "/my")
        await tab.wait("send-code")
        await album.camera.take(tab, name)
        await tab.fill("contact", "nobody@demo.example")
        await tab.click("send-code")
        await tab.wait("code")
        await tab.fill("code", "123456")
        await tab.page.locator(".field__error").wait_for()
        await album.camera.take(tab, f"{name}-code-wrong")


async def person_home(album: Album) -> None:
    """Home of a patient with an open visit, of its carer, and while the server is away."""
    doctor = await album.doctor()
    await doctor.evaluate(ATTACHED_VISIT)
    patient: ChromiumTab = await album.tab()
    await enter(patient, album.server, ANNA)
    await patient.click("show-access")
    await patient.wait("access-line")
    await album.camera.take(patient, "home")
    carer = await album.tab(locale="de-DE")
    await enter_german(carer, album)
    await album.camera.take(carer, "home-carer-german")
    await patient.page.route("**/api/v1/home", _unavailable)
    await patient.page.reload()
    await patient.page.locator(".state--error").wait_for()
    await album.camera.take(patient, "home-no-server")


async def enter_german(tab: ChromiumTab, album: Album) -> None:
    """The carer's way in; the demo's code is the last word in every language."""
    await tab.goto(album.server.base_url + "/my")
    await tab.fill("contact", BEN)
    await tab.click("send-code")
    banner = tab.page.locator('[data-testid="demo-code"]')
    await banner.wait_for(timeout=15_000)
    await tab.fill("code", (await banner.inner_text()).split()[-1])
    await tab.wait("sign-out", timeout=15)


PERSON_STATES = {"my": person_door, "home": person_home}
