"""A patient's passkey in a real Chromium: added on Home, shown at the door, removed; and what pages say without one."""

from __future__ import annotations

from playwright.async_api import Route, expect

from tests.browser.axe import accessible
from tests.browser.browsers import ChromiumTab, chromium, open_chromium_tab, selector
from tests.browser.server import Server
from tests.browser.test_home import ANNA, BEN, PHONE, enter
from tests.browser.test_identity import add_authenticator

NARROW = {"viewport": {"width": 320, "height": 568}}
IS_WIDER_THAN_THE_WINDOW = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
STILL = {**PHONE, "reduced_motion": "reduce"}  # colours of a dialog that fades in are none to judge


async def press(tab: ChromiumTab, testid: str) -> None:
    """As somebody without a mouse, who looks first: a dialog takes the focus when it is shown."""
    button = tab.page.locator(selector(testid))
    await expect(button).to_be_visible()
    await button.focus()
    await expect(button).to_be_focused()
    await tab.page.keyboard.press("Enter")


async def unavailable(route: Route) -> None:
    """As a server that is about to stop answers."""
    await route.fulfill(status=503, content_type="application/json", body='{"error": {"code": "draining", "message": ""}}')


async def at_the_door(tab: ChromiumTab) -> None:
    """Sign out, which leads there."""
    await tab.click("sign-out")
    await tab.wait("send-code")


async def test_next_time_without_a_code(server: Server) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, **STILL)
        session, authenticator = await add_authenticator(tab)
        await enter(tab, server, ANNA)
        await expect(tab.page.locator(selector("passkeys"))).to_contain_text("Next time without a code")
        assert await tab.page.locator(selector("passkey")).count() == 0
        await press(tab, "passkey-add")
        await expect(tab.page.locator(selector("passkey"))).to_contain_text("Chrom")
        kept = await session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
        assert [one["isResidentCredential"] for one in kept["credentials"]] == [True]
        await press(tab, "passkey-add")  # one for each device
        await expect(tab.page.locator(selector("passkey-problem"))).to_contain_text("already has a passkey")
        await accessible(tab, "home with a passkey")
        await at_the_door(tab)
        await accessible(tab, "door with passkeys")
        await press(tab, "sign-in-passkey")  # no number, no code
        await tab.wait("sign-out")
        await expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Anna Beispiel")
        await expect(tab.page.locator(selector("passkey"))).to_contain_text("Last used")
        await press(tab, "passkey-remove")
        await tab.wait("passkey-remove-now")
        await accessible(tab, "passkey about to be removed")
        await tab.page.keyboard.press("Escape")
        await expect(tab.page.locator(selector("passkey-remove"))).to_be_focused()
        await press(tab, "passkey-remove")
        await press(tab, "passkey-remove-now")
        await expect(tab.page.locator(selector("passkey"))).to_have_count(0)
        await expect(tab.page.locator("#passkeys")).to_be_focused()
        await at_the_door(tab)
        await tab.click("sign-in-passkey")  # the device still has it
        await expect(tab.page.locator(selector("passkey-problem"))).to_contain_text("not accepted")
        assert tab.problems == []


async def test_a_carers_passkey_opens_the_page_of_the_one_cared_for(server: Server) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, locale="de-DE", **NARROW)
        await add_authenticator(tab)
        await tab.goto(server.base_url + "/my")
        await tab.fill("contact", BEN)
        await tab.click("send-code")
        banner = tab.page.locator(selector("demo-code"))
        await banner.wait_for(timeout=15_000)
        await tab.fill("code", (await banner.inner_text()).split()[-1])
        await tab.wait("sign-out")
        await tab.click("passkey-add")
        await expect(tab.page.locator(selector("passkey"))).to_contain_text("Hinzugefügt")
        assert not await tab.evaluate(IS_WIDER_THAN_THE_WINDOW)
        await at_the_door(tab)
        assert not await tab.evaluate(IS_WIDER_THAN_THE_WINDOW)
        await tab.click("sign-in-passkey")
        await tab.wait("sign-out")
        await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Für Anna Beispiel")
        assert tab.problems == []


async def test_declined_failed_and_impossible(server: Server) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, **PHONE)
        session, authenticator = await add_authenticator(tab)
        await enter(tab, server, ANNA)
        await session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
        await tab.click("passkey-add")
        problem = tab.page.locator(selector("passkey-problem"))
        await expect(problem).to_contain_text("No passkey was added")
        await accessible(tab, "home, passkey declined")

        await tab.page.route("**/api/v1/home/passkeys/options", unavailable)
        await tab.click("passkey-add")
        await expect(problem).to_have_attribute("role", "alert")
        old = ChromiumTab(tab.context, await tab.context.new_page())
        await old.page.add_init_script("delete globalThis.PublicKeyCredential")
        await old.goto(server.base_url + "/home")
        await expect(old.page.locator(selector("passkeys-not-here"))).to_contain_text("You sign in with a code")
        assert await old.page.locator(selector("passkey-add")).count() == 0
        await at_the_door(old)
        assert await old.page.locator(selector("sign-in-passkey")).count() == 0
        await tab.goto(server.base_url + "/my")
        await tab.click("sign-in-passkey")
        await expect(problem).to_contain_text("No passkey was used")
        await accessible(tab, "door, passkey declined")
        assert tab.problems == [] and old.problems == []
