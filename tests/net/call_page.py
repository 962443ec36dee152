"""A seat in a real Chromium: a page of the server that runs the client core, with its media sent through a relay if wanted."""

from __future__ import annotations

import pathlib
from typing import Any

from playwright.async_api import Browser, Request

from tests.browser.browsers import ChromiumTab, eventually, open_chromium_tab

SEAT = (pathlib.Path(__file__).parent / "seat.js").read_text()
# The relay stands where a NAT would: the page believes that the server's only address is the relay's.
USE_RELAY = """(() => { const apply = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (description) {
 const line = "a=candidate:1 1 udp 2130706431 ADDRESS PORT typ host";
 const one = (section) => { let used = false; return section.replace(/a=candidate:.*(\\r\\n|$)/g, (_, end) => {
  const first = !used; used = true; return first ? line + end : ""; }); };
 const sdp = description.sdp.split(/(?=^m=)/m).map(one).join("");
 return apply.call(this, { type: description.type, sdp }); }; })()"""


class CallPage:
    """A page whose seat is `window.seat` (see seat.js). `offers` are the bodies it has posted."""

    def __init__(self, tab: ChromiumTab) -> None:
        self.tab = tab
        self.offers: list[dict[str, Any]] = []
        tab.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/offer"):
            self.offers.append(request.post_data_json)

    async def begin(self, base_url: str, **seat: str) -> str:
        """Take a seat: `token` and `name`, or `sessionId`, `email` and `password` of staff. Returns the participant's id."""
        await self.tab.goto(base_url + "/sign-in")
        return str(await self.tab.page.evaluate(SEAT, seat))

    async def look(self) -> dict[str, Any]:
        """What the page knows now."""
        return dict(await self.tab.evaluate("() => seat.look()"))

    async def mark(self) -> None:
        """Measure gaps from now on."""
        await self.tab.evaluate("() => seat.mark()")

    async def command(self, name: str, **fields: Any) -> None:
        """Send a command of the protocol from the page."""
        await self.tab.page.evaluate("([name, fields]) => seat.session.command(name, fields)", [name, fields])

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


async def open_call_page(browser: Browser, relay: tuple[str, int] | None = None, **options: Any) -> CallPage:
    """A fresh profile; its media goes to `relay` instead of the server's own addresses."""
    tab = await open_chromium_tab(browser, **options)
    if relay:
        await tab.context.add_init_script(USE_RELAY.replace("ADDRESS", relay[0]).replace("PORT", str(relay[1])))
    return CallPage(tab)
