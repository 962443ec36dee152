"""/check: who may be a stranger learns which ways lead to the clinic, by eye, by keyboard and as text for a helpdesk."""

from __future__ import annotations

import re

from tests.browser.axe import SIDEWAYS, accessible
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab, open_firefox_tab, selector
from tests.browser.server import Server

SECONDS = 60.0  # on a loaded two-core machine
SIZES = ((390, 844), (820, 1180), (1280, 800))
WORKS = """() => Object.fromEntries(["page", "socket", "udp", "tcp"].map((name) =>
 [name, document.querySelector(`[data-testid="ways-${name}"]`)?.dataset.verdict]))"""
CAMERA_WORKS = "() => document.querySelector('[data-testid=ways-camera]').dataset.verdict === 'ok'"
ALL_FINE = {"page": "ok", "socket": "ok", "udp": "ok", "tcp": "ok"}
# A network that lets no UDP through: candidates of it lead nowhere.
NO_UDP = """(() => { const set = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (description) {
 const sdp = description.sdp.replace(/(a=candidate:\\S+ 1 udp \\d+) \\S+ \\d+/g, "$1 192.0.2.1 9");
 return set.call(this, {type: description.type, sdp}); }; })()"""


async def test_every_way_is_shown_and_the_summary_names_no_address(server: Server) -> None:
    async with chromium() as browser:
        for locale, verdict in (("en-GB", "Video calls work"), ("de-DE", "Videogespräche funktionieren")):
            tab = await open_chromium_tab(browser, locale=locale, viewport={"width": 390, "height": 844})
            await tab.goto(server.base_url + "/sign-in")
            await tab.page.click('a[href="/check"]:visible')
            await every_way_is_shown(tab, verdict)


async def every_way_is_shown(tab: ChromiumTab, verdict: str) -> None:
    """All of them work, and whoever gets the copied text learns nothing of the network."""
    await tab.wait("ways-summary", timeout=SECONDS)
    assert await tab.evaluate(WORKS) == ALL_FINE
    assert verdict in await tab.page.inner_text(selector("ways-verdict"))
    summary = await tab.page.inner_text(selector("ways-summary"))
    assert not re.search(r"\d+\.\d+\.\d+\.\d+|::|localhost|https?://", summary), summary
    assert summary.count("\n") >= 6
    await tab.page.focus(selector("ways-copy"))
    await tab.page.keyboard.press("Enter")
    await eventually(lambda: tab.evaluate("() => document.querySelector('.toasts, [class*=toast]')?.textContent ?? ''"))
    for width, height in SIZES:
        await tab.page.set_viewport_size({"width": width, "height": height})
        assert await tab.evaluate(SIDEWAYS) <= 0, (verdict, width)
        await accessible(tab, f"the connection check at {width} px, {verdict}")
    assert tab.problems == [], verdict


async def test_without_udp_it_says_what_to_do(server: Server) -> None:
    async with chromium() as browser:
        tab: ChromiumTab = await open_chromium_tab(browser, viewport={"width": 820, "height": 1180})
        await tab.page.add_init_script(NO_UDP)
        await tab.goto(server.base_url + "/check")
        await tab.wait("ways-summary", timeout=SECONDS)
        assert await tab.evaluate(WORKS) == {**ALL_FINE, "udp": "warn"}
        assert "not in the best way" in await tab.page.inner_text(selector("ways-verdict"))
        await tab.click("ways-devices")
        await tab.wait("ways-camera")
        await eventually(lambda: tab.evaluate(CAMERA_WORKS))


async def test_firefox_finds_the_same(server: Server) -> None:
    tab = await open_firefox_tab()
    try:
        await tab.goto(server.base_url + "/check")
        await tab.wait("ways-summary", timeout=SECONDS)
        assert await tab.evaluate(WORKS) == ALL_FINE
    finally:
        await tab.close()
