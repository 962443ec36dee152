"""The rail on phones: five words at most, the rest behind More; and where those begin who lead no consultations."""

from __future__ import annotations

from tests.browser.axe import accessible
from tests.browser.browsers import ChromiumTab, chromium, open_chromium_tab
from tests.browser.server import Server

BAR = """() => { const items = [...document.querySelectorAll(".rail .rail__item")].filter((one) => one.offsetParent);
const wide = (one) => [...one.children].some((part) => part.scrollWidth > one.clientWidth);
return {count: items.length, over: items.filter(wide).length,
sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth}; }"""
MOST = 5  # words that fit side by side on a phone
PHONES = ((390, 844), (320, 568))


async def enter(tab: ChromiumTab, server: Server, role: str) -> None:
    """From sign-in to where the role begins."""
    email, password = server.account(role)
    await tab.goto(server.base_url + "/sign-in")
    await tab.fill("login-email", email)
    await tab.fill("login-password", password)
    await tab.click("login-submit")
    await tab.page.wait_for_url("**/recordings" if role == "reviewer" else "**/today")


async def looks_right(tab: ChromiumTab, name: str) -> None:
    """On both phones: at most five words, none over its neighbour, nothing sideways, nothing axe-core objects to."""
    for width, height in PHONES:
        await tab.page.set_viewport_size({"width": width, "height": height})
        bar = await tab.evaluate(BAR)
        assert bar["count"] <= MOST and bar["over"] == 0 and bar["sideways"] == 0, f"{name} at {width}: {bar}"
        await accessible(tab, f"{name} at {width} px")


async def test_more_holds_the_rest_and_gives_focus_back(server: Server) -> None:
    async with chromium() as browser:
        for locale in ("en-GB", "de-DE"):
            tab = await open_chromium_tab(browser, locale=locale, viewport={"width": 390, "height": 844})
            await more_holds_the_rest(tab, server, locale)


async def more_holds_the_rest(tab: ChromiumTab, server: Server, locale: str) -> None:
    """From sign-in to sign-out in one language."""
    await enter(tab, server, "clinician")
    await tab.wait("start-session")
    await looks_right(tab, f"the rail, {locale}")
    assert not await tab.page.is_visible('[data-testid="sign-out"]'), locale
    await tab.page.focus('[data-testid="rail-more"]')
    await tab.page.keyboard.press("Enter")
    await tab.wait("sign-out")
    await accessible(tab, f"the rail with More open, {locale}")
    for place in ("/patients", "/recordings"):
        await tab.page.keyboard.press("Tab")
        assert await tab.evaluate("() => document.activeElement.getAttribute('href')") == place, locale
    await tab.page.keyboard.press("Tab")
    assert await tab.evaluate("() => document.activeElement.dataset.testid") == "alerts", locale
    await tab.page.keyboard.press("Tab")
    assert await tab.evaluate("() => document.activeElement.getAttribute('href')") == "/account", locale
    await tab.page.keyboard.press("Escape")
    assert not await tab.page.is_visible('[data-testid="sign-out"]'), locale
    assert await tab.evaluate("() => document.activeElement.dataset.testid") == "rail-more", locale
    await tab.click("rail-more")
    await tab.page.click("h1")
    assert not await tab.page.is_visible('[data-testid="sign-out"]'), locale
    await tab.page.set_viewport_size({"width": 1440, "height": 900})
    await tab.click("sign-out")
    await tab.wait("login-email")
    assert tab.problems == [], locale


async def test_who_leads_no_consultation_is_led_to_their_work(server: Server) -> None:
    async with chromium() as browser:
        desk, officer = await open_chromium_tab(browser), await open_chromium_tab(browser, locale="de-DE")
        await enter(desk, server, "front_desk")
        await desk.wait("find-patient")
        assert await desk.page.locator('[data-testid="start-session"]').count() == 0
        await desk.click("find-patient")
        await desk.wait("patient-search")
        await enter(officer, server, "reviewer")
        await officer.wait("recordings-empty")
        await looks_right(officer, "the list of recordings, empty")
        await officer.page.click('.rail a[href="/privacy"]')
        await officer.wait("no-accesses")
        await looks_right(officer, "emergency accesses")
        assert desk.problems == [] and officer.problems == []
