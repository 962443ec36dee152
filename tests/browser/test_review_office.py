"""Recordings besides watching: erased by two, kept after an emergency, marked by two at once, found among many; nine people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.axe import accessible
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab
from tests.browser.prepared import prepare
from tests.browser.recorded_shelf import EMERGENCY, NINE, UNWANTED, furnish_shelf
from tests.browser.server import Server, start_server, stop_server
from tests.browser.test_review import LOADED, SIDEWAYS, enter, tabbed

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDE, PHONE, SMALL = {"width": 1440, "height": 900}, {"width": 390, "height": 844}, {"width": 320, "height": 568}
FOCUSED = "() => document.activeElement?.textContent ?? ''"
# Tiles too small to press, or not within the stage.
BAD_TILES = """() => { const stage = document.querySelector(".review-stage").getBoundingClientRect();
return [...document.querySelectorAll(".review-tile:not([hidden])")].filter((tile) => { const box = tile.getBoundingClientRect();
 return box.width < 80 || box.height < 36 || box.right > stage.right + 1 || box.bottom > stage.bottom + 1; }).length; }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all; pages have profiles of their own."""
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One with many recordings and two privacy officers."""
    folder = tmp_path_factory.mktemp("office")
    await furnish_shelf(await prepare(folder), rows=44)
    running = await start_server(folder)
    try:
        yield running
    finally:
        await stop_server(running)


async def test_two_officers_erase_and_both_are_told(server: Server, browser: Browser) -> None:
    asks, confirms = [await open_chromium_tab(browser, viewport=WIDE, reduced_motion="reduce") for _ in range(2)]
    await enter(asks, server, "reviewer", f"/recordings/{UNWANTED}")
    await asks.page.get_by_role("tab", name="About").click()
    await asks.click("erase-recording")
    await asks.fill("erase-reason", "The patient asked for it in writing")
    await asks.click("erase-go")
    await expect(asks.page.get_by_test_id("erase-asked")).to_contain_text("Another privacy officer has to confirm")
    assert await asks.page.get_by_test_id("confirm-erase").count() == 0
    await eventually(lambda: focus_is(asks, "Visit without a name"))
    await enter(confirms, server, "front_desk", f"/recordings/{UNWANTED}")
    await confirms.wait("not-yours")
    await accessible(confirms, "an officer who may not watch")
    await tabbed(confirms, "confirm-erase")
    await confirms.press("Enter")
    await confirms.wait("confirm_erase-dialog")
    await confirms.press("Escape")
    back = "() => document.activeElement.dataset.testid === 'confirm-erase'"
    await eventually(lambda: confirms.evaluate(back))
    await confirms.click("confirm-erase")
    await confirms.click("confirm_erase-go")
    await confirms.wait("erased")
    await eventually(lambda: focus_is(confirms, "Visit without a name"))
    await accessible(confirms, "erased")
    await asks.click("cancel-erase")  # too late, and the page finds out by itself
    await asks.wait("no-permission")
    assert asks.problems == [] and confirms.problems == []


async def focus_is(tab: ChromiumTab, text: str) -> bool:
    """Whether what has the focus says this."""
    return bool(await tab.evaluate(FOCUSED) == text)


async def test_an_emergency_is_decided_on_and_a_hold_stops_destroying(server: Server, browser: Browser) -> None:
    tab = await open_chromium_tab(browser, viewport=PHONE, locale="de-DE", color_scheme="dark", reduced_motion="reduce")
    await enter(tab, server, "reviewer", f"/recordings/{EMERGENCY}")
    await tab.wait("decide-destroy")
    await accessible(tab, "an emergency to decide on")
    await tab.page.get_by_role("tab", name="Details").click()
    await tab.click("hold-recording")
    await tab.fill("hold-reason", "Ein Antrag der Versicherung")
    await tab.click("hold-go")
    await tab.wait("hold")
    await expect(tab.page.get_by_test_id("decide-destroy")).to_have_count(0)
    await expect(tab.page.get_by_test_id("decision")).to_contain_text("Solange sie gesperrt ist")
    await tab.click("decide-keep")
    await tab.fill("keep-reason", "Die Einwilligung kam später")
    await tab.click("keep-go")
    await expect(tab.page.get_by_test_id("decision")).to_have_count(0)
    await eventually(lambda: focus_is(tab, "Anna Beispiel"))
    assert await tab.evaluate(SIDEWAYS) == 0
    controls = await tab.evaluate("() => document.querySelector('.controls').offsetHeight")
    assert controls < 120, "more than two lines push the timeline out of sight"
    assert tab.problems == []


