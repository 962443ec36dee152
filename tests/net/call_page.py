"""A seat in a real browser: a page of the server that runs the client core, with its media sent through a relay if wanted."""

from __future__ import annotations

import contextlib
import json
import pathlib
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.browser.browsers import CHROMIUM_ARGUMENTS, Tab, eventually, open_chromium_tab

CHROMIUM = pathlib.Path("/usr/bin/chromium")
SEAT = (pathlib.Path(__file__).parent / "seat.js").read_text()
# The relay stands where a NAT would: the page believes that the server's only address is the relay's.
USE_RELAY = """() => { const apply = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (description) {
 const line = "a=candidate:1 1 udp 2130706431 ADDRESS PORT typ host";
 const one = (section) => { let used = false; return section.replace(/a=candidate:.*(\\r\\n|$)/g, (_, end) => {
  const first = !used; used = true; return first ? line + end : ""; }); };
 const sdp = description.sdp.split(/(?=^m=)/m).map(one).join("");
 return apply.call(this, { type: description.type, sdp }); }; }"""


class CallPage:
    """A page whose seat is `window.seat` (see seat.js). Its media goes to `relay` instead of the server's own addresses."""

    def __init__(self, tab: Tab, relay: tuple[str, int] | None = None) -> None:
        self.tab, self.relay = tab, relay

    async def begin(self, base_url: str, **seat: str) -> dict[str, Any]:
        """Take a seat: `token` and `name`, or a clinician's `email` and `password`. Returns `participantId` and `link`."""
        await self.tab.goto(base_url + "/sign-in")
        if self.relay:
            await self.tab.evaluate(USE_RELAY.replace("ADDRESS", self.relay[0]).replace("PORT", str(self.relay[1])))
        return dict(await self.tab.evaluate(f"() => ({SEAT})({json.dumps(seat)})"))

    async def look(self) -> dict[str, Any]:
        """What the page knows now."""
        return dict(await self.tab.evaluate("() => seat.look()"))

    async def is_connected(self) -> bool:
        """Whether the client core is content with its media."""
        return bool((await self.look())["media"] == "connected")

    async def mark(self) -> None:
        """Measure gaps from now on."""
        await self.tab.evaluate("() => seat.mark()")

    async def command(self, name: str, **fields: Any) -> None:
        """Send a command of the protocol from the page."""
        await self.tab.evaluate(f"async () => {{ await seat.session.command({json.dumps(name)}, {json.dumps(fields)}); }}")

    async def receives(self, timeout: float = 25.0, **wanted: int) -> dict[str, Any]:
        """Wait until as many more of each kind (`audio=25, frames=10`) have come; return the last look."""
        before = (await self.look())["counts"]

        async def grown() -> bool:
            now = (await self.look())["counts"]
            return all(now.get(kind, 0) >= before.get(kind, 0) + number for kind, number in wanted.items())

        try:
            await eventually(grown, timeout, 0.1)
        except AssertionError:
            raise AssertionError(f"since {before}: {await self.look()}") from None
        return await self.look()


@contextlib.asynccontextmanager
async def chromium_at(program: pathlib.Path = CHROMIUM, *more: str) -> AsyncIterator[Browser]:
    """Chromium, with `more` arguments; if wanted by another `program`, for instance one that enters a network namespace."""
    arguments = [*CHROMIUM_ARGUMENTS, *more]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(program), args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


async def chromium_page(browser: Browser, relay: tuple[str, int] | None = None) -> CallPage:
    """A fresh profile that takes the local authority's certificates."""
    return CallPage(await open_chromium_tab(browser, ignore_https_errors=True), relay)
