"""Staff identity in a real Chromium: passkeys by a virtual authenticator, codes, recovery, devices, and the lock over a call."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser.axe import accessible, faults
from tests.browser.browsers import READ_STATS, ChromiumTab, chromium, eventually, open_chromium_tab, selector
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server
from tests.client.seat import sign_in as client_sign_in

ROLE = "clinician"


@pytest_asyncio.fixture(loop_scope="module")
async def tab(server: Server) -> AsyncIterator[ChromiumTab]:
    async with chromium() as browser:
        opened = await open_chromium_tab(browser, locale="en-GB")
        yield opened
        assert not opened.problems
        await opened.close()


async def add_authenticator(tab: ChromiumTab) -> tuple[Any, str]:
    """A platform authenticator that verifies its user (WebDriver BiDi's virtual one, over CDP)."""
    session = await tab.context.new_cdp_session(tab.page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, added["authenticatorId"]


async def keep_codes(page: Page) -> list[str]:
    """Read the recovery codes, say that they are kept."""
    items = page.locator(selector("recovery-codes") + " code")
    await items.first.wait_for()
    codes = await items.all_text_contents()
    await page.check(selector("codes-kept"))
    await page.click(selector("codes-done"))
    return codes


@pytest.mark.own_server
async def test_a_passkey_is_added_used_alone_and_removed(server: Server, tab: ChromiumTab) -> None:
    session, authenticator = await add_authenticator(tab)
    await sign_in(tab, server, ROLE)
    await tab.goto(server.base_url + "/account")
    await tab.click("passkey-add")
    await tab.fill("passkey-name", "Ward laptop")
    await tab.click("passkey-make")
    assert len(await keep_codes(tab.page)) == 10
    kept = await session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    assert len(kept["credentials"]) == 1 and kept["credentials"][0]["isResidentCredential"]
    await tab.click("sign-out")
    await tab.wait("login-passkey")
    await tab.click("login-passkey")  # no name, no password
    await tab.wait("start-session")
    await tab.click("sign-out")
    await tab.fill("login-email", server.account(ROLE)[0])
    await tab.fill("login-password", server.account(ROLE)[1])
    await tab.click("login-submit")
    await tab.wait("second-step")
    await tab.click("step-submit")  # and as the second step after a password
    await tab.wait("start-session")
    await tab.goto(server.base_url + "/account")
    await tab.click("passkey-remove")
    await tab.page.wait_for_selector(selector("passkey-remove"), state="detached")


@pytest.mark.own_server
async def test_an_app_and_recovery_codes_by_keyboard(server: Server, tab: ChromiumTab) -> None:
    await sign_in(tab, server, ROLE)
    await tab.goto(server.base_url + "/account")
    await tab.click("totp-add")
    await tab.wait("totp-qr")
    await tab.page.click("summary")
    secret = (await tab.page.inner_text(selector("totp-secret"))).replace(" ", "")
    await tab.fill("totp-code", pyotp.TOTP(secret).now())
    await tab.page.keyboard.press("Enter")
    codes = await keep_codes(tab.page)
    await tab.click("sign-out")
    await tab.wait("login-email")
    await tab.fill("login-email", server.account(ROLE)[0])
    await tab.fill("login-password", server.account(ROLE)[1])
    await tab.page.keyboard.press("Enter")
    await tab.wait("step-code")
    await eventually(lambda: is_focused(tab, "step-code"))
    await tab.click("use-recovery")
    await eventually(lambda: is_focused(tab, "step-recovery"))
    await tab.page.keyboard.type(codes[0].lower())
    await tab.page.keyboard.press("Enter")
    await tab.wait("start-session")
    await tab.goto(server.base_url + "/account")
    await tab.wait("codes-left")
    assert "9" in await tab.page.inner_text(selector("codes-left"))


@pytest.mark.own_server
async def test_another_device_is_signed_out(server: Server, tab: ChromiumTab) -> None:
    async with chromium() as browser:
        other = await open_chromium_tab(browser)
        await sign_in(other, server, ROLE)
        await sign_in(tab, server, ROLE)
        await tab.goto(server.base_url + "/account")
        await tab.click("end-login")
        await tab.page.wait_for_selector(selector("end-login"), state="detached")
        await other.wait("login-email")  # goes there by itself
        await other.close()


@pytest.mark.own_server
async def test_the_lock_hides_the_page_and_opens_by_pin(server: Server, tab: ChromiumTab) -> None:
    await sign_in(tab, server, ROLE)
    await tab.goto(server.base_url + "/account")
    await tab.click("pin-set")
    await tab.fill("pin", "480215")
    await tab.click("pin-save")
    await tab.page.wait_for_selector(selector("pin-save"), state="detached")
    await tab.click("lock-now")
    await tab.wait("lock-screen")
    assert not await tab.page.is_visible("main")
    await tab.page.keyboard.press("Escape")
    await tab.page.keyboard.press("Escape")
    assert await tab.page.is_visible(selector("lock-screen"))
    status = await tab.evaluate("fetch('/api/v1/me').then(async (a) => [a.status, (await a.json()).error.code])")
    assert status == [403, "locked"]
    await tab.reload()
    await tab.wait("lock-screen")
    await tab.fill("prove-pin", "999999")
    await tab.click("prove-submit")
    await tab.page.wait_for_selector(".lock [aria-invalid]")
    await tab.fill("prove-pin", "480215")
    await tab.click("prove-submit")
    await tab.wait("lock-now")
    assert await tab.page.is_visible("main")


async def test_a_proof_is_asked_for_once_and_the_request_goes_on(server: Server, tab: ChromiumTab) -> None:
    """The server is made to ask by an answer of its own kind: ten minutes are too long for a test."""
    refused = 0

    async def refuse_once(route: Any) -> None:
        nonlocal refused
        refused += 1
        body = '{"error": {"code": "proof_needed", "message": "Please show again who you are."}}'
        await (route.fulfill(status=403, content_type="application/json", body=body) if refused == 1 else route.continue_())

    await tab.page.route("**/api/v1/me/totp", refuse_once)
    await sign_in(tab, server, ROLE)
    await tab.goto(server.base_url + "/account")
    await tab.click("totp-add")
    await tab.wait("proof")
    await tab.fill("prove-password", "wrong wrong wrong wrong")
    await tab.click("prove-submit")
    await tab.page.wait_for_selector(f"{selector('proof')} [aria-invalid]")
    await tab.fill("prove-password", server.account(ROLE)[1])
    await tab.click("prove-submit")
    await tab.wait("totp-qr")
    assert refused == 2


async def set_up_app(tab: ChromiumTab, server: Server) -> str:
    """An authenticator app for the account; -> its secret. The recovery codes are put away."""
    await tab.goto(server.base_url + "/account")
    await tab.click("totp-add")
    await tab.wait("totp-qr")
    await tab.page.click("summary")
    secret = (await tab.page.inner_text(selector("totp-secret"))).replace(" ", "")
    await tab.fill("totp-code", pyotp.TOTP(secret).now())
    await tab.page.keyboard.press("Enter")
    await keep_codes(tab.page)
    return secret


async def require_second_factor(server: Server) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        admin = await client_sign_in(server.base_url, http, server.account("admin"))
        await admin.call("PUT", "/admin/policies", {"name": "second_factor", "value": "required"})


@pytest.mark.own_server
async def test_where_two_factors_are_required_a_proof_asks_for_both(server: Server, tab: ChromiumTab) -> None:
    """By keyboard alone: Enter leads from the password to the code, and what was wrong is told at the password."""
    refused = 0

    async def refuse_once(route: Any) -> None:
        nonlocal refused
        refused += 1
        body = '{"error": {"code": "proof_needed", "message": "Please show again who you are."}}'
        await (route.fulfill(status=403, content_type="application/json", body=body) if refused == 1 else route.continue_())

    await sign_in(tab, server, ROLE)
    secret = await set_up_app(tab, server)
    await require_second_factor(server)
    await tab.page.route("**/api/v1/me/pin", refuse_once)
    await tab.click("pin-set")
    await tab.fill("pin", "480215")
    await tab.page.keyboard.press("Enter")
    await tab.wait("prove-password")
    await accessible(tab, "proof of two factors")
    assert await tab.page.is_visible(selector("prove-code")) and not await tab.page.is_visible(selector("by-password"))
    code = pyotp.TOTP(secret).at(int(time.time()) + 30)  # setting up used the present one; clocks may differ by a step
    for password in ("wrong wrong wrong wrong", server.account(ROLE)[1]):
        await eventually(lambda: is_focused(tab, "prove-password"))
        await tab.page.keyboard.type(password)
        await tab.page.keyboard.press("Enter")
        await eventually(lambda: is_focused(tab, "prove-code"))
        await tab.page.keyboard.type(code)
        await tab.page.keyboard.press("Enter")
        if password != server.account(ROLE)[1]:
            await tab.page.wait_for_selector(f"{selector('prove-password')}[aria-invalid]")
    await tab.page.wait_for_selector(selector("proof"), state="detached")
    await tab.page.wait_for_selector(selector("pin-save"), state="detached")
    assert refused == 2


async def is_focused(tab: ChromiumTab, testid: str) -> bool:
    return bool(await tab.evaluate("document.activeElement.dataset.testid") == testid)


SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 568))