async def test_a_marker_changed_by_two_people_at_once(server: Server, browser: Browser) -> None:
    tab = await open_chromium_tab(browser, viewport=WIDE, reduced_motion="reduce")
    await enter(tab, server, "clinician", f"/recordings/{NINE}")
    await tab.wait("player")
    await tab.press("m")
    await tab.wait("marker-dialog")
    await tab.page.click(".dialog__head h2")  # nothing has the focus now
    await tab.press("k")
    await expect(tab.page.get_by_test_id("play")).to_have_text("Play")
    await tab.fill("marker-text", "Breathes fast")
    await tab.click("save-marker")
    await tab.wait("edit-marker")
    other = await tab.context.new_page()
    await other.set_viewport_size(SMALL)
    await other.goto(f"{server.base_url}/recordings/{NINE}")
    await other.get_by_test_id("edit-marker").click()
    await tab.click("edit-marker")
    await tab.fill("marker-text", "Breathes very fast")
    await tab.click("save-marker")
    await expect(tab.page.get_by_test_id("marker")).to_contain_text("Breathes very fast")
    await saved(other, "Breathes slowly")
    await expect(other.get_by_test_id("marker-conflict")).to_contain_text("Breathes very fast")
    await expect(other.get_by_test_id("marker-conflict")).to_be_in_viewport()
    await other.get_by_test_id("save-marker").click()
    await expect(other.get_by_test_id("marker")).to_contain_text("Breathes slowly")
    await other.get_by_test_id("edit-marker").click()
    await tab.reload()
    await tab.page.focus('[data-testid="remove-marker"]')
    await tab.press("Enter")
    await expect(tab.page.get_by_test_id("marker")).to_have_count(0)
    await eventually(lambda: focus_is(tab, "Anna Beispiel"))
    await saved(other, "Mine")
    await expect(other.get_by_test_id("marker-gone")).to_be_in_viewport()
    await other.get_by_test_id("save-marker").click()
    await expect(other.get_by_test_id("marker")).to_contain_text("Mine")
    assert tab.problems == []


async def saved(page: Page, text: str) -> None:
    """Other words for the marker, and Save."""
    await page.get_by_test_id("marker-text").fill(text)
    await page.get_by_test_id("save-marker").click()


async def test_nine_people_on_a_phone_and_in_full_screen(server: Server, browser: Browser) -> None:
    tab = await open_chromium_tab(browser, viewport=PHONE, reduced_motion="reduce", has_touch=True)
    await enter(tab, server, "clinician", f"/recordings/{NINE}#t=5")
    await tab.wait("player")
    tiles = tab.page.get_by_test_id("review-tile")
    await expect(tiles).to_have_count(9)
    for size in (PHONE, SMALL):
        await tab.page.set_viewport_size(size)
        for number in (6, 8):
            await tiles.nth(number).get_by_test_id("pin-person").tap()
            await expect(tiles.nth(number)).to_have_attribute("data-role", "main")
            assert await tab.evaluate(BAD_TILES) == 0
        await accessible(tab, f"nine people at {size['width']} px")
        await tiles.nth(8).get_by_test_id("mute-person").tap()
        await tiles.nth(8).get_by_test_id("pin-person").tap()
        await expect(tiles.nth(8)).to_have_attribute("data-role", "grid")
    await tab.page.set_viewport_size(WIDE)
    for key in ("zoom-in", "zoom-out", "zoom-in", "zoom-all"):  # what one presses may have nothing left to do, or go
        await tab.page.get_by_test_id(key).focus()
        await tab.press("Enter")
        await eventually(lambda: tab.evaluate("() => document.activeElement.closest('.lanes__zoom') !== null"))
    await tab.press("f")
    await eventually(lambda: tab.evaluate("() => document.fullscreenElement !== null"))
    await tab.press("c")
    toast = "() => document.fullscreenElement.contains(document.querySelector('.toast'))"
    await eventually(lambda: tab.evaluate(toast), LOADED)
    assert tab.problems == []


async def test_many_are_found_by_tag_and_by_what_one_has_not_watched(server: Server, browser: Browser) -> None:
    tab = await open_chromium_tab(browser, viewport=WIDE, reduced_motion="reduce")
    await enter(tab, server, "reviewer", "/recordings")
    rows = tab.page.get_by_test_id("recording")
    await expect(rows).to_have_count(30)
    await tab.click("more-recordings")
    await expect(tab.page.get_by_test_id("more-recordings")).to_have_count(0)
    await tab.page.select_option('[data-testid="filter-only"]', "held")
    await eventually(lambda: rows_are(tab, "On hold"))
    await tab.page.select_option('[data-testid="filter-only"]', "unread")
    await eventually(lambda: rows_are(tab, "New"))
    await tab.fill("filter-tag", "wound care")
    await eventually(lambda: rows_are(tab, "wound care"))
    await tab.page.go_back()
    await tab.page.go_forward()
    await eventually(lambda: rows_are(tab, "wound care"))
    await accessible(tab, "filtered by a tag")
    assert tab.problems == []


async def rows_are(tab: ChromiumTab, word: str) -> bool:
    """Whether there are rows and all have this word."""
    texts = await tab.page.locator("tbody tr").all_inner_texts()
    return bool(texts) and all(word in text for text in texts)
