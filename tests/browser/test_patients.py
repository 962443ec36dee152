"""A patient's record from its making to two of them becoming one, and apart again."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.axe import accessible
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab
from tests.browser.people import sign_in
from tests.browser.server import Server

PHONE = {"viewport": {"width": 390, "height": 844}}


async def make_record(tab: ChromiumTab, server: Server, name: str, born: str, known: bool = False) -> str:
    """From the list to a new record's page; returns its address. `known`: somebody alike is shown first."""
    await tab.goto(f"{server.base_url}/patients")
    await tab.click("new-patient")
    await tab.fill("patient-name", name)
    await tab.fill("patient-birth-date", born)
    await tab.click("create-patient")
    if known:
        await tab.wait("duplicates")
        await tab.click("create-anyway")
    await tab.wait("timeline")
    return tab.page.url


async def found_names(tab: ChromiumTab) -> list[str]:
    return await tab.page.locator('[data-testid="found"] .row__title').all_inner_texts()


async def test_a_record_is_made_found_misspelt_used_joined_and_parted(server: Server) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser)
        await sign_in(tab, server)
        kept = await make_record(tab, server, "Katharina Weiß", "1956-03-12")

        await tab.goto(f"{server.base_url}/patients")
        await tab.fill("patient-search", "weis katarina 12.3.56")
        assert await eventually(lambda: found_names(tab)) == ["Katharina Weiß"]
        await tab.page.keyboard.press("Tab")
        await tab.page.keyboard.press("Enter")
        await tab.wait("timeline")
        assert tab.page.url == kept

        await tab.click("start-session")
        await tab.wait("call-stage")
        await tab.click("detach-record")
        await tab.click("attach-record")
        await tab.fill("attach-search", "Katarina Weis")
        await tab.click("found")
        await tab.wait("open-record")

        twin = await make_record(tab, server, "Catharina Weiss", "1956-03-12", known=True)
        await tab.goto(kept)
        await expect(tab.page.locator(".visit")).to_have_count(1)
        await tab.click("merge")
        await tab.click("found")
        await tab.click("confirm-merge")
        await tab.wait("undo-merge")
        await tab.goto(twin)
        await tab.wait("timeline")
        await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Katharina Weiß")
        await eventually(lambda: tab.evaluate(f"() => location.href === {kept!r}"))
        await tab.click("undo-merge")
        await expect(tab.page.locator('[data-testid="undo-merge"]')).to_have_count(0)
        await tab.goto(twin)
        await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Catharina Weiss")
        assert tab.problems == []


async def test_a_closed_record_says_whom_to_ask_and_the_pages_are_accessible(server: Server) -> None:
    async with chromium() as browser:
        tab, colleague = await open_chromium_tab(browser), await open_chromium_tab(browser, **PHONE)
        await sign_in(tab, server)
        record = await make_record(tab, server, "Mehmet Yılmaz", "1980-07-01")
        await accessible(tab, "record")
        await sign_in(colleague, server, "dispatcher")
        await colleague.goto(f"{server.base_url}/patients")
        await colleague.fill("patient-search", "yilmaz")
        await colleague.wait("found")
        await accessible(colleague, "search")
        await colleague.click("found")
        await colleague.wait("record-closed")
        await expect(colleague.page.get_by_text("Dr. Clara Amsel")).to_be_visible()
        await accessible(colleague, "closed record")
        assert colleague.page.url == record
        assert tab.problems == []