async def test_no_page_scrolls_sideways(server: Server, tab: ChromiumTab) -> None:
    await sign_in(tab, server, ROLE)
    for page, shown in (("/account", "section-devices"), ("/invitation#aaaaaaaaaaaaaaaaaaaaaa", "invitation-useless")):
        for width, height in SIZES:
            await tab.page.set_viewport_size({"width": width, "height": height})
            await tab.goto("about:blank")  # each time built for this size, not brought to it
            await tab.goto(server.base_url + page)
            await tab.wait(shown)
            assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page, width)


async def test_a_call_goes_on_behind_the_lock(server: Server, tab: ChromiumTab) -> None:
    """Hidden for whoever walks by, sound and picture for the one at the other end; the server refuses the rest."""
    await sign_in(tab, server, ROLE)
    link = await start_consultation(tab)
    async with chromium() as browser:
        patient = await open_chromium_tab(browser)
        await join_as_patient(patient, link, "Pat Example")
        await admit(tab)
        await eventually(lambda: is_received(patient), 40)
        await tab.evaluate("import('/static/ui/identity/guard.js').then((guard) => { void guard.lockNow(); })")
        await tab.wait("lock-screen")
        assert "call goes on" in await tab.page.inner_text("#lock-title")
        assert not await tab.page.is_visible(selector("call-stage"))
        asked = "fetch('/api/v1/today').then(async (a) => [a.status, (await a.json()).error.code])"
        assert await tab.evaluate(asked) == [403, "locked"]
        before = await frames(patient), await frames(tab)
        await eventually(lambda: grown(patient, tab, before), 20)
        await tab.fill("prove-password", server.account(ROLE)[1])
        await tab.click("prove-submit")
        await tab.page.wait_for_selector(selector("lock-screen"), state="detached")
        assert await tab.page.is_visible(selector("call-stage"))
        before = await frames(patient), await frames(tab)
        await eventually(lambda: grown(patient, tab, before), 20)
        await patient.close()


