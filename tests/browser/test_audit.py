"""The audit page in Chromium: the trail's state, a search by keyboard, cards on phones, and nothing axe-core objects to."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.axe import SIDEWAYS, accessible
from tests.browser.browsers import ChromiumTab, chromium, open_chromium_tab
from tests.browser.people import let_in, sign_in
from tests.browser.server import Server

SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 568))
SMALL = """() => [...document.querySelectorAll('main button, main select, main input')]
 .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 39.5).map((one) => one.outerHTML.slice(0, 80))"""


async def officer_tab(tab: ChromiumTab, server: Server) -> None:
    """The demo's reviewer is its privacy officer."""
    await let_in(tab, server, "reviewer")
    await tab.goto(server.base_url + "/audit")
    await tab.wait("audit-form")


async def test_a_privacy_officer_finds_who_did_what(server: Server) -> None:
    async with chromium() as browser:
        doctor, tab = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await sign_in(doctor, server)
        await officer_tab(tab, server)
        await tab.wait("audit-complete")
        await tab.wait("audit-no-way")
        await accessible(tab, "the audit page before a search")
        await tab.fill("audit-person", "Nobody")
        await tab.click("audit-find")
        await expect(tab.page.locator(".field__error")).to_have_count(1)
        await accessible(tab, "a fault in the form")
        await tab.fill("audit-person", "Dr. Clara Amsel (Clinician)")
        await tab.page.keyboard.press("Enter")
        rows = tab.page.locator('[data-testid="audit-results"] tbody tr')
        await expect(rows.first).to_contain_text("Account: signed in")
        await expect(rows.first).to_contain_text("Dr. Clara Amsel")
        for width, height in SIZES:
            await tab.page.set_viewport_size({"width": width, "height": height})
            assert await tab.evaluate(SIDEWAYS) == 0
            assert await tab.evaluate(SMALL) == []
            await accessible(tab, f"results at {width} px")
        await tab.page.locator(".audit-id").first.click()
        await expect(rows.first).to_be_visible()
        await tab.fill("audit-person", "")
        await tab.fill("audit-about", "ses_nothing")
        await tab.click("audit-find")
        await tab.wait("audit-none")
        assert tab.problems == []


async def test_others_are_told_whom_to_ask(server: Server) -> None:
    async with chromium() as browser:
        doctor = await open_chromium_tab(browser)
        await sign_in(doctor, server)
        assert await doctor.page.locator('a[href="/audit"]').count() == 0
        await doctor.goto(server.base_url + "/audit")
        await doctor.wait("no-permission")
        await accessible(doctor, "no permission")
