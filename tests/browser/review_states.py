"""Reviewing recordings as screenshots.py photographs it: the list, the player at telling moments, its dialogs, and Home."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.browser.recorded import RECORDING
from tests.browser.recorded_shelf import EMERGENCY, NINE, UNWANTED
from tests.browser.screenshot_album import Album, answer
from tests.browser.test_home import ANNA, enter

PLACE = f"/recordings/{RECORDING}"
POST = """([path, body]) => fetch("/api/v1" + path,
{method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)}).then((answer) => answer.status)"""


async def review_list(album: Album) -> None:
    """The list, narrowed to nothing, without a server, and for somebody it is not open to."""
    tab = await album.staff("reviewer", "/recordings")
    await tab.wait("recording")
    await album.camera.take(tab, "recordings")
    await tab.page.set_viewport_size({"width": 390, "height": 844})
    await tab.click("filters")
    await album.camera.take(tab, "recordings-filters")
    await tab.fill("recordings-text", "qqqq")
    await tab.wait("recordings-none")
    await album.camera.take(tab, "recordings-none")
    await answer(tab, "/recordings/search", 503, "unavailable")
    await tab.fill("recordings-text", "anna")
    await tab.wait("recordings-error")
    await album.camera.take(tab, "recordings-failed")
    desk = await album.staff("front_desk", "/recordings")
    await desk.wait("no-permission")
    await album.camera.take(desk, "recordings-refused")


async def review_player(album: Album) -> None:
    """Three people, one of them withheld; a shared screen; each tab."""
    await player_in(album, "en-GB", "review")


async def review_german(album: Album) -> None:
    """The same in German."""
    await player_in(album, "de-DE", "review-german")


async def player_in(album: Album, locale: str, name: str) -> None:
    """The player and what stands beside it."""
    tab = await album.staff("clinician", f"{PLACE}#t=44", locale=locale)
    await tab.wait("not-recorded", timeout=20)
    await album.camera.take(tab, name)
    await tab.page.evaluate("location.hash = '#t=64'")
    await tab.page.wait_for_selector('[data-main$=":screen"]')
    for number in (1, 2, 3, 4):
        await tab.page.locator("[role=tab]").nth(number).click()
        await tab.page.wait_for_timeout(500)  # figures and viewers are asked for
        await album.camera.take(tab, f"{name}-tab-{number}")


async def review_group(album: Album) -> None:
    """Nine people: all alike, and one large."""
    tab = await album.staff("clinician", f"/recordings/{NINE}#t=5")
    await tab.wait("player", timeout=20)
    await album.camera.take(tab, "review-nine", whole=False)
    await tab.press("7")
    await album.camera.take(tab, "review-nine-pinned", whole=False)


async def review_office(album: Album) -> None:
    """An emergency to decide on, also on hold; an erasing to confirm, and what is left after it."""
    tab = await album.staff("reviewer", f"/recordings/{EMERGENCY}")
    await tab.wait("decide-destroy", timeout=20)
    await album.camera.take(tab, "review-emergency", whole=False)
    await tab.page.evaluate(POST, [f"/recordings/{EMERGENCY}/hold", {"hold": True, "reason": "A claim of the insurance"}])
    await tab.page.evaluate(POST, [f"/recordings/{UNWANTED}/erase", {"reason": "The patient asked for it in writing"}])
    await tab.reload()
    await tab.wait("hold")
    await album.camera.take(tab, "review-emergency-held", whole=False)
    officer = await album.staff("front_desk", f"/recordings/{UNWANTED}")
    await officer.wait("confirm-erase", timeout=20)
    await album.camera.take(officer, "review-erase-confirm")
    await officer.click("confirm-erase")
    await album.camera.take(officer, "review-erase-sure", whole=False)
    await officer.click("confirm_erase-go")
    await officer.wait("erased")
    await album.camera.take(officer, "review-erased")


async def review_dialogs(album: Album) -> None:
    """A marker, the keys, a download's reason, an erasing that was asked for."""
    tab = await album.staff("reviewer", PLACE)
    await tab.wait("add-marker", timeout=20)
    await tab.click("add-marker")
    await album.camera.take(tab, "review-marker", whole=False)
    await tab.page.keyboard.press("Escape")
    await tab.click("keys")
    await album.camera.take(tab, "review-keys", whole=False)
    await tab.page.keyboard.press("Escape")
    await tab.page.locator("[role=tab]").nth(4).click()
    await tab.click("verify")
    await tab.wait("verified", timeout=30)
    await tab.click("download")
    await album.camera.take(tab, "review-download", whole=False)
    await tab.page.keyboard.press("Escape")
    await tab.click("erase-recording")
    await tab.fill("erase-reason", "The patient asked for it in writing")
    await tab.click("erase-go")
    await tab.wait("cancel-erase")
    await album.camera.take(tab, "review-erase-asked")
    await tab.click("cancel-erase")
    await tab.goto(f"{album.server.base_url}/recordings/rec_nobody")
    await tab.wait("no-permission")
    await album.camera.take(tab, "review-missing")


async def review_home(album: Album) -> None:
    """What the patient sees of it."""
    tab = await album.tab()
    await enter(tab, album.server, ANNA)
    await tab.click("show-recordings")
    await tab.wait("own-recording")
    await album.camera.take(tab, "home-recordings")


REVIEW_STATES: dict[str, Callable[[Album], Awaitable[None]]] = {
    "recordings": review_list,
    "review-player": review_player,
    "review-german": review_german,
    "review-group": review_group,
    "review-office": review_office,
    "review-dialogs": review_dialogs,
    "review-home": review_home,
}