async def frames(tab: ChromiumTab) -> int:
    """Frames decoded so far."""
    return sum((await tab.evaluate(READ_STATS))["frames"].values())


async def is_received(tab: ChromiumTab) -> bool:
    return await frames(tab) > 10


async def grown(first: ChromiumTab, second: ChromiumTab, before: tuple[int, int]) -> bool:
    return await frames(first) > before[0] + 10 and await frames(second) > before[1] + 10


@pytest.mark.own_server
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(server: Server, tab: ChromiumTab, scheme: str) -> None:
    await tab.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    await sign_in(tab, server, ROLE)
    await tab.goto(server.base_url + "/account")
    await tab.wait("section-devices")
    assert await faults(tab) == []
    await tab.click("totp-add")
    await tab.wait("totp-qr")
    assert await faults(tab) == []
    secret = (await tab.page.text_content(selector("totp-secret")) or "").replace(" ", "")
    await tab.fill("totp-code", pyotp.TOTP(secret).now())
    await tab.click("totp-confirm")
    await tab.wait("recovery-codes")
    assert await faults(tab) == []
    await keep_codes(tab.page)
    await tab.click("lock-now")
    await tab.wait("prove-submit")
    assert await faults(tab) == []
    await tab.click("lock-sign-out")
    await tab.wait("login-passkey")
    assert await faults(tab) == []
    await tab.fill("login-email", server.account(ROLE)[0])
    await tab.fill("login-password", server.account(ROLE)[1])
    await tab.click("login-submit")
    await tab.wait("second-step")
    assert await faults(tab) == []
